"""Line searches against loops written out, and by their own conditions."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from searching import START, method, played

from gdplay.formula.expr import Array
from gdplay.method import Method
from gdplay.objective import from_text

DIRECTIONS = ["gd", "momentum", "nesterov", "bfgs", "dfp", "cg_fr", "cg_pr", "cg_hs", "cg_dy", "newton",
              "damped_newton", "adam"]  # fmt: skip
WOLFE = ("weak_wolfe", "strong_wolfe")


# ---------------------------------------------------------------- independent witnesses

Slope = Callable[[Array], Array]


def rosenbrock(x: Array) -> float:
    return float((1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2)


def rosenbrock_slope(x: Array) -> Array:
    return np.array([-2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2), 200 * (x[1] - x[0] ** 2)])


class Dumb:
    """Armijo and the two Wolfe searches as loops, counting what they compute."""

    def __init__(self) -> None:
        self.values = self.slopes = 0

    def f(self, x: Array) -> float:
        self.values += 1
        return rosenbrock(x)

    def g(self, x: Array) -> Array:
        self.slopes += 1
        return rosenbrock_slope(x)

    def armijo(self, x: Array, d: Array, f0: float, s0: float) -> float:
        a = 1.0
        while self.f(x + a * d) > f0 + 1e-4 * a * s0:
            a /= 2
        return a

    def weak(self, x: Array, d: Array, f0: float, s0: float) -> float:
        low, high, a = 0.0, np.inf, 1.0
        while True:
            f, s = self.f(x + a * d), float(self.g(x + a * d) @ d)
            if f > f0 + 1e-4 * a * s0:
                high = a
            elif s < 0.9 * s0:
                low = a
            else:
                return a
            a = (low + high) / 2 if np.isfinite(high) else 2 * low

    def strong(self, x: Array, d: Array, f0: float, s0: float) -> float:
        last, f_last, a = 0.0, f0, 1.0
        while True:  # Nocedal & Wright 2006, algorithm 3.5
            f, s = self.f(x + a * d), float(self.g(x + a * d) @ d)
            if f > f0 + 1e-4 * a * s0 or f >= f_last:
                return self.zoom(x, d, f0, s0, (last, a), f_last)
            if abs(s) <= 0.9 * abs(s0):
                return a
            if s >= 0:
                return self.zoom(x, d, f0, s0, (a, last), f)
            last, f_last, a = a, f, 2 * a

    def zoom(
        self, x: Array, d: Array, f0: float, s0: float, ends: tuple[float, float], f_low: float
    ) -> float:
        low, high = ends
        while True:  # algorithm 3.6
            a = (low + high) / 2
            f, s = self.f(x + a * d), float(self.g(x + a * d) @ d)
            if f > f0 + 1e-4 * a * s0 or f >= f_low:
                high = a
            else:
                if abs(s) <= 0.9 * abs(s0):
                    return a
                if s * (high - low) >= 0:
                    high = low
                low, f_low = a, f

    def descend(self, how: str, quasi: bool, steps: int) -> list[Array]:
        """Return rows (rate, x, y) of gradient descent, or of BFGS in its textbook form."""
        x, rows, inverse = START.copy(), [np.array([np.nan, *START])], np.eye(2)
        f, g = self.f(x), self.g(x)
        for _ in range(steps):
            d = -inverse @ g
            a = getattr(self, how)(x, d, f, float(g @ d))
            moved = x + a * d
            f, g_new = self.f(moved), self.g(moved)
            s, y = moved - x, g_new - g
            if quasi and s @ y > 1e-12:
                left = np.eye(2) - np.outer(s, y) / (y @ s)
                inverse = left @ inverse @ left.T + np.outer(s, s) / (y @ s)
            x, g = moved, g_new
            rows.append(np.array([a, *x]))
        return rows


@pytest.mark.parametrize(
    ("rule", "name", "how", "steps"),
    [
        ("gd", "armijo", "armijo", 60),
        ("gd", "weak_wolfe", "weak", 40),
        ("gd", "strong_wolfe", "strong", 40),
        ("bfgs", "armijo", "armijo", 25),
        ("bfgs", "weak_wolfe", "weak", 25),
        ("bfgs", "strong_wolfe", "strong", 25),
    ],
)
def test_a_loop_written_out_takes_the_same_steps(rule: str, name: str, how: str, steps: int) -> None:
    dumb = Dumb()
    theirs = np.array(dumb.descend(how, rule == "bfgs", steps))
    m = method(rule, name)
    engine, rows = played(m, START, steps)
    ours = np.array(rows)[:, 2:5, 0]
    assert ours == pytest.approx(theirs, rel=1e-7, nan_ok=True)
    assert engine.seeker is not None
    found = engine.seeker.evaluations(0)
    assert found["function"] + m.evaluations["function"] * (steps + 1) == dumb.values
    assert found["gradient"] + m.evaluations["gradient"] * (steps + 1) == dumb.slopes


def test_bfgs_with_armijo_reaches_the_minimum_of_rosenbrock_in_33_steps() -> None:
    engine, _ = played(method("bfgs", "armijo"), START, 100, value=1e-12)
    assert engine.ended_by(0) == "value"
    assert engine.final.step[0] == 33


# ---------------------------------------------------------------- the conditions


def conditions(m: Method, rows: list[Array], run: int) -> None:
    """Assert of every accepted step the condition that its search promises."""
    line = m.search
    assert line is not None
    numbers = line.search.hyperparameters
    for before, after in pairwise(rows):
        rate, x, moved = after[2, run], before[3 : 3 + m.size, run], after[3 : 3 + m.size, run]
        if np.abs(moved - x).max() < 1e-8 * max(1.0, np.abs(x).max()):
            continue  # rounding hides the direction
        direction = (moved - x) / rate
        f0, f1 = before[0, run], after[0, run]
        s0, s1 = (float(m.function.gradient(p) @ direction) for p in (x, moved))
        rounding = 1e-12 * max(1.0, abs(f0))
        assert f1 <= f0 + numbers["c1"] * rate * min(s0, 0) + rounding
        slack = 1e-9 * max(1.0, abs(s0))
        if line.search.name == "weak_wolfe":
            assert s1 >= numbers["c2"] * s0 - slack
        if line.search.name == "strong_wolfe":
            assert abs(s1) <= numbers["c2"] * abs(s0) + slack


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", ["armijo", *WOLFE])
@pytest.mark.parametrize("rule", DIRECTIONS)
def test_accepted_steps_satisfy_their_conditions(rule: str, name: str) -> None:
    starts = np.array([[-1.2, 0.3, 2.0], [1.0, -0.4, 2.5]])
    m = method(rule, name)
    engine, rows = played(m, starts, 12)
    assert engine.seeker is not None
    for run in range(3):
        if not engine.seeker.failures[run]:
            conditions(m, rows, run)
    # a direction that does not descend may fail; these always descend
    if rule in ("gd", "bfgs"):
        assert not engine.seeker.failures.any()


@settings(max_examples=25, deadline=None)
@given(
    entries=st.lists(st.floats(-3, 3), min_size=4, max_size=4),
    start=st.lists(st.floats(-5, 5), min_size=2, max_size=2),
    name=st.sampled_from(["armijo", *WOLFE]),
    c2=st.floats(0.1, 0.9),
)
def test_conditions_hold_on_any_bowl(entries: list[float], start: list[float], name: str, c2: float) -> None:
    a, b, c, d = entries
    bowl = from_text(
        "f(x, y) = (a*x + b*y)^2 + (c*x + d*y)^2 + x^4 + y^2",
        constants={k: np.array(v) for k, v in zip("abcd", (a, b, c, d), strict=True)},
    )
    if np.abs(start).max() < 1e-3:
        start = [1.0, 1.0]
    m = method("gd", name, bowl, **({"c2": c2} if name in WOLFE else {}))
    engine, rows = played(m, np.array(start), 5, gradient_norm=1e-4)
    assert engine.seeker is not None
    assert engine.seeker.failures[0] == 0
    conditions(m, rows, 0)
