"""The loop over steps as LLVM's text: blocks of runs, each frozen once it ends."""

from __future__ import annotations

from gdplay.engines.compiled.attempt import attempt
from gdplay.engines.compiled.define import definitions
from gdplay.engines.compiled.emit import as_float
from gdplay.engines.compiled.endings import Endings, Point
from gdplay.engines.compiled.groups import Measure
from gdplay.engines.compiled.ir import MASK, Value, literal
from gdplay.engines.compiled.linesearch import Seek
from gdplay.engines.compiled.step import Sources, Step
from gdplay.engines.compiled.vectormath import FUNCTIONS

ATTRIBUTES = """attributes #0 = { nounwind alignstack=64 "prefer-vector-width"="512"
  "min-legal-vector-width"="512" }
!0 = !{!"branch_weights", i32 1, i32 100000}"""
"""The stack is aligned because a register that is kept there would else lie in two lines of cache."""


class StepLoop(Endings):
    """Writes the function that takes blocks of runs through many steps.

    The groups of a block take each step one after another, so that one's divisions and square roots go
    on beside the next one's gradient; what they remember stays in the first level of cache.
    """

    def text(self) -> str:
        """Return it."""
        writer, step = self.writer, self.step
        self.after = {(name, k): n for name, (_, ids) in step.carried.items() for k, n in enumerate(ids)}
        after = list(self.after.values())
        self.seek = None if step.rounds is None else Seek(step.program, step.rounds, after)
        later = [] if self.seek is None else self.seek.outputs
        self.wanted = [*self.tested, step.f, *step.row, *(self.seek.fixed if self.seek else after)]
        behind = step.program.needed([*self.wanted, *step.conditions, *later])
        self.calls = any(step.program.operations[number].op in FUNCTIONS for number in behind)
        self.open_blocks()
        shared = self.leaves(behind, "shared")
        self.given = {number: self.everywhere("%shared", k) for number, (_, k) in shared.items()}
        writer.line("br label %step")
        self._open_step()
        self.open_groups("step")
        alive = writer.load(self.place("ending")).equals(0.0)
        writer.line(f"br i1 {writer.any(alive)}, label %run, label %group.done")
        writer.start("run")
        self._group(alive)
        writer.start("group.done")
        writer.line(f"%left = phi i1 [ false, %group ], {', '.join(self.ways)}")
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
            stepped = self.leaves([*self.wanted, *self.alike], "stepped")
            self.given |= {number: self.everywhere("%line", k) for number, (_, k) in stepped.items()}
        self.all_done = self.all_end(self.given)

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
        values = attempt(writer, step.program, self.wanted, self.given, alive)
        if step.row:
            self._log([as_float(values[number]) for number in step.row])
        going = self.going(values)
        self._remember_best(as_float(values[step.f]), alive, x)
        if self.seek is None:
            self._remember(values, x if self.calls else {}, alive)
        then, usual = "look" if self.seek else "group.done", writer.label
        perhaps = writer.scalar(f"or i1 {writer.any(alive & ~going)}, {self.all_done}")
        writer.line(f"br i1 {perhaps}, label %end, label %{then}, !prof !0")
        writer.start("end")
        known = {number: values[number] for number in self.wanted} | self.given
        still = self.end(alive, known, x, self.now)
        left = writer.any(still)
        writer.line(f"br label %{then}")
        self.ways = [f"[ true, %{usual} ]", f"[ {left}, %end ]"]
        if self.seek is not None:
            writer.start(then)
            ways = f"[ {alive.name}, %{usual} ], [ {still.name}, %end ]"
            self._look(self.seek, writer.put(f"phi {writer.type(MASK)} {ways}", MASK), known, x)

    def _remember(self, values: dict[int, Value], x: Point, alive: Value) -> None:
        """Write what the next step begins with; the points of lanes that have ended stay, if ``x`` has them.

        Such a lane may compute what it likes, but not where functions are slow.
        """
        for key, number in self.after.items():
            value = as_float(values[number])
            self.writer.store(alive.where(value, x[key]) if key in x else value, self.place(*key))

    def _look(self, seek: Seek, alive: Value, values: dict[int, Value], x: Point) -> None:
        """Write the search for the rates of the lanes that go on, and the step with them."""
        writer, program = self.writer, self.step.program
        self.ways = [f"[ false, %{writer.label} ]"]
        writer.line(f"br i1 {writer.any(alive)}, label %seek, label %group.done")
        writer.start("seek")
        known = seek.known(values)
        rate = seek.rate(writer, self.place, known, alive, self.now)
        known[seek.rounds.unknowns[0]] = rate
        moved = attempt(writer, program, self.after.values(), known, alive)
        self._remember(moved, {key: writer.load(self.place(*key)) for key in x}, alive)
        self.ways.append(f"[ true, %{writer.label} ]")
        writer.line("br label %group.done")

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

    def _log(self, row: list[Value]) -> None:
        for c, value in enumerate(row):
            self.writer.store(value, self._across("%rows", len(row), c))

    def _remember_best(self, f: Value, alive: Value, x: Point) -> None:
        writer = self.writer
        best = writer.load(self.place("best_f"))
        # without asking first whether there is a better one: that costs more than the stores
        better = alive & (f < best)
        if "best" in self.step.carried:
            writer.store(better.where(f, best), self.place("best"))
        news = {"best_f": [f], "best_step": [self.now], "best_x": list(x.values())}
        for name, values in news.items():
            for k, value in enumerate(values):
                place = self.place(name, k)
                writer.store(better.where(value, writer.load(place)), place)


def module_text(step: Step, sources: Sources, lanes: int, groups: int) -> str:
    """Return both functions and what they call; a block has ``groups`` times ``lanes`` runs."""
    functions = (StepLoop(step, sources, lanes, groups), Measure(step, sources, lanes, groups))
    texts = [function.text() for function in functions]
    used = functions[0].writer.used | functions[1].writer.used
    return "\n".join([*texts, definitions(used, lanes), ATTRIBUTES, ""])
