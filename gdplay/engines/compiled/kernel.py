"""The loop over steps as LLVM's text: blocks of runs, their state in registers, frozen once they end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from gdplay.engines.compiled.define import definitions
from gdplay.engines.compiled.emit import as_float, as_mask, emit
from gdplay.engines.compiled.ir import Value, Writer, literal
from gdplay.engines.compiled.lower import Program
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


class Loads:
    """Writes the loads of what stands in memory, each once."""

    def __init__(self, writer: Writer, sources: Sources, step: Step) -> None:
        self.writer, self.sources, self.step = writer, sources, step

    def place(self, name: str, k: int) -> str:
        """Return the address of a quantity's lanes in the block at %base."""
        return self.writer.element("%base", self.sources.layout.places[name][k] * self.writer.lanes)

    def leaf(self, number: int) -> Value:
        """Return the value of an operation that is read from memory."""
        writer = self.writer
        name, k = self.step.leaves[number]
        if name == "shared":
            pointer = writer.element("%shared", k)
            return writer.splat(writer.scalar(f"load double, ptr {pointer}"))
        if name == "stepped":
            pointer = writer.element("%line", k)
            return writer.splat(writer.scalar(f"load double, ptr {pointer}"))
        if name == "noise":
            offset = writer.scalar(f"mul i64 %padded, {k}")
            return writer.load(writer.element("%draw", offset))
        return writer.load(self.place(name, k))


def measure_text(step: Step, sources: Sources, lanes: int) -> tuple[str, set[str]]:
    """Return the function that computes f and the gradient's norm at points that stand in the blocks.

    ``%at`` is the place of the points' first coordinate, counted in doubles.
    """
    writer = Writer(lanes)
    loads = Loads(writer, sources, step)
    _open_blocks(writer, sources.layout)
    point = step.carried["x"][0]
    pointer = writer.element("%base", "%at")
    given = {
        number: writer.load(writer.element(pointer, k * lanes)) for k, number in enumerate(point)
    }
    wanted = [step.f, step.gradient_norm]
    for number in step.program.needed(wanted):
        if number in step.leaves and number not in given:
            given[number] = loads.leaf(number)
    values = emit(writer, step.program, wanted, given)
    result = writer.element("%result", writer.scalar(f"mul i64 %block, {2 * lanes}"))
    for k, number in enumerate(wanted):
        writer.store(as_float(values[number]), writer.element(result, k * lanes))
    writer.line("br label %next")
    _close_blocks(writer)
    head = "define void @measure(ptr %data, ptr %shared, ptr %result, i64 %at, i64 %from, i64 %to) #0 {"
    return "\n".join([head, *writer.lines, "}"]) + "\n", writer.used


def _open_blocks(writer: Writer, layout: Layout) -> None:
    writer.start("entry")
    writer.line("br label %blocks")
    writer.start("blocks")
    writer.line("%block = phi i64 [ %from, %entry ], [ %block.next, %next ]")
    writer.line(f"%offset = mul i64 %block, {layout.size * writer.lanes}")
    writer.line("%base = getelementptr double, ptr %data, i64 %offset")


def _close_blocks(writer: Writer) -> None:
    writer.start("next")
    writer.line("%block.next = add i64 %block, 1")
    writer.line("%more = icmp slt i64 %block.next, %to")
    writer.line("br i1 %more, label %blocks, label %exit")
    writer.start("exit")
    writer.line("ret void")


class StepLoop:
    """Writes the function that takes a block's runs through many steps."""

    def __init__(self, step: Step, sources: Sources, lanes: int) -> None:
        self.step, self.sources = step, sources
        self.writer = Writer(lanes)
        self.loads = Loads(self.writer, sources, step)
        self.carried = {
            number: (name, k)
            for name, (before, _) in step.carried.items()
            for k, number in enumerate(before)
        }
        self.after = {
            (name, k): number for name, (_, after) in step.carried.items() for k, number in enumerate(after)
        }

    def text(self) -> str:
        """Return the function's text."""
        writer = self.writer
        _open_blocks(writer, self.sources.layout)
        self._load_state()
        self._head()
        self._body()
        self._latch()
        _close_blocks(writer)
        head = (
            "define void @steps(ptr %data, ptr %shared, ptr %table, ptr %noise, ptr %rows, "
            "i64 %padded, i64 %from, i64 %to, i64 %steps, double %first) #0 {"
        )
        return "\n".join([head, *writer.lines, "}"]) + "\n"

    def _load_state(self) -> None:
        writer = self.writer
        step = self.step
        ending = writer.load(self.loads.place("ending", 0))
        running = writer.any(ending.equals(0.0))
        writer.line(f"br i1 {running}, label %load, label %next")
        writer.start("load")
        wanted = [*step.conditions, step.f, *step.row, *self.after.values()]
        self.wanted = wanted
        needed = step.program.needed(wanted)
        self.given: dict[int, Value] = {
            number: self.loads.leaf(number)
            for number in needed
            if number in step.leaves and step.leaves[number][0] not in ("stepped", "noise", *step.carried)
        }
        self.late = [n for n in needed if n in step.leaves and step.leaves[n][0] in ("stepped", "noise")]
        n = len(step.carried["x"][0])
        self.names = [
            *self.after, *(("best", 0) for name in step.carried if name == "best"),
            *(("best_x", k) for k in range(n)), ("best_f", 0), ("best_step", 0), ("ending", 0),
        ]  # fmt: skip
        self.initial = {key: writer.load(self.loads.place(*key)) for key in self.names}
        writer.line("br label %step")

    def _head(self) -> None:
        writer = self.writer
        writer.start("step")
        writer.line("%k = phi i64 [ 0, %load ], [ %k.next, %latch ]")
        writer.line("%now = phi double [ %first, %load ], [ %now.next, %latch ]")
        self.hole = len(writer.lines)
        self.held = {key: writer.value(writer.name()) for key in self.names}
        writer.lines += [""] * len(self.names)
        if self.sources.table:
            writer.line(f"%place = mul i64 %k, {self.sources.table}")
            writer.line("%line = getelementptr double, ptr %table, i64 %place")
        if self.sources.noise or self.step.row:
            writer.line(f"%lane = mul i64 %block, {writer.lanes}")
        if self.sources.noise:
            writer.line(f"%drawn = mul i64 %k, {self.sources.noise}")
            writer.line("%width = mul i64 %drawn, %padded")
            writer.line("%there = add i64 %width, %lane")
            writer.line("%draw = getelementptr double, ptr %noise, i64 %there")

    def _body(self) -> None:
        writer, step, held = self.writer, self.step, self.held
        self.given |= {number: self.loads.leaf(number) for number in self.late}
        self.given |= {number: held[key] for number, key in self.carried.items() if key in held}
        writer.inlined = _seldom(step.program, self.wanted)
        values = emit(writer, step.program, self.wanted, self.given)
        if step.row:
            self._log([as_float(values[number]) for number in step.row])
        alive = held["ending", 0].equals(0.0)
        f = as_float(values[step.f])
        better = alive & (f < held["best_f", 0])
        now = writer.splat("%now")
        next: dict[tuple[str, int], Value] = {("best_f", 0): better.where(f, held["best_f", 0])}
        if "best" in step.carried:
            next["best", 0] = next["best_f", 0]
        next["best_step", 0] = better.where(now, held["best_step", 0])
        self.conditions = [as_mask(values[number]) for number in step.conditions]
        ended = self.conditions[0]
        for condition in self.conditions[1:]:
            ended = ended | condition
        newly = alive & ended
        going = alive & ~ended
        for key, number in self.after.items():
            value = as_float(values[number])
            # a lane that has ended may compute what it likes, but its point stays where functions are quick
            next[key] = going.where(value, held[key]) if key[0] == "x" else value
            if key[0] == "x":
                next["best_x", key[1]] = better.where(held[key], held["best_x", key[1]])
        next["ending", 0] = held["ending", 0]
        self.next = next
        writer.line(f"br i1 {writer.any(newly)}, label %end, label %latch, !prof !0")
        self.before_end = writer.label
        self._end(newly, now)

    def _end(self, newly: Value, now: Value) -> None:
        """Write what happens when a lane's run ends: its result is stored, its point goes back to the start."""
        writer, held = self.writer, self.held
        hot = writer.label
        writer.start("end")
        which = writer.number(float(len(self.conditions)))
        for k in range(len(self.conditions) - 2, -1, -1):
            which = self.conditions[k].where(float(k + 1), which)
        ending = newly.where(which, held["ending", 0])
        pointer = self.loads.place("final_step", 0)
        writer.store(newly.where(now, writer.load(pointer)), pointer)
        reset: dict[tuple[str, int], Value] = {("ending", 0): ending}
        for key in self.next:
            if key[0] == "x":
                pointer = self.loads.place("final_x", key[1])
                writer.store(newly.where(held[key], writer.load(pointer)), pointer)
                start = writer.load(self.loads.place("start", key[1]))
                reset[key] = newly.where(start, self.next[key])
        left = writer.any(ending.equals(0.0))
        writer.line("br label %latch")
        writer.start("latch")
        writer.line(f"%left = phi i1 [ true, %{hot} ], [ {left}, %end ]")
        for key, value in reset.items():
            type = writer.type("double")
            self.next[key] = writer.put(f"phi {type} [ {self.next[key].name}, %{hot} ], [ {value.name}, %end ]")

    def _log(self, row: list[Value]) -> None:
        writer = self.writer
        first = writer.scalar(f"mul i64 %k, {len(row)}")
        for c, value in enumerate(row):
            column = writer.scalar(f"add i64 {first}, {c}")
            width = writer.scalar(f"mul i64 {column}, %padded")
            place = writer.scalar(f"add i64 {width}, %lane")
            writer.store(value, writer.element("%rows", place))

    def _latch(self) -> None:
        writer = self.writer
        type = writer.type("double")
        for k, key in enumerate(self.names):
            ways = f"[ {self.initial[key].name}, %load ], [ {self.next[key].name}, %latch ]"
            writer.lines[self.hole + k] = f"  {self.held[key].name} = phi {type} {ways}"
        writer.line("%k.next = add i64 %k, 1")
        writer.line(f"%now.next = fadd double %now, {literal(1.0)}")
        writer.line("%further = icmp slt i64 %k.next, %steps")
        writer.line("%on = and i1 %further, %left")
        writer.line("br i1 %on, label %step, label %done")
        writer.start("done")
        for key in self.names:
            writer.store(self.next[key], self.loads.place(*key))
            if key[0] == "x":
                writer.store(self.held[key], self.loads.place("last_x", key[1]))
        writer.line("br label %next")


def _seldom(program: Program, wanted: Iterable[int]) -> frozenset[str]:
    """Return the functions that a step calls so few times that their instructions may stand in the loop."""
    calls = Counter(program.operations[number].op for number in program.needed(wanted))
    return frozenset(FUNCTIONS[op].name for op, times in calls.items() if op in FUNCTIONS and times <= MOST_INLINED)


def module_text(step: Step, sources: Sources, lanes: int) -> str:
    """Return the whole text: both functions and what they call."""
    loop = StepLoop(step, sources, lanes)
    steps = loop.text()
    measure, used = measure_text(step, sources, lanes)
    return "\n".join([steps, measure, definitions(loop.writer.used | used, lanes), ATTRIBUTES, ""])
