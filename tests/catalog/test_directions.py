"""Quasi-Newton, Newton, conjugate gradients, wrappers: against naive NumPy, written another way on purpose."""
# ruff: noqa: E501 (a row of a table is one line)

from itertools import pairwise

import numpy as np
import pytest
from walks import walk

BOWL = "f(x, y) = 0.25*x^4 + 0.5*(x - y)^2 + y^2 + 0.3*x"
START = np.array([1.5, -1.0])
EYE = np.eye(2)


def f(p):
    x, y = p
    return 0.25 * x**4 + 0.5 * (x - y) ** 2 + y**2 + 0.3 * x


def grad(p):
    x, y = p
    return np.array([x**3 + (x - y) + 0.3, -(x - y) + 2 * y])


def hess(p):
    return np.array([[3 * p[0] ** 2 + 1, -1.0], [-1.0, 3.0]])


def steps(move, count, start=START):
    """Return the points that a function gives, which gets all points so far."""
    path = [start.copy()]
    for _ in range(count):
        path.append(move(path))
    return np.array(path)


def differences(path):
    return [(b - a, grad(b) - grad(a)) for a, b in pairwise(path)]


def bfgs(path, rate):
    """The product form of the inverse update, from the start, with everything multiplied out anew."""
    H = EYE
    for s, y in differences(path):
        if s @ y > 1e-12:
            V = EYE - np.outer(y, s) / (s @ y)
            H = V.T @ H @ V + np.outer(s, s) / (s @ y)
    return path[-1] - rate * H @ grad(path[-1])


def dfp(path, rate):
    """The update of the Hessian itself, inverted at the end."""
    B = EYE
    for s, y in differences(path):
        if s @ y > 1e-12:
            V = EYE - np.outer(s, y) / (s @ y)
            B = V.T @ B @ V + np.outer(y, y) / (s @ y)
    return path[-1] - rate * np.linalg.inv(B) @ grad(path[-1])


def sr1(path, rate):
    """The update of the Hessian itself, inverted at the end."""
    B = EYE
    for s, y in differences(path):
        r = y - B @ s
        if abs(r @ s) > 1e-14:
            B = B + np.outer(r, r) / (r @ s)
    d = -np.linalg.inv(B) @ grad(path[-1])
    return path[-1] + rate * (d if d @ grad(path[-1]) < 0 else -grad(path[-1]))


def lbfgs(path, rate):
    """Two loops over the last ten pairs."""
    g = grad(path[-1])
    pairs = [(s, y) for s, y in differences(path) if s @ y > 0][-10:]
    gamma = min(1, 1 / np.linalg.norm(grad(path[0])))
    q, weights = g.copy(), []
    for s, y in reversed(pairs):
        weights.append((s @ q) / (s @ y))
        q = q - weights[-1] * y
    if pairs:
        s, y = pairs[-1]
        gamma = (s @ y) / (y @ y)
    q = gamma * q
    for (s, y), a in zip(pairs, reversed(weights), strict=True):
        q = q + (a - (y @ q) / (s @ y)) * s
    return path[-1] - rate * q


def conjugate(beta):
    def move(path, rate):
        d = -grad(path[0])
        for a, b in pairwise(path):
            new, old = grad(b), grad(a)
            d = -new + beta(new, old, d) * d
            if new @ d >= 0:
                d = -new
        return path[-1] + rate * d

    return move


BETAS = {
    "cg_fr": lambda g, h, d: (g @ g) / (h @ h),
    "cg_pr": lambda g, h, d: max(0.0, g @ (g - h) / (h @ h)),
    "cg_hs": lambda g, h, d: g @ (g - h) / (d @ (g - h)),
    "cg_dy": lambda g, h, d: (g @ g) / (d @ (g - h)),
}


def barzilai_borwein(path, rate):
    for s, y in differences(path)[-1:]:
        rate = s @ s / (s @ y) if s @ y > 0 else rate
    return path[-1] - rate * grad(path[-1])


def rk4(path, rate):
    x = path[-1]
    slopes = [-grad(x)]
    for part in (0.5, 0.5, 1.0):
        slopes.append(-grad(x + part * rate * slopes[-1]))
    return x + rate * np.average(slopes, axis=0, weights=[1, 2, 2, 1])


NAIVE = {
    "bfgs": (bfgs, 0.7),
    "dfp": (dfp, 0.7),
    "sr1": (sr1, 0.7),
    "lbfgs": (lbfgs, 0.5),
    "newton": (lambda path, rate: path[-1] + rate * np.linalg.lstsq(hess(path[-1]), -grad(path[-1]))[0], 0.8),
    "damped_newton": (lambda path, rate: path[-1] - rate * np.linalg.inv(hess(path[-1]) + EYE) @ grad(path[-1]), 0.8),
    "barzilai_borwein": (barzilai_borwein, 0.05),
    "extragradient": (lambda path, rate: path[-1] - rate * grad(path[-1] - rate * grad(path[-1])), 0.1),
    "rk4": (rk4, 0.1),
    "sam": (lambda p, rate: p[-1] - rate * grad(p[-1] + 0.05 * grad(p[-1]) / np.linalg.norm(grad(p[-1]))), 0.1),
    **{name: (conjugate(beta), 0.05) for name, beta in BETAS.items()},
}  # fmt: skip


@pytest.mark.parametrize("name", NAIVE)
def test_the_path_is_the_naive_one(name):
    move, rate = NAIVE[name]
    expected = steps(lambda path: move(path, rate), 14)
    points, _ = walk(BOWL, {"name": name, "learning_rate": rate}, START, 14)
    np.testing.assert_allclose(points, expected, rtol=1e-8, atol=1e-9)
    assert f(points[-1]) < f(points[0]) - 1


def test_levenberg_marquardt_solves_the_damped_least_squares_problem():
    def r(p):
        return np.array([1 - p[0], 10 * (p[1] - p[0] ** 2)])

    x, damping, expected = np.array([-1.2, 1.0]), 1e-3, []
    for _ in range(60):
        J = np.array([[-1.0, 0.0], [-20 * x[0], 10.0]])
        A = np.vstack([J, np.sqrt(damping) * EYE])
        d = np.linalg.lstsq(A, np.concatenate([-r(x), [0, 0]]))[0]
        if (r(x + d) ** 2).sum() < (r(x) ** 2).sum():
            x, damping = x + d, damping * 0.1
        else:
            damping *= 10
        expected.append(x)
    function = {"residuals": "[1 - x, 10*(y - x^2)]", "variables": ["x", "y"]}
    points, _ = walk(function, "levenberg_marquardt", [-1.2, 1.0], 60)
    np.testing.assert_allclose(points[1:], expected, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(points[-1], 1, atol=1e-9)


def test_the_trust_region_takes_the_dogleg():
    """Along the path from Cauchy's point to Newton's, found here by bisection."""
    x, radius, expected = START.copy(), 1.0, []
    for _ in range(12):
        g, B = grad(x), hess(x)
        newton, cauchy = -np.linalg.solve(B, g), -(g @ g) / (g @ B @ g) * g
        if np.linalg.norm(newton) <= radius:
            d = newton
        elif np.linalg.norm(cauchy) >= radius:
            d = -radius * g / np.linalg.norm(g)
        else:
            low, high = 0.0, 1.0
            for _ in range(80):
                middle = (low + high) / 2
                inside = np.linalg.norm(cauchy + middle * (newton - cauchy)) <= radius
                low, high = (middle, high) if inside else (low, middle)
            d = cauchy + low * (newton - cauchy)
        rho = (f(x) - f(x + d)) / -(g @ d + d @ B @ d / 2)
        at_edge = np.linalg.norm(d) >= 0.999 * radius
        radius = radius / 4 if rho <= 0.25 else min(2 * radius, 100) if rho > 0.75 and at_edge else radius
        x = x + d if rho > 0.1 else x
        expected.append(x)
        if np.linalg.norm(grad(x)) < 1e-6:
            break
    points, _ = walk(BOWL, "trust_region", START, len(expected))
    np.testing.assert_allclose(points[1:], expected, rtol=1e-7, atol=1e-8)
    assert len(expected) < 10


def test_lookahead_goes_back_every_few_steps():
    fast, slow, expected = START.copy(), START.copy(), []
    for t in range(1, 21):
        fast = fast - 0.05 * grad(fast)
        if t % 3 == 0:
            slow = slow + 0.25 * (fast - slow)
            fast = slow.copy()
        expected.append(fast)
    optimizer = {"wrap": "lookahead", "of": {"name": "gd", "learning_rate": 0.05}, "k": 3, "alpha": 0.25}
    points, _ = walk(BOWL, optimizer, START, 20)
    np.testing.assert_allclose(points[1:], expected, rtol=1e-12)


@pytest.mark.parametrize("inner", ["momentum", {"name": "adam", "b1": 0.8}])
def test_averages_follow_the_wrapped_path(inner):
    alone, _ = walk(BOWL, {**(inner if isinstance(inner, dict) else {"name": inner}), "lr": 0.05}, START, 15)
    points, (*_, mean) = walk(
        BOWL, {"wrap": "polyak_average", "of": inner, "lr": 0.05}, START, 15, ["average"]
    )
    np.testing.assert_array_equal(points, alone)
    np.testing.assert_allclose(mean, alone[1:].mean(axis=0), rtol=1e-12)
    points, averages = walk(
        BOWL, {"wrap": "ema", "of": inner, "lr": 0.05, "decay": 0.9}, START, 15, ["average"]
    )
    np.testing.assert_array_equal(points, alone)
    expected = alone[0]
    for x in alone[1:]:
        expected = 0.9 * expected + 0.1 * x
    np.testing.assert_allclose(averages[-1], expected, rtol=1e-12)


def test_wrappers_wrap_wrappers_and_rules_of_ones_own():
    own = {"step": "x = x - lr*a*g", "hyperparameters": {"a": 2}}
    optimizer = {"wrap": "ema", "of": {"wrap": "lookahead", "of": own, "k": 2}, "lr": 0.02}
    expected, _ = walk(BOWL, {"wrap": "lookahead", "of": "gd", "k": 2, "lr": 0.04}, START, 10)
    points, _ = walk(BOWL, optimizer, START, 10)
    np.testing.assert_allclose(points, expected, rtol=1e-12)
