"""A sweep carried out: chunk by chunk, what is known already left out, rows handed on in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from gdplay.criteria import DIVERGED
from gdplay.formula.expr import MOST_NUMBERS
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.carry import FAILED, INTERRUPTED, Outcome, carry_out
from gdplay.sweeps.identity import ENGINES, MOST_POINT_COLUMNS, engine_of, identity
from gdplay.sweeps.plan import Batch, Group
from gdplay.sweeps.store import Known, Store, group_hash, match

CHUNK_NUMBERS = 1 << 21
"""A chunk has about so many numbers in its points and state: little memory."""

CHUNK_WORK = 1 << 33
"""A chunk computes about so many numbers, which is some seconds of work: what an interruption may lose."""

LEAST_RUNS = 64
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
    engines: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class Rows:
    """Finished runs in the order of the sweep: ``columns`` by name, (rows,) each."""

    group: Group
    index: Column
    columns: dict[str, Column]


def carry_out_all(
    groups: Sequence[Group], progress: Progress, store: Store | None = None, stop: Callable[[], bool] = bool
) -> Iterator[Rows]:
    """Carry out a sweep's groups; every finished chunk goes to the store before it is handed on."""
    for group in groups:
        if group.config is None:
            yield Rows(group, group.first + np.arange(group.runs), _failed(group))
            progress.done += group.runs
            continue
        size = chunk_size(group)
        engine, key, known = _known(group, size, store)
        progress.damaged += known.damaged
        for start in range(0, group.runs, size):
            if stop():
                return
            batch = group.batch(np.arange(start, min(start + size, group.runs)))
            rows = match(known, _apart(group, batch))
            fresh = np.flatnonzero(rows < 0)
            columns: dict[str, Column] = {}
            if len(fresh):
                columns = _columns(group, _pick(batch, fresh), stop, engine)
                finished = columns["status"] != INTERRUPTED
                if store is not None and finished.any():
                    store.add(key, {name: values[finished] for name, values in columns.items()})
            if len(fresh) < len(rows):
                columns = _merged(known, rows, fresh, columns) | batch.values
            progress.reused += len(rows) - len(fresh)
            if engine not in progress.engines:
                progress.engines.append(engine)
            _count(progress, columns)
            yield Rows(group, batch.index, columns)


def _known(group: Group, size: int, store: Store | None) -> tuple[str, str, Known]:
    """Return the engine for a group, what its chunks are called, and those that are kept."""
    if store is None:
        return engine_of(group, size), "", Known({})
    keys = {name: group_hash(identity(group, name)) for name in ENGINES}
    engine = engine_of(group, size, lambda name: store.has(keys[name]))
    return engine, keys[engine], store.find(keys[engine])


def chunk_size(group: Group) -> int:
    """Return how many runs go side by side: some seconds of work in bounded memory."""
    assert group.config is not None
    method, steps = group.config.method, group.config.criteria.max_steps + 1
    width = group.config.function.size + sum(int(np.prod(m.before.shape)) for m in method.memory)
    by_memory = min(CHUNK_NUMBERS // (width + 4), MOST_NUMBERS // method.numbers)
    return max(1, min(by_memory, max(LEAST_RUNS, CHUNK_WORK // (steps * method.numbers))))


def _merged(known: Known, rows: Column, fresh: Column, columns: dict[str, Column]) -> dict[str, Column]:
    """Return the columns of a chunk of which some rows are known and the others have just been run."""
    merged = {name: np.array(values[np.maximum(rows, 0)]) for name, values in known.columns.items()}
    for name, values in columns.items():
        merged[name][fresh] = values
    return merged


def _apart(group: Group, batch: Batch) -> dict[str, Column]:
    """Return what tells a group's runs apart: the swept numbers, and for starts their coordinates."""
    values = dict(batch.values)
    if group.moves and len(batch.starts) <= MOST_POINT_COLUMNS:
        values.pop("start", None)
        values |= _named(group, "start", batch.starts)
    return values


def _pick(batch: Batch, which: Column) -> Batch:
    return Batch(
        batch.index[which], batch.starts[:, which], batch.seeds[which],
        {node: values[which] for node, values in batch.parameters.items()},
        {key: values[which] for key, values in batch.values.items()},
    )  # fmt: skip


def _columns(group: Group, batch: Batch, stop: Callable[[], bool], engine: str) -> dict[str, Column]:
    assert group.config is not None
    outcome: Outcome = carry_out(group.config, batch, stop, engine=engine)
    found = {**batch.values, **{name: getattr(outcome, name) for name in OUTCOMES}}
    if group.moves:
        found |= _named(group, "start", batch.starts)
    return found | _named(group, "best", outcome.best_x) | _named(group, "final", outcome.final_x)


def _named(group: Group, when: str, x: Column) -> dict[str, Column]:
    assert group.config is not None
    coordinates = group.config.function.coordinates
    if len(coordinates) > MOST_POINT_COLUMNS:
        return {}
    return {f"{when}_{name}": x[k] for k, name in enumerate(coordinates)}


def _failed(group: Group) -> dict[str, Column]:
    runs = group.runs
    none = np.zeros(runs, np.int64)
    columns = {name: np.full(runs, np.nan) for name in OUTCOMES}
    return {
        **group.values(np.arange(runs)),
        **columns,
        "status": none + FAILED,
        "steps": none,
        "best_step": none,
    }


def _count(progress: Progress, columns: dict[str, Column]) -> None:
    progress.done += len(columns["status"])
    progress.diverged += int(np.sum(columns["status"] == DIVERGED))
    best = columns["best_f"][np.isfinite(columns["best_f"])]
    if len(best):
        progress.best = min(progress.best, float(best.min()))
    if progress.report is not None:
        progress.report(progress)
