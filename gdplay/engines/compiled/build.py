"""A method with its stop rules and log columns as one compiled step, and what it reads from memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from gdplay.criteria import CARRIED, Criteria, endings
from gdplay.engines.compiled.call import Kernel
from gdplay.engines.compiled.lower import lower
from gdplay.engines.compiled.memory import Blocks
from gdplay.engines.compiled.moves import Ids, ordered
from gdplay.engines.compiled.program import Program
from gdplay.engines.compiled.stages import Stages, stages
from gdplay.engines.compiled.step import Layout, Rounds, Sources, Step
from gdplay.engines.compiled.threads import Workers
from gdplay.formula.expr import Array, Expr
from gdplay.formula.gradient import flat
from gdplay.method import Method, norm

MOST_OPERATIONS = 50_000
"""Longer steps take LLVM too long: this one some seconds."""

COUNTED = ("trials", "failures", "first_failure")
"""What is counted of a run's searches."""


@dataclass(frozen=True)
class Plan:
    """The step without and with a logged row, where its quantities stand, what NumPy computes beforehand."""

    quiet: Step
    logging: Step
    sources: Sources
    stages: Stages
    names: tuple[str, ...]
    """The names of the endings; number 0 is none."""

    @property
    def operations(self) -> int:
        """How many operations on single numbers a step has."""
        return len(self.quiet.program.operations)

    def memory(self, runs: int, widths: tuple[int, int]) -> Blocks:
        """Return the memory of so many runs, in blocks of so many registers of so many lanes."""
        return Blocks(self.sources.layout, runs, widths[0] * widths[1])

    def kernel(self, log: bool, widths: tuple[int, int], workers: Workers) -> Kernel:
        """Compile the step."""
        return Kernel(self.logging if log else self.quiet, self.sources, *widths, workers)


class _Leaves:
    """The numbers that are read from memory, added to a program as they are named."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.places: dict[int, tuple[str, int]] = {}
        self.known: dict[Expr, Ids] = {}
        self.counts: dict[str, int] = {}

    def unknowns(self, nodes: Iterable[Expr]) -> tuple[int, ...]:
        """Return the operations that stand for what a search tries."""
        numbers = [self.program.add("unknown", param=k) for k, _ in enumerate(nodes)]
        self.known.update(zip(nodes, (np.array(number) for number in numbers), strict=True))
        return tuple(numbers)

    def read(self, name: str, *nodes: Expr) -> list[int]:
        """Return the operations that read nodes' elements, which stand behind each other under a name."""
        numbers: list[int] = []
        for node in nodes:
            count = int(np.prod(node.shape, dtype=np.int64))
            new = [self.program.add("leaf", param=(name, len(numbers) + k)) for k in range(count)]
            self.known[node] = np.array(new, dtype=np.int64).reshape(node.shape)
            numbers += new
        self.places.update({number: (name, k) for k, number in enumerate(numbers)})
        self.counts[name] = len(numbers)
        return numbers


def plan(
    method: Method, criteria: Criteria, logged: tuple[Expr, ...], parameters: Mapping[Expr, Array]
) -> Plan:
    """Return what is to be compiled. Raises Uncovered."""
    size = norm(method.gradient)
    conditions = endings(method, criteria, size)
    after = [m.after for m in method.memory]
    outputs = [
        method.f, size, method.learning_rate, method.next_point, *after, *conditions.values(),
        *(searched := _searched(method)), flat([method.f, size, CARRIED.rate, *logged]),
    ]  # fmt: skip
    divided = stages(outputs, parameters, method.t)
    program = Program(MOST_OPERATIONS)
    leaves = _Leaves(program)
    for name in ("shared", "single", "stepped"):
        leaves.read(name, *getattr(divided, name))
    for node, inverse in divided.inverses.items():
        pairs = zip(leaves.known[node].ravel().tolist(), leaves.known[inverse].ravel().tolist(), strict=True)
        program.inverses.update(pairs)
    before = {"x": leaves.read("x", method.point)}
    before |= {f"m{k}": leaves.read(f"m{k}", m.before) for k, m in enumerate(method.memory)}
    noise = leaves.read("noise", method.noise)
    unknowns = () if method.search is None else leaves.unknowns(method.search.unknowns)
    carried = vars(CARRIED)
    before |= {name: leaves.read(name, node) for name, node in carried.items()}
    f, norm_, rate, next, *rest = (ids.ravel().tolist() for ids in lower(program, outputs, leaves.known))
    new = {"x": next, "rate": rate, "moved": [_distance(program, before["x"], next)]}
    new |= {f"m{k}": ids for k, ids in enumerate(rest[: len(after)])}
    ended = tuple(ids[0] for ids in rest[len(after) : len(after) + len(conditions)])
    sought = [ids[0] for ids in rest[len(after) + len(conditions) : -1]]
    rounds = _rounds(unknowns, sought) if searched else None

    def step(row: list[int]) -> Step:
        own = [k for name, ids in new.items() if name not in carried for k in ids]
        wanted = [*ended, *row, *sought, *own]
        used = set(program.needed(wanted))
        kept = {
            name: (ids, new.get(name, []))
            for name, ids in before.items()
            if name not in carried or (used.intersection(ids) and not name.startswith("bound"))
        }
        return Step(program, leaves.places, f[0], norm_[0], ended, kept, tuple(row), rounds)

    quiet, logging = step([]), step(rest[-1])
    reads = program.needed([*ended, *next, *(k for ids in rest for k in ids)])
    single = {"best_f": 1, "ending": 1, "limit_x": 1}
    counts = {name: len(ids) for name, ids in before.items()}
    single |= dict.fromkeys(COUNTED if searched else (), 1)
    points = dict.fromkeys(("start", "best_x", "final_x", "last_x"), method.size)
    layout = Layout.of({**counts, **points, **single, "final_step": 1, "single": leaves.counts["single"]})
    noisy = bool(set(noise).intersection(reads))
    sources = Sources(layout, leaves.counts["stepped"], method.size if noisy else 0)
    return Plan(quiet, logging, sources, divided, ("", *conditions))


def _searched(method: Method) -> list[Expr]:
    """Return the expressions of a search, in the order that ``_rounds`` takes them; none without one."""
    line = method.search
    return [] if line is None else [*line.begin, *line.next, line.until, line.otherwise, line.limit]


def _rounds(unknowns: tuple[int, ...], sought: list[int]) -> Rounds:
    n = len(unknowns)
    return Rounds(unknowns, tuple(sought[:n]), tuple(sought[n : 2 * n]), *sought[2 * n :])


def _distance(program: Program, x: list[int], next: list[int]) -> int:
    apart = [program.add("sub", b, a) for a, b in zip(x, next, strict=True)]
    return program.add("sqrt", ordered(program, "add", [program.add("mul", d, d) for d in apart]))
