"""A sweep carried out: chunk by chunk, what is known already left out, rows handed on in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from gdplay.formula.expr import MOST_NUMBERS, Array
from gdplay.save import resolved
from gdplay.sweep.carry import FAILED, INTERRUPTED, Outcome, carry_out
from gdplay.sweep.plan import Batch, Group
from gdplay.sweep.store import Store, group_hash, match
from gdplay.trace import versions

CHUNK_NUMBERS = 1 << 21
"""A chunk has about so many numbers in its points and state: some seconds of work, little memory."""
MOST_POINT_COLUMNS = 10
OUTCOMES = ("status", "steps", "final_f", "final_grad_norm", "best_f", "best_step")


@dataclass
class Progress:
    """How far a sweep has come; ``report`` is called after every chunk."""

    total: int
    done: int = 0
    diverged: int = 0
    reused: int = 0
    best: float = np.inf
    report: Callable[[Progress], None] | None = None
    damaged: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Rows:
    """Finished runs in the order of the sweep: ``columns`` by name, (rows,) each."""

    group: Group
    index: Array
    columns: dict[str, Array]


def carry_out_all(
    groups: Sequence[Group], progress: Progress, store: Store | None = None, stop: Callable[[], bool] = bool
) -> Iterator[Rows]:
    """Carry out a sweep's groups; every finished chunk goes to the store before it is handed on."""
    for group in groups:
        if group.config is None:
            yield Rows(group, group.first + np.arange(group.runs), _failed(group))
            progress.done += group.runs
            continue
        key = group_hash(_identity(group))
        known = store.find(key) if store is not None else None
        if known is not None:
            progress.damaged += known.damaged
        width = group.config.function.size + sum(int(np.prod(m.before.shape)) for m in group.config.method.memory)
        size = max(1, min(CHUNK_NUMBERS // (width + 4), MOST_NUMBERS // group.config.method.numbers))
        for start in range(0, group.runs, size):
            if stop():
                return
            batch = group.batch(start, min(start + size, group.runs))
            rows = match(known, batch.values) if known is not None else np.full(len(batch.index), -1)
            columns = {name: known.columns[name][rows] for name in known.columns} if known and (rows >= 0).all() else None
            if columns is None:
                fresh = np.flatnonzero(rows < 0)
                columns = _columns(group, pick(batch, fresh), stop)
                finished = columns["status"] != INTERRUPTED
                if store is not None and finished.any():
                    store.add(key, {name: values[finished] for name, values in columns.items()})
                if known is not None and len(fresh) < len(rows):
                    merged = {name: np.array(known.columns[name][np.maximum(rows, 0)]) for name in columns}
                    for name, values in columns.items():
                        merged[name][fresh] = values
                    columns = merged
                progress.reused += len(rows) - len(fresh)
            else:
                progress.reused += len(rows)
            _count(progress, columns)
            yield Rows(group, batch.index, columns)


def pick(batch: Batch, which: Array) -> Batch:
    """Return some runs of a batch."""
    return Batch(
        batch.index[which], batch.starts[:, which], batch.seeds[which],
        {node: values[which] for node, values in batch.parameters.items()},
        {key: values[which] for key, values in batch.values.items()},
    )  # fmt: skip


def _columns(group: Group, batch: Batch, stop: Callable[[], bool]) -> dict[str, Array]:
    assert group.config is not None
    outcome = carry_out(group.config, batch, stop)
    return {**batch.values, **{name: getattr(outcome, name) for name in OUTCOMES}, **_points(group, outcome)}


def _points(group: Group, outcome: Outcome) -> dict[str, Array]:
    assert group.config is not None
    coordinates = group.config.function.coordinates
    if len(coordinates) > MOST_POINT_COLUMNS:
        return {}
    both = (("best", outcome.best_x), ("final", outcome.final_x))
    return {f"{when}_{name}": x[k] for when, x in both for k, name in enumerate(coordinates)}


def _failed(group: Group) -> dict[str, Array]:
    runs = group.runs
    blank = np.full(runs, np.nan)
    columns = {name: blank for name in OUTCOMES}
    return columns | {"status": np.full(runs, FAILED), "steps": np.zeros(runs, np.int64), "best_step": np.zeros(runs, np.int64)}


def _identity(group: Group) -> dict[str, object]:
    """Return what determines the results of a group's runs, the swept numbers apart."""
    assert group.config is not None
    plain = resolved(group.config, "numpy")
    carried = {axis.key for axis in group.axes}
    for axis in carried:
        *path, last = axis.split(".")
        section = plain
        for part in path:
            section = section.get(part, {}) if isinstance(section, dict) else {}
        if isinstance(section, dict):
            section.pop(last, None)
    random = [axis.key for axis in group.axes if axis.random]
    for key in ("log", "plot", "name"):
        plain.pop(key, None)
    return {"config": plain, "versions": versions(), "random": random, "starts": [str(axis.values) for axis in group.axes if axis.key == "start" and not axis.random]}


def _count(progress: Progress, columns: dict[str, Array]) -> None:
    from gdplay.criteria import DIVERGED

    progress.done += len(columns["status"])
    progress.diverged += int(np.sum(columns["status"] == DIVERGED))
    best = columns["best_f"][np.isfinite(columns["best_f"])]
    if len(best):
        progress.best = min(progress.best, float(best.min()))
    if progress.report is not None:
        progress.report(progress)
