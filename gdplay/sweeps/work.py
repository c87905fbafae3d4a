"""A sweep carried out: chunk by chunk, what is known already left out, rows handed on in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from gdplay.criteria import DIVERGED
from gdplay.formula.expr import MOST_NUMBERS
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.carry import INTERRUPTED, OUTCOMES
from gdplay.sweeps.chunk import Chunk, Made, Rows
from gdplay.sweeps.crew import Crew, Here
from gdplay.sweeps.environment import Environment
from gdplay.sweeps.identity import ENGINES, engine_of, identity
from gdplay.sweeps.packed import pack, unpack
from gdplay.sweeps.plan import Group
from gdplay.sweeps.store import Kept, Store, group_hash

__all__ = ["OUTCOMES", "Progress", "Rows", "carry_out_all", "chunk_size"]

CHUNK_NUMBERS = 1 << 21
"""A chunk has about so many numbers in its points and state: little memory."""

CHUNK_WORK = 1 << 33
"""A chunk computes about so many numbers, which is some seconds of work: what an interruption may lose."""

LEAST_RUNS = 64

SECONDS = {"numpy": 0.7e-9, "compiled": 4e-11}
"""About how long an engine takes for a number on one processor."""

LEAST_SECONDS = 0.1
"""Sending a chunk elsewhere and its results back costs some milliseconds: they stay below 5 % of this."""

SHARES = 4
"""Where there is little to do, everyone gets about so many chunks, so that all have work until the end."""


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
    environments: dict[Environment, int] = field(default_factory=dict[Environment, int])
    """Where runs were made, and how many of them."""

    def add(self, status: Column, best_f: Column) -> None:
        """Count some runs that are done, (runs,) each, and report."""
        self.done += len(status)
        self.diverged += int(np.sum(status == DIVERGED))
        self.best = float(np.min(best_f, where=np.isfinite(best_f), initial=self.best))
        if self.report is not None:
            self.report(self)


def carry_out_all(
    groups: Sequence[Group],
    progress: Progress,
    store: Store | None = None,
    stop: Callable[[], bool] = bool,
    crew: Crew | None = None,
) -> Iterator[Rows]:
    """Carry out a sweep's groups; every finished chunk goes to the store before it is handed on.

    The crew may finish chunks in any order. Those that have to wait for an earlier one wait on disk, if
    there is a store. Raises MachineError.
    """
    crew = crew or Here()
    due, early = 0, dict[int, tuple[Chunk, Path | Made | None]]()
    for chunk, made in crew.carry(_chunks(groups, progress, store, crew.hands), stop):
        kept = _keep(chunk, made, store)
        rows = chunk.joined(made.columns if made else None)
        _count(progress, chunk, made, rows)
        if chunk.number == due:
            yield rows
            due += 1
        else:
            early[chunk.number] = (chunk, kept or made)
        while due in early:
            yield _fetched(*early.pop(due))
            due += 1
    for number in sorted(early):  # interrupted: these lie behind one that is missing
        yield _fetched(*early[number])


def _chunks(groups: Sequence[Group], progress: Progress, store: Store | None, hands: int) -> Iterator[Chunk]:
    """Yield what is to be done, group by group."""
    number, total = 0, sum(group.runs for group in groups)
    for group in groups:
        if group.config is None:
            for first in range(0, group.runs, CHUNK_NUMBERS):
                yield Chunk(number, group, first, min(first + CHUNK_NUMBERS, group.runs))
                number += 1
            continue
        engine, key, kept = _known(group, chunk_size(group), store, progress.damaged)
        if engine not in progress.engines:
            progress.engines.append(engine)
        size = shared_size(group, engine, total, hands)
        for first in range(0, group.runs, size):
            chunk = Chunk(number, group, first, min(first + size, group.runs), engine, key)
            yield chunk.looked_up(kept)
            number += 1


def _known(group: Group, size: int, store: Store | None, damaged: list[str]) -> tuple[str, str, Kept]:
    """Return the engine for a group, what its chunks are called, and those that are kept."""
    if store is None:
        return engine_of(group, size), "", Kept()
    keys = {name: group_hash(identity(group, name)) for name in ENGINES}
    engine = engine_of(group, size, lambda name: store.has(keys[name]))
    return engine, keys[engine], store.kept(keys[engine], damaged)


def chunk_size(group: Group) -> int:
    """Return how many runs go side by side: some seconds of work in bounded memory."""
    assert group.config is not None
    method, steps = group.config.method, group.config.criteria.max_steps + 1
    width = group.config.function.size + sum(int(np.prod(m.before.shape)) for m in method.memory)
    by_memory = min(CHUNK_NUMBERS // (width + 4), MOST_NUMBERS // method.numbers)
    return max(1, min(by_memory, max(LEAST_RUNS, CHUNK_WORK // (steps * method.numbers))))


def shared_size(group: Group, engine: str, total: int, hands: int) -> int:
    """Return how many runs go to one of several at a time: all get work, yet sending costs little.

    ``total``: the runs of the sweep. What a run comes to does not depend on it.
    """
    size = chunk_size(group)
    if hands == 1:
        return size
    assert group.config is not None
    numbers = (group.config.criteria.max_steps + 1) * group.config.method.numbers
    least = int(LEAST_SECONDS / (numbers * SECONDS[engine]))
    fair = -(-total // (hands * SHARES))
    whole = -(-max(fair, least, 1) // LEAST_RUNS) * LEAST_RUNS
    return min(size, whole)


def _keep(chunk: Chunk, made: Made | None, store: Store | None) -> Path | None:
    """Put what is finished into the store; return where it is if nothing is missing there."""
    if made is None or store is None:
        return None
    if made.data is not None:
        return store.add(chunk.key, made.data)
    finished = made.columns["status"] != INTERRUPTED
    if not finished.any():
        return None
    columns = {name: values[finished] for name, values in made.columns.items()}
    path = store.add(chunk.key, pack(columns, made.environment.as_data()))
    return path if finished.all() else None


def _fetched(chunk: Chunk, made: Path | Made | None) -> Rows:
    """Return a chunk's rows from where they waited."""
    if isinstance(made, Path):
        return chunk.joined(unpack(made.read_bytes()).columns)
    return chunk.joined(made.columns if made else None)


def _count(progress: Progress, chunk: Chunk, made: Made | None, rows: Rows) -> None:
    progress.reused += 0 if chunk.rows is None else int(np.sum(chunk.rows >= 0))
    for environment, runs in _origins(chunk, made):
        progress.environments[environment] = progress.environments.get(environment, 0) + runs
    progress.add(rows.columns["status"], rows.columns["best_f"])


def _origins(chunk: Chunk, made: Made | None) -> Iterator[tuple[Environment, int]]:
    """Yield where the runs of a chunk were made, with how many of them."""
    if made is not None:
        yield made.environment, len(chunk.fresh)
    if chunk.known is not None and chunk.rows is not None:
        counts = np.bincount(chunk.known.origin[chunk.rows[chunk.rows >= 0]])
        yield from ((chunk.known.environments[k], int(count)) for k, count in enumerate(counts) if count)
