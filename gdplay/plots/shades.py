"""The colours of a map's pixels: told from each other by colour-blind readers, with every shade of each."""

from __future__ import annotations

import matplotlib
import numpy as np
from matplotlib.colors import Colormap, ListedColormap, hsv_to_rgb, to_rgb

from gdplay.plots.scene import Values

# The darkest shade of each is far from all shades of the others, also without red or green receptors:
# tests/plots/test_shades.py measures how far.
BASINS = ("#0072B2", "#F0E442", "#A34A00", "#7FD0FF", "#1B2F9E", "#009E73")
DARKEST = 0.7
"""The part of a place's colour that is left where a run takes most steps to it."""

GOLDEN = 0.618033988749895
GREYS = (0.42, 0.85)
DIVERGED, UNFINISHED, NOT_RUN, HATCH = "#111111", "#9a9a9a", "#ffffff", "#a0a0a0"
UNTOLD = "#F5B5D8"
"""Where runs arrive at more places than are told apart."""

LINE, HALO = "#000000", "#ffffff"


def basin_color(rank: int) -> tuple[float, float, float]:
    """Return the colour of the place that is the largest but ``rank``."""
    if rank < len(BASINS):
        return to_rgb(BASINS[rank])
    found = hsv_to_rgb(((rank * GOLDEN) % 1.0, 0.55, 0.92))
    return float(found[0]), float(found[1]), float(found[2])


def arriving() -> Colormap:
    """Return the colours of few to many steps until a run arrives: light to dark blue."""
    return _part("Blues", 0.45, 1.0)


def blowing() -> Colormap:
    """Return the colours of few to many steps until a run diverges: dark red to orange."""
    return _part("OrRd_r", 0.0, 0.5)


def greys(f: Values) -> Values:
    """Return a grey for each value, lighter for lower ones, evenly over their ranks: (pixels,)."""
    f = np.where(np.isnan(f), np.inf, f)
    ordered = np.unique(f)
    return GREYS[1] - (GREYS[1] - GREYS[0]) * np.searchsorted(ordered, f) / max(1, len(ordered) - 1)


def _part(name: str, low: float, high: float) -> Colormap:
    return ListedColormap(matplotlib.colormaps[name](np.linspace(low, high, 256)))
