"""The loop over steps as LLVM's text: blocks of runs, each frozen once it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gdplay.engines.compiled.define import definitions
from gdplay.engines.compiled.emit import as_float, as_mask, emit
from gdplay.engines.compiled.groups import Groups, Measure
from gdplay.engines.compiled.ir import FLOAT, Value, literal
from gdplay.engines.compiled.program import Program
from gdplay.engines.compiled.quotient import Guesses
from gdplay.engines.compiled.step import Sources, Step
from gdplay.engines.compiled.vectormath import FUNCTIONS

ATTRIBUTES = """attributes #0 = { nounwind "prefer-vector-width"="512" "min-legal-vector-width"="512" }
!0 = !{!"branch_weights", i32 1, i32 100000}"""


MOST_INLINED = 6
"""A function that a step calls more often is called indeed: its copies would take LLVM too long."""


class StepLoop(Groups):
    """Writes the function that takes blocks of runs through many steps.

    The groups of a block take each step one after another, so that one's divisions and square roots go
    on beside the next one's gradient; what they remember stays in the first level of cache.
    """

    def text(self) -> str:
        """Return it."""
        writer, step = self.writer, self.step
        self.after = {(name, k): n for name, (_, ids) in step.carried.items() for k, n in enumerate(ids)}
        negated = [step.program.operations[number] for number in step.conditions]
        inside = [operation.args[0] for operation in negated if operation.op == "not"]
        self.wanted = [*step.conditions, *inside, step.f, *step.row, *self.after.values()]
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
        going = alive
        for number in step.conditions:
            going = going & self._unless(number, values)
        newly = alive & ~going
        self._remember_best(as_float(values[step.f]), alive, x)
        for key, number in self.after.items():
            value = as_float(values[number])
            # a lane that has ended may compute what it likes, but its point stays where functions are quick
            writer.store(going.where(value, x[key]) if key in x else value, self.place(*key))
        self.usual = writer.label
        writer.line(f"br i1 {writer.any(newly)}, label %end, label %group.done, !prof !0")
        self._end(newly, conditions, x)

    def _unless(self, number: int, values: dict[int, Value]) -> Value:
        """Return where a condition does not hold; of ``not a``, where a does."""
        operation = self.step.program.operations[number]
        if operation.op == "not":
            return as_mask(values[operation.args[0]])
        value = values[number]
        return value.equals(0.0) if value.element == FLOAT else ~value

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
        """Write the step, quotients guessed; where one was wrong, what depends on them is done again."""
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
    """Return both functions and what they call; a block has ``groups`` times ``lanes`` runs."""
    functions = (StepLoop(step, sources, lanes, groups), Measure(step, sources, lanes, groups))
    texts = [function.text() for function in functions]
    used = functions[0].writer.used | functions[1].writer.used
    return "\n".join([*texts, definitions(used, lanes), ATTRIBUTES, ""])
