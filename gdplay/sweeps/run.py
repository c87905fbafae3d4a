"""A sweep from start to end: carried out, collected, saved."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from gdplay.config.dump import dump
from gdplay.folder import Folder, claim, reopen
from gdplay.jsontext import dumps
from gdplay.save import PARENT
from gdplay.sweeps.crew import Crew
from gdplay.sweeps.curves import take_curves, write_curves
from gdplay.sweeps.gallery import Gallery
from gdplay.sweeps.layout import Layout
from gdplay.sweeps.pictures import pictures
from gdplay.sweeps.ranks import Ranks
from gdplay.sweeps.request import Request, read_request
from gdplay.sweeps.result import Table, Tally, summary_of
from gdplay.sweeps.resumed import ask_akin
from gdplay.sweeps.store import Store
from gdplay.sweeps.tablefile import SavedTable, TableWriter
from gdplay.sweeps.work import Progress, carry_out_all
from gdplay.written import CHUNKS


def carry_out_sweep(
    request: Request,
    store: Store | None = None,
    report: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = bool,
) -> tuple[Table, Progress]:
    """Carry out a sweep and return its table, in memory; what ``store`` knows is not run again."""
    progress, layout = Progress(request.runs, report=report), Layout.of(request)
    chunks = carry_out_all(request.groups, progress, store, stop)
    return Table(layout.joined(map(layout.block, chunks))), progress


def save_sweep(
    request: Request,
    out: Path | None = None,
    force: bool = False,
    resume: bool = False,
    format: str = "parquet",
    report: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = bool,
    crew: Crew | None = None,
) -> tuple[SavedTable, dict[str, Any], Folder]:
    """Carry out a sweep into a folder of its own, or go on in one; return table, summary and folder.

    Rows go to the table on disk as they come, so their number needs no memory. Raises ConfigError where
    the folder can't be had, MachineError where the disk fails.
    """
    began = time.perf_counter()
    assert request.groups
    if resume and out is not None:
        ask_akin(request, out)
        folder = reopen(out, "sweep", CHUNKS, "a folder")
    else:
        folder = claim(out, request.name + "-sweep", PARENT, force)
    with folder:
        folder.write("config.yaml", dump(request.source()))
        progress, layout = Progress(request.runs, report=report), Layout.of(request)
        tally = Tally(Ranks.of(layout))
        with TableWriter(folder, layout.types, format) as table:
            for rows in carry_out_all(request.groups, progress, Store(folder.work), stop, crew):
                block = layout.block(rows)
                tally.add(block)
                table.add(block)
        drawn = [] if stop() else _draw(request, folder, stop)
        summary = summary_of(tally, progress, time.perf_counter() - began, request.name)
        summary["pictures"] = drawn
        folder.write("summary.json", dumps(summary, indent=2) + "\n")
    return SavedTable.of(request, folder.path), summary, folder


def _draw(request: Request, folder: Folder, stop: Callable[[], bool]) -> list[str]:
    """Draw the pictures of a finished sweep; return the files' names."""
    from gdplay.plots.save import figure_bytes

    gallery = Gallery.of(request, SavedTable.of(request, folder.work))
    found = pictures(gallery, lambda: curves)
    if not found:
        return []
    curves = take_curves(request, gallery.table, stop)
    if stop():
        return []
    write_curves(folder, curves)
    format = next(group.config for group in request.groups if group.config is not None).plot["format"]
    for name, draw in found.items():
        folder.write(f"{name}.{format}", figure_bytes(draw(), format))
    return [f"{name}.{format}" for name in found]


def sweep(
    config: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
) -> Table:
    """Carry out the sweep that a config describes, given as a path or a mapping, and return its table.

    ``table.columns`` maps names to arrays (runs,). Nothing is written unless ``out`` names a new folder.
    Raises ConfigError.

    >>> table = sweep({"function": "x^2", "start": [1], "sweep": {"learning_rate": [0.1, 0.5]}})
    >>> table.columns["best_f"] < 1e-20
    array([ True,  True])
    """
    from gdplay.simulation import as_text

    settings = [f"{key}={as_text(value)}" for key, value in (overrides or {}).items()]
    request = read_request(Path(config) if isinstance(config, str) else config, settings)
    if out is not None:
        return Table(save_sweep(request, Path(out))[0].columns)
    return carry_out_sweep(request)[0]
