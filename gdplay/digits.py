"""How computed numbers are shown where all their digits would be too many."""

from __future__ import annotations

import numpy as np

from gdplay.formula.expr import Array
from gdplay.formula.text import number

SHORT = 10
MOST_ELEMENTS = 6


def short(value: Array | float) -> str:
    """Write a number exactly where that is short, else with six digits; of an array the first elements.

    >>> short(0.1), short(1 / 3), short(np.array([1.0, 2.0]))
    ('0.1', '0.333333', '[1, 2]')
    """
    a = np.asarray(value, dtype=np.float64)
    if a.ndim == 0:
        exact = number(float(a))
        return exact if len(exact) <= SHORT and "/" not in exact and "pi" not in exact else f"{float(a):.6g}"
    items = [short(item) for item in a[:MOST_ELEMENTS]]
    return "[" + ", ".join([*items, *(["..."] if len(a) > MOST_ELEMENTS else [])]) + "]"


def factor(value: Array | float) -> str:
    """Write a number so that it may stand in a product.

    >>> factor(-2.0)
    '(-2)'
    """
    words = short(value)
    return f"({words})" if words.startswith("-") else words
