"""The two writers of a CSV log agree: a short log is no different from a long one."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gdplay.steplog.csvlog import _in_arrow, _in_python


@given(
    st.lists(
        st.floats(allow_nan=False).filter(lambda v: v == 0 or 1e-4 < abs(v) < 1e7), min_size=1, max_size=30
    )
)
def test_both_write_the_same_text_for_ordinary_numbers(numbers: list[float]) -> None:
    steps, values = np.arange(len(numbers)), np.column_stack([numbers, numbers[::-1]])
    assert _in_python(steps, values) == _in_arrow(steps, values)


@given(st.lists(st.floats(), min_size=1, max_size=30))
def test_both_write_numbers_that_read_back_exactly(numbers: list[float]) -> None:
    steps, values = np.arange(len(numbers)), np.array(numbers)[:, None]
    for write in (_in_python, _in_arrow):
        read = [float(line.split(",")[1]) for line in write(steps, values).decode().splitlines()]
        np.testing.assert_array_equal(read, numbers)
