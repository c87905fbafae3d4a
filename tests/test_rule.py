"""A rule's equations are read with the smallest shapes that fit, and start where they say."""
# ruff: noqa: E501 (a row of a table is one line)

import numpy as np
import pytest

from gdplay.config.load import load
from gdplay.criteria import Criteria
from gdplay.engines.columns import Columns
from gdplay.errors import ConfigError

BOWL = "f(x, y) = x^2 + 3*y^2"


def read(**rule):
    return load({"function": BOWL, "start": [1, 2], "optimizer": rule})


def remembered(config, rows=2):
    """Return the state in each row, a list of values a row."""
    logged = tuple(memory.before for memory in config.method.memory)
    found = []
    engine = Columns(config.method, config.start[:, None].copy(), Criteria(max_steps=rows), logged=logged)
    engine.advance(rows, lambda step, row: found.append(row[3:, 0].tolist()))
    return found


SHAPES = [
    ("k = k + 1; x = x - lr*g", {"k": "0"}, {"k": ()}),
    ("v = 0.9*v + g; x = x - lr*v", {"v": "0"}, {"v": (2,)}),
    ("a = a + dot(g, g); b = b + a; x = x - lr*g/b", {"a": "0", "b": "0"}, {"a": (), "b": ()}),
    ("c = dot(s, g); s = -lr*g; x = x + s + 0*c", {"s": "0"}, {"s": (2,)}),
    ("p = q; q = r; r = g; x = x - lr*p", {"p": "0", "q": "0", "r": "0"}, {"p": (2,), "q": (2,), "r": (2,)}),
    ("u = dot(s, h); s = -lr*g; h = g; d = max(d, u); x = x + s", {"s": "0", "h": "0", "d": "1"}, {"s": (2,), "h": (2,), "d": ()}),
    ("H = H + outer(g, g); x = x - lr*solve(H, g)", {"H": "eye(n)"}, {"H": (2, 2)}),
    ("x = x - lr*g", {"unused": "3"}, {"unused": ()}),
]  # fmt: skip


@pytest.mark.parametrize(("step", "state", "shapes"), SHAPES)
def test_shapes_are_the_smallest_that_fit(step, state, shapes):
    memory = read(step=step, state=state).method.memory
    assert {m.name: m.before.shape for m in memory} == shapes


def test_a_state_may_start_at_the_point_or_at_a_hyperparameter():
    rule = {
        "step": "a = a; b = b; x = x - lr*g",
        "hyperparameters": {"c": 5},
        "state": {"a": "2*x", "b": "c + n"},
    }
    assert remembered(read(**rule))[0] == [2, 4, 7]


def test_a_start_at_a_formula_in_t_takes_its_first_value():
    rule = {"step": "a = c; x = x - lr*g", "hyperparameters": {"c": 0}, "state": {"a": "c"}, "c": "10*t"}
    assert remembered(read(**rule), 3) == [[10], [10], [20]]


@pytest.mark.parametrize("start", ["g", "lr", "t", "noise", "inner", "f(x)"])
def test_a_start_can_not_refer_to_a_step(start):
    with pytest.raises(ConfigError, match=r"name|function"):
        read(step="a = 0*g; x = x - lr*g", state={"a": start})


def test_a_rule_sees_the_residuals_and_their_derivatives():
    function = {"residuals": "[x^2, x*y, 3*y]", "variables": ["x", "y"]}
    rule = {"step": "J = jacobian(x); r = residuals(x); x = x - lr*(J.T @ r)", "state": {"J": "0", "r": "0"}}
    config = load({"function": function, "start": [2, 3], "optimizer": rule})
    J, r = (m.after for m in config.method.memory)
    assert (J.shape, r.shape) == ((3, 2), (3,))
    _, row = remembered(config)
    assert row == [4, 0, 3, 2, 0, 3, 4, 6, 9]
    # the gradient at a place costs nothing more where its Jacobian is known
    assert config.method.evaluations["gradient"] == 1


def test_without_residuals_that_is_said():
    with pytest.raises(
        ConfigError, match="is not written as a sum of squares; give the function as residuals"
    ):
        read(step="x = x - lr*(jacobian(x).T @ residuals(x))")


def test_hyperparameters_of_wrapper_and_wrapped_do_not_meet():
    own = {"step": "x = x - lr*a*g", "hyperparameters": {"a": 2}}
    inner = load({"function": BOWL, "start": [1, 2], "optimizer": {"wrap": "ema", "of": own, "lr": 0.1}})
    assert inner.optimizer.rule.defaults == {"ema_decay": 0.99, "a": 2}
    assert inner.optimizer.rule.title == "ema of own"
    clash = {"step": "x = x - lr*ema_decay*g", "hyperparameters": {"ema_decay": 2}}
    with pytest.raises(ConfigError, match="'ema_decay' is a name of ema and of the optimizer that it wraps"):
        load({"function": BOWL, "optimizer": {"wrap": "ema", "of": clash}})


def test_a_rule_may_use_no_name_of_a_wrapper():
    with pytest.raises(ConfigError, match="unknown name 'inner'"):
        read(step="x = inner")


def test_values_are_numbers():
    assert np.isfinite(remembered(read(step="v = v + g; x = x - lr*v", state={"v": "0"}), 5)).all()
