"""JSON of gdplay: strict, exact, and whole with nan and infinity."""

from __future__ import annotations

import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdplay.jsontext import dumps, loads, number

WRITTEN = [
    (0.1 + 0.2, "0.30000000000000004"),
    (5e-324, "5e-324"),
    (-0.0, "-0.0"),
    (1e308, "1e+308"),
    (math.nan, '"nan"'),
    (math.inf, '"inf"'),
    (-math.inf, '"-inf"'),
    (np.float64(0.1), "0.1"),
    (np.float64("nan"), '"nan"'),
    (np.float32(0.5), "0.5"),
    (np.float32("-inf"), '"-inf"'),
    (np.int64(7), "7"),
    (np.bool_(True), "true"),
    (np.array(2.5), "2.5"),
    (np.array([[1.0, np.inf], [np.nan, 2.0]]), '[[1.0, "inf"], ["nan", 2.0]]'),
    (np.arange(3), "[0, 1, 2]"),
    (np.zeros((0, 2)), "[]"),
    ((1, None, False), "[1, null, false]"),
    ({"z": 1, "a": {"y": [], "b": math.nan}}, '{"z": 1, "a": {"y": [], "b": "nan"}}'),
    ("∇f\u202e\x1b", '"\\u2207f\\u202e\\u001b"'),
]
REFUSED = [1j, {1, 2}, object(), b"bytes", np.array([1j]), np.datetime64("2020-01-01"), {1: 2}, {math.nan: 1}]


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_values_are_written_as(value: object, text: str) -> None:
    assert dumps(value) == text


@pytest.mark.parametrize("value", REFUSED, ids=lambda value: type(value).__name__)
def test_what_has_no_form_in_json_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        dumps({"deep": [value]})


def test_indent_breaks_lines() -> None:
    assert dumps({"a": [1]}, indent=2) == '{\n  "a": [\n    1\n  ]\n}'


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}', "[1,]", "[" * 99_999, "", b"\xff"])
def test_only_strict_json_is_read(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        loads(text)


@pytest.mark.parametrize("value", ["NaN", "1.5", "", True, None, [1.0]])
def test_other_values_are_no_numbers(value: object) -> None:
    with pytest.raises(ValueError, match="is no number"):
        number(value)


@given(st.floats())
def test_every_float_comes_back(value: float) -> None:
    back = number(loads(dumps(value)))
    assert math.isnan(back) if math.isnan(value) else struct.pack("d", back) == struct.pack("d", value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_what_json_knows_is_written_as_json_does(value: object) -> None:
    assert dumps(value) == json.dumps(value)
    assert loads(dumps(value)) == value
