"""The loop over steps as LLVM's text: blocks of runs, their state in registers, frozen once they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from gdplay.engines.compiled.define import definitions
from gdplay.engines.compiled.emit import as_float, as_mask, emit
from gdplay.engines.compiled.ir import Value, Writer, literal
from gdplay.engines.compiled.program import Program
from gdplay.engines.compiled.quotient import Guesses
from gdplay.engines.compiled.vectormath import FUNCTIONS

ATTRIBUTES = """attributes #0 = { nounwind "prefer-vector-width"="512" "min-legal-vector-width"="512" }
!0 = !{!"branch_weights", i32 1, i32 100000}"""


MOST_INLINED = 6
"""A function that is called more often in a step is called indeed: its copies would take LLVM too long."""


@dataclass(frozen=True)
class Layout:
    """Where each quantity of a block of runs stands: a place holds one number for each lane."""

    places: Mapping[str, range]
    size: int

    @staticmethod
    def of(counts: Mapping[str, int]) -> Layout:
        """Lay out quantities of so many numbers each, one behind the other."""
        places: dict[str, range] = {}
        at = 0
        for name, count in counts.items():
            places[name] = range(at, at + count)
            at += count
        return Layout(places, at)


@dataclass(frozen=True)
class Step:
    """One step in numbers of a program's operations.

    ``carried``: name to the operations that stand for a quantity and for what it becomes.
    """

    program: Program
    leaves: Mapping[int, tuple[str, int]]
    """Operation to the quantity and the place in it where its value is found."""
    f: int
    gradient_norm: int
    conditions: tuple[int, ...]
    carried: Mapping[str, tuple[list[int], list[int]]]
    row: tuple[int, ...] = ()


@dataclass(frozen=True)
class Sources:
    """The pointers that a kernel reads from, and how many numbers a row of the table has."""

    layout: Layout
    table: int
    noise: int


class Groups:
    """Writes a loop over the groups of a block: so many lanes, as one register holds, at a time."""

    def __init__(self, step: Step, sources: Sources, lanes: int, groups: int) -> None:
        self.writer = Writer(lanes)
        self.step, self.sources, self.groups = step, sources, groups

    @property
    def width(self) -> int:
        """The number of lanes of a block."""
        return self.writer.lanes * self.groups

    def place(self, name: str, k: int = 0) -> str:
        """Return the address of a quantity's lanes in the group at %spot."""
        return self.writer.element("%spot", self.sources.layout.places[name][k] * self.width)

    def everywhere(self, pointer: str, k: int) -> Value:
        """Return number k behind a pointer in every lane."""
        return self.writer.splat(self.writer.scalar(f"load double, ptr {self.writer.element(pointer, k)}"))

    def leaves(self, wanted: Iterable[int], *names: str) -> dict[int, tuple[str, int]]:
        """Return the operations behind the wanted ones that are read from memory under these names."""
        places = self.step.leaves
        return {k: places[k] for k in self.step.program.needed(wanted) if k in places and places[k][0] in names}

    def open_blocks(self) -> None:
        """Begin the loop over blocks."""
        line = self.writer.line
        self.writer.start("entry")
        line("br label %blocks")
        self.writer.start("blocks")
        line("%block = phi i64 [ %from, %entry ], [ %block.next, %block.done ]")
        line(f"%offset = mul i64 %block, {self.sources.layout.size * self.width}")
        line("%base = getelementptr double, ptr %data, i64 %offset")

    def open_groups(self, before: str) -> None:
        """Begin the loop over a block's groups; %some tells whether a run goes on in one of those done."""
        line = self.writer.line
        line("br label %group")
        self.writer.start("group")
        line(f"%g = phi i64 [ 0, %{before} ], [ %g.next, %group.done ]")
        line(f"%some = phi i1 [ false, %{before} ], [ %some.next, %group.done ]")
        line(f"%first.lane = mul i64 %g, {self.writer.lanes}")
        line("%spot = getelementptr double, ptr %base, i64 %first.lane")

    def close_groups(self, after: str) -> None:
        """End the loop over a block's groups."""
        line = self.writer.line
        line("%g.next = add i64 %g, 1")
        line(f"%g.more = icmp slt i64 %g.next, {self.groups}")
        line(f"br i1 %g.more, label %group, label %{after}")

    def close_blocks(self) -> None:
        """End the loop over blocks and the function."""
        line = self.writer.line
        line("%block.next = add i64 %block, 1")
        line("%block.more = icmp slt i64 %block.next, %to")
        line("br i1 %block.more, label %blocks, label %exit")
        self.writer.start("exit")
        line("ret void")


class Measure(Groups):
    """Writes the function that computes f and the gradient's norm at points that stand in the blocks."""

    def text(self) -> str:
        """Return it; ``%at`` is how many doubles the points' first coordinate stands behind a block's begin."""
        writer, step = self.writer, self.step
        wanted = [step.f, step.gradient_norm]
        self.open_blocks()
        known = self.leaves(wanted, "shared")
        given = {number: self.everywhere("%shared", k) for number, (_, k) in known.items()}
        self.open_groups("blocks")
        given |= {number: writer.load(self.place(*at)) for number, at in self.leaves(wanted, "single").items()}
        points = writer.element("%spot", "%at")
        for k, number in enumerate(step.carried["x"][0]):
            given[number] = writer.load(writer.element(points, k * self.width))
        values = emit(writer, step.program, wanted, given)
        results = writer.element("%result", writer.scalar(f"mul i64 %block, {2 * self.width}"))
        results = writer.element(results, "%first.lane")
        for k, number in enumerate(wanted):
            writer.store(as_float(values[number]), writer.element(results, k * self.width))
        writer.line("br label %group.done")
        writer.start("group.done")
        writer.line("%some.next = xor i1 %some, false")
        self.close_groups("block.done")
        writer.start("block.done")
        self.close_blocks()
        head = "define void @measure(ptr %data, ptr %shared, ptr %result, i64 %at, i64 %from, i64 %to) #0 {"
        return "\n".join([head, *writer.lines, "}"])


class StepLoop(Groups):
    """Writes the function that takes blocks of runs through many steps.

    The groups of a block take each step one after another, so that one's divisions and square roots go
    on beside the next one's gradient; what they remember stays in the first level of cache.
    """

    def text(self) -> str:
        """Return it."""
        writer, step = self.writer, self.step
        self.after = {(name, k): n for name, (_, ids) in step.carried.items() for k, n in enumerate(ids)}
        self.wanted = [*step.conditions, step.f, *step.row, *self.after.values()]
        self.open_blocks()
        shared = self.leaves(self.wanted, "shared")
        self.given = {number: self.everywhere("%shared", k) for number, (_, k) in shared.items()}
        writer.line("br label %step")
        self._open_step()
        self.open_groups("step")
        alive = writer.load(self.place("ending")).equals(0.0)
        writer.line(f"br i1 {writer.any(alive)}, label %run, label %group.done")
        writer.start("run")
        self._group(alive)
        writer.start("group.done")
        writer.line(f"%left = phi i1 [ false, %group ], [ true, %{self.usual} ], [ {self.left}, %end ]")
        writer.line("%some.next = or i1 %some, %left")
        self.close_groups("step.done")
        writer.start("step.done")
        writer.line("%k.next = add i64 %k, 1")
        writer.line(f"%now.next = fadd double %now, {literal(1.0)}")
        writer.line("%further = xor i1 %last, true")
        writer.line("%on = and i1 %further, %some.next")
        writer.line("br i1 %on, label %step, label %block.done")
        writer.start("block.done")
        self.close_blocks()
        head = (
            "define void @steps(ptr %data, ptr %shared, ptr %table, ptr %noise, ptr %rows, "
            "i64 %padded, i64 %from, i64 %to, i64 %steps, double %first) #0 {"
        )
        return "\n".join([head, *writer.lines, "}"])

    def _open_step(self) -> None:
        writer = self.writer
        writer.start("step")
        writer.line("%k = phi i64 [ 0, %blocks ], [ %k.next, %step.done ]")
        writer.line("%now = phi double [ %first, %blocks ], [ %now.next, %step.done ]")
        writer.line("%to.go = sub i64 %steps, %k")
        writer.line("%last = icmp sle i64 %to.go, 1")
        self.now = writer.splat("%now")
        if self.sources.table:
            writer.line(f"%place = mul i64 %k, {self.sources.table}")
            writer.line("%line = getelementptr double, ptr %table, i64 %place")
            stepped = self.leaves(self.wanted, "stepped")
            self.given |= {number: self.everywhere("%line", k) for number, (_, k) in stepped.items()}

    def _group(self, alive: Value) -> None:
        """Write one step of one group."""
        writer, step = self.writer, self.step
        self._load()
        x = {("x", k): self.given[number] for k, number in enumerate(step.carried["x"][0])}
        writer.line("br i1 %last, label %keep, label %go, !prof !0")
        writer.start("keep")
        for (_, k), value in x.items():
            writer.store(value, self.place("last_x", k))
        writer.line("br label %go")
        writer.start("go")
        values = self._values(alive)
        if step.row:
            self._log([as_float(values[number]) for number in step.row])
        conditions = [as_mask(values[number]) for number in step.conditions]
        ended = reduce(lambda a, b: a | b, conditions)
        newly, going = alive & ended, alive & ~ended
        self._remember_best(as_float(values[step.f]), alive, x)
        for key, number in self.after.items():
            value = as_float(values[number])
            # a lane that has ended may compute what it likes, but its point stays where functions are quick
            writer.store(going.where(value, x[key]) if key in x else value, self.place(*key))
        self.usual = writer.label
        writer.line(f"br i1 {writer.any(newly)}, label %end, label %group.done, !prof !0")
        self._end(newly, conditions, x)

    def _load(self) -> None:
        writer = self.writer
        names = {name for name, _ in self.step.leaves.values()} - {"shared", "stepped", "noise"}
        self.given |= {n: writer.load(self.place(*at)) for n, at in self.leaves(self.wanted, *names).items()}
        for k, number in enumerate(self.step.carried["x"][0]):
            if number not in self.given:
                self.given[number] = writer.load(self.place("x", k))
        if self.sources.noise or self.step.row:
            writer.line(f"%block.lane = mul i64 %block, {self.width}")
            writer.line("%lane = add i64 %block.lane, %first.lane")
        for number, (_, k) in self.leaves(self.wanted, "noise").items():
            self.given[number] = writer.load(self._across("%noise", self.sources.noise, k))

    def _across(self, pointer: str, count: int, k: int) -> str:
        """Return where this group's lanes of number k of this step stand in (steps, count, all lanes)."""
        scalar = self.writer.scalar
        column = scalar(f"add i64 {scalar(f'mul i64 %k, {count}')}, {k}")
        place = scalar(f"add i64 {scalar(f'mul i64 {column}, %padded')}, %lane")
        return self.writer.element(pointer, place)

    def _values(self, alive: Value) -> dict[int, Value]:
        """Write the step, with quotients guessed; where a guess was wrong, what depends on them is done again."""
        writer, program, guesses = self.writer, self.step.program, Guesses()
        writer.inlined = _seldom(program, self.wanted)
        values = emit(writer, program, self.wanted, self.given, guesses)
        right = guesses.right()
        if right is None:
            return values
        guessed = program.depending(values, "quotient")
        before, writer.inlined = writer.label, frozenset()
        wrong = writer.any(alive & ~right)
        writer.line(f"br i1 {wrong}, label %again, label %values, !prof !0")
        writer.start("again")
        known = {number: value for number, value in values.items() if number not in guessed}
        exact = emit(writer, program, self.wanted, known)
        writer.line("br label %values")
        writer.start("values")
        for number in dict.fromkeys(self.wanted):
            if number in guessed:
                value, other = values[number], exact[number]
                ways = f"[ {value.name}, %{before} ], [ {other.name}, %again ]"
                values[number] = writer.put(f"phi {writer.type(value.element)} {ways}", value.element)
        return values

    def _log(self, row: list[Value]) -> None:
        for c, value in enumerate(row):
            self.writer.store(value, self._across("%rows", len(row), c))

    def _remember_best(self, f: Value, alive: Value, x: dict[tuple[str, int], Value]) -> None:
        writer = self.writer
        best = writer.load(self.place("best_f"))
        better = alive & (f < best)
        lowest = better.where(f, best)
        news = {"best_f": [f], "best_step": [self.now], "best_x": list(x.values())}
        for name, values in news.items():
            for k, value in enumerate(values):
                place = self.place(name, k)
                writer.store(better.where(value, writer.load(place)), place)
        if "best" in self.step.carried:
            writer.store(lowest, self.place("best"))

    def _end(self, newly: Value, conditions: list[Value], x: dict[tuple[str, int], Value]) -> None:
        """Write what happens when a run ends: its result is stored, its point goes back to the start."""
        writer = self.writer
        writer.start("end")
        which = writer.number(float(len(conditions)))
        for k in range(len(conditions) - 2, -1, -1):
            which = conditions[k].where(float(k + 1), which)
        place = self.place("ending")
        ending = newly.where(which, writer.load(place))
        writer.store(ending, place)
        place = self.place("final_step")
        writer.store(newly.where(self.now, writer.load(place)), place)
        for key, value in x.items():
            place = self.place("final_x", key[1])
            writer.store(newly.where(value, writer.load(place)), place)
            place, start = self.place(*key), writer.load(self.place("start", key[1]))
            writer.store(newly.where(start, writer.load(place)), place)
        self.left = writer.any(ending.equals(0.0))
        writer.line("br label %group.done")


def _seldom(program: Program, wanted: Iterable[int]) -> frozenset[str]:
    """Return the functions that a step calls so few times that their instructions may stand in the loop."""
    calls = Counter(program.operations[number].op for number in program.needed(wanted))
    return frozenset(
        FUNCTIONS[op].name for op, times in calls.items() if op in FUNCTIONS and times <= MOST_INLINED
    )


def module_text(step: Step, sources: Sources, lanes: int, groups: int) -> str:
    """Return the whole text: both functions and what they call; a block has ``groups`` times ``lanes`` runs."""
    functions = (StepLoop(step, sources, lanes, groups), Measure(step, sources, lanes, groups))
    texts = [function.text() for function in functions]
    used = functions[0].writer.used | functions[1].writer.used
    return "\n".join([*texts, definitions(used, lanes), ATTRIBUTES, ""])
