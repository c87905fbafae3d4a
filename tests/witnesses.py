"""Two problems, and optimizers written out as loops: what the runner is held against."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

VALLEY = {"function": "(1 - x)^2 + 100*(y - x^2)^2", "start": [-1.2, 1]}
BOWL = {"function": "x^2 + 10*y^2", "start": [3, -2]}

Vector = list[float]
Gradient = Callable[[Vector], Vector]


def gd(gradient: Gradient, x: Vector, lr: float, steps: int) -> list[Vector]:
    """Gradient descent."""
    path = [x]
    for _ in range(steps):
        x = [a - lr * b for a, b in zip(x, gradient(x), strict=True)]
        path.append(x)
    return path


def momentum(
    gradient: Gradient, x: Vector, lr: float, steps: int, mu: float = 0.9, nesterov: bool = False
) -> list[Vector]:
    """torch.optim.SGD: the buffer begins as the first gradient, which is the same as from zero."""
    path, buffer = [x], [0.0] * len(x)
    for _ in range(steps):
        g = gradient(x)
        buffer = [mu * v + b for v, b in zip(buffer, g, strict=True)]
        move = [b + mu * v for b, v in zip(g, buffer, strict=True)] if nesterov else buffer
        x = [a - lr * m for a, m in zip(x, move, strict=True)]
        path.append(x)
    return path


def adam(
    gradient: Gradient,
    x: Vector,
    lr: float,
    steps: int,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-8,
) -> list[Vector]:
    """torch.optim.Adam: the second moment's correction is taken under the root, eps is added after it."""
    path, first, second = [x], [0.0] * len(x), [0.0] * len(x)
    for t in range(1, steps + 1):
        g = gradient(x)
        first = [b1 * m + (1 - b1) * a for m, a in zip(first, g, strict=True)]
        second = [b2 * v + (1 - b2) * a * a for v, a in zip(second, g, strict=True)]
        size, root = lr / (1 - b1**t), math.sqrt(1 - b2**t)
        x = [a - size * m / (math.sqrt(v) / root + eps) for a, m, v in zip(x, first, second, strict=True)]
        path.append(x)
    return path


def bfgs(gradient: Gradient, x: Vector, lr: float, steps: int) -> list[Vector]:
    """Nocedal & Wright 2006, algorithm 6.1 with a fixed step, the update as the product of eq. 6.17."""
    n = len(x)
    path, inverse, point = [x], np.eye(n), np.array(x)
    g = np.array(gradient(x))
    for _ in range(steps):
        s: Any = -lr * inverse @ g
        point = point + s
        new = np.array(gradient(point.tolist()))
        y: Any = new - g
        if s @ y > 1e-12:
            rho = 1.0 / (s @ y)
            left = np.eye(n) - rho * np.outer(s, y)
            inverse = left @ inverse @ left.T + rho * np.outer(s, s)
        g = new
        path.append(point.tolist())
    return path


def rosenbrock(x: Vector) -> Vector:
    """The gradient of (1 - x)^2 + 100*(y - x^2)^2 by hand."""
    a, b = x
    return [-2 * (1 - a) - 400 * a * (b - a * a), 200 * (b - a * a)]


def bowl(x: Vector) -> Vector:
    """The gradient of x^2 + 10*y^2 by hand."""
    return [2 * x[0], 20 * x[1]]
