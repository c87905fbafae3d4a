"""Write elementary.json: value and derivative of every elementary function and of every composition of two.

Run by hand: ``python tests/lab/make_elementary.py``. It needs mpmath, and knows nothing of gdplay: the
derivative is mpmath's own numerical one at 60 digits.

A row is [outer, inner, x, value, derivative]; outer is "" for a function alone. A pair that is nowhere
defined, such as acosh(cos(x)), is listed under "impossible".
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mpmath import mp, mpf

HERE = Path(__file__).parent
DIGITS = 60
PLACES = ("0.4", "-0.7", "1.3", "2.6", "-1.9", "0.15", "4.2", "-0.05", "0.9", "7.5")


def sigmoid(a: Any) -> Any:
    return 1 / (1 + mp.exp(-a))


# name: (the function, where it may be evaluated: away from kinks, poles and the ends of its domain)
FUNCTIONS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], bool]]] = {
    "sin": (mp.sin, lambda a: True),
    "cos": (mp.cos, lambda a: True),
    "tan": (mp.tan, lambda a: abs(mp.cos(a)) > 0.1),
    "asin": (mp.asin, lambda a: abs(a) < 0.95),
    "acos": (mp.acos, lambda a: abs(a) < 0.95),
    "atan": (mp.atan, lambda a: True),
    "sinh": (mp.sinh, lambda a: abs(a) < 20),
    "cosh": (mp.cosh, lambda a: abs(a) < 20),
    "tanh": (mp.tanh, lambda a: abs(a) < 8),
    "asinh": (mp.asinh, lambda a: True),
    "acosh": (mp.acosh, lambda a: a > 1.05),
    "atanh": (mp.atanh, lambda a: abs(a) < 0.95),
    "exp": (mp.exp, lambda a: abs(a) < 20),
    "expm1": (mp.expm1, lambda a: abs(a) < 20),
    "log": (mp.log, lambda a: a > 0.05),
    "log1p": (lambda a: mp.log(1 + a), lambda a: a > -0.9),
    "log2": (lambda a: mp.log(a, 2), lambda a: a > 0.05),
    "log10": (mp.log10, lambda a: a > 0.05),
    "sqrt": (mp.sqrt, lambda a: a > 0.05),
    "cbrt": (lambda a: mp.sign(a) * mp.cbrt(abs(a)), lambda a: abs(a) > 0.02),
    "abs": (abs, lambda a: abs(a) > 0.02),
    "erf": (mp.erf, lambda a: abs(a) < 4),
    "relu": (lambda a: max(a, mpf(0)), lambda a: abs(a) > 0.02),
    "sigmoid": (sigmoid, lambda a: abs(a) < 20),
    "softplus": (lambda a: mp.log(1 + mp.exp(a)), lambda a: abs(a) < 20),
}


def first_place(inner: str, outer: str | None) -> str | None:
    """Return the first place at which the composition may be evaluated."""
    g, good = FUNCTIONS[inner]
    for place in PLACES:
        if good(mpf(place)) and (outer is None or FUNCTIONS[outer][1](g(mpf(place)))):
            return place
    return None


def main() -> None:
    mp.dps = DIGITS
    rows: list[list[Any]] = []
    impossible: list[list[str]] = []
    for inner, (g, _) in FUNCTIONS.items():
        for outer in (None, *FUNCTIONS):
            place = first_place(inner, outer)
            if place is None:
                impossible.append([outer or "", inner])
                continue
            # gdplay reads the double nearest to the decimal
            x = mpf(float(place))
            whole = g if outer is None else (lambda a, g=g, f=FUNCTIONS[outer][0]: f(g(a)))
            rows.append([outer or "", inner, float(place), float(whole(x)), float(mp.diff(whole, x))])
    text = ",\n".join(json.dumps(row) for row in rows)
    (HERE / "elementary.json").write_text(
        f'{{"rows": [\n{text}\n],\n"impossible": {json.dumps(impossible)}}}\n'
    )
    print(len(rows), "rows,", len(impossible), "impossible")


if __name__ == "__main__":
    main()
