"""Derivations: the rules named, the lines written, and where they end."""

from __future__ import annotations

import numpy as np
import pytest
from formulas import formula

from gdplay.engines.tape import evaluate
from gdplay.errors import ConfigError, GdplayError
from gdplay.formula import derive as module
from gdplay.formula.derive import TooLongError, compare, derive, scalar_form
from gdplay.formula.expr import symbol
from gdplay.formula.notation import to_latex, to_plain
from gdplay.formula.scope import Scope
from gdplay.formula.statements import parse
from gdplay.lesson import choose, derivations
from gdplay.objective import from_text, function

VARIABLES = tuple(symbol(name) for name in "xyz")
X, Y, Z = VARIABLES
POINTS = np.random.default_rng(5).uniform(-1.7, 1.7, (3, 12))


def told(text: str, wrt: str = "x") -> module.Derivation:
    return derive(parse(text, Scope({v.params[0]: v for v in VARIABLES})), symbol(wrt))


# formula, by, the rules in order, the last lines
EXAMPLES = [
    ("7", "x", ["constant"], ["0"]),
    ("x", "x", ["variable"], ["1"]),
    ("y^2", "x", ["constant"], ["0"]),
    ("x^5", "x", ["power"], ["5x^4"]),
    ("4x", "x", ["constant multiple"], ["4"]),
    ("x^2 + 3x - 7", "x", ["sum", "power", "constant multiple", "constant"], ["2x + 3"]),
    ("x*sin(x)", "x", ["product", "sin"], ["sin(x) + x*cos(x)"]),
    ("sin(x)/x", "x", ["quotient", "sin"], ["(cos(x)*x - sin(x))/x^2"]),
    ("1/x^2", "x", ["reciprocal", "power"], ["-1/(x^2)^2 · 2x", "-2/x^3"]),
    ("3(2x^2)^5", "x", ["constant multiple", "chain, power", "constant multiple", "power"],
     ["15(2x^2)^4 · 4x", "960x^9"]),
    ("exp(2x)", "x", ["chain, exp", "constant multiple"], ["2exp(2x)"]),
    ("2^x", "x", ["exponential"], ["2^x*log(2)"]),
    ("e^(3x)", "x", ["chain, exponential", "constant multiple"], ["3e^(3x)"]),
    ("x^x", "x", ["power of a function by a function"], ["x^x*(log(x) + x/x)", "x^x*(log(x) + 1)"]),
    ("max(x, 0)", "x", ["max"], ["where(x > 0, 1, 0)"]),
    ("max(x, y)", "y", ["max"], ["where(y > x, 1, 0)"]),
    ("min(x^2, 1)", "x", ["min", "power"], ["where(x^2 < 1, 2x, 0)"]),
    ("relu(3x + 1)", "x", ["relu", "sum", "constant multiple", "constant"], ["where(3x + 1 > 0, 3, 0)"]),
    ("where(x > y, x^2, 1)", "x", ["cases", "power", "constant"], ["where(x > y, 2x, 0)"]),
    ("floor(x)*x", "x", ["product", "floor (flat between its jumps)"], ["floor(x)"]),
    ("-x^2", "x", ["constant multiple", "power"], ["-2x"]),
    ("atan2(y, x)", "x", ["atan2"], ["-y/(y*y + x*x)"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wrt", "rules", "lines"), EXAMPLES, ids=[row[0] for row in EXAMPLES])
def test_rules_and_last_lines(text: str, wrt: str, rules: list[str], lines: list[str]) -> None:
    found = told(text, wrt)
    assert [step.rule for step in found.steps] == rules
    assert [to_plain(line) for _, line in found.lines] == lines


def test_chain_rule_keeps_the_users_form() -> None:
    assert told("3(2x^2)^5").plain() == [
        ("constant multiple", "d/dx[3(2x^2)^5]", "3 · d/dx[(2x^2)^5]"),
        ("chain, power", "d/dx[(2x^2)^5]", "5(2x^2)^4 · d/dx[2x^2]"),
        ("constant multiple", "d/dx[2x^2]", "2 · d/dx[x^2]"),
        ("power", "d/dx[x^2]", "2x"),
        ("together", "d/dx[3(2x^2)^5]", "15(2x^2)^4 · 4x"),
        ("simplified", "d/dx[3(2x^2)^5]", "960x^9"),
    ]
    before = r"\frac{\partial}{\partial x}\left[3\left(2x^{2}\right)^{5}\right]"
    assert told("3(2x^2)^5").latex()[-2:] == [
        ("together", before, r"15\left(2x^{2}\right)^{4} \cdot 4x"),
        ("simplified", before, "960x^{9}"),
    ]


@pytest.mark.parametrize("seed", range(200))
def test_generated_formulas_end_in_the_right_gradient(seed: int) -> None:
    """The witness is a five-point difference of the formula itself: neither rules nor adjoints take part."""
    expr = parse(formula(seed), Scope({v.params[0]: v for v in VARIABLES}))
    lines = [derive(expr, wrt, shorten=False).together for wrt in VARIABLES]
    at = dict(zip(VARIABLES, POINTS, strict=True))
    found = [np.broadcast_to(line, POINTS.shape[1:]) for line in evaluate(lines, at)]
    h = 1e-3
    for k, wrt in enumerate(VARIABLES):
        values = [
            np.broadcast_to(evaluate([expr], {**at, wrt: POINTS[k] + offset * h})[0], POINTS.shape[1:])
            for offset in (2, 1, -1, -2)
        ]
        slope = (-values[0] + 8 * values[1] - 8 * values[2] + values[3]) / (12 * h)
        half = (values[1] - values[2]) / (2 * h)
        # next to a kink the two differences differ: there they are no witness
        smooth = np.abs(slope - half) <= 1e-3 * (1 + np.abs(slope))
        assert smooth.any()
        rounding = 1e-12 * max(np.abs(value).max() for value in values)
        np.testing.assert_allclose(found[k][smooth], slope[smooth], rtol=2e-6, atol=2e-6 + rounding)


@pytest.mark.parametrize("seed", range(0, 200, 20))
def test_shortest_form_has_the_same_values(seed: int) -> None:
    expr = parse(formula(seed), Scope({v.params[0]: v for v in VARIABLES}))
    compared, wrong = compare(derive(expr, X), expr, VARIABLES, dict(zip(VARIABLES, POINTS, strict=True)))
    assert (compared, wrong) == (POINTS.shape[1], 0)


@pytest.mark.parametrize("seed", range(100))
def test_what_is_written_reads_back_as_the_same(seed: int) -> None:
    expr = parse(formula(seed), Scope({v.params[0]: v for v in VARIABLES}))
    again = parse(to_plain(expr).replace(" · ", "*"), Scope({v.params[0]: v for v in VARIABLES}))
    at = dict(zip(VARIABLES, POINTS, strict=True))
    np.testing.assert_allclose(*evaluate([expr, again], at), rtol=1e-12)


@pytest.mark.parametrize("seed", range(0, 100, 4))
def test_latex_is_balanced_and_complete(seed: int) -> None:
    expr = parse(formula(seed), Scope({v.params[0]: v for v in VARIABLES}))
    written = to_latex(derive(expr, X, shorten=False).together)
    assert written.count("{") == written.count("}")
    assert written.count(r"\left") == written.count(r"\right")
    assert written.count(r"\begin{cases}") == written.count(r"\end{cases}")
    assert "*" not in written


def test_latex_is_accepted_by_a_reader_of_it() -> None:
    from matplotlib.mathtext import MathTextParser

    reader = MathTextParser("path")
    for text in (
        "(1 - x)^2/3",
        "sqrt(x)*exp(-y)",
        "3(2x^2)^5",
        "cbrt(x)/abs(y)",
        "x^(y + 1)*sin(z)",
        "1e-5*log2(x)",
    ):
        written = to_latex(parse(text, Scope({v.params[0]: v for v in VARIABLES})))
        assert reader.parse(f"${written}$").width > 0


def test_vectors_are_told_by_their_elements() -> None:
    f = from_text("f(v[2]) = sum((v - [1, 2])^2)")
    first, second = derivations(f, choose(f, None))
    assert (first.coordinate, second.coordinate) == ("v[0]", "v[1]")
    assert first.derivation.plain()[-1][2] == "2v[0] - 2"
    assert second.derivation.plain()[0] == (
        "sum", "d/d(v[1])[(v[0] - 1)^2 + (v[1] - 2)^2]", "d/d(v[1])[(v[0] - 1)^2] + d/d(v[1])[(v[1] - 2)^2]"
    )  # fmt: skip


def test_wrong_derivation_is_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from gdplay.formula import rules

    monkeypatch.setitem(
        rules.RULES, "powi", lambda u, wrt, varies: rules.Application("power", (), lambda _: u)
    )
    f = from_text("x^3")
    with pytest.raises(GdplayError, match="does not end in the gradient"):
        derivations(f, [0])


@pytest.mark.parametrize(
    ("text", "wanted", "message"),
    [
        ("x + y", "w", "--wrt: there is no coordinate 'w'; choose from x, y"),
        ("f(apple, b) = apple + b", "aple", "--wrt: there is no coordinate 'aple'; did you mean apple?"),
    ],
)
def test_unknown_coordinate_is_refused(text: str, wanted: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        choose(from_text(text), wanted)
    assert str(caught.value) == message


def test_choice_of_coordinates() -> None:
    f = from_text("f(x[2], W[2,2], b) = sum(x)*sum(W) + b")
    assert choose(f, "x") == [0, 1]
    assert choose(f, "W[1,0], b") == [4, 6]
    assert choose(f, None) == []
    assert choose(from_text("x + y"), None) == [0, 1]


def test_too_long_is_refused() -> None:
    with pytest.raises(TooLongError):
        scalar_form(function({"name": "rosenbrock", "dimension": 3000}).formula.expr)
    long = parse("+".join(f"sin({k}x)" for k in range(600)), Scope({"x": X}))
    with pytest.raises(TooLongError, match="more than 500 steps"):
        derive(long, X)
