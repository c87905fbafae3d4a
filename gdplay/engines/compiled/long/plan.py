"""A method with its stop rules and log columns as one compiled step on long vectors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from gdplay.criteria import CARRIED, Criteria, endings
from gdplay.engines.compiled.long.elements import Elements, lower, uniform
from gdplay.engines.compiled.long.kernel import LongKernel
from gdplay.engines.compiled.long.leaves import Leaves, length_of
from gdplay.engines.compiled.long.loops import ROWS
from gdplay.engines.compiled.long.phases import Phases, Store
from gdplay.engines.compiled.long.step import POINTS, ROLES_COUNT, LongStep, layout_of, rounded
from gdplay.engines.compiled.long.strips import Strips
from gdplay.engines.compiled.lower import reachable
from gdplay.engines.compiled.stages import Stages, stages
from gdplay.engines.compiled.step import Sources
from gdplay.engines.compiled.threads import Workers
from gdplay.formula.expr import Array, Expr, is_constant
from gdplay.method import Method, norm

MOST_OPERATIONS = 2_000
"""Longer steps take LLVM too long."""


@dataclass(frozen=True)
class LongPlan:
    """The step without and with a logged row, where its quantities stand, what NumPy computes beforehand."""

    quiet: LongStep
    logging: LongStep
    sources: Sources
    stages: Stages
    names: tuple[str, ...]
    size: int

    @property
    def operations(self) -> int:
        """About how many operations on single numbers a step has."""
        program = self.quiet.program
        return sum(max(1, program.lengths[n]) for n in range(len(program.operations)))

    def memory(self, runs: int, widths: tuple[int, int]) -> Strips:
        """Return the memory of so many runs."""
        return Strips(self.sources.layout, runs, self.size)

    def kernel(self, log: bool, widths: tuple[int, int], workers: Workers) -> LongKernel:
        """Compile the step."""
        return LongKernel(self.logging if log else self.quiet, self.sources, workers)


class _Builder:
    """Lowers a method once, and picks from it what a step with or without a log needs."""

    def __init__(
        self, method: Method, criteria: Criteria, logged: tuple[Expr, ...], parameters: Mapping[Expr, Array]
    ) -> None:
        size = norm(method.gradient)
        conditions = endings(method, criteria, size)
        after = [m.after for m in method.memory]
        row = [method.f, size, CARRIED.rate, *logged]
        outputs = [method.learning_rate, method.next_point, *row, *conditions.values(), *after]
        self.size, self.names = method.size, ("", *conditions)
        self.program = Elements(MOST_OPERATIONS)
        self.leaves = Leaves(self.program)
        self.stages = self._beforehand(outputs, parameters, method.t)
        (x,) = self.leaves.read("x", method.point)
        before = [self.leaves.read(f"m{k}", m.before)[0] for k, m in enumerate(method.memory)]
        self.leaves.read("noise", method.noise)
        for name, node in vars(CARRIED).items():
            self.leaves.read(name, node)
        self.rate, self.next, *rest = lower(self.program, outputs, self.leaves.known)
        self.row = [(number, length_of(node)) for number, node in zip(rest, row, strict=False)]
        self.conditions = tuple(rest[len(row) : len(row) + len(conditions)])
        new = rest[len(row) + len(conditions) :]
        self.memory = {f"m{k}": pair for k, pair in enumerate(zip(before, new, strict=True))}
        apart = self.program.add("sub", self.next, x)
        squares = self.program.total("add", self.program.add("mul", apart, apart), self.size)
        self.moved = self.program.add("sqrt", squares)

    def _beforehand(self, outputs: list[Expr], parameters: Mapping[Expr, Array], t: Expr) -> Stages:
        """Read what NumPy computes before the steps, vectors of constants among it."""
        found = stages(outputs, parameters, t)
        early = dict.fromkeys([*found.shared, *found.single, *found.stepped])
        vectors = [node for node in reachable(outputs, early) if is_constant(node) and not uniform(node)]
        found = replace(found, shared=(*found.shared, *vectors))
        for name in ("shared", "single", "stepped"):
            self.leaves.read(name, *getattr(found, name))
        known = self.leaves.known
        self.program.inverses.update({known[d]: known[inverse] for d, inverse in found.inverses.items()})
        return found

    def step(self, columns: Iterable[tuple[int, int]]) -> LongStep:
        """Return the step that logs these operations, each with its length."""
        lengths = self.program.lengths
        stores = [Store(self.next, "x", 0, self.size)]
        scalars: dict[str, int] = {}
        for name, (before, after) in self.memory.items():
            if lengths[before]:
                stores.append(Store(after, name, 0, lengths[before]))
            else:
                scalars[name] = after
        row: list[tuple[int, int]] = []
        at = 0
        for number, length in columns:
            if length:
                stores.append(Store(number, ROWS, at, length))
            else:
                row.append((number, at))
            at += max(1, length)
        (f, _), (size, _) = self.row[:2]
        step = LongStep(
            self.program, self.leaves.places, f, size, self.conditions, scalars, tuple(stores), tuple(row), at
        )
        read = {self.leaves.places[number][0] for number in step.reads()}
        carried = {"rate": self.rate, "moved": self.moved}
        return replace(step, scalars=scalars | {name: carried[name] for name in carried if name in read})

    def plan(self) -> LongPlan:
        """Return both steps and the layout of their memory."""
        quiet, logging = self.step(()), self.step(self.row)
        elsewhere = ("shared", "stepped", "noise")
        counts = {name: count for name, count in self.leaves.counts.items() if name not in elsewhere}
        counts |= {"x": POINTS * rounded(self.size), "roles": ROLES_COUNT}
        counts |= dict.fromkeys(("best_f", "ending", "final_step"), 1)
        counts |= {f"{name}.next": counts[name] for name in self._changing_places((quiet, logging))}
        noisy = any(self.leaves.places[number][0] == "noise" for number in logging.reads())
        sources = Sources(
            layout_of({"single": 0, **counts}),
            self.leaves.counts.get("stepped", 0),
            self.size if noisy else 0,
        )
        return LongPlan(quiet, logging, sources, self.stages, self.names, self.size)

    def _changing_places(self, steps: Iterable[LongStep]) -> Iterator[str]:
        """Yield the names of vectors that can't be overwritten in place."""
        for step in steps:
            phases = Phases(step.program, step.wanted, step.stores)
            for store in step.stores:
                if store.name in self.memory:
                    before, _ = self.memory[store.name]
                    if not phases.is_updated_in_place(before, store):
                        yield store.name


def long_plan(
    method: Method, criteria: Criteria, logged: tuple[Expr, ...], parameters: Mapping[Expr, Array]
) -> LongPlan:
    """Return what is to be compiled. Raises Uncovered."""
    return _Builder(method, criteria, logged, parameters).plan()
