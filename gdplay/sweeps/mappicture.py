"""The picture of a map, drawn from what is saved of it: its config, its arrays, the keys of its axes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gdplay.config.load import Config, check
from gdplay.errors import Complaint, ConfigError
from gdplay.saved import read_summary
from gdplay.stability import limit_at
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.basins import basin_group, place_name, shown_coordinates
from gdplay.sweeps.canvas import NAME, read_arrays
from gdplay.sweeps.field import OUTCOMES
from gdplay.sweeps.gallery import short
from gdplay.sweeps.limits import place_of
from gdplay.sweeps.rates import RATE, WHOLE
from gdplay.sweeps.request import read_request
from gdplay.sweeps.window import Window, ends_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gdplay.plots.field import FieldPicture, Theory

KINDS = ("basins", "rates")

Arrays = Mapping[str, Column]

POINTS = 101
"""So many points of the line that theory draws."""


def draw_map(kind: str, config: Config, keys: tuple[str, str], arrays: Arrays) -> Figure:
    """Draw a map of a kind; ``arrays`` are those of its file, ``keys`` what its axes are."""
    from gdplay.plots.field import draw_basins, draw_outcomes

    if kind == "rates":
        high, wide = arrays["outcome"].shape
        picture = _picture(config, keys, (short(keys[0]), short(keys[1])), arrays, high / wide)
        return draw_outcomes(picture, theory(config, keys, arrays))
    picture = _picture(config, keys, keys, arrays, None)
    names = [place_name(config, *each) for each in zip(arrays["places"], arrays["valley"], strict=True)]
    points = arrays["places"][~arrays["valley"]][:, list(shown_coordinates(config))]
    return draw_basins(picture, arrays["reached"], points, names)


def draw_saved_map(folder: Path) -> Figure:
    """Draw the picture of a saved map again. Raises ConfigError where it is damaged."""
    try:
        summary = read_summary(folder)
        request = read_request(folder / "config.yaml", may_be_single=True)
        keys = (str(summary["x"]), str(summary["y"]))
        arrays = read_arrays(folder / NAME)
        return draw_map(summary["kind"], check(request.tree, (), request.name), keys, arrays)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        message = f"the saved map is damaged: {str(error)[:80]}"
        raise ConfigError(Complaint(message, "carry it out again", file=str(folder))) from error


def _picture(
    config: Config, keys: tuple[str, str], labels: tuple[str, str], arrays: Arrays, aspect: float | None
) -> FieldPicture:
    """Return what is drawn of a map; without an ``aspect`` both axes have one unit."""
    from gdplay.plots.field import FieldPicture
    from gdplay.plots.panel import Paper, Sides
    from gdplay.plots.trace import config_lines

    log_x, log_y = (bool(log) for log in arrays["log"])
    window = Window(ends_of(arrays["x"], log_x), ends_of(arrays["y"], log_y))
    ended = basin_group(config).config
    zero = None if ended is None else ended.criteria.gradient_norm
    options = config.plot_options
    first, *lines = config_lines(config, keys, defaults=True)
    said = [] if "stop.max_steps" in keys else [f"at most {config.criteria.max_steps} steps"]
    said += [] if "stop.gradient_norm" in keys else [f"arrived: |g| at most {zero:g}"]
    return FieldPicture(
        Sides(window.x, window.y, (log_x, log_y), labels),
        arrays["outcome"],
        arrays["steps"],
        arrays["final_f"],
        OUTCOMES,
        [first if options.title is None else options.title, *lines, ",  ".join(said)],
        Paper(window.aspect if aspect is None else aspect, options.size, options.dpi),
    )


def theory(config: Config, keys: tuple[str, str], arrays: Arrays) -> Theory | None:
    """Return the largest stable rate beside the other setting, where there is a formula for it."""
    from gdplay.plots.field import Theory

    other = keys[0] if keys[1] == RATE else keys[1]
    head, _, name = other.rpartition(".")
    best = arrays["best_x"] if np.isfinite(arrays["best_x"]).all() else None
    at, where = place_of(config.function.known.minima, best, config.start)
    if RATE not in keys or at is None or not (head == "optimizer" or other in WHOLE):
        return None
    which = keys.index(other)
    low, high = ends_of(arrays["xy"[which]], bool(arrays["log"][which]))
    along = np.geomspace(low, high, POINTS) if arrays["log"][which] else np.linspace(low, high, POINTS)
    given = [{name: value} if head else {} for value in along.tolist()]
    limits = [limit_at(config.method, at, each) for each in given]
    known = [limit for limit in limits if limit is not None]
    if not known:
        return None
    rates = np.array([np.nan if limit is None else limit.rate for limit in limits])
    words = f"theory: stable up to {known[-1].formula}, L = {known[-1].top:.4g} {where}"
    return Theory(rates, along, words) if which else Theory(along, rates, words)
