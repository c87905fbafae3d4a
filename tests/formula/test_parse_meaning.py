"""What texts mean: each beside the same thing written by hand in Python and NumPy."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from numpy import array, cumsum, exp, log, outer, sin, sum

from gdplay.engines.tape import evaluate
from gdplay.formula.signature import Formula, read

X, Y, Z = 0.75, -1.25, 2.5
V = array([0.5, -2.0, 3.0])
U = array([1.5, 0.25, -1.0])
W = array([[1.0, 2.0, -0.5], [0.25, -3.0, 4.0]])
S = array([[2.0, 0.5], [-1.0, 3.0]])
VALUES: dict[str, Any] = {"x": X, "y": Y, "z": Z, "v": V, "u": U, "W": W, "S": S}
SIGNATURE = "f(x, y, z, v[3], u[3], W[2, 3], S[2, 2]) = "
I3 = array([1.0, 2.0, 3.0])


def value(formula: Formula, values: dict[str, Any]) -> float:
    point = {node: np.asarray(values[node.params[0]], dtype=float)[..., None] for node in formula.variables}
    (found,) = evaluate([formula.expr], point)
    return float(found[0])


# fmt: off
MEANING: list[tuple[str, Any]] = [
    # signs and powers
    ("-x^2",                      -(X**2)),
    ("(-x)^2",                    X**2),
    ("2^-x^2",                    2 ** (-(X**2))),
    ("2^-x*y",                    2**-X * Y),
    ("x^2^3",                     X ** (2**3)),
    ("z^x^y",                     Z ** (X**Y)),
    ("z**x**y",                   Z ** (X**Y)),
    ("-2x^2",                     -(2 * X**2)),
    ("2x^2",                      2 * X**2),
    ("2x*y",                      2 * X * Y),
    ("2 (x + 1)^2",               2 * (X + 1) ** 2),
    ("3(x)",                      3 * X),
    ("2e-x",                      2 * math.e - X),
    ("2e-3x",                     2e-3 * X),
    ("2e3",                       2000.0),
    ("2e",                        2 * math.e),
    ("2pi*x",                     2 * math.pi * X),
    ("1E2 + 1.5e+1",              115.0),
    ("007 + 0.50",                7.5),
    ("--x",                       X),
    ("-+-x",                      X),
    ("x - -y",                    X + Y),
    ("x--y",                      X + Y),
    ("x*-y",                      X * -Y),
    ("x/-y",                      X / -Y),
    ("x^-2",                      X**-2),
    ("-x*-y",                     X * Y),
    ("2sin(x)",                   2 * sin(X)),
    ("2 [1, 2] @ [x, y]",         2 * (X + 2 * Y)),
    ("4/2*x",                     4 / 2 * X),
    ("x/y/z",                     X / Y / Z),
    ("x/(y/z)",                   X / (Y / Z)),
    ("x - y - z",                 X - Y - Z),
    ("x - (y - z)",               X - (Y - Z)),
    ("z // x * y",                (Z // X) * Y),
    ("z % x",                     Z % X),
    ("y % x",                     Y % X),
    ("y // x",                    Y // X),
    ("-z % x",                    -Z % X),
    ("-(z % x)",                  -(Z % X)),
    ("x + y % z * 2",             X + (Y % Z) * 2),
    ("(x)^(y)",                   X**Y),
    ("((((x))))",                 X),
    # comparisons and logic
    ("x < z",                     1.0),
    ("x > z",                     0.0),
    ("y < x < z",                 1.0),
    ("y < z < x",                 0.0),
    ("y < x < z > x",             1.0),
    ("y < x == x",                1.0),
    ("(y < x) < z",               1.0),
    ("(z > x) > x",               1.0),
    ("z > x > x",                 0.0),
    ("x <= x and x >= x",         1.0),
    ("x != x or y != x",          1.0),
    ("not x > z",                 1.0),
    ("not not x",                 1.0),
    ("not x + 1",                 0.0),
    ("not x < z and y",           0.0),
    ("x > z or not y > x and z",  1.0),
    ("1 or 0 and 0",              1.0),
    ("(1 or 0) and 0",            0.0),
    ("x + (y < x)",               X + 1),
    ("-x < y",                    0.0),
    ("x < y + 3",                 1.0),
    ("5 and 3",                   1.0),
    ("0/x or 2",                  1.0),
    ("(x - x)/(x - x) == 0",      0.0),
    ("(x - x)/(x - x) != 0",      0.0),
    ("where(x > 0, y, z)",        Y),
    ("where(x < 0 or y > 0, y, z)", Z),
    # vectors and matrices
    ("v @ u",                     V @ U),
    ("W @ v @ [1, 2]",            (W @ V) @ array([1, 2])),
    ("[1, 2] @ W @ v",            array([1, 2]) @ W @ V),
    ("sum(W.T @ [1, 2])",         sum(W.T @ array([1, 2]))),
    ("sum((W @ W.T).T @ [x, y])", sum((W @ W.T).T @ array([X, Y]))),
    ("sum(v.T*u)",                sum(V * U)),
    ("sum(2*W @ v)",              sum(2 * W @ V)),
    ("v[0] - v[-1]",              V[0] - V[-1]),
    ("v[n - 1]",                  V[2]),
    ("sum(v[1:])",                sum(V[1:])),
    ("sum(v[:-1]*v[1:])",         sum(V[:-1] * V[1:])),
    ("sum(v[::-1]*u)",            sum(V[::-1] * U)),
    ("sum(v[::2])",               sum(V[::2])),
    ("sum(v[-1:0:-1]*[1, 2])",    V[2] + 2 * V[1]),
    ("v[1:3][0]",                 V[1]),
    ("(2v)[1]",                   2 * V[1]),
    ("[x, y, z][1]",              Y),
    ("W[1, 2]",                   W[1, 2]),
    ("W[1][2]",                   W[1, 2]),
    ("W[-1, -1]",                 W[-1, -1]),
    ("sum(W[:, 1])",              sum(W[:, 1])),
    ("sum(W[0]*v)",               sum(W[0] * V)),
    ("sum(W[:, ::-1][0]*v)",      sum(W[0, ::-1] * V)),
    ("W.T[2, 1]",                 W[1, 2]),
    ("sum(v[:, None]*W.T)",       sum(V[:, None] * W.T)),
    ("sum(v[None, :]*W)",         sum(V[None, :] * W)),
    ("(v[:, None] @ u[None, :])[0, 2]", V[0] * U[2]),
    ("sum(W + v)",                sum(W + V)),
    ("sum(W*S[:, 0][:, None])",   sum(W * S[:, :1])),
    ("sum(W, axis=0) @ v",        sum(W, axis=0) @ V),
    ("sum(W, axis=1) @ [1, 2]",   sum(W, axis=1) @ array([1, 2])),
    ("max(W)",                    4.0),
    ("max(W, axis=1) @ [1, 2]",   2.0 + 2 * 4.0),
    ("min(W, axis=0) @ v",        array([0.25, -3.0, -0.5]) @ V),
    ("max(x, y, z)",              Z),
    ("sum(max(v, u))",            sum(np.maximum(V, U))),
    ("sum(max(v, 0))",            3.5),
    ("prod(v)",                   np.prod(V)),
    ("mean(v) + mean(W, axis=0)[1]", V.mean() + W.mean(axis=0)[1]),
    ("norm(v)",                   np.linalg.norm(V)),
    ("norm(W)",                   np.linalg.norm(W)),
    ("cumsum(v) @ u",             cumsum(V) @ U),
    ("sum(cumsum(W, axis=1)[:, 2])", sum(W)),
    ("dot(v, u)",                 V @ U),
    ("outer(v, u)[1, 2]",         outer(V, U)[1, 2]),
    ("transpose(W)[2, 0]",        W[0, 2]),
    ("softmax(v)[2]",             exp(V[2]) / sum(exp(V))),
    ("sum(softmax(W, axis=1))",   2.0),
    ("logsumexp(v)",              log(sum(exp(V)))),
    ("log_softmax(v)[0]",         V[0] - log(sum(exp(V)))),
    ("roll(v, 1)[0] - roll(v, -1)[0]", V[2] - V[1]),
    ("concat(v, u)[4]",           U[1]),
    ("concat(x, v, y)[4]",        Y),
    ("sum(concat(W, W) @ v)",     2 * sum(W @ V)),
    ("stack(v, u)[1, 0]",         U[0]),
    ("stack(x, y)[1]",            Y),
    ("diag(v)[1, 1] + diag(v)[0, 1]", V[1]),
    ("diag(S) @ [1, 2]",          S[0, 0] + 2 * S[1, 1]),
    ("trace(S)",                  S[0, 0] + S[1, 1]),
    ("sum(range(0, 4))",          6.0),
    ("range(2, 5) @ v",           array([2.0, 3, 4]) @ V),
    ("sum(eye(3) @ v)",           sum(V)),
    ("solve(S, [x, y]) @ [1, 2]", np.linalg.solve(S, [X, Y]) @ array([1, 2])),
    ("sum(solve(S, S))",          2.0),
    ("[[1, 2], [3, 4]][1, 0]",    3.0),
    ("sum([[x, y], [z, 1]] @ [1, 2])", X + 2 * Y + Z + 2),
    ("clip(z, 0, 1) + clip(y, -1, 1)", 0.0),
    ("atan2(y, x)",               math.atan2(Y, X)),
    ("hypot(x, y)",               math.hypot(X, Y)),
    ("round(z) + floor(y) + ceil(x) + sign(y)", 2.0 - 2 + 1 - 1),
    ("relu(y) + relu(z)",         Z),
    ("erf(x)",                    math.erf(X)),
    ("sigmoid(x) + softplus(x)",  1 / (1 + exp(-X)) + math.log1p(math.exp(X))),
    ("cbrt(y)",                   -(1.25 ** (1 / 3))),
    ("expm1(x) - log1p(x)",       math.expm1(X) - math.log1p(X)),
    ("log2(z)*log10(z)",          math.log2(Z) * math.log10(Z)),
    # other names of the same functions
    ("ln(z)",                     math.log(Z)),
    ("arcsin(x) + arccos(x) + arctan(x)", math.asin(X) + math.acos(X) + math.atan(X)),
    ("arcsinh(x) + arccosh(z) + arctanh(x)", math.asinh(X) + math.acosh(Z) + math.atanh(X)),
    ("absolute(y) + fabs(y)",     2.5),
    ("sum(maximum(v, u) + minimum(v, u))", sum(V + U)),
    ("sum(identity(2)) + arange(0, 3)[2]", 4.0),
    ("logistic(x) + sgn(y) + rint(x)", 1 / (1 + exp(-X)) - 1 + 1),
    ("concatenate(u, v)[3]",      V[0]),
    ("arctan2(y, x)",             math.atan2(Y, X)),
    # lines, comments, names
    ("t = x + 1; t*t",            (X + 1) ** 2),
    ("t = x + 1\nt*t",            (X + 1) ** 2),
    ("t = x\n\n  # nothing\nq = t^2 # squared\n;q + 1\n", X**2 + 1),
    ("x +\ny",                    X + Y),
    ("x + # more\n  y",           X + Y),
    ("x >\ny",                    1.0),
    ("x > y and\nnot\nx > z",     1.0),
    ("(x\n+ y\n)",                X + Y),
    ("sum([x,\n y,\n z])",        X + Y + Z),
    ("\n  x\r\n",                 X),
    ("t =\n  x^2\nt",             X**2),
    ("lambda = 2; lambda*x",      2 * X),
    ("axis = 3; axis*x",          3 * X),
    ("E = 2; E*x",                2 * X),
    ("i = x + 1; i^2",            (X + 1) ** 2),
    ("n = 5; n*x",                5 * X),
]
# fmt: on


@pytest.mark.parametrize(("text", "expected"), MEANING, ids=[row[0] for row in MEANING])
def test_a_text_means_what_python_says(text: str, expected: float) -> None:
    signature = SIGNATURE.replace(", u[3]", "") if "[n" in text else SIGNATURE
    formula = read(signature + text)
    assert value(formula, VALUES) == pytest.approx(float(expected), rel=2e-15, abs=1e-300)


COUNTERS = [
    ("f(v[3]) = sum(i*v)", sum(I3 * V)),
    ("f(v[3]) = n*sum(v)", 3 * sum(V)),
    ("f(v[3], x) = sum(v^i) + x", sum(V**I3) + X),
    ("f(v[3], n) = n*sum(v)", 7 * sum(V)),
    ("f(v[3], i) = i*sum(v)", -2 * sum(V)),
    ("f(v[3], W[2, 3]) = sum(v[0:n - 1]) + sum(W)", V[0] + V[1] + sum(W)),
    ("f(v[3]) = sum(range(0, n)*v)", V[1] + 2 * V[2]),
    ("f(v[3]) = sum(v[n - 3:n:n - 1])", V[0] + V[2]),
    ("f(v[3]) = i[2] + v[0]", 3 + V[0]),
    ("f(v[3]) = sum(eye(n) @ v)", sum(V)),
    ("f(v[3]) = n = 2\nsum(v)^n", sum(V) ** 2),
]


@pytest.mark.parametrize(("text", "expected"), COUNTERS)
def test_i_and_n_belong_to_the_one_vector_and_give_way_to_the_user(text: str, expected: float) -> None:
    formula = read(text)
    assert value(formula, {**VALUES, "n": 7.0, "i": -2.0}) == pytest.approx(float(expected), rel=2e-15)


# text, the start's length, the variables that it declares
UNDECLARED: list[tuple[str, int | None, dict[str, tuple[int, ...]]]] = [
    ("x10 + x2 + X1 + a", None, {"a": (), "X1": (), "x2": (), "x10": ()}),
    ("x2 + x10 + x1b + x1a", None, {"x1a": (), "x1b": (), "x2": (), "x10": ()}),
    ("b + B2 + a", None, {"a": (), "b": (), "B2": ()}),
    ("z^2 + y", None, {"y": (), "z": ()}),
    ("sum(x^2)", 4, {"x": (4,)}),
    ("sum(x^2)", None, {"x": ()}),
    ("sum(x^2)", 1, {"x": ()}),
    ("x[0]^2", 1, {"x": (1,)}),
    ("x[0]^2 + x[1]", 2, {"x": (2,)}),
    ("x @ x", 3, {"x": (3,)}),
    ("u = x - 1\nsum(u^2)", 3, {"x": (3,)}),
    ("sum(i*x)", 3, {"x": (3,)}),
    ("sum(i*x)", 1, {"x": (1,)}),
    ("sum((x - n)^2)", 2, {"x": (2,)}),
    ("n*x", 2, {"n": (), "x": ()}),
    ("i^2 + n", 2, {"i": (), "n": ()}),
    ("max(x, 0)", 1, {"x": ()}),
    ("max(x)", 3, {"x": (3,)}),
    ("norm([x, y])", 2, {"x": (), "y": ()}),
    ("u = [x, y]\nu[0]*u[1]", 2, {"x": (), "y": ()}),
    ("sum(x) + y", 2, {"x": (), "y": ()}),
    ("lambda + def + None", 3, {"def": (), "lambda": (), "None": ()}),
    ("x*None", 2, {"None": (), "x": ()}),
    ("t = x + y\nt*t", 2, {"x": (), "y": ()}),
]


@pytest.mark.parametrize(("text", "length", "declared"), UNDECLARED)
def test_undeclared_variables_get_order_and_shape(
    text: str, length: int | None, declared: dict[str, tuple[int, ...]]
) -> None:
    formula = read(text, length=length)
    assert [(node.params[0], node.shape) for node in formula.variables] == list(declared.items())


def test_a_signature_keeps_its_own_order_name_and_shapes() -> None:
    formula = read("energy(W[2, 3], b, a[4]) = sum(W) + b + sum(a)")
    assert formula.name == "energy"
    shapes = [(node.params[0], node.shape) for node in formula.variables]
    assert shapes == [("W", (2, 3)), ("b", ()), ("a", (4,))]


def test_declared_variables_and_constants() -> None:
    formula = read("sum(a*w) + w[k]", {"w": (3,)}, {"a": np.array([1.0, 2.0, 3.0]), "k": np.array(1.0)})
    point = {
        formula.variables[0]: V[:, None],
        formula.constants["a"]: I3[:, None],
        formula.constants["k"]: np.ones(1),
    }
    assert evaluate([formula.expr], point)[0].tolist() == [sum(I3 * V) + V[1]]


def test_residuals_are_summed_as_squares() -> None:
    formula = read("[x - 1, 10*(y - x^2)]", residuals=True)
    assert formula.residuals is not None
    assert formula.residuals.shape == (2,)
    assert value(formula, VALUES) == pytest.approx((X - 1) ** 2 + 100 * (Y - X * X) ** 2, rel=1e-15)


WARNINGS = [
    ("f(x, y, z) = x + z", ("the variable 'y' is never used",)),
    ("where(x == 0, x, 1)", ("'==' compares exactly; its derivative is 0 and it holds almost nowhere",)),
    ("x + y + xy", ("'xy' is a variable of its own; write x*y to multiply",)),
    ("x + sinx", ("'sinx' is a variable of its own; write sin(x) for the function",)),
    ("f(x, y, xy) = x + y + xy", ()),
    ("x + y", ()),
]


@pytest.mark.parametrize(("text", "warnings"), WARNINGS)
def test_warnings(text: str, warnings: tuple[str, ...]) -> None:
    assert read(text).warnings == warnings
