"""The loop of a line search: exact rates, the limit, counts, and runs beside each other."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from searching import ROSENBROCK, START, method, played, search

from gdplay.catalog import is_wrapper, names
from gdplay.config.functions import function_from
from gdplay.config.rules import catalogued
from gdplay.criteria import CARRIED, Criteria
from gdplay.engines.columns import Columns
from gdplay.engines.tape import Tape
from gdplay.errors import ConfigError
from gdplay.formula.expr import symbol
from gdplay.method import Choices, make_method
from gdplay.objective import from_text
from gdplay.rule import Rule
from gdplay.search import stays

BOWL = from_text("f(x[3]) = 0.5*(x[0]^2 + 10*x[1]^2 + 100*x[2]^2) + x[0]*x[1]")


def test_the_exact_rate_of_a_quadratic_is_cauchy_s() -> None:
    hessian = np.array([[1.0, 1, 0], [1, 10, 0], [0, 0, 100]])
    _, rows = played(method("gd", "exact_quadratic", BOWL), np.array([3.0, -2.0, 1.0]), 10)
    for before, after in pairwise(rows):
        g = hessian @ before[3:6, 0]
        assert after[2, 0] == pytest.approx(g @ g / (g @ hessian @ g), rel=1e-12)


def test_conjugate_gradients_with_the_exact_rate_end_after_n_steps() -> None:
    engine, _ = played(method("cg_fr", "exact_quadratic", BOWL), np.array([3.0, -2.0, 1.0]), 3)
    assert engine.final.grad_norm[0] < 1e-10


def test_golden_section_finds_the_exact_rate_of_a_quadratic() -> None:
    (_, exact), (_, golden) = (
        played(method("gd", name, BOWL), np.array([3.0, -2.0, 1.0]), 6)
        for name in ("exact_quadratic", "golden_section")
    )
    assert [row[2, 0] for row in golden[1:]] == pytest.approx([row[2, 0] for row in exact[1:]], rel=1e-5)


def test_golden_section_finds_the_lowest_point_where_f_overflows_further_on() -> None:
    m = method("gd", "golden_section", from_text("f(x) = exp(x^2) - x"), upper=1000)
    engine, rows = played(m, np.array([1.5]), 1)
    rates = np.linspace(0, 0.1, 200_001)
    along = np.asarray(m.function((1.5 - rates * m.function.gradient([1.5])[0])[None]))
    assert rows[1][2, 0] == pytest.approx(rates[np.argmin(along)], abs=2e-6)
    assert engine.seeker is not None
    assert engine.seeker.failures[0] == 0


# ---------------------------------------------------------------- the loop


@pytest.mark.parametrize("name", names("searches"))
@pytest.mark.parametrize("rule", ["gd", "bfgs", "cg_pr"])
def test_runs_beside_each_other_change_nothing(rule: str, name: str) -> None:
    starts = np.array([[-1.2, 2.0, 1.0], [1.0, 2.5, 1.0]])
    m = method(rule, name)
    together, rows = played(m, starts, 8, gradient_norm=1e-3)
    for run in range(starts.shape[1]):
        alone, own = played(m, starts[:, run], 8, gradient_norm=1e-3)
        assert alone.final.x[:, 0].tolist() == together.final.x[:, run].tolist()
        assert alone.seeker is not None
        assert together.seeker is not None
        assert alone.seeker.evaluations(0) == together.seeker.evaluations(run)
        if run == 0:
            assert np.array_equal([r[:, 0] for r in own], [r[:, 0] for r in rows[: len(own)]], equal_nan=True)


def test_the_parameters_of_a_search_may_differ_between_runs() -> None:
    m = method("gd", "armijo")
    assert m.search is not None
    shrink = symbol("learning_rate.shrink", (), "hyperparameter")
    starts = np.repeat(START[:, None], 2, axis=1)
    engine = Columns(m, starts, Criteria(max_steps=8), parameters={shrink: np.array([0.5, 0.8])})
    engine.advance(9)
    for run, value in enumerate((0.5, 0.8)):
        alone, _ = played(method("gd", "armijo", shrink=value), START, 8)
        assert alone.final.x[:, 0].tolist() == engine.final.x[:, run].tolist()


def test_at_the_limit_the_step_takes_what_the_entry_says_and_it_is_noted() -> None:
    engine, rows = played(method("gd", "armijo", limit=3), START, 2)
    assert engine.seeker is not None
    assert rows[1][2, 0] == 0.25
    assert engine.seeker.trials[0] == 6
    assert engine.seeker.notes(0) == (
        "search: armijo tried 3 rates without success at step 1 and 1 more; the step took the last rate",
    )
    weak, rows = played(method("gd", "weak_wolfe", limit=3), START, 1)
    assert weak.seeker is not None
    assert rows[1][2, 0] == 0.0
    assert "the step took the rate lo" in weak.seeker.notes(0)[0]


def test_a_search_may_begin_at_the_last_rate() -> None:
    engine, rows = played(method("gd", "armijo", grow=2), START, 12)
    fresh, _ = played(method("gd", "armijo"), START, 12)
    rates = [row[2, 0] for row in rows[1:]]
    assert all(b <= 2 * a for a, b in pairwise(rates))
    assert engine.seeker is not None
    assert fresh.seeker is not None
    assert engine.seeker.trials[0] < fresh.seeker.trials[0]


def test_numeric_gradients_count_as_the_values_they_take() -> None:
    central = make_method(
        ROSENBROCK, catalogued("gd"), Choices(learning_rate=search("weak_wolfe"), gradient="central")
    )
    assert central.search is not None
    assert central.search.cost.trial == (5, 0, 0)
    _, rows = played(central, START, 10)
    _, exact = played(method("gd", "weak_wolfe"), START, 10)
    assert rows[10][3:5, 0] == pytest.approx(exact[10][3:5, 0], rel=1e-5)


def test_a_step_whose_numeric_gradients_move_with_the_rate_is_refused() -> None:
    with pytest.raises(ConfigError, match="write gradient: analytic"):
        make_method(
            ROSENBROCK,
            catalogued("extragradient"),
            Choices(learning_rate=search("armijo"), gradient="central"),
        )


def test_a_rule_without_a_rate_leaves_nothing_to_search_for() -> None:
    with pytest.raises(ConfigError, match="does not use the learning rate"):
        make_method(ROSENBROCK, Rule("own", "x = x - 0.1*g"), Choices(learning_rate=search("armijo")))


@pytest.mark.parametrize("rule", [name for name in names("optimizers") if not is_wrapper(name)])
def test_where_a_step_is_said_to_stay_it_stays(rule: str) -> None:
    least = function_from({"residuals": "r(x, y) = [10*(y - x^2), 1 - x]"})
    rate = symbol("lr", (), "search")
    try:
        m = make_method(least, catalogued(rule), Choices(learning_rate=search("armijo")))
    except ConfigError:
        m = make_method(least, catalogued(rule), Choices(learning_rate=0.0))
        assert rate not in {node for node, _ in Tape([m.next_point]).symbols}
        return
    if stays(m.next_point, rate, m.point):
        rng = np.random.default_rng(0)
        values = {node: rng.uniform(0.5, 1.5, (*node.shape, 1)) for node, _ in Tape([m.next_point]).symbols}
        values |= {rate: np.zeros(1), m.t: np.ones(1), CARRIED.rate: np.zeros(1), **m.parameters}
        with np.errstate(all="ignore"):
            (moved,) = Tape([m.next_point])(values)
        assert moved.tolist() == values[m.point].tolist()
