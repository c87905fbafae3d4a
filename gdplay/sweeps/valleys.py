"""Which of the places where runs arrive are one valley, along which f is flat."""

from __future__ import annotations

import numpy as np

from gdplay.objective import Function
from gdplay.sweeps.arrays import Column

FLAT = 5.0
"""Along a valley the gradient changes by at most so many times what counts as 0, from a place to the next."""

RISE = 0.25
"""Between neighbours in a valley f is no higher than this part of ``near`` up its side."""

MOST_VARIABLES = 100


def joined(function: Function, places: Column, near: float, reach: float, zero: float) -> Column:
    """Return the number of the first place of each one's valley: (k,) for places (k, n).

    A place without a flat direction is its own. Places are at least ``near`` apart, neighbours in a valley at
    most ``reach`` or with nothing but vanishing gradients between them: norms of at most about ``zero``.
    """
    first = np.arange(len(places))
    if len(places) < 2 or places.shape[1] > MOST_VARIABLES:
        return first
    curvatures = np.abs([np.linalg.eigvalsh(_finite(function.hessian(place))) for place in places])
    flat = np.flatnonzero(curvatures.min(axis=1) * near <= FLAT * zero)
    value = np.asarray(function(places.T))
    level = value + curvatures.max(axis=1) * (RISE * near) ** 2 / 2
    for a in flat[:-1]:
        others = flat[flat > a]
        middle = (places[a][:, None] + places[others].T) / 2
        close = np.linalg.norm(places[others] - places[a], axis=1) <= reach
        still = np.linalg.norm(function.gradient(middle), axis=0) <= 2 * zero
        top = np.minimum(level[a], level[others])
        highest = np.maximum(np.asarray(function(middle)), np.maximum(value[a], value[others]))
        for b in others[(close | still) & (highest <= top)]:
            low, high = sorted((first[a], first[b]))
            first[first == high] = low
    return first


def _finite(matrix: Column) -> Column:
    """Return the matrix, or that of a place without a flat direction where it is not finite."""
    return matrix if np.isfinite(matrix).all() else np.eye(len(matrix))
