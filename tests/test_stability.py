"""The limits that theory sets: runs a little below them come to rest, runs a little above them grow."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import gdplay
from gdplay.config.load import load
from gdplay.stability import limit_at

Settings = dict[str, Any]

# fmt: off
KNOWN: list[tuple[Settings, float, str]] = [
    ({"name": "gd"},                                                        2 / 10,         "2/L"),
    ({"name": "gd", "weight_decay": 6},                                     2 / 16,         "2/(L + weight_decay)"),
    ({"name": "momentum"},                                                  3.8 / 10,       "2(1 + momentum)/L"),
    ({"name": "momentum", "momentum": 0.5, "weight_decay": 6},              3 / 16,         "2(1 + momentum)/(L + weight_decay)"),
    ({"name": "momentum", "convention": "paper", "weight_decay": 6},        3.8 / 16,       "2(1 + momentum)/(L + weight_decay)"),
    ({"name": "nesterov", "momentum": 0.5},                                 3 / 20,         "2(1 + momentum)/((1 + 2 momentum) L)"),
    ({"name": "nesterov", "weight_decay": 6},                               3.8 / 2.8 / 16, "2(1 + momentum)/((1 + 2 momentum) (L + weight_decay))"),
    ({"name": "nesterov", "convention": "paper", "momentum": 0.5},          3 / 20,         "2(1 + momentum)/((1 + 2 momentum) L)"),
    ({"name": "sgd", "dampening": 0.3},                                     2 / 10,         "2/L"),
    ({"name": "sgd", "momentum": 0.5},                                      3 / 10,         "2(1 + momentum)/L"),
    ({"name": "sgd", "momentum": 0.5, "nesterov": 1},                       3 / 20,         "2(1 + momentum)/((1 + 2 momentum) L)"),
]

UNKNOWN: list[Settings] = [
    {"name": "adam"},
    {"name": "gd", "clip": {"norm": 1}},
    {"name": "gd", "clip": {"value": 1}},
    {"name": "gd", "weight_decay": "0.1/t"},
    {"name": "gd", "weight_decay": -10},
    {"name": "momentum", "momentum": "1 - 1/(t + 1)"},
    {"name": "momentum", "momentum": 1},
    {"name": "nesterov", "convention": "paper", "weight_decay": 6},
    {"name": "sgd", "momentum": 0.5, "dampening": 0.3},
    {"wrap": "lookahead", "of": {"name": "gd"}},
    {"step": "x = x - lr*g"},
]
# fmt: on


def names(optimizer: Settings) -> str:
    return " ".join(str(value) for value in optimizer.values())


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("optimizer", "rate", "formula"), KNOWN, ids=[names(row[0]) for row in KNOWN])
def test_below_the_limit_runs_come_to_rest_and_above_it_they_grow(
    optimizer: Settings, rate: float, formula: str
) -> None:
    config = {"function": "5*x^2", "start": [1], "stop": {"max_steps": 4000}}
    limit = limit_at(load({**config, "optimizer": optimizer}).method, np.ones(1))
    assert limit is not None
    assert (limit.rate, limit.formula, limit.top) == (pytest.approx(rate), formula, pytest.approx(10))
    ends = [
        gdplay.run({**config, "optimizer": {**optimizer, "learning_rate": factor * limit.rate}}).final.f
        for factor in (0.99, 1.01)
    ]
    assert ends[0] < 1e-6
    assert ends[1] > 1e6


@pytest.mark.parametrize("optimizer", UNKNOWN, ids=names)
def test_where_no_formula_is_known_there_is_no_limit(optimizer: Settings) -> None:
    config = load({"function": "5*x^2", "start": [1], "optimizer": optimizer})
    assert limit_at(config.method, np.ones(1)) is None


def test_where_nothing_curves_upwards_there_is_no_limit() -> None:
    method = load({"function": "y^2 - x^4", "start": [1, 1]}).method
    assert limit_at(method, np.array([3.0, 1.0])) is not None
    method = load({"function": "-x^2", "start": [1]}).method
    assert limit_at(method, np.ones(1)) is None
    method = load({"function": {"formula": "sum(x^2)", "variables": {"x": 300}}}).method
    assert limit_at(method, np.ones(300)) is None


def test_given_values_replace_the_methods_own() -> None:
    method = load({"function": "5*x^2", "start": [1], "optimizer": {"name": "momentum"}}).method
    limit = limit_at(method, np.ones(1), {"momentum": 0.0, "weight_decay": 10.0})
    assert limit is not None
    assert limit.rate == pytest.approx(2 / 20)
