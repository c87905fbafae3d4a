"""Why a run diverged: the limit that is named is the true one, and the rate that is tried converges."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import gdplay

# What the rule does to a quadratic of curvature 1: its matrix on (x, v), whose spectral radius decides.
MATRICES: dict[str, Any] = {
    "gd":       lambda a, mu: np.array([[1 - a]]),
    "momentum": lambda a, mu: np.array([[1 - a, -a * mu], [1, mu]]),
    "nesterov": lambda a, mu: np.array([[1 - a - a * mu, -a * mu**2], [1, mu]]),
}  # fmt: skip


def diverged(name: str, rate: float, mu: float) -> gdplay.Trace:
    settings = {} if name == "gd" else {"momentum": mu}
    config = {"function": "5*x^2 + 2*y^2", "start": [1, 1], "stop": {"max_steps": 20000}}
    return gdplay.run({**config, "optimizer": {"name": name, "learning_rate": rate, **settings}})


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("mu", [0.0, 0.5, 0.9])
def test_the_limit_is_where_the_spectral_radius_is_one(name: str, mu: float) -> None:
    said = diverged(name, 10.0, mu).diagnosis
    assert "L = 10," in said
    limit = float(re.findall(r"= ([0-9.e-]+);", said)[0])
    for factor, stable in ((0.99, True), (1.01, False)):
        radius = np.abs(np.linalg.eigvals(MATRICES[name](10 * limit * factor, mu))).max()
        assert (radius < 1) == stable


@pytest.mark.parametrize("name", MATRICES)
def test_the_rate_to_try_converges(name: str) -> None:
    said = diverged(name, 3.0, 0.9).diagnosis
    tried = float(said.rpartition("try ")[2])
    again = diverged(name, tried, 0.9)
    assert again.status == "max_steps"
    assert again.best.f < 1e-6


# fmt: off
SAID: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"function": "x^2", "start": [1]},                 {"lr": 1.5},               "learning_rate 1.5 is 1.5 times that: try 0.5"),
    ({"function": "x^2", "start": [1]},                 {"lr": 0.9, "weight_decay": 2}, "below 2/(L + weight_decay) = 0.5; learning_rate 0.9 is 1.8 times that: try 0.2"),
    ({"function": "x^4 - x", "start": [0.4]},           {"lr": 1},                 "but the path came where the curvature is larger: try 0.2"),
    ({"function": "x^2", "start": [1]},                 {"lr": "1.5 + 0*t"},       "the steps grew without bound within"),
    ({"function": "x^2", "start": [1]},                 {"lr": 5, "optimizer": {"step": "x = x - lr*g"}}, "the steps grew without bound within"),
    ({"function": "x - y^2", "start": [1, 1]},          {},                        "f fell without bound: along this path the function has no minimum"),
    ({"function": "sqrt(x)", "start": [1]},             {"lr": 3},                 "where the path came to, f is not defined or parts of it overflow; try a smaller learning rate"),
    ({"function": "exp(x) - exp(2*x)", "start": [3]},   {"lr": 100},               "parts of it overflow"),
    ({"function": "exp(x) - exp(2*x)", "start": [3]},   {"lr": 1e-4, "stop.max_steps": 10**5}, "f fell without bound"),
    ({"function": {"formula": "sum(x^2)", "variables": {"x": 300}}}, {"lr": 3},    "the steps grew without bound within"),
]
# fmt: on


@pytest.mark.parametrize(("config", "settings", "said"), SAID)
def test_what_is_said(config: dict[str, Any], settings: dict[str, Any], said: str) -> None:
    trace = gdplay.run(config, settings)
    assert trace.status == "diverged"
    assert said in trace.diagnosis
    assert trace.summary()["diagnosis"] == trace.diagnosis
