"""One run from start to end: steps are taken, rows are handed on, the end is put into words."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from gdplay.columns import LogColumns, log_columns
from gdplay.config.load import Config, load
from gdplay.criteria import ALWAYS, ENDINGS, STATUSES
from gdplay.diagnose import why_diverged
from gdplay.engines.choose import Work, choose
from gdplay.engines.columns import Row
from gdplay.formula.expr import Array
from gdplay.steplog.thin import Thinner
from gdplay.trace import Point, Trace

BLOCK = 1024
"""Rows are collected up to so many before they are handed on."""


class RowSink(Protocol):
    """Takes the rows of a log: steps (rows,), values (rows, columns)."""

    def append(self, steps: ArrayLike, values: ArrayLike) -> None:
        """Take the next rows."""
        ...


@dataclass
class Watch:
    """How a run is followed: ``stop`` is asked before every step, ``row`` sees every step's f, |g| and x."""

    stop: Callable[[], bool] = bool
    row: Callable[[int, Array], None] | None = None


class _Rows:
    """Collects a run's rows in blocks, every so many steps, the last one always."""

    def __init__(self, every: int, sinks: list[Any], watch: Watch) -> None:
        self.every, self.sinks, self.watch = every, sinks, watch
        self.steps: list[int] = []
        self.values: list[Array] = []
        self.last: tuple[int, Array] | None = None

    def __call__(self, step: int, row: Array) -> None:
        values = row[:, 0]
        if self.watch.row is not None:
            self.watch.row(step, values)
        self.last = None if step % self.every == 0 else (step, values)
        if self.last is None:
            self.steps.append(step)
            self.values.append(values)
            if len(self.steps) == BLOCK:
                self.flush()

    def finish(self) -> None:
        if self.last is not None:
            self.steps.append(self.last[0])
            self.values.append(self.last[1])
        self.flush()

    def flush(self) -> None:
        if self.steps:
            for sink in self.sinks:
                sink(np.array(self.steps), np.array(self.values))
        self.steps, self.values = [], []


def work_of(config: Config, columns: LogColumns) -> Work:
    """Return what a run is to an engine, which may be asked for more runs as well."""
    seeds = np.array([config.seed], dtype=np.uint64)
    return Work(config.method, config.start[:, None].copy(), config.criteria, seeds, columns.logged)


def simulate(
    config: Config, log: RowSink | None = None, most_rows: int | None = None, watch: Watch | None = None
) -> Trace:
    """Carry out a run and return its trace, of which at most ``most_rows`` rows are kept in memory.

    Every row goes to ``log``. Raises MachineError where the log can't be written.
    """
    began = time.perf_counter()
    method, watch = config.method, watch or Watch()
    columns = log_columns(config, on_disk=log is not None)
    engine_name, engine = choose(config.engine, work_of(config, columns))
    thinner = Thinner(most=most_rows)
    sinks: list[Any] = [lambda steps, values: thinner.add(steps, values.T)]
    if log is not None:
        sinks.append(log.append)
    rows = _Rows(config.log["every"], sinks, watch)
    interrupted = False

    def stop() -> bool:
        nonlocal interrupted
        interrupted = interrupted or watch.stop()
        return interrupted

    while engine.running and not interrupted:
        engine.advance(BLOCK, rows, stop)
    engine.halt()
    rows.finish()
    steps, values = thinner.result()
    start, best, final = (_point(row) for row in (engine.start, engine.best, engine.final))
    ended = engine.ended_by(0)
    status = STATUSES[ENDINGS[ended].status] if ended else "interrupted"
    table = {"step": steps, **dict(zip(columns.names, values, strict=True))}
    counted = {what: count * (final.step + 1) for what, count in method.evaluations.items()}
    notes = columns.notes
    if engine.seeker is not None:
        searched = engine.seeker.evaluations(0)
        counted = {what: count + searched[what] for what, count in counted.items()}
        notes += engine.seeker.notes(0)
    return Trace(
        config=config,
        columns=table,
        x=points(config, table, best.x),
        status=status,
        reason=_reason(config, ended, start, final),
        start=start,
        best=best,
        final=final,
        engine=engine_name,
        evaluations=counted,
        seconds=time.perf_counter() - began,
        diagnosis=why_diverged(method, start, final) if status == "diverged" else "",
        logged=thinner.rows,
        notes=notes,
    )


def _point(row: Row) -> Point:
    return Point(int(row.step[0]), row.x[:, 0].copy(), float(row.f[0]), float(row.grad_norm[0]))


def points(config: Config, table: Mapping[str, Array], best: Array) -> Array:
    """Return the points of the rows, (rows, n); a coordinate that is not logged stands at the best point."""
    result = np.repeat(best[None, :], len(table["step"]), axis=0)
    for k, name in enumerate(config.function.coordinates):
        if name in table:
            result[:, k] = table[name]
    return result


def _bound(config: Config, start: float) -> str:
    limit = config.criteria.diverged
    return f"{limit:g} times its start" if start > 1 else f"{limit:g}"


def _reason(config: Config, ended: str, start: Point, final: Point) -> str:
    """Say why a run ended, with the numbers."""
    if not ended:
        return f"by a signal after {final.step} steps"
    if ended == "f" and np.isnan(final.f):
        return f"f is nan at step {final.step}"
    largest = np.abs(final.x).max()
    limit = 0.0 if ended in ALWAYS else config.stop[ended]
    words = ENDINGS[ended].reason.format(
        f=f"{final.f:.3g}",
        largest=f"{largest:.3g}",
        grad_norm=f"{final.grad_norm:.2g}",
        limit=f"{limit:g}" if isinstance(limit, float) else limit,
        steps=f"{limit} step{'s' * (limit != 1)}",
        bound_f=_bound(config, abs(start.f)),
        bound_x=_bound(config, float(np.abs(start.x).max())),
    )
    return words if ended == "max_steps" else f"{words} at step {final.step}"


def run(
    config: str | Path | Mapping[str, Any],
    overrides: Mapping[str, Any] | None = None,
    out: str | Path | None = None,
) -> Trace:
    """Run a config, given as a path or a mapping, with dotted keys laid over it, and return the trace.

    Nothing is written unless ``out`` names a new folder. Raises ConfigError; divergence does not raise.

    >>> trace = run({"function": "x^2", "start": [1]}, {"optimizer.learning_rate": 0.5})
    >>> trace.status, trace.best.step, trace.best.x
    ('max_steps', 1, array([0.]))
    """
    settings = [f"{key}={as_text(value)}" for key, value in (overrides or {}).items()]
    checked = load(Path(config) if isinstance(config, str) else config, settings)
    if out is None:
        return simulate(checked)
    from gdplay.save import save_run

    return save_run(checked, Path(out))[0]


def as_text(value: Any) -> str:
    """Write a Python value as an override's text."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_quoted(str(key))}: {_quoted(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple | np.ndarray):
        return "[" + ", ".join(_quoted(item) for item in value) + "]"
    return str(value)


def _quoted(value: Any) -> str:
    # in a list or mapping YAML would cut a formula at its comma
    return json.dumps(value) if isinstance(value, str) else as_text(value)
