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


def normal(seed: NDArray[np.uint64], stream: int, step: int, n: int) -> Array:
    """Return the noise of one step: (n, runs) for seeds of shape (runs,).

    >>> normal(np.zeros(1, np.uint64), 0, 1, 2).shape
    (2, 1)
    """
    with np.errstate(over="ignore"):
        key = mix(mix(mix(seed) + np.uint64(stream)) + np.uint64(step))
        bits = mix(key + np.arange(2 * n, dtype=np.uint64)[:, None])
        # 53 bits each, in (0, 1]: the logarithm needs no zero
        uniform = ((bits >> np.uint64(11)) + np.uint64(1)) * 2.0**-53
    return np.sqrt(-2.0 * np.log(uniform[:n])) * np.cos(2.0 * np.pi * uniform[n:])
