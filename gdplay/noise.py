"""Standard normal noise as a function of (seed, stream, step, coordinate): nothing is drawn in sequence.

The bits are SplitMix64 (Steele, Lea & Flood 2014, https://doi.org/10.1145/2660193.2660195), its
finaliser applied once for each part of the counter; the normal values are Box & Muller's (1958).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdplay.formula.expr import Array

GAMMA = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def mix(z: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64 bits."""
    z = z + GAMMA
    z = (z ^ (z >> np.uint64(30))) * FIRST
    z = (z ^ (z >> np.uint64(27))) * SECOND
    return z ^ (z >> np.uint64(31))


GRADIENT, START = 0, 1
"""The streams: numbers of different streams are independent."""


def uniform(seed: NDArray[np.uint64], stream: int, step: int, n: int) -> Array:
    """Return numbers in (0, 1]: (n, runs) for seeds of shape (runs,)."""
    with np.errstate(over="ignore"):
        key = mix(mix(mix(seed) + np.uint64(stream)) + np.uint64(step))
        bits = mix(key + np.arange(n, dtype=np.uint64)[:, None])
        # 53 bits each; the normal distribution's logarithm needs no zero
        return np.asarray(((bits >> np.uint64(11)) + np.uint64(1)) * 2.0**-53, dtype=np.float64)


def normal(seed: NDArray[np.uint64], stream: int, step: int, n: int) -> Array:
    """Return standard normal numbers: (n, runs) for seeds of shape (runs,).

    >>> normal(np.zeros(1, np.uint64), GRADIENT, 1, 2).shape
    (2, 1)
    """
    found = uniform(seed, stream, step, 2 * n)
    return np.sqrt(-2.0 * np.log(found[:n])) * np.cos(2.0 * np.pi * found[n:])
