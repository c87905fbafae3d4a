"""A map from start to end: its window, its runs, its picture and its data."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdplay.config.dump import dump
from gdplay.config.load import Config, check
from gdplay.folder import Folder, claim
from gdplay.jsontext import dumps
from gdplay.save import PARENT
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.basins import basin_group, basin_window, take_basins
from gdplay.sweeps.field import Field, Frame, Window, check_size, spans_decades
from gdplay.sweeps.rates import RATE, default_window, rate_groups, second_key, take_rates
from gdplay.sweeps.request import Request
from gdplay.sweeps.work import Progress
from gdplay.trace import versions

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS = ("basins", "rates")


@dataclass(frozen=True)
class View:
    """What the user wants to see of a map: size in pixels, window x0, x1, y0, y1, zoom x, y, factor."""

    size: tuple[int, int] = (400, 400)
    window: tuple[float, float, float, float] | None = None
    zoom: tuple[float, float, float] | None = None
    x_key: str | None = None
    y_key: str | None = None

    def of(self, window: Window, may_be_log: bool = False) -> Window:
        """Return the window to draw, given the one that is shown by default."""
        if self.window is not None:
            x0, x1, y0, y1 = self.window
            window = Window((x0, x1), (y0, y1))
        if may_be_log:
            window = Window(window.x, window.y, spans_decades(window.x), spans_decades(window.y))
        return window if self.zoom is None else window.zoomed(*self.zoom)


def save_map(
    kind: str,
    request: Request,
    view: View,
    out: Path | None = None,
    force: bool = False,
    report: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = bool,
) -> tuple[dict[str, Any], Folder]:
    """Carry out a map of a kind into a folder of its own and return its summary and folder.

    Raises ConfigError where it can't be had, before anything is run.
    """
    from gdplay.plots.save import figure_bytes

    began = time.perf_counter()
    check_size(*view.size)
    config = check(request.tree, (), request.name)
    progress = Progress(view.size[0] * view.size[1], report=report)
    prepared = (_basins if kind == "basins" else _rates)(request, config, view)
    with claim(out, f"{request.name}-{kind}", PARENT, force) as folder:
        field, data, found, draw = prepared(progress, stop)
        seconds = time.perf_counter() - began
        folder.write("map.npz", _npz({**data, "outcome": field.outcome, "steps": field.steps,
                                      "final_f": field.final_f, "best_f": field.best_f}))  # fmt: skip
        folder.write("map.png", figure_bytes(draw(), "png"))
        folder.write("config.yaml", dump(request.source()))
        summary = {
            "name": request.name,
            "kind": kind,
            "status": "interrupted" if stop() else "complete",
            "runs": progress.total,
            "counts": field.counts(),
            "window": [*_ends(field.frame.x), *_ends(field.frame.y)],
            "x": field.frame.x_key,
            "y": field.frame.y_key,
            **found,
            "engine": " and ".join(progress.engines),
            "seconds": seconds,
            "versions": versions(),
        }
        folder.write("summary.json", dumps(summary, indent=2) + "\n")
    return summary, folder


Prepared = Callable[
    [Progress, Callable[[], bool]], tuple[Field, dict[str, Column], dict[str, Any], "Callable[[], Figure]"]
]


def _basins(request: Request, config: Config, view: View) -> Prepared:
    window, shown = basin_window(config)
    window = view.of(window)
    names = tuple(config.function.coordinates[k] for k in shown)
    x, y = window.pixels(*view.size)
    frame, group = Frame(names[0], names[1], x, y), basin_group(config)

    def carry_out(progress: Progress, stop: Callable[[], bool]) -> Any:
        found = take_basins(group, frame, shown, progress, stop)
        counts = np.bincount(found.reached[found.reached >= 0], minlength=len(found.names))
        places = [
            {"x": place, "name": name, "pixels": int(count)}
            for place, name, count in zip(found.places, found.names, counts, strict=True)
        ]
        data = {"x": frame.x, "y": frame.y, "reached": found.reached, "places": found.places}

        def draw() -> Figure:
            from gdplay.plots.field import draw_basins

            picture = _picture(config, found.field, window, (False, False), names, _arrival(group.config))
            return draw_basins(picture, found.reached, found.places[:, list(shown)], found.names)

        return found.field, data, {"places": [p for p in places if p["pixels"]]}, draw

    return carry_out


def _rates(request: Request, config: Config, view: View) -> Prepared:
    x_key, y_key = view.x_key or RATE, view.y_key or second_key(request)
    window = view.of(default_window(x_key, y_key), may_be_log=True)
    x, y = window.pixels(*view.size)
    frame = Frame(x_key, y_key, x, y)
    groups = rate_groups(request, frame)
    shown = basin_group(config).config

    def carry_out(progress: Progress, stop: Callable[[], bool]) -> Any:
        field = take_rates(groups, frame, progress, stop)

        def draw() -> Figure:
            from gdplay.plots.field import draw_outcomes

            labels = (x_key.removeprefix("optimizer."), y_key.removeprefix("optimizer."))
            log = (window.log_x, window.log_y)
            return draw_outcomes(_picture(config, field, window, log, labels, _arrival(shown)))

        return field, {"x": frame.x, "y": frame.y}, {}, draw

    return carry_out


def _arrival(config: Config | None) -> str:
    limit = None if config is None else config.criteria.gradient_norm
    return f"arrived: |g| at most {limit:g}"


def _picture(
    config: Config, field: Field, window: Window, log: tuple[bool, bool], labels: tuple[str, ...], said: str
) -> Any:
    from gdplay.plots.field import FieldPicture

    function, rule = config.function, config.optimizer.rule
    first = function.line if function.name == "f" else f"{function.name}:  {function.line}"
    rate = (
        f", learning rate {config.choices.learning_rate}"
        if RATE not in (field.frame.x_key, field.frame.y_key)
        else ""
    )
    second = f"{rule.title}{rate},  at most {config.criteria.max_steps} steps,  {said}"
    ends = (labels[0], labels[1])
    return FieldPicture(
        window.x, window.y, log, ends, field.outcome, field.steps, field.final_f, [first, second]
    )


def _ends(values: Column) -> list[float]:
    return [float(values[0]), float(values[-1])]


def _npz(arrays: dict[str, Column]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()
