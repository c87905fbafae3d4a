"""A long log is thinned to even rows in bounded memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from logs import opened

from gdplay.steplog import read_log
from gdplay.steplog.thin import Thinner


def test_every_takes_each_so_many_rows_and_the_ends(path: Path) -> None:
    with opened(path, ["f"]) as log:
        log.append(5 * np.arange(11), np.arange(11.0)[:, None])
    assert read_log(path, every=4).columns["f"].tolist() == [0, 4, 8, 10]
    assert read_log(path, every=5, keep=[15, 16, 25]).columns["step"].tolist() == [0, 15, 25, 50]
    assert read_log(path, every=100).columns["f"].tolist() == [0, 10]
    assert read_log(path, every=4).rows == 11


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_thinning_keeps_the_ends_the_asked_and_an_even_grid(data: st.DataObject) -> None:
    rows = data.draw(st.integers(1, 300))
    keep = data.draw(st.lists(st.integers(0, 600), max_size=4, unique=True))
    most = data.draw(st.integers(2 + len(keep), 100))
    steps = 2 * np.arange(rows)
    values = np.sin([steps, 3 * steps])
    thinner = Thinner(most=most, steps=keep)
    start = 0
    while start < rows:
        end = start + data.draw(st.integers(1, 50))
        thinner.add(steps[start:end], values[:, start:end])
        start = end
    kept, columns = thinner.result()
    stride = 1
    while len(range(0, rows, stride)) > most - 1 - len(keep):
        stride *= 2
    expected = {*steps[::stride].tolist(), int(steps[-1]), *(set(keep) & set(steps.tolist()))}
    assert kept.tolist() == sorted(expected)
    assert len(kept) <= most
    assert (columns == np.sin([kept, 3 * kept])).all()


@pytest.mark.parametrize(("every", "most", "keep"), [(0, None, ()), (1, 1, ()), (1, 3, (4, 5)), (-1, 10, ())])
def test_thinning_without_room_is_refused(every: int, most: int | None, keep: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected at least"):
        Thinner(every, most, keep)


def test_thinning_takes_memory_for_what_is_kept_only() -> None:
    thinner = Thinner(most=10)
    block = np.zeros((3, 1000))
    for start in range(0, 20_000, 1000):
        thinner.add(np.arange(start, start + 1000), block)
        assert all(part[2].base is None for part in thinner._even)
        assert sum(part[2].shape[1] for part in thinner._even) <= 9
