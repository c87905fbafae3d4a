"""Quartiles of values that may be infinite."""

from __future__ import annotations

import numpy as np

from gdplay.sweeps.arrays import Column

PARTS = np.array([[0.25], [0.5], [0.75]])


def quartiles(values: Column, cells: Column, count: int) -> Column:
    """Return the lower quartile, the median and the upper one of the values in each cell: (3, count).

    Between two members the line that joins them is followed (Hyndman & Fan 1996, definition 7, which is
    NumPy's); where one of the two is infinite it is the upper one. nan where a cell is empty; nan among
    the values counts as infinite. ``values`` and ``cells``: (rows,).

    >>> quartiles(np.array([4.0, np.inf, 1.0, 2.0, 7.0]), np.array([0, 0, 0, 0, 2]), 3)
    array([[1.75,  nan, 7.  ],
           [3.  ,  nan, 7.  ],
           [ inf,  nan, 7.  ]])
    """
    values = np.where(np.isnan(values), np.inf, values)
    ordered = values[np.lexsort((values, cells))]
    many = np.bincount(cells, minlength=count)
    found = np.full((3, count), np.nan)
    full = many > 0
    places = PARTS * (many[full] - 1)
    below = np.floor(places).astype(np.int64)
    first = (np.cumsum(many) - many)[full]
    low, high = ordered[first + below], ordered[first + np.minimum(below + 1, many[full] - 1)]
    share = places - below
    joined = np.isfinite(low) & np.isfinite(high)
    between = np.where(joined, low, 0.0) * (1 - share) + np.where(joined, high, 0.0) * share
    found[:, full] = np.where(joined, between, np.where(share > 0, high, low))
    return found


def quartiles_of(values: Column) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper one of values (k,); nan where there are none.

    >>> quartiles_of(np.array([1.0, 2.0, 3.0, 4.0]))
    (1.75, 2.5, 3.25)
    """
    low, middle, high = quartiles(values, np.zeros(len(values), dtype=np.int64), 1)[:, 0].tolist()
    return low, middle, high
