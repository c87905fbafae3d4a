"""The formulas whose gradients are held against mpmath, and the points: exact doubles.

Formulas are written so that Python reads them too, once ^ has become **. Arguments of inner functions stay
moderate: what rounding does to the argument itself (of the sine in sin(1000*x), say) is the condition of
the formula, which no order of differentiating can mend and which the path terms do not contain.
"""

# ruff: noqa: E501 (a row of a table is one line)
from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

WIDE = "1e-200 1e-100 1e-20 1e-9 1e-3 0.1 0.7 1.3 2.9 17.5 333.25 1e5 1e9 1e20 1e100 1e150"
PLAIN = "1e-200 1e-20 1e-9 1e-3 0.1 0.7 1.3 2.9 -1e-9 -0.1 -0.7 -1.3 -2.9"
EXPONENT = PLAIN + " 17.5 -17.5 333.25 -333.25 700 -700"
INSIDE = "1e-200 1e-9 0.1 0.5 0.9 0.999 0.999999999 -1e-9 -0.5 -0.999999999"

# one function at a time, each over the range where it and its slope are numbers
ELEMENTARY = {
    "sin(x)": PLAIN + " 17.5 333.25 1e5 1e9 -1e12 1e100",
    "cos(x)": PLAIN + " 17.5 333.25 1e5 1e9 -1e12 1e100",
    "tan(x)": PLAIN + " 17.5 333.25 1e5 1e9",
    "asin(x)": INSIDE,
    "acos(x)": INSIDE,
    "atan(x)": WIDE + " -1e-9 -1.3 -1e9",
    "sinh(x)": EXPONENT,
    "cosh(x)": EXPONENT,
    "tanh(x)": PLAIN + " 17.5 -17.5 300 -300",
    "asinh(x)": WIDE + " -1e-9 -1.3 -1e9 1e300",
    "acosh(x)": "1.000000001 1.001 1.1 1.5 2.9 17.5 1e9 1e100 1e200 1e300",
    "atanh(x)": INSIDE,
    "exp(x)": EXPONENT,
    "expm1(x)": EXPONENT,
    "log(x)": WIDE + " 1e-300 1e300",
    "log1p(x)": WIDE + " -1e-9 -0.1 -0.7 -0.999999999",
    "log2(x)": WIDE + " 1e-300 1e300",
    "log10(x)": WIDE + " 1e-300 1e300",
    "sqrt(x)": WIDE + " 1e-300 1e300",
    "cbrt(x)": WIDE + " -1e-9 -1.3 -1e100",
    "abs(x)": WIDE + " -1e-200 -1.3 -1e100",
    "erf(x)": PLAIN + " 4.5 -4.5 7.9",
    "relu(x)": WIDE + " -1e-200 -1.3",
    "sigmoid(x)": EXPONENT,
    "softplus(x)": EXPONENT,
    "x^2": WIDE + " -1.3",
    "x^3": WIDE.replace(" 1e150", "") + " -1.3",
    "x^7": "1e-30 1e-3 0.1 0.7 1.3 2.9 17.5 1e20 -1.3",
    "x^32": "1e-5 0.1 0.7 1.3 2.9 17.5 1e5 -1.3",
    "x^33": "1e-5 0.1 0.7 1.3 2.9 17.5 1e5 -1.3",
    "x^-1": WIDE.replace("1e-200 ", "") + " -1.3",
    "x^-3": "1e-50 1e-3 0.1 0.7 1.3 2.9 17.5 1e50 -1.3",
    "x^0.5": WIDE,
    "x^1.5": WIDE.replace(" 1e150", ""),
    "x^-0.25": WIDE,
    "x^pi": "1e-20 1e-3 0.1 0.7 1.3 2.9 17.5 1e20",
    "2^x": EXPONENT,
    "e^x": EXPONENT,
    "1/x": WIDE.replace("1e-200 ", "") + " -1.3",
    "x % 2": "0.7 1.3 2.9 17.5 -1.3",
    "3 - x": WIDE,
    "x/7": WIDE,
}

PAIRS = {
    "x*y": [(0.3, -7.1), (1e100, 1e100), (1e-150, 1e100)],
    "x/y": [(0.3, -7.1), (1e100, 1e-50), (1e-150, 3.3)],
    "x^y": [(0.3, -7.1), (2.5, 0.5), (1.01, 200.0), (1e-5, 3.5), (20.0, 20.0)],
    "atan2(x, y)": [(0.3, -7.1), (-2.0, -1e-3), (1e100, 1e100), (1e-100, 1e-100), (1e-9, 5.0)],
    "hypot(x, y)": [(0.3, -7.1), (1e200, 1e200), (1e-200, 2e-200), (1e-9, 5.0)],
    "max(x, y)*min(x, y)": [(0.3, -7.1), (5.0, 6.0)],
    "x % y": [(7.5, 2.0), (100.3, 7.7)],
    "sqrt(x^2 + y^2)": [(0.3, -7.1), (3.0, 4.0)],
    "log(x^2 + y^2)": [(0.3, -7.1), (3.0, 4.0)],
}

# compositions of one variable
COMPOSED = """
exp(-x^2); exp(-x^2/2)/sqrt(2*pi); sin(x)/x; x*log(x); log(1 + exp(x)); log(x + sqrt(x^2 + 1)); tanh(3*x - 1)
sin(x)*exp(-x/3); cos(x)^2 + sin(x)^2*x; exp(sin(x)); sin(exp(x)); sqrt(1 + sqrt(1 + sqrt(x))); 1/(1 + x^2)
atan(x)*x - log(1 + x^2)/2; (x - 1)*(x - 2)*(x - 3)*(x - 4); x^5 - 4*x^3 + 2*x - 7; x/(1 + abs(x)); log(log(x + 2))
exp(exp(x/2)); x^x; x^(1/3); (1 + 1/x)^x; sinh(x) - cosh(x); erf(x/sqrt(2)); asin(tanh(x)); atanh(sin(x/2))
sigmoid(2*x)*softplus(-x); relu(x - 0.5)^2 + relu(0.5 - x)^3; where(x > 1, x^2, 2*x - 1); abs(sin(3*x))
log1p(x^2)*expm1(-x); cbrt(x)*sqrt(x); 2^(-x)*x^2; log2(1 + x) - log10(2 + x); acos(x/10) + asinh(x)*acosh(x + 2)
sin(sin(sin(x))); exp(-1/x); (exp(x) - exp(-x))/(exp(x) + exp(-x)); 1/(1 + exp(-x)); sqrt(x)*exp(-sqrt(x))
x*(1 - x)*(1 + x*(2 - x*(3 + x))); tan(x/3)^2; clip(x, 0.5, 2)*x; hypot(x, 1) - x; sin(x^2)*cos(sqrt(x))
sin(10*x) ; exp(20*x)*exp(-19*x) ; ((x + 1)^2 + 1)^2 + 1 ; 1/(1/(1/(1 + x) + x) + x)
"""

# the classics, with the box that points are drawn from
CLASSICS = """
(1 - x)^2 + 100*(y - x^2)^2 | 2
(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2 | 4.5
(x^2 + y - 11)^2 + (x + y^2 - 7)^2 | 5
(1 + (x + y + 1)^2*(19 - 14*x + 3*x^2 - 14*y + 6*x*y + 3*y^2))*(30 + (2*x - 3*y)^2*(18 - 32*x + 12*x^2 + 48*y - 36*x*y + 27*y^2)) | 2
-20*exp(-0.2*sqrt(0.5*(x^2 + y^2))) - exp(0.5*(cos(2*pi*x) + cos(2*pi*y))) + e + 20 | 5
20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y) | 5
1 + (x^2 + y^2)/4000 - cos(x)*cos(y/sqrt(2)) | 20
sin(pi*(1 + (x - 1)/4))^2 + ((x - 1)/4)^2*(1 + 10*sin(pi*(1 + (x - 1)/4) + 1)^2) + ((y - 1)/4)^2*(1 + sin(2*pi*(1 + (y - 1)/4))^2) | 3
(x^4 - 16*x^2 + 5*x + y^4 - 16*y^2 + 5*y)/2 | 5
(y - 5.1/(4*pi^2)*x^2 + 5/pi*x - 6)^2 + 10*(1 - 1/(8*pi))*cos(x) + 10 | 8
2*x^2 - 1.05*x^4 + x^6/6 + x*y + y^2 | 3
(4 - 2.1*x^2 + x^4/3)*x^2 + x*y + (4*y^2 - 4)*y^2 | 2
-cos(x)*cos(y)*exp(-((x - pi)^2 + (y - pi)^2)) | 4
-sin(x)*sin(x^2/pi)^20 - sin(y)*sin(2*y^2/pi)^20 | 3
(x + 2*y - 7)^2 + (2*x + y - 5)^2 | 10
0.26*(x^2 + y^2) - 0.48*x*y | 10
sin(x + y) + (x - y)^2 - 1.5*x + 2.5*y + 1 | 3
x^2 + 2*y^2 - 0.3*cos(3*pi*x) - 0.4*cos(4*pi*y) + 0.7 | 5
x^2 + 2*y^2 - 0.3*cos(3*pi*x)*cos(4*pi*y) + 0.3 | 5
-(y + 47)*sin(sqrt(abs(x/2 + y + 47))) - x*sin(sqrt(abs(x - (y + 47)))) | 100
-abs(sin(x)*cos(y)*exp(abs(1 - sqrt(x^2 + y^2)/pi))) | 10
-0.0001*(abs(sin(x)*sin(y)*exp(abs(100 - sqrt(x^2 + y^2)/pi))) + 1)^0.1 | 10
-(1 + cos(12*sqrt(x^2 + y^2)))/(0.5*(x^2 + y^2) + 2) | 1.5
100*sqrt(abs(y - 0.01*x^2)) + 0.01*abs(x + 10) | 10
sin(3*pi*x)^2 + (x - 1)^2*(1 + sin(3*pi*y)^2) + (y - 1)^2*(1 + sin(2*pi*y)^2) | 5
0.5 + (sin(x^2 - y^2)^2 - 0.5)/(1 + 0.001*(x^2 + y^2))^2 | 2
0.5 + (cos(sin(abs(x^2 - y^2)))^2 - 0.5)/(1 + 0.001*(x^2 + y^2))^2 | 2
418.9829*2 - x*sin(sqrt(abs(x))) - y*sin(sqrt(abs(y))) | 400
(x^2 + y^2)^0.25*(sin(50*(x^2 + y^2)^0.1)^2 + 1) | 1
x^2 + y^2 + 25*(sin(x)^2 + sin(y)^2) | 5
abs(x)*0.1 + abs(y)*0.2 + abs(x*sin(x) + 0.1*x) | 5
(x^2 + y^2)/2 + x^2*y | 2
x^2 + x*y + 100*y^2 | 3
x^3 - 3*x*y^2 | 3
x^4 + y^4 - 4*x*y + 1 | 3
x*exp(-x^2 - y^2) + (x^2 + y^2)/20 | 2
3*(1 - x)^2*exp(-x^2 - (y + 1)^2) - 10*(x/5 - x^3 - y^5)*exp(-x^2 - y^2) - exp(-(x + 1)^2 - y^2)/3 | 2
(x + 10*y)^2 + 5*(z - w)^2 + (y - 2*z)^4 + 10*(x - w)^4 | 3
100*(y - x^2)^2 + (1 - x)^2 + 90*(w - z^2)^2 + (1 - z)^2 + 10.1*((y - 1)^2 + (w - 1)^2) + 19.8*(y - 1)*(w - 1) | 3
max(abs(x), abs(y)) + 0.1*(x + y)^2 | 3
log(1 + 100*(x^2 - y)^2 + (1 - x)^2) | 3
(exp(x) - y)^4 + 100*(y - z)^6 + tan(z - w)^4 + x^8 | 0.7
"""

# vectors: formula, length, box
VECTORS = """
sum(100*(v[1:] - v[:-1]^2)^2 + (1 - v[:-1])^2) | 10 | 2
sum(100*(v[1:] - v[:-1]^2)^2 + (1 - v[:-1])^2) | 100 | 2
sum(v^2) | 100 | 10
sum(i*v^2) | 30 | 5
10*n + sum(v^2 - 10*cos(2*pi*v)) | 30 | 3
-20*exp(-0.2*sqrt(mean(v^2))) - exp(mean(cos(2*pi*v))) + 20 + e | 20 | 5
1 + sum(v^2)/4000 - prod(cos(v/sqrt(i))) | 10 | 6
sum(v^4 - 16*v^2 + 5*v)/2 | 40 | 5
-sum(sin(v)*sin(i*v^2/pi)^20) | 5 | 1
sum(v^2) + (0.5*sum(i*v))^2 + (0.5*sum(i*v))^4 | 15 | 3
sum(cumsum(v)^2) | 20 | 3
(v[0] - 1)^2 + sum(range(2, 11)*(2*v[1:]^2 - v[:-1])^2) | 10 | 3
sum((v - 1)^2) - sum(v[1:]*v[:-1]) | 25 | 5
norm(v)^3 | 12 | 3
norm(v - roll(v, 1)) | 12 | 3
logsumexp(v) | 20 | 20
logsumexp(3*v) - mean(v) | 10 | 2
sum(softmax(v)*i) | 8 | 2
-log_softmax(v)[3] | 8 | 5
prod(v) | 15 | 2
sqrt(sum(v^4)) + sum(abs(v)) | 10 | 3
sum(log(1 + v^2)) | 50 | 20
sum(relu(v) + softplus(-v)) | 50 | 5
max(v) - min(v) | 20 | 3
dot(v, v[::-1]) + v[0]*v[-1] | 11 | 3
sum(outer(v, sin(v))) | 6 | 3
sum(sin(v[:, None] - v[None, :])^2) | 6 | 3
sum(sin(v)*exp(-v/3)) | 20 | 3
trace(outer(v, cos(v))) | 6 | 3
sum(diag(v) @ exp(v)) | 6 | 2
sum(tanh(v)^2) + sum(v[::2]) | 21 | 3
sum(concat(v[2:], v[:2])*v^2) | 7 | 3
sum(exp(-v^2)*cos(5*v)) | 16 | 2
418.9829*n - sum(v*sin(sqrt(abs(v)))) | 12 | 100
sum(abs(v)^1.5)^(2/3) | 10 | 3
"""

# matrices: formula, shapes, box
MATRICES: list[tuple[str, dict[str, list[int]], float]] = [
    ("sum((W @ v - u)^2)", {"W": [5, 4], "v": [4], "u": [5]}, 2),
    ("v @ W @ v", {"W": [6, 6], "v": [6]}, 2),
    ("sum(tanh(W @ v + u)^2)", {"W": [4, 3], "v": [3], "u": [4]}, 1),
    ("sum((A @ B - 1)^2)", {"A": [3, 4], "B": [4, 3]}, 2),
    ("sum(A*B)/norm(A)/norm(B)", {"A": [3, 3], "B": [3, 3]}, 2),
    ("trace(A.T @ A)", {"A": [4, 3]}, 2),
    ("sum(relu(A @ relu(B @ v)))", {"A": [2, 5], "B": [5, 3], "v": [3]}, 1),
    ("logsumexp(A @ v) - (A @ v)[1]", {"A": [4, 3], "v": [3]}, 2),
    ("sum(sum(A, axis=0)^2) + sum(sum(A, axis=1)^3)", {"A": [3, 5]}, 2),
    ("sum(sigmoid(A @ sin(B @ v) + 1))", {"A": [2, 4], "B": [4, 2], "v": [2]}, 2),
    ("A[0, 0]*A[1, 1] - A[0, 1]*A[1, 0]", {"A": [2, 2]}, 3),
    ("sum((A @ A.T)^2)", {"A": [3, 2]}, 2),
    ("sum(exp(-(A - v)^2))", {"A": [4, 3], "v": [3]}, 1),
]


def _names(formula: str) -> list[str]:
    return sorted(set(re.findall(r"\b[w-z]\b", formula)), key="xyzw".index)


def _lines(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]


def _cases() -> list[tuple[str, dict[str, list[int]], list[list[float]]]]:
    random = np.random.default_rng(7)

    def drawn(size: int, box: float) -> list[float]:
        return [float(number) for number in random.uniform(-box, box, size)]

    cases: list[tuple[str, dict[str, Any], list[list[float]]]] = []
    for formula, points in ELEMENTARY.items():
        cases.append((formula, {"x": []}, [[float(x)] for x in points.split()]))
    for formula, pairs in PAIRS.items():
        cases.append((formula, {"x": [], "y": []}, [list(pair) for pair in pairs]))
    for formula in re.split(r"[;\n]+", COMPOSED.strip()):
        cases.append((formula.strip(), {"x": []}, [[0.3125], [0.7], [1.9], [2.8]]))
    for formula, box in _lines(CLASSICS):
        names = _names(formula)
        cases.append(
            (formula, {name: [] for name in names}, [drawn(len(names), float(box)) for _ in range(4)])
        )
    for formula, length, box in _lines(VECTORS):
        n = int(length)
        cases.append((formula, {"v": [n]}, [drawn(n, float(box)) for _ in range(2 if n <= 20 else 1)]))
    for formula, shapes, box in MATRICES:
        size = sum(math.prod(shape) for shape in shapes.values())
        cases.append((formula, shapes, [drawn(size, box) for _ in range(2)]))
    return cases


CASES = _cases()
