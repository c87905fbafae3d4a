"""The limit beside a sweep's runs is that of their own settings."""

from __future__ import annotations

import numpy as np
import pytest

from gdplay.sweeps.gallery import Gallery
from gdplay.sweeps.limits import limit_of
from gdplay.sweeps.request import read_request
from gdplay.sweeps.run import carry_out_sweep

BOWL = "f(x, y) = 0.5*(x^2 + 25*y^2)"
WORDS = ["start=[2,1]", "lr=0.01,0.02", "steps=3"]


def limits(*words: str, source: str = BOWL) -> list[float | None]:
    """The limits of the runs at the first rate."""
    request = read_request(source, [*WORDS, *words])
    shown = Gallery(request, carry_out_sweep(request)[0])
    runs = [run for run, rate in enumerate(shown.table.columns["optimizer.learning_rate"]) if rate == 0.01]
    return [limit_of(shown.group(run), shown.table, run)[0] for run in runs]


def test_weight_decay_lowers_it() -> None:
    assert limits("optimizer=gd", "weight_decay=10") == [pytest.approx(2 / 35)]
    assert limits("optimizer=gd", "weight_decay=1,10") == pytest.approx([2 / 26, 2 / 35])


def test_momentum_raises_it() -> None:
    assert limits("optimizer=momentum", "momentum=0,0.5") == pytest.approx([2 / 25, 3 / 25])


def test_there_is_none_with_clipping_or_where_the_function_changes() -> None:
    assert limits("optimizer.clip.norm=1") == [None]
    assert limits("optimizer.clip.norm=1,2") == [None, None]


def test_it_is_taken_at_the_nearest_minimum() -> None:
    # Himmelblau's Hessian at (3, 2) is [[a, b], [b, c]]
    a, b, c = 12 * 3.0**2 + 4 * 2.0 - 42, 4 * (3.0 + 2.0), 12 * 2.0**2 + 4 * 3.0 - 26
    top = (a + c) / 2 + np.hypot((a - c) / 2, b)
    assert limits("start=[3.1,2.1]", source="himmelblau") == [pytest.approx(2 / top)]
