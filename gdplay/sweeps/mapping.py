"""A map from start to end: its window, its runs, its picture and its data."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.config.dump import dump
from gdplay.config.load import Config, check
from gdplay.folder import Folder, claim, reopen
from gdplay.jsontext import dumps
from gdplay.save import PARENT
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.basins import basin_group, basin_window, place_name, take_basins
from gdplay.sweeps.canvas import NAME, Canvas
from gdplay.sweeps.field import Field, Frame, check_size
from gdplay.sweeps.identity import identity
from gdplay.sweeps.mappicture import draw_map
from gdplay.sweeps.plan import Group
from gdplay.sweeps.rates import WHOLE, axis_keys, default_window, rate_groups, take_rates
from gdplay.sweeps.request import Request
from gdplay.sweeps.store import group_hash
from gdplay.sweeps.window import Window, spans_decades, whole_pixels
from gdplay.sweeps.work import Progress
from gdplay.trace import versions

LONGER, SLIMMEST = 400, 2.0


@dataclass(frozen=True)
class View:
    """What the user wants to see of a map: size in pixels, window x0, x1, y0, y1, zoom x, y, factor.

    Without a size the longer side has LONGER pixels.
    """

    size: tuple[int, int] | None = None
    window: tuple[float, float, float, float] | None = None
    zoom: tuple[float, float, float] | None = None
    x_key: str | None = None
    y_key: str | None = None

    def pixels(self, aspect: float = 1.0) -> tuple[int, int]:
        """Return the width and height in pixels, given height over width. Raises ConfigError for too many."""
        if self.size is None:
            aspect = min(max(aspect, 1 / SLIMMEST), SLIMMEST)
            return round(LONGER / max(1.0, aspect)), round(LONGER * min(1.0, aspect))
        check_size(*self.size)
        return self.size

    def of(self, window: Window, may_be_log: tuple[bool, bool] = (False, False)) -> Window:
        """Return the window to draw, given the one that is shown by default."""
        if self.window is not None:
            x0, x1, y0, y1 = self.window
            window = Window((x0, x1), (y0, y1))
        log = [
            may and spans_decades(ends) for may, ends in zip(may_be_log, (window.x, window.y), strict=True)
        ]
        window = Window(window.x, window.y, *log)
        return window if self.zoom is None else window.zoomed(*self.zoom)


def save_map(
    kind: str,
    request: Request,
    view: View,
    out: Path | None = None,
    force: bool = False,
    resume: bool = False,
    report: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = bool,
) -> tuple[dict[str, Any], Folder]:
    """Carry out a map of a kind into a folder of its own, or go on in one; return its summary and folder.

    Raises ConfigError where it can't be had, before anything is run.
    """
    from gdplay.plots.save import figure_bytes

    began = time.perf_counter()
    config = check(request.tree, (), request.name)
    groups, frame, carry_out = (_basins if kind == "basins" else _rates)(request, config, view)
    progress = Progress(frame.shape[0] * frame.shape[1], report=report)
    if resume and out is not None:
        folder = reopen(out, "map", NAME, "a file")
    else:
        folder = claim(out, f"{request.name}-{kind}", PARENT, force)
    with folder:
        canvas = Canvas(folder, _identity(kind, groups, frame))
        taken = carry_out(canvas, progress, stop)
        field, seconds = taken.field, time.perf_counter() - began
        figure = draw_map(kind, config, (frame.x_key, frame.y_key), taken.kept)
        picture = f"map.{config.plot['format']}"
        folder.write(picture, figure_bytes(figure, config.plot["format"]))
        folder.write("config.yaml", dump(request.source()))
        summary = {
            "name": request.name,
            "kind": kind,
            "status": "interrupted" if stop() and progress.done < progress.total else "complete",
            "runs": progress.total,
            "counts": field.counts(),
            "reused": progress.reused,
            "window": [*_ends(field.frame.x), *_ends(field.frame.y)],
            "x": field.frame.x_key,
            "y": field.frame.y_key,
            **taken.found,
            "picture": picture,
            "engine": " and ".join(progress.engines),
            "seconds": seconds,
            "versions": versions(),
        }
        folder.write("summary.json", dumps(summary, indent=2) + "\n")
    return summary, folder


@dataclass(frozen=True)
class Taken:
    """What a map came to: its pixels, all that is kept of it by name, and what else its summary says."""

    field: Field
    kept: dict[str, Column]
    found: dict[str, Any]


CarryOut = Callable[[Canvas, Progress, Callable[[], bool]], Taken]
Prepared = tuple[tuple[Group, ...], Frame, CarryOut]
"""The runs of a map, where they are in it, and what carries them out."""


def _identity(kind: str, groups: tuple[Group, ...], frame: Frame) -> str:
    """Return the hash of what determines every pixel of a map."""
    own = [identity(group, group.config.engine) for group in groups if group.config is not None]
    axes = {frame.x_key: frame.x.tolist(), frame.y_key: frame.y.tolist()}
    return group_hash({"kind": kind, "axes": axes, "groups": own})


def _basins(request: Request, config: Config, view: View) -> Prepared:
    window, shown = basin_window(config)
    window = view.of(window)
    names = tuple(config.function.coordinates[k] for k in shown)
    x, y = window.pixels(*view.pixels(window.aspect))
    frame, group = Frame(names[0], names[1], x, y), basin_group(config)

    def carry_out(canvas: Canvas, progress: Progress, stop: Callable[[], bool]) -> Taken:
        found = take_basins(group, frame, shown, canvas, progress, stop)
        counts = np.bincount(found.reached[found.reached >= 0], minlength=len(found.places))
        places = [
            {"x": place, "name": place_name(config, place, valley), "pixels": int(count)}
            for place, valley, count in zip(found.places, found.valley, counts, strict=True)
            if count
        ]
        return Taken(found.field, found.kept, {"places": places})

    return (group,), frame, carry_out


def _rates(request: Request, config: Config, view: View) -> Prepared:
    x_key, y_key = axis_keys(request, view.x_key, view.y_key)
    window = view.of(default_window(x_key, y_key, view.window), (x_key not in WHOLE, y_key not in WHOLE))
    wide, high = view.pixels()
    x, y = window.pixels(wide, high)
    x = whole_pixels(window.x, wide, "--x") if x_key in WHOLE else x
    y = whole_pixels(window.y, high, "--y") if y_key in WHOLE else y
    frame = Frame(x_key, y_key, x, y, (window.log_x, window.log_y))
    groups = rate_groups(request, frame)

    def carry_out(canvas: Canvas, progress: Progress, stop: Callable[[], bool]) -> Taken:
        taken = take_rates(groups, frame, canvas, progress, stop)
        return Taken(taken.field, taken.kept, {"errors": taken.failures})

    return groups, frame, carry_out


def _ends(values: Column) -> list[float]:
    return [float(values[0]), float(values[-1])]
