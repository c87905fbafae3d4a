"""The edges of stability of a request's settings: found one by one, drawn, saved."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.config.dump import dump
from gdplay.errors import Complaint, ConfigError
from gdplay.folder import Folder, claim
from gdplay.jsontext import dumps
from gdplay.save import PARENT
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.contest import Contender, contenders
from gdplay.sweeps.edge import Edge, find_edge, planned
from gdplay.sweeps.edgepicture import COLUMNS, draw_edges
from gdplay.sweeps.race import RATE
from gdplay.sweeps.request import Request
from gdplay.sweeps.spread import quartiles
from gdplay.sweeps.tablefile import inert
from gdplay.sweeps.work import Progress
from gdplay.trace import versions
from gdplay.written import SCANNED


def save_edges(
    request: Request,
    out: Path | None = None,
    force: bool = False,
    report: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = bool,
) -> tuple[dict[str, Any], Folder]:
    """Find the edge and the best rate of every setting of a request; save, and return summary and folder.

    Raises ConfigError.
    """
    if RATE in request.keys:
        message = "--find-rate looks for the learning rate itself, and here it is swept"
        raise ConfigError(Complaint(message, "leave learning_rate out, or leave --find-rate out", key=RATE))
    from gdplay.plots.save import figure_bytes

    began = time.perf_counter()
    everyone = _told_apart(contenders(request))
    progress = Progress(sum(planned(contender) for contender in everyone), report=report)
    with claim(out, request.name + "-rate", PARENT, force) as folder:
        found: list[Edge] = []
        for contender in everyone:
            edge = find_edge(contender, progress, stop)
            if stop():  # half of a search says nothing
                break
            found.append(edge)
            progress.total = progress.done + sum(planned(other) for other in everyone[len(found) :])
        rows, scans = [edge.row() for edge in found], [_scan(edge) for edge in found]
        if found:
            figure = draw_edges(everyone[: len(found)], rows, scans)
            format = everyone[0].config.plot["format"]
            folder.write(f"stability.{format}", figure_bytes(figure, format))
            folder.write(SCANNED, _csv(found, scans))
        folder.write("config.yaml", dump(request.source()))
        summary = {
            "name": request.name,
            "status": "complete" if len(found) == len(everyone) else "interrupted",
            "found": rows,
            "seconds": time.perf_counter() - began,
            "versions": versions(),
        }
        folder.write("summary.json", dumps(summary, indent=2) + "\n")
    return summary, folder


def _told_apart(everyone: Sequence[Contender]) -> list[Contender]:
    """Return settings with the function in their label where there are several."""
    lines = {c.config.function.line + c.config.function.placement for c in everyone}
    by_name = len({c.config.function.name for c in everyone}) == len(lines)
    found: list[Contender] = []
    for each in everyone:
        function = each.config.function
        name = function.name if by_name else " ".join((function.line, function.placement)).strip()
        words = (name, each.label) if len(lines) > 1 else (each.label,)
        found.append(replace(each, label=", ".join(word for word in words if word)))
    return found


def _scan(edge: Edge) -> Column:
    """Return the rates, the shares of trials that diverged and settled, the quartiles of f: (6, rates).

    Of f that is only what is finite.
    """
    seen = edge.seen
    rates, trials = seen.score.shape
    found = quartiles(seen.score.ravel(), np.repeat(np.arange(rates), trials), rates)
    shares = [edge.rates, 1.0 - seen.stable.mean(axis=1), seen.settled.mean(axis=1)]
    return np.vstack([*shares, np.where(np.isfinite(found), found, np.nan)])


def _csv(edges: Sequence[Edge], scans: Sequence[Column]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("setting", *COLUMNS))
    for edge, scan in zip(edges, scans, strict=True):
        for row in scan.T.tolist():
            writer.writerow((inert(edge.contender.label), *map(repr, row)))
    return text.getvalue()
