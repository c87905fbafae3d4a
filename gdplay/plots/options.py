"""What a picture's options may be: each limit is checked before anything is drawn."""

from __future__ import annotations

import math

from gdplay.errors import Complaint, nearest, printable
from gdplay.plots.scene import PlotOptions

MOST_LEVELS = 500
RESOLUTION = (2, 4000)
SIDE = (2.0, 100.0)  # inches
DPI = (10.0, 2400.0)
MOST_PIXELS = 100_000_000


def check_options(options: PlotOptions, variables: int) -> list[Complaint]:
    """Return what is wrong with the options for a function of so many variables."""
    found = [_range(options.x, "x"), _range(options.y, "y"), _variables(options.variables, variables)]
    found += [_levels(options.levels), _number(options.resolution, RESOLUTION, "resolution")]
    found += [_number(side, SIDE, "size", " inches") for side in options.size or ()]
    found += [_number(options.dpi, DPI, "dpi"), _colormap(options.colormap)]
    complaints = [complaint for complaint in found if complaint]
    return complaints or [complaint for complaint in [_pixels(options)] if complaint]


def _complain(key: str, message: str, remedy: str) -> Complaint:
    return Complaint(message, remedy, key=f"plot.{key}")


def _range(pair: tuple[float, float] | None, key: str) -> Complaint | None:
    if pair is None:
        return None
    low, high = pair
    if not (math.isfinite(low) and math.isfinite(high) and low < high and math.isfinite(high - low)):
        return _complain(key, f"[{low:g}, {high:g}] is no range", "write two finite numbers, the lower first")
    return None


def _variables(pair: tuple[int, int] | None, variables: int) -> Complaint | None:
    if pair is None or variables == 1:
        return None
    if len(set(pair)) != 2 or not all(0 <= index < variables for index in pair):
        remedy = f"name two different ones of the function's {variables}"
        return _complain("variables", f"{list(pair)} cannot be shown", remedy)
    return None


def _levels(levels: int | list[float] | None) -> Complaint | None:
    if levels is None:
        return None
    if isinstance(levels, int):
        return _number(levels, (2, MOST_LEVELS), "levels")
    if not 1 <= len(levels) <= MOST_LEVELS or not all(math.isfinite(level) for level in levels):
        remedy = f"write 1 to {MOST_LEVELS} finite values of f, or a count"
        return _complain("levels", f"a list of {len(levels)} levels cannot be drawn", remedy)
    return None


def _number(value: float | None, limits: tuple[float, float], key: str, unit: str = "") -> Complaint | None:
    if value is None or limits[0] <= value <= limits[1]:
        return None
    return _complain(key, f"{value:g} is out of range", f"write {limits[0]:g} to {limits[1]:g}{unit}")


def _colormap(name: str | None) -> Complaint | None:
    if name is None:
        return None
    from matplotlib import colormaps

    if name in colormaps:
        return None
    guess = nearest(name, colormaps)
    remedy = f"did you mean {guess}?" if guess else "viridis, cividis and gray are among the possible ones"
    return _complain("colormap", f"{printable(name)[:60]!r} is not a colormap", remedy)


def _pixels(options: PlotOptions) -> Complaint | None:
    from gdplay.plots.layout import DEFAULT_DPI, DEFAULT_SIZE

    wide, high = options.size or DEFAULT_SIZE
    dpi = options.dpi or DEFAULT_DPI
    if wide * high * dpi**2 <= MOST_PIXELS:
        return None
    pixels = f"{wide * dpi:.0f} x {high * dpi:.0f} pixels"
    return _complain("size", f"{pixels} are more than {MOST_PIXELS:,}", "lower plot.size or plot.dpi")
