"""A saved run read back from its folder: nothing is run again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.config.files import read_config_bytes
from gdplay.config.load import load
from gdplay.errors import Complaint, ConfigError
from gdplay.jsontext import loads, number
from gdplay.simulation import points
from gdplay.steplog import read_log
from gdplay.trace import POINTS, Point, Trace
from gdplay.written import LARGEST_SUMMARY

ROWS = 20_000


def load_run(folder: Path, overrides: Sequence[str] = ()) -> Trace:
    """Return the trace of a saved run, thinned to a bounded number of rows.

    ``overrides`` may change how it is drawn. Raises ConfigError naming the file that is damaged.
    """
    summary = read_summary(folder)
    config = load(folder / "config.yaml", overrides)
    start, best, final = (_point(summary, name, config.function.size, folder) for name in POINTS)
    log = read_log(folder / f"steps.{config.log['format']}", most_rows=ROWS, keep=[best.step])
    missing = [name for name in ("f", "grad_norm", "learning_rate") if name not in log.columns]
    if missing:
        raise _damaged(folder / f"steps.{config.log['format']}", f"it has no column {missing[0]}")
    return Trace(
        config=config,
        columns=log.columns,
        x=points(config, log.columns, best.x),
        status=_text(summary, "status", folder),
        reason=_text(summary, "reason", folder),
        start=start,
        best=best,
        final=final,
        engine=_text(summary, "engine", folder),
        evaluations=summary.get("evaluations", {}),
        seconds=float(summary.get("seconds", np.nan)),
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
        raise _damaged(path, f"it is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise _damaged(path, "it is no JSON object")
    return found


def _text(summary: Mapping[str, Any], key: str, folder: Path) -> str:
    value = summary.get(key)
    if not isinstance(value, str):
        raise _damaged(folder / "summary.json", f"it has no {key}")
    return value


def _point(summary: Mapping[str, Any], name: str, n: int, folder: Path) -> Point:
    try:
        found = summary[name]
        x = np.array([number(value) for value in found["x"]])
        if x.shape != (n,):
            raise ValueError(f"{len(x)} coordinates instead of {n}")
        return Point(int(found["step"]), x, number(found["f"]), number(found["grad_norm"]))
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(folder / "summary.json", f"its {name} is no point ({error})") from error


def _damaged(path: Path, what: str) -> ConfigError:
    return ConfigError(
        Complaint(f"the saved run is damaged: {what}", "run its config.yaml again", file=str(path))
    )
