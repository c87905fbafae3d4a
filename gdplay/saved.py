"""A saved run read back from its folder: nothing is run again."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.columns import ALWAYS, logged_coordinates
from gdplay.config.files import read_config_bytes
from gdplay.config.load import load
from gdplay.errors import Complaint, ConfigError, printable
from gdplay.jsontext import loads, number
from gdplay.simulation import points
from gdplay.steplog import read_log
from gdplay.trace import POINTS, Point, Trace, rows_in_memory
from gdplay.version import VERSION
from gdplay.written import LARGEST_SUMMARY


def load_run(folder: Path, overrides: Sequence[str] = ()) -> Trace:
    """Return the trace of a saved run, thinned to a bounded number of rows.

    ``overrides`` may change how it is drawn. Raises ConfigError naming the file that is damaged.
    """
    summary = read_summary(folder)
    try:
        return _trace(folder, summary, overrides)
    except ConfigError as error:
        raise _of_newer(folder, summary, error) from error


def _trace(folder: Path, summary: Mapping[str, Any], overrides: Sequence[str]) -> Trace:
    config = load(folder / "config.yaml", overrides)
    start, best, final = (_point(summary, name, config.function.size, folder) for name in POINTS)
    path = folder / f"steps.{config.log['format']}"
    log = read_log(path, most_rows=rows_in_memory(config.function.size), keep=[best.step])
    columns: dict[str, Any] = dict(log.columns)
    missing = [name for name in (*ALWAYS, *logged_coordinates(config)) if name not in columns]
    if missing:
        raise _damaged(path, f"it has no column {missing[0]}")
    return Trace(
        config=config,
        columns=columns,
        x=points(config, columns, best.x),
        status=_part(summary, "status", str, folder),
        reason=_part(summary, "reason", str, folder),
        start=start,
        best=best,
        final=final,
        engine=_part(summary, "engine", str, folder),
        evaluations=dict(_part(summary, "evaluations", dict, folder)),
        seconds=float(_part(summary, "seconds", (float, int), folder)),
        diagnosis=str(summary.get("diagnosis", "")),
        logged=log.rows,
        notes=("the log's last line was torn and is left out",) if log.torn else (),
    )


def read_summary(folder: Path) -> dict[str, Any]:
    """Return what ``summary.json`` says. Raises ConfigError where it is no summary."""
    path = folder / "summary.json"
    try:
        found = loads(read_config_bytes(path, (folder,), LARGEST_SUMMARY).decode())
    except ValueError as error:
        raise _damaged(path, f"it is no JSON ({error})") from error
    if not isinstance(found, dict):
        raise _damaged(path, "it is no JSON object")
    return found


def _part(summary: Mapping[str, Any], key: str, kind: Any, folder: Path) -> Any:
    value = summary.get(key)
    if not isinstance(value, kind):
        raise _damaged(folder / "summary.json", f"it has no {key}")
    return value


def _of_newer(folder: Path, summary: Mapping[str, Any], error: ConfigError) -> ConfigError:
    """Return the error, which a newer version explains where one has written the run."""
    versions = summary.get("versions")
    writer = str(versions.get("gdplay")) if isinstance(versions, dict) else ""
    if _order(writer) <= _order(VERSION):
        return error
    said = f"gdplay {printable(writer)[:40]} wrote this run, and this is {VERSION}"
    return ConfigError(Complaint(said, "update gdplay", file=str(folder)), *error.complaints)


def _order(version: str) -> list[int]:
    return [int(part) for part in re.findall("[0-9]{1,9}", version)[:3]]


def _point(summary: Mapping[str, Any], name: str, n: int, folder: Path) -> Point:
    try:
        found = summary[name]
        x = np.array([number(value) for value in found["x"]])
        if x.shape != (n,):
            raise ValueError(f"{len(x)} coordinates instead of {n}")
        if type(found["step"]) is not int or not 0 <= found["step"] < 2**63:
            raise ValueError("its step is no number of steps")
        return Point(found["step"], x, number(found["f"]), number(found["grad_norm"]))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise _damaged(folder / "summary.json", f"its {name} is no point ({error})") from error


def _damaged(path: Path, what: str) -> ConfigError:
    return ConfigError(
        Complaint(f"the saved run is damaged: {what}", "run its config.yaml again", file=str(path))
    )
