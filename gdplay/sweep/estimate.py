"""How long a sweep will take, from a few of its runs."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from gdplay.criteria import Criteria
from gdplay.sweep.carry import carry_out
from gdplay.sweep.request import Request

TRIED_RUNS, TRIED_STEPS = 256, 20
BYTES_A_NUMBER = 9


def estimate(request: Request) -> dict[str, Any]:
    """Return runs, groups, seconds and bytes; every group is tried for a few steps of a few runs."""
    seconds = 0.0
    for group in request.groups:
        if group.config is None:
            continue
        runs = min(group.runs, TRIED_RUNS)
        steps = min(group.config.criteria.max_steps, TRIED_STEPS)
        short: Criteria = replace(group.config.criteria, max_steps=steps)
        began = time.perf_counter()
        carry_out(replace(group.config, criteria=short), group.batch(0, runs))
        spent = time.perf_counter() - began
        seconds += spent * (group.runs / runs) * (group.config.criteria.max_steps + 1) / (steps + 1)
    axes = max(len(grid.axes) for grid in request.grids)
    width = max((2 * group.config.function.size for group in request.groups if group.config), default=2) + 7 + axes
    return {"runs": request.runs, "groups": len(request.groups), "seconds": seconds, "bytes": request.runs * width * BYTES_A_NUMBER}
