"""The dashes of several paths: for those beyond the colours, and for those that would hide another."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gdplay.plots.palette import COLORS, DASHES
from gdplay.plots.scene import Path

HIDDEN = 2e-3
"""A path so near to another, as a part of its width, lies on it: about the width of a line."""


def dashes(paths: Sequence[Path]) -> list[int]:
    """Return the number of each path's pattern: with its colour it is its own as long as there are enough."""
    found: list[int] = []
    for index, path in enumerate(paths):
        under = {found[k] for k in range(index) if _lies_on(path, paths[k])}
        alike = {found[k] for k in range(index) if (index - k) % len(COLORS) == 0}
        over = set(range(1 + max(under))) if under else set[int]()
        free = [k for k in range(len(DASHES)) if k not in under | alike]
        found.append(min((k for k in free if k not in over), default=free[0] if free else 0))
    return found


def _lies_on(path: Path, other: Path) -> bool:
    rows = min(path.finite, other.finite)
    if not rows or path.x.shape != other.x.shape:
        return False
    width = float(np.ptp(other.x[:rows], axis=0).max())
    return bool(np.abs(path.x[:rows] - other.x[:rows]).max() <= HIDDEN * width)
