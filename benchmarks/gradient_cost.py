"""What the gradient costs beside the value: the catalogue's smooth functions of n variables.

python benchmarks/gradient_cost.py [SIZE]...
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from clock import machine

from gdplay.catalog import entry, names
from gdplay.engines.tape import Tape
from gdplay.errors import ConfigError
from gdplay.formula.expr import symbol
from gdplay.objective import Function, function

SIZES = (2, 10, 100, 1000, 10_000)
BATCH_SECONDS = 0.005
ROUNDS = 7
PATIENCE = 1.5
"""Seconds a measurement may take if the family's next size is to be measured too."""


def smooth_families() -> list[str]:
    """Return the names of the functions that are smooth and take any dimension."""
    found: list[str] = []
    for name in names("functions"):
        node = entry("functions", name).node
        if node.get("dimension") is not None and "smooth" in [word.text for word in node.get("properties")]:
            found.append(name)
    return found


def ratio(f: Function) -> float:
    """Return the time of value and gradient together over the value's, at one point, in one process."""
    point = symbol("point", (f.size,), "point")
    start = f.known.start if f.known.start is not None else np.ones(f.size)
    values = {point: start[:, None], **f.constants()}
    value, gradient = f.value_at(point), f.gradient_at(point)
    alone, both = Tape([value]), Tape([value, gradient])
    with np.errstate(all="ignore"):
        calls = [lambda: alone(values), lambda: both(values)]
        repeats = [batch(call) for call in calls]
        ratios: list[float] = []
        for _ in range(ROUNDS):
            one, two = (seconds(call, times) / times for call, times in zip(calls, repeats, strict=True))
            ratios.append(two / one)
    return statistics.median(ratios)


def batch(call: Callable[[], object]) -> int:
    """Return how many calls take long enough to be timed."""
    return max(1, int(BATCH_SECONDS / max(seconds(call, 3) / 3, 1e-9)))


def seconds(call: Callable[[], object], times: int) -> float:
    """Return the processor's time for so many calls, which other processes disturb least."""
    began = time.process_time()
    for _ in range(times):
        call()
    return time.process_time() - began


def main(sizes: tuple[int, ...]) -> None:
    """Print the table."""
    print(
        f"{machine()}\n\n{'time of f and its gradient over f, n =':<38}" + "".join(f"{n:>9}" for n in sizes)
    )
    found: list[float] = []
    for name in smooth_families():
        row: list[str] = []
        taken = 0.0
        for n in sizes:
            began = time.perf_counter()
            try:
                measured = None if taken > PATIENCE else ratio(function({"name": name, "dimension": n}))
            except ConfigError:
                measured = None  # the family has no such member
            taken = max(taken, time.perf_counter() - began)
            row.append(f"{'-':>9}" if measured is None else f"{measured:9.2f}")
            found += [] if measured is None else [measured]
        print(f"{name:<38}" + "".join(row), flush=True)
    print(f"\nmedian of {len(found)}: {statistics.median(found):.2f}   (target: at most 3)")


if __name__ == "__main__":
    main(tuple(int(word) for word in sys.argv[1:]) or SIZES)
