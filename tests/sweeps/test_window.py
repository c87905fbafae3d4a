"""The window of a map: its pixels are different numbers, and its ends are found again from them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdplay.errors import ConfigError
from gdplay.sweeps.window import Window, ends_of, whole_pixels


@given(
    low=st.floats(1e-6, 1e6),
    width=st.floats(1e-9, 1e3),
    log=st.booleans(),
    pixels=st.integers(2, 500),
)
def test_the_ends_are_half_a_pixel_beyond_the_centres(
    low: float, width: float, log: bool, pixels: int
) -> None:
    ends = low, low * (1 + width)
    try:
        x, y = Window(ends, ends, log, log).pixels(pixels, 3)
    except ConfigError:
        assert width * low / pixels < 1e-15 * low * pixels  # too narrow for so many doubles
        return
    assert len(x) == pixels
    assert (np.diff(x) > 0).all()
    assert ends_of(x, log) == pytest.approx(ends, rel=1e-9)
    assert ends_of(y, log) == pytest.approx(ends, rel=1e-9)


def test_a_zoom_is_smaller_a_side() -> None:
    window = Window((-2, 2), (0.01, 100), log_y=True).zoomed(1, 2, 4)
    assert window.x == (0.5, 1.5)
    assert window.y == pytest.approx((2 * 10**-0.5, 2 * 10**0.5))


def test_whole_numbers_are_all_shown_or_evenly_chosen() -> None:
    assert whole_pixels((0.5, 4.5), 10, "--x").tolist() == [1, 2, 3, 4]
    some = whole_pixels((1, 1000), 7, "--x")
    assert len(some) == 7
    assert (some == np.floor(some)).all()
    assert np.ptp(np.diff(some)) <= 1
    with pytest.raises(ConfigError, match=r"no two whole numbers from 1.2 to 2.8"):
        whole_pixels((1.2, 2.8), 7, "--x")
