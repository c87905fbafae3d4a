"""How long a sweep will take, from a few of its runs."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from gdplay.sweeps.carry import carry_out
from gdplay.sweeps.identity import engine_of
from gdplay.sweeps.plan import Group
from gdplay.sweeps.request import Request
from gdplay.sweeps.work import chunk_size

TRIED_RUNS, TRIED_STEPS = 2048, (5, 105)
MOST_TRIED = 40
"""So many groups are tried; the others are taken to be like them."""

BYTES_A_NUMBER = 9


def estimate(request: Request) -> dict[str, Any]:
    """Return runs, groups, seconds and bytes, after a few steps of a few runs."""
    possible = [group for group in request.groups if group.config is not None]
    tried = possible[:: -(-len(possible) // MOST_TRIED)]
    seconds = sum(_seconds(group) for group in tried)
    share = sum(group.runs for group in possible) / sum(group.runs for group in tried)
    size = max(group.config.function.size for group in possible if group.config)
    columns = 7 + len(request.keys) + (2 * size if size <= 10 else 0)
    return {
        "runs": request.runs,
        "groups": len(request.groups),
        "seconds": seconds * share,
        "bytes": request.runs * columns * BYTES_A_NUMBER,
    }


def _seconds(group: Group) -> float:
    """Return how long a group takes: every chunk its start, every step of every run its share."""
    assert group.config is not None
    size, most = chunk_size(group), group.config.criteria.max_steps
    runs = min(group.runs, TRIED_RUNS, size)
    batch, engine = group.batch(np.arange(runs)), engine_of(group, size)
    spent: list[float] = []
    few, more = (min(steps, most) for steps in TRIED_STEPS)
    for steps in (few, few, more):  # the first time has costs of its own
        short = replace(group.config, criteria=replace(group.config.criteria, max_steps=steps))
        began = time.perf_counter()
        carry_out(short, batch, engine=engine)
        spent.append(time.perf_counter() - began)
    step = max(0.0, spent[2] - spent[1]) / max(1, more - few) * group.runs / runs
    return spent[1] * -(-group.runs // size) + step * most
