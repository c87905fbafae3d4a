"""Seeded random formulas as text: what a student might write, over x, y and z."""

from __future__ import annotations

import random

ONE = (
    "sin",
    "cos",
    "exp",
    "tanh",
    "atan",
    "sigmoid",
    "softplus",
    "erf",
    "relu",
    "abs",
    "asinh",
    "sqrt",
    "log",
)
POSITIVE = {"sqrt", "log"}


def formula(seed: int, depth: int = 4) -> str:
    """Return a formula that is finite wherever x, y and z are between -2 and 2."""
    return _part(random.Random(seed), depth)


def _part(draw: random.Random, depth: int) -> str:
    if depth == 0 or draw.random() < 0.1:
        return draw.choice(("x", "y", "z", "x", "y", "2", "0.5", "3"))
    a, b = _part(draw, depth - 1), _part(draw, depth - 1)
    match draw.randrange(9):
        case 0:
            return f"({a} + {b})"
        case 1:
            return f"({a} - {b})"
        case 2 | 3:
            return f"{a}*{b}"
        case 4:
            return f"({a})/(1 + ({b})^2)"
        case 5:
            return f"({a})^{draw.choice((2, 3, 4))}"
        case 6:
            return f"{draw.choice(('max', 'min', 'hypot'))}({a}, {b})"
        case 7:
            return f"where({a} > {b}, {a}, {b}*x)"
        case _:
            word = draw.choice(ONE)
            return f"{word}(({a})^2 + 0.5)" if word in POSITIVE else f"{word}({a}/2)"
