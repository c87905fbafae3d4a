"""A chunk carried out by another process: what it is told, what it answers; both are plain data."""

from __future__ import annotations

import threading
import time
from functools import lru_cache
from typing import Any

import numpy as np

from gdplay.config.document import read_document
from gdplay.config.dump import dump
from gdplay.config.load import Config, check
from gdplay.engines.compiled.threads import at_most
from gdplay.errors import GdplayError, MachineError
from gdplay.sweeps.batch import Listed, side_by_side
from gdplay.sweeps.carry import carry_out_columns
from gdplay.sweeps.chunk import Chunk, Made
from gdplay.sweeps.environment import Environment, here
from gdplay.sweeps.packed import pack, unpack
from gdplay.version import VERSION

ALONE = threading.Lock()
"""One chunk at a time: a formula's nodes are interned for the whole process."""


def order_of(chunk: Chunk) -> bytes:
    """Return all that another process needs to carry out a chunk.

    A graph can't be sent, as its nodes are the same objects in one process only: the config is sent as text,
    and the runs as the numbers that set them apart.
    """
    group = chunk.group
    assert group.config is not None
    values, listed = group.values(chunk.numbers[chunk.fresh]), group.listed
    said = {
        "version": VERSION,
        "config": dump(dict(group.config.source)),
        "engine": chunk.engine,
        "runs": len(chunk.fresh),
        "listed": None if listed is None else {"numbers": listed.numbers, "points": listed.points},
    }
    return pack(values, said)


def carry_out_order(order: bytes, threads: int = 1) -> tuple[bytes, float]:
    """Carry out a chunk; return its columns, packed with this process's environment, and the seconds taken.

    Raises MachineError where that is impossible here.
    """
    with ALONE, at_most(threads):
        began = time.perf_counter()
        asked = unpack(order)
        if asked.said["version"] != VERSION:
            raise MachineError(other_version(VERSION, asked.said["version"]))
        try:
            config, listed = _config(asked.said["config"]), _listed(asked.said["listed"])
            index = np.arange(asked.said["runs"])
            batch = side_by_side(config, index, dict(asked.columns), listed)
            columns = carry_out_columns(config, batch, asked.said["engine"])
        except GdplayError as error:  # not all of them can be sent
            raise MachineError(str(error)) from None
        return pack(columns, here().as_data()), time.perf_counter() - began


def received(answer: bytes) -> Made:
    """Return what a process has answered."""
    packed = unpack(answer)
    return Made(packed.columns, Environment.of(packed.said), answer)


def other_version(there: str, asked: str) -> str:
    """Return in words that a worker has another gdplay than the one that asks."""
    return f"it has gdplay {there}, and this is gdplay {asked}: install the same version on both"


@lru_cache(maxsize=32)
def _config(text: str) -> Config:
    return check(read_document(text, None), (), "sweep")


def _listed(said: Any) -> Listed | None:
    return None if said is None else Listed(np.array(said["numbers"]), np.array(said["points"]))
