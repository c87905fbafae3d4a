"""Write accuracy.json: exact gradients of many formulas, by mpmath, and how exact ours have to be.

Run by hand: ``python tests/formula/make_accuracy.py``. It needs mpmath and reads formulas with Python's own
parser, so nothing of the formula language takes part.

The gradient is a central difference of relative width 1e-35 at 120 digits or more. Beside each component
stands the sum over all paths of the absolute products of local derivatives: what rounding is measured by.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from accuracy_formulas import CASES

HERE = Path(__file__).parent
DIGITS, WIDTH = 120, "1e-35"


class Lists(ast.NodeTransformer):
    """Makes [a, b] an array of objects."""

    def visit_List(self, node: ast.List) -> ast.AST:
        self.generic_visit(node)
        return ast.Call(ast.Name("array", ast.Load()), [node], [])


def compiled(formula: str) -> Callable[[dict[str, Any]], Any]:
    tree = Lists().visit(ast.parse(formula.replace("^", "**"), mode="eval"))
    code = compile(ast.fix_missing_locations(tree), "formula", "eval")
    return lambda names: eval(code, {"__builtins__": {}}, names)


class Term:
    """A number with, for each variable, the sum over paths of absolute products of local derivatives."""

    def __init__(self, value: Any, paths: Any) -> None:
        self.value, self.paths = value, paths

    @staticmethod
    def of(value: Any) -> Term:
        from mpmath import mpf

        return value if isinstance(value, Term) else Term(mpf(value), 0.0)

    def through(self, value: Any, slope: Any) -> Term:
        return Term(value, float(abs(slope)) * self.paths)

    def with_(self, other: Any, rule: Callable[[Any, Any], tuple[Any, Any, Any]]) -> Term:
        b = Term.of(other)
        value, by_a, by_b = rule(self.value, b.value)
        return Term(value, float(abs(by_a)) * self.paths + float(abs(by_b)) * b.paths)

    def __add__(self, other: Any) -> Term:
        return self.with_(other, lambda a, b: (a + b, 1, 1))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Term:
        return self.with_(other, lambda a, b: (a - b, 1, 1))

    def __rsub__(self, other: Any) -> Term:
        return Term.of(other) - self

    def __mul__(self, other: Any) -> Term:
        return self.with_(other, lambda a, b: (a * b, b, a))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Term:
        return self.with_(other, lambda a, b: (a / b, 1 / b, a / b / b))

    def __rtruediv__(self, other: Any) -> Term:
        return Term.of(other) / self

    def __pow__(self, other: Any) -> Term:
        from mpmath import mp

        if not isinstance(other, Term):
            k = float(other)
            return self.through(self.value**k, k * self.value ** (k - 1))
        return self.with_(other, lambda a, b: (a**b, b * a ** (b - 1), a**b * mp.log(a)))

    def __rpow__(self, other: Any) -> Term:
        return Term.of(other) ** self

    def __mod__(self, other: Any) -> Term:
        return self.with_(other, lambda a, b: (a - b * math.floor(a / b), 1, math.floor(a / b)))

    def __neg__(self) -> Term:
        return Term(-self.value, self.paths)

    def __lt__(self, other: Any) -> bool:
        return self.value < Term.of(other).value

    def __gt__(self, other: Any) -> bool:
        return self.value > Term.of(other).value


def _sigmoid(exp: Callable[[Any], Any], a: Any) -> Any:
    return 1 / (1 + exp(-a))


def derivatives() -> dict[str, Callable[[Any], tuple[Any, Any]]]:
    """Return value and slope of each elementary function at an mpmath number."""
    from mpmath import mp

    return {
        "sin": lambda a: (mp.sin(a), mp.cos(a)),
        "cos": lambda a: (mp.cos(a), mp.sin(a)),
        "tan": lambda a: (mp.tan(a), 1 + mp.tan(a) ** 2),
        "asin": lambda a: (mp.asin(a), 1 / mp.sqrt(1 - a * a)),
        "acos": lambda a: (mp.acos(a), 1 / mp.sqrt(1 - a * a)),
        "atan": lambda a: (mp.atan(a), 1 / (1 + a * a)),
        "sinh": lambda a: (mp.sinh(a), mp.cosh(a)),
        "cosh": lambda a: (mp.cosh(a), mp.sinh(a)),
        "tanh": lambda a: (mp.tanh(a), mp.sech(a) ** 2),
        "asinh": lambda a: (mp.asinh(a), 1 / mp.sqrt(1 + a * a)),
        "acosh": lambda a: (mp.acosh(a), 1 / mp.sqrt(a * a - 1)),
        "atanh": lambda a: (mp.atanh(a), 1 / (1 - a * a)),
        "exp": lambda a: (mp.exp(a), mp.exp(a)),
        "expm1": lambda a: (mp.expm1(a), mp.exp(a)),
        "log": lambda a: (mp.log(a), 1 / a),
        "log1p": lambda a: (mp.log(1 + a), 1 / (1 + a)),
        "log2": lambda a: (mp.log(a) / mp.log(2), 1 / (a * mp.log(2))),
        "log10": lambda a: (mp.log10(a), 1 / (a * mp.log(10))),
        "sqrt": lambda a: (mp.sqrt(a), 1 / (2 * mp.sqrt(a))),
        "cbrt": lambda a: (mp.sign(a) * mp.cbrt(abs(a)), 1 / (3 * mp.cbrt(abs(a)) ** 2)),
        "abs": lambda a: (abs(a), 1),
        "erf": lambda a: (mp.erf(a), 2 / mp.sqrt(mp.pi) * mp.exp(-a * a)),
        "relu": lambda a: (max(a, mp.zero), 1 if a > 0 else 0),
        "sigmoid": lambda a: (_sigmoid(mp.exp, a), _sigmoid(mp.exp, a) * _sigmoid(mp.exp, -a)),
        "softplus": lambda a: (mp.log(1 + mp.exp(a)), _sigmoid(mp.exp, a)),
    }


def elementwise(rule: Callable[[Any], tuple[Any, Any]]) -> Callable[[Any], Any]:
    from mpmath import mpf

    def one(a: Any) -> Any:
        if isinstance(a, Term):
            return a.through(*rule(a.value))
        return rule(mpf(a))[0]

    return lambda a: np.frompyfunc(one, 1, 1)(a)


def pairwise(rule: Callable[[Any, Any], tuple[Any, Any, Any]]) -> Callable[[Any, Any], Any]:
    from mpmath import mpf

    def one(a: Any, b: Any) -> Any:
        if isinstance(a, Term) or isinstance(b, Term):
            return Term.of(a).with_(b, rule)
        return rule(mpf(a), mpf(b))[0]

    return lambda a, b: np.frompyfunc(one, 2, 1)(a, b)


def namespace() -> dict[str, Any]:
    """Return the functions of the language, for mpmath's numbers and for terms alike."""
    from mpmath import mp

    one = {name: elementwise(rule) for name, rule in derivatives().items()}

    def flat(a: Any) -> list[Any]:
        return list(np.ravel(np.asarray(a, dtype=object)))

    def larger(*args: Any) -> Any:
        return sorted(flat(args[0]) if len(args) == 1 else args, key=lambda a: getattr(a, "value", a))[-1]

    def smaller(*args: Any) -> Any:
        return sorted(flat(args[0]) if len(args) == 1 else args, key=lambda a: getattr(a, "value", a))[0]

    def total(a: Any, axis: int | None = None) -> Any:
        return np.asarray(a, dtype=object).sum(axis=axis)

    def softmax(v: Any) -> Any:
        top = max(float(getattr(a, "value", a)) for a in flat(v))
        weights = one["exp"](v - top)
        return weights / total(weights)

    def logsumexp(v: Any) -> Any:
        top = max(float(getattr(a, "value", a)) for a in flat(v))
        return one["log"](total(one["exp"](v - top))) + top

    def norm(v: Any) -> Any:
        return one["sqrt"](total(np.asarray(v, dtype=object) ** 2))

    return {
        **one,
        "pi": math.pi,
        "e": math.e,
        "array": lambda numbers: np.array(numbers, dtype=object),
        "atan2": pairwise(lambda a, b: (mp.atan2(a, b), b / (a * a + b * b), a / (a * a + b * b))),
        "hypot": pairwise(lambda a, b: (mp.hypot(a, b), a / mp.hypot(a, b), b / mp.hypot(a, b))),
        "max": larger,
        "min": smaller,
        "sum": total,
        "mean": lambda a, axis=None: total(a, axis) / np.asarray(a, dtype=object).size,
        "prod": lambda a: np.prod(np.asarray(a, dtype=object)),
        "cumsum": lambda a: np.cumsum(np.asarray(a, dtype=object)),
        "dot": lambda a, b: total(a * b),
        "outer": lambda a, b: a[:, None] * b[None, :],
        "norm": norm,
        "softmax": softmax,
        "logsumexp": logsumexp,
        "log_softmax": lambda v: v - logsumexp(v),
        "where": lambda c, a, b: a if c else b,
        "clip": lambda a, low, high: smaller(larger(a, low), high),
        "roll": np.roll,
        "concat": lambda *parts: np.concatenate(
            [np.atleast_1d(np.asarray(part, dtype=object)) for part in parts]
        ),
        "stack": lambda *rows: np.array(rows, dtype=object),
        "diag": lambda a: np.diag(np.asarray(a, dtype=object)),
        "trace": lambda a: np.trace(np.asarray(a, dtype=object)),
        "range": lambda a, b: np.array([float(k) for k in range(a, b)], dtype=object),
    }


def split(numbers: Any, shapes: dict[str, list[int]]) -> dict[str, Any]:
    pieces: dict[str, Any] = {}
    at = 0
    for name, shape in shapes.items():
        size = math.prod(shape)
        chosen = list(numbers[at : at + size])
        pieces[name] = np.array(chosen, dtype=object).reshape(shape) if shape else chosen[0]
        at += size
    vectors = [name for name, shape in shapes.items() if len(shape) == 1]
    if len(vectors) == 1:
        n = shapes[vectors[0]][0]
        pieces |= {"n": float(n), "i": np.array([float(k) for k in range(1, n + 1)], dtype=object)}
    return pieces


def reference(
    formula: str, shapes: dict[str, list[int]], point: list[float]
) -> tuple[list[float], list[float]]:
    """Return the exact gradient, rounded once, and the absolute path terms, never too large."""
    from mpmath import mp, mpf

    magnitudes = [abs(math.log10(abs(number))) for number in point if number]
    # tiny steps, differences of huge values, and exp(-700) beside 1
    mp.dps = DIGITS + 4 * int(max(magnitudes, default=0)) + int(max(min(abs(x), 1000.0) for x in point))
    names, function = namespace(), compiled(formula)
    slope: list[float] = []
    for k in range(len(point)):
        ends: list[Any] = []
        h = mpf(WIDTH) * min(1, abs(mpf(point[k])) or 1)
        for sign in (1, -1):
            moved = [mpf(number) for number in point]
            moved[k] += sign * h
            ends.append(function({**names, **split(moved, shapes)}))
        slope.append(float((ends[0] - ends[1]) / (2 * h)))
    identity = np.eye(len(point))
    terms = [Term(mpf(number), identity[k]) for k, number in enumerate(point)]
    paths = function({**names, **split(terms, shapes)}).paths
    return slope, [float(f"{0.995 * path:.2e}") for path in paths]


def main() -> None:
    cases: list[dict[str, Any]] = []
    for formula, shapes, points in CASES:
        rows = []
        for point in points:
            slope, paths = reference(formula, shapes, point)
            assert all(map(math.isfinite, [*slope, *paths])), (formula, point)
            rows.append([point, slope, paths])
        cases.append({"formula": formula, "variables": shapes, "points": rows})
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    (HERE / "accuracy.json").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(f"{len(cases)} formulas, {sum(len(case['points']) for case in cases)} points")


if __name__ == "__main__":
    main()
