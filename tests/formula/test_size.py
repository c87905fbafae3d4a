"""Large formulas: long, deep and shared ones are read, differentiated, written and read again.

Nothing here may depend on Python's stack, and work grows with the length alone: a quadratic step would
make these tests take minutes.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from gdplay.engines.tape import evaluate
from gdplay.errors import FormulaError
from gdplay.formula.expr import symbol
from gdplay.formula.gradient import gradient, hessian_product
from gdplay.formula.scope import Scope
from gdplay.formula.signature import read
from gdplay.formula.statements import parse
from gdplay.formula.text import to_text

N = 10_000
X = 0.5


def nested(function: str, argument: str = "") -> str:
    return f"{function}(" * N + "x" + f"{argument})" * N


def lines(step: str, count: int) -> str:
    body = [step.replace("new", f"t{k + 1}").replace("old", f"t{k}") for k in range(count)]
    return "\n".join(["t0 = x", *body, f"t{count}"])


def _iterated(start: tuple[float, float], step, count: int) -> tuple[float, float]:
    """Carry a value and its derivative through a loop."""
    for _ in range(count):
        start = step(*start)
    return start


SINES = _iterated((X, 1.0), lambda a, d: (math.sin(a), d * math.cos(a)), N)
LOGISTIC = _iterated((X / 2, 0.5), lambda a, d: (2.9 * a * (1 - a), 2.9 * d * (1 - 2 * a)), 3_000)

# fmt: off
LARGE = [
    ("terms",       " + ".join(["x"]*N),                                 N*X,          float(N)),
    ("polynomial",  " + ".join(f"{k}*x^{k % 7}" for k in range(N)),
                    math.fsum(k*X**(k % 7) for k in range(N)),
                    math.fsum(k*(k % 7)*X**(k % 7 - 1) for k in range(N))),
    ("product",     "*".join(f"(x + {0.5 + k % 2/1000})" for k in range(N)),
                    1.001**5000, 1.001**5000*(5000 + 5000/1.001)),
    ("quotients",   "/".join(["x"] + ["(x + 0.5)"]*N),                   X,            1 - N*X),
    ("brackets",    "("*N + "x" + ")"*N,                                 X,            1.0),
    ("signs",       "-"*N + "x",                                         X,            1.0),
    ("compared",    " < ".join(["x"]*N),                                 0.0,          0.0),
    ("sines",       nested("sin"),                                       *SINES),
    ("maxima",      nested("max", ", 0.25"),                             X,            1.0),
    ("sums",        nested("sum"),                                       X,            1.0),
    ("list",        f"sum([{', '.join(f'{k % 10}*x' for k in range(N))}])", 4.5*N*X,   4.5*N),
    ("argument list", f"max({', '.join(f'{k}*x' for k in range(3_000))})", 2999*X,     2999.0),
    ("lines",       lines("new = 2.9*old*(1 - old)", 3_000).replace("t0 = x", "t0 = x/2"), *LOGISTIC),
    ("doubling",    lines("new = (old + old)/2", 3_000),                 X,            1.0),
]
# fmt: on


ALWAYS = ("terms", "brackets", "sines", "list", "lines")


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("text", "value", "slope"),
    [pytest.param(*row[1:], id=row[0], marks=() if row[0] in ALWAYS else pytest.mark.full) for row in LARGE],
)
def test_large_formulas(text: str, value: float, slope: float) -> None:
    formula = read(text)
    derivative = gradient(formula.expr, formula.variables)
    point = {node: np.full((*node.shape, 1), X) for node in formula.variables}
    found = evaluate([formula.expr, *derivative], point)
    assert found[0][..., 0] == pytest.approx(value, rel=1e-11)
    assert float(found[1][..., 0]) == pytest.approx(slope, rel=1e-9, abs=1e-300)
    scope = Scope({node.params[0]: node for node in formula.variables})
    assert parse(to_text(formula.expr), scope) is formula.expr


def test_many_variables_in_natural_order() -> None:
    formula = read(" + ".join(f"{k}*x{k}^2" for k in range(2_000)))
    assert [node.params[0] for node in formula.variables] == [f"x{k}" for k in range(2_000)]
    point = {node: np.ones(1) for node in formula.variables}
    slopes = evaluate(gradient(formula.expr, formula.variables), point)
    assert [float(slope[0]) for slope in slopes] == [2.0 * k for k in range(2_000)]


def test_many_items_of_a_vector() -> None:
    formula = read("f(v[4000]) = " + " + ".join(f"{k}*v[{k}]^2" for k in range(4_000)))
    (slope,) = evaluate(
        gradient(formula.expr, formula.variables), {formula.variables[0]: np.ones((4_000, 1))}
    )
    assert slope[:, 0].tolist() == [2.0 * k for k in range(4_000)]


def test_a_hessian_product_of_a_long_vector() -> None:
    formula = read("f(v[10000]) = sum(100*(v[1:] - v[:-1]^2)^2 + (1 - v[:-1])^2)")
    direction = symbol("d", (N,))
    product = hessian_product(formula.expr, formula.variables, direction)
    (found,) = evaluate([product], {formula.variables[0]: np.ones((N, 1)), direction: np.ones((N, 1))})
    # at the minimum: 802 on the first, 1002 in the middle, 200 at the end, -400 beside the diagonal
    assert found[:3, 0].tolist() == [402.0, 202.0, 202.0]
    assert found[-2:, 0].tolist() == [202.0, -200.0]


@pytest.mark.parametrize(
    "junk", ["a" * 900_000, "x" * 900_000, "9" * 900_000, "sin" * 300_000, "(" * 9_999, "," * 99_999]
)
def test_long_nonsense_is_refused_at_once_and_briefly(junk: str) -> None:
    with pytest.raises(FormulaError) as refusal:
        read("f(x) = " + junk)
    assert len(str(refusal.value)) < 600


def test_a_variable_may_end_in_more_digits_than_an_integer_has() -> None:
    long = "x" + "7" * 5_000
    assert [node.params[0] for node in read(f"{long} + x8").variables] == ["x8", long]
