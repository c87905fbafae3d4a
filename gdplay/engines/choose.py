"""Which engine carries out a run: the compiled one where it covers the step and is the quicker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gdplay.criteria import Criteria
from gdplay.engines.columns import Columns, Row
from gdplay.engines.compiled.program import UNROLLED
from gdplay.engines.tally import Tally
from gdplay.errors import Complaint, ConfigError
from gdplay.formula.expr import Array, Expr, order
from gdplay.formula.words import count
from gdplay.method import Method
from gdplay.search import RATES

CALL, ELEMENT = 1.2e-6, 0.7e-9
"""Seconds that the NumPy engine takes for one node of a step, and for each number in it beside that."""

ROUND = 40e-6
"""Seconds that it takes beside that whenever a search tries a rate."""

COMPILING, LOADING = 80e-6, 0.12
"""Seconds that compiling takes for an operation of a step, and before the first."""


class Engine(Protocol):
    """What carries out runs: see ``Columns`` for the meaning."""

    start: Row
    final: Row
    ending: NDArray[np.int64]
    active: NDArray[np.int64]
    names: tuple[str, ...]
    step: int

    @property
    def seeker(self) -> Tally | None:
        """What the searches for learning rates took, where there are any."""
        ...

    @property
    def best(self) -> Row:
        """Where each run was best so far."""
        ...

    @property
    def running(self) -> bool:
        """Whether any run still goes on."""
        ...

    def ended_by(self, run: int) -> str:
        """Return the name of the rule that ended a run, or an empty text."""
        ...

    def advance(
        self, rows: int, log: Callable[[int, Array], None] | None = None, stop: Callable[[], bool] = bool
    ) -> None:
        """Go through at most so many rows."""
        ...

    def halt(self) -> None:
        """End the runs that go on where they are."""
        ...


@dataclass(frozen=True)
class Work:
    """What is to be carried out: the arguments of an engine, see ``Columns``."""

    method: Method
    starts: Array
    criteria: Criteria
    seeds: NDArray[np.uint64] | None = None
    logged: tuple[Expr, ...] = ()
    parameters: Mapping[Expr, Array] | None = None

    def numpy(self) -> Columns:
        """Return the NumPy engine for it."""
        return Columns(self.method, self.starts, self.criteria, self.seeds, self.logged, self.parameters)

    def repays(self) -> bool:
        """Tell whether the NumPy engine would take longer than compiling does."""
        method = self.method
        outputs = [method.f, method.gradient, method.next_point, *(m.after for m in method.memory)]
        nodes, runs, steps = order(outputs), self.starts.shape[1], self.criteria.max_steps + 1
        seconds = _seconds(nodes, runs)
        if method.search is not None:
            tried = order([method.search.until, *method.search.next])
            nodes, seconds = [*nodes, *tried], seconds + RATES * (ROUND + _seconds(tried, runs))
        by_numpy = steps * seconds
        vectors = [node for node in nodes if len(node.shape) < 2 and method.search is None]
        operations = sum(count(node.shape) for node in nodes)
        operations -= sum(max(0, count(node.shape) - 2 * UNROLLED) for node in vectors)  # these are loops
        return by_numpy > LOADING + COMPILING * operations


def _seconds(nodes: Sequence[Expr], runs: int) -> float:
    """Return about how long NumPy takes for some nodes."""
    return len(nodes) * CALL + sum(count(node.shape) for node in nodes) * runs * ELEMENT


def choose(name: str, work: Work) -> tuple[str, Engine]:
    """Return the engine of that name, or the better one for ``auto``, with its own name.

    Raises ConfigError where the compiled engine is asked for and can't be had.
    """
    if name == "numpy" or (name == "auto" and not work.repays()):
        return "numpy", work.numpy()
    from gdplay.engines.compiled.jit import available

    reason = available()
    if not reason:
        from gdplay.engines.compiled.columns import CompiledColumns
        from gdplay.engines.compiled.program import Uncovered

        try:
            return "compiled", CompiledColumns(
                work.method, work.starts, work.criteria, work.seeds, work.logged, work.parameters
            )
        except Uncovered as error:
            reason = str(error)
    if name == "compiled":
        message = f"this run can't be compiled: {reason}"
        raise ConfigError(Complaint(message, "write engine: auto, which takes NumPy here", key="engine"))
    return "numpy", work.numpy()
