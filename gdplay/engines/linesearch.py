"""The loop of a line search over columns: a run whose search is done keeps its rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gdplay.engines.tally import Tally
from gdplay.engines.tape import Tape
from gdplay.formula.expr import Array, Expr, is_constant, order, substitute, symbol
from gdplay.method import Method
from gdplay.search import dependent

Values = dict[Expr, Array]


class Seeker(Tally):
    """Finds each run's rate and takes the step with it.

    ``needed`` are the nodes that the search and the step use but that do not depend on the rate; the
    engine computes them with the row and hands their values on.
    """

    def __init__(self, method: Method, runs: int) -> None:
        line = method.search
        assert line is not None
        super().__init__(line, runs)
        after = [m.after for m in method.memory]
        test, move, finish = [line.until, line.otherwise], list(line.next), [method.next_point, *after]
        outputs = [*test, *move, *finish]
        moving = dependent(outputs, line.unknowns)
        fixed = Cut(outputs, {node for node in order(outputs) if node not in moving})
        test, move, finish = fixed.parts(len(test), len(move), len(finish))
        shared = Cut(move, {node for node in order(test) if node.op != "symbol"})
        self.begin = len(line.begin)
        self.needed = [*line.begin, *fixed.nodes]
        self.held = fixed.symbols
        self.shared = shared.symbols
        self.test = Tape([*test, *shared.nodes])
        self.move, self.finish = Tape(shared.outputs), Tape(finish)

    def step(
        self,
        values: Mapping[Expr, Array],
        needed: Sequence[Array],
        ended: NDArray[np.bool_],
        active: NDArray[np.int64],
    ) -> list[Array]:
        """Return each run's rate (runs,), its next point and what it remembers then.

        ``values`` are the symbols', ``needed`` those of the needed nodes; the runs that have ``ended``
        are not searched for; ``active`` are the numbers of all runs.
        """
        runs = len(ended)
        known: Values = {**values, **dict(zip(self.held, needed[self.begin :], strict=True))}
        unknown = np.array([np.broadcast_to(a, (runs,)) for a in needed[: self.begin]])
        limit = np.broadcast_to(values[self.line.limit], (runs,))
        waiting, tried = np.flatnonzero(~ended), 0
        self.searches[active[waiting]] += 1
        while len(waiting):
            tried += 1
            self.trials[active[waiting]] += 1
            here = {
                **_pick(known, waiting, runs),
                **dict(zip(self.line.unknowns, unknown[:, waiting], strict=True)),
            }
            done, otherwise, *shared = self.test(here)
            stopped = np.broadcast_to(done != 0, waiting.shape)
            late = ~stopped & (limit[waiting] <= tried)
            if late.any():
                unknown[0, waiting[late]] = np.broadcast_to(otherwise, waiting.shape)[late]
                self.fail(active[waiting[late]])
            going = np.flatnonzero(~stopped & ~late)
            here |= dict(zip(self.shared, shared, strict=True))
            there = self.move(_pick(here, going, len(waiting))) if len(going) else []
            waiting = waiting[going]
            for row, value in zip(unknown, there, strict=False):
                row[waiting] = value
        return [unknown[0], *self.finish({**known, self.line.rate: unknown[0]})]

    @property
    def tapes(self) -> tuple[Tape, ...]:
        """The tapes that are played beside the row's."""
        return self.test, self.move, self.finish


class Cut:
    """Outputs with every ready node that they use directly replaced by a symbol for its value."""

    def __init__(self, outputs: Iterable[Expr], ready: set[Expr]) -> None:
        outputs = list(outputs)
        self.nodes: list[Expr] = []
        seen: set[Expr] = set()
        waiting = list(outputs)
        while waiting:
            node = waiting.pop()
            if node in seen or node.op == "symbol" or is_constant(node):
                continue
            seen.add(node)
            if node in ready:
                self.nodes.append(node)
            else:
                waiting.extend(node.args)
        self.nodes.sort(key=lambda node: node.serial)
        self.symbols = [symbol(f"held{node.serial}", node.shape, "held") for node in self.nodes]
        self.outputs = substitute(outputs, dict(zip(self.nodes, self.symbols, strict=True)))

    def parts(self, *lengths: int) -> list[list[Expr]]:
        """Return the outputs in groups of these lengths."""
        ends = np.cumsum(lengths).tolist()
        return [list(self.outputs[end - length : end]) for end, length in zip(ends, lengths, strict=True)]


def _pick(values: Mapping[Expr, Array], which: NDArray[np.int64], runs: int) -> Values:
    """Return these columns of every value; what all runs share has a single one."""
    if len(which) == runs:
        return dict(values)
    return {node: a[..., which] if runs > 1 and a.shape[-1] == runs else a for node, a in values.items()}
