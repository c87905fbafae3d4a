"""How far apart doubles are, counted in doubles."""

from __future__ import annotations

import numpy as np


def ulps(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return how many doubles lie between; 0 where both are nan, huge where one is."""
    places = [
        np.where(bits < 0, np.int64(-(2**63)) - bits, bits).astype(object)
        for bits in (a.view(np.int64), b.view(np.int64))
    ]
    apart = np.abs(places[0] - places[1]).astype(float)
    return np.where(np.isnan(a) & np.isnan(b), 0.0, np.where(np.isnan(a) | np.isnan(b), 2.0**64, apart))


def same(a: np.ndarray, b: np.ndarray) -> bool:
    """Tell whether two arrays hold the same doubles, the signs of zeros included; all nan are one."""
    return a.shape == b.shape and bool(np.all(ulps(np.ascontiguousarray(a), np.ascontiguousarray(b)) == 0))
