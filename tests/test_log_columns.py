"""Which columns a log has: of many variables the norms, of one name never two."""

# The rows of tables are read down their columns.

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import gdplay
from gdplay.errors import ConfigError

MANY = {"function": {"formula": "sum(x^2)", "variables": {"x": 101}}, "stop": {"max_steps": 2}}


def test_of_many_variables_a_saved_log_has_the_norms(tmp_path: Any) -> None:
    trace = gdplay.run(MANY, out=tmp_path / "few")
    assert list(trace.columns) == [
        "step",
        "f",
        "grad_norm",
        "learning_rate",
        "x[0]",
        "x[1]",
        "x_norm",
        "g_norm",
    ]
    np.testing.assert_allclose(trace.columns["x_norm"] * 2, trace.columns["g_norm"])
    assert trace.notes == (
        "log: of 101 variables only the two that are drawn and the norms (log: {columns: all} has all)",
    )
    full = gdplay.run({**MANY, "log": {"columns": "all"}}, out=tmp_path / "all")
    assert len(full.columns) == 4 + 2 * 101
    assert full.notes == ()


def test_in_memory_the_points_of_many_variables_are_the_true_ones() -> None:
    start = np.arange(1.0, 102.0)
    trace = gdplay.run({**MANY, "start": start, "optimizer": {"learning_rate": 0.25}})
    np.testing.assert_array_equal(trace.x, np.array([start, start / 2, start / 4]))


def test_many_state_columns_become_norms() -> None:
    five = {"function": {"formula": "sum(x^2)", "variables": {"x": 5}}, "stop": {"max_steps": 1}}
    trace = gdplay.run({**five, "optimizer": "bfgs"})
    assert [name for name in trace.columns if "H" in name] == ["H_norm"]
    assert trace.columns["H_norm"][0] == pytest.approx(math.sqrt(5))
    full = gdplay.run({**five, "optimizer": "bfgs", "log": {"columns": "all"}})
    assert [name for name in full.columns if "H" in name] == [
        f"H[{i},{j}]" for i in range(5) for j in range(5)
    ]


@pytest.mark.parametrize("function", ["f^2", "step^2", "learning_rate^2", "grad_norm^2", "x^2 + g_x^2"])
def test_columns_of_one_name_are_refused(function: str) -> None:
    with pytest.raises(ConfigError, match=r"two columns of the log would be called '\w+'; rename"):
        gdplay.run({"function": function})


def test_columns_of_vectors_and_matrices() -> None:
    trace = gdplay.run(
        {
            "function": {"formula": "sum(W^2) + sum(b^2) + c^2", "variables": {"W": [2, 2], "b": 2, "c": []}},
            "stop": {"max_steps": 1},
        }
    )
    names = ["W[0,0]", "W[0,1]", "W[1,0]", "W[1,1]", "b[0]", "b[1]", "c"]
    assert list(trace.columns)[4:] == [*names, *(f"g_{name}" for name in names)]
