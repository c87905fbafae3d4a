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
from gdplay.sweeps.curves import take_curves, write_curves
from gdplay.sweeps.pictures import Gallery, pictures
from gdplay.sweeps.request import Request, read_request
from gdplay.sweeps.result import Collected, Table, summary_of, write_table
from gdplay.sweeps.store import Store
from gdplay.sweeps.work import Progress, carry_out_all


def carry_out_sweep(
    request: Request,
    store: Store | None = None,
    report: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = bool,
) -> tuple[Table, Progress]:
    """Carry out a sweep and return its table; what ``store`` knows is not run again."""
    progress = Progress(request.runs, report=report)
    collected = Collected(request.groups, request.keys)
    for rows in carry_out_all(request.groups, progress, store, stop):
        collected.add(rows)
    return collected.table(), progress


def save_sweep(
    request: Request,
    out: Path | None = None,
    force: bool = False,
    resume: bool = False,
    format: str = "parquet",
    report: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] = bool,
) -> tuple[Table, dict[str, Any], Folder]:
    """Carry out a sweep into a folder of its own, or go on in one; return table, summary and folder.

    Raises ConfigError where the folder can't be had, MachineError where the disk fails.
    """
    began = time.perf_counter()
    assert request.groups
    folder = reopen(out) if resume and out is not None else claim(out, request.name + "-sweep", PARENT, force)
    with folder:
        folder.write("config.yaml", dump(request.source()))
        table, progress = carry_out_sweep(request, Store(folder.work), report, stop)
        write_table(folder, table, format)
        if not stop():
            _draw(request, table, folder, stop)
        summary = summary_of(table, progress, time.perf_counter() - began, request.name)
        folder.write("summary.json", dumps(summary, indent=2) + "\n")
    return table, summary, folder


def _draw(request: Request, table: Table, folder: Folder, stop: Callable[[], bool]) -> None:
    from gdplay.plots.save import figure_bytes

    found = pictures(Gallery(request, table), lambda: curves)
    if not found:
        return
    curves = take_curves(request, table, stop)
    if stop():
        return
    write_curves(folder, curves)
    for name, draw in found.items():
        folder.write(f"{name}.png", figure_bytes(draw(), "png"))


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
        return save_sweep(request, Path(out))[0]
    return carry_out_sweep(request)[0]
