"""The loop over runs and steps as LLVM's text, for steps on long vectors: one run after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod

from gdplay.engines.compiled.define import definitions
from gdplay.engines.compiled.emit import as_float, as_mask
from gdplay.engines.compiled.ir import Value, Writer, literal
from gdplay.engines.compiled.kernel import ATTRIBUTES
from gdplay.engines.compiled.long.body import DECLARED
from gdplay.engines.compiled.long.loops import ROWS, Fused
from gdplay.engines.compiled.long.phases import Phases, Store
from gdplay.engines.compiled.long.step import BEST, CURRENT, LAST, POINTS, TURN, WIDE, LongStep, rounded
from gdplay.engines.compiled.step import Sources


class Runs(ABC):
    """Writes a loop over runs; ``head`` is what the function is called and takes."""

    head = ""

    def __init__(self, step: LongStep, sources: Sources, phases: Phases) -> None:
        self.writer = Writer(WIDE)
        self.step, self.sources = step, sources
        self.fused = Fused(self.writer, phases, self.array, self.target)

    def text(self) -> str:
        """Return the function."""
        line, start = self.writer.line, self.writer.start
        start("entry")
        line("br label %runs")
        start("runs")
        line("%run = phi i64 [ %from, %entry ], [ %run.next, %run.done ]")
        line(f"%offset = mul i64 %run, {self.sources.layout.size}")
        line("%base = getelementptr double, ptr %data, i64 %offset")
        self.body()
        start("run.done")
        line("%run.next = add i64 %run, 1")
        line("%run.more = icmp slt i64 %run.next, %to")
        line("br i1 %run.more, label %runs, label %exit")
        start("exit")
        line("ret void")
        return "\n".join([f"define void {self.head} #0 {{", *self.writer.lines, "}"])

    @abstractmethod
    def body(self) -> None:
        """Write what is done with a run, up to a jump to ``run.done``."""

    def array(self, number: int) -> str:
        """Return the address of a vector that is read from memory."""
        name, place = self.step.leaves[number]
        sources = {"shared": "%shared", "stepped": "%line", "noise": "%drawn", "x": "%x"}
        if name in sources:
            return self.writer.element(sources[name], place)
        return f"%{name}" if f"{name}.next" in self.sources.layout.places else self.place(name, place)

    def target(self, store: Store) -> str:
        """Return the address where a vector is written."""
        if store.name == ROWS:
            return self.writer.element("%row", store.place)
        if store.name == "x" or f"{store.name}.next" in self.sources.layout.places:
            return f"%{store.name}.next"
        return self.place(store.name)

    def place(self, name: str, k: int = 0) -> str:
        """Return the address of a quantity of this run."""
        return self.writer.element("%base", self.sources.layout.places[name].start + k)

    def point(self, name: str, which: str) -> None:
        """Write the address of one of a run's places for points."""
        size = rounded(len(self.sources.layout.places["x"]) // POINTS)
        self.writer.line(f"{name}.offset = mul i64 {which}, {size}")
        self.writer.line(f"{name} = getelementptr double, ptr {self.place('x')}, i64 {name}.offset")

    def read(self, wanted: list[int], *names: str) -> None:
        """Read the scalars that stand in memory under these names."""
        for number in self.fused.program.needed(wanted):
            operation = self.fused.program.operations[number]
            if operation.op == "leaf" and self.step.leaves[number][0] in names:
                name, k = self.step.leaves[number]
                pointers = {"shared": "%shared", "stepped": "%line"}
                place = self.writer.element(pointers[name], k) if name in pointers else self.place(name, k)
                value = self.writer.scalar(f"load double, ptr {place}")
                self.fused.values[number] = self.writer.splat(value)

    def single(self, value: Value) -> str:
        """Return the number that stands in every lane."""
        return self.writer.scalar(f"extractelement {value.typed}, i64 0")


class Steps(Runs):
    """Writes the function that takes runs through many steps."""

    head = (
        "@steps(ptr %data, ptr %shared, ptr %table, ptr %noise, ptr %rows, ptr %scratch, "
        "i64 %from, i64 %to, i64 %steps, double %first)"
    )

    def body(self) -> None:
        """Write the loop over steps, which ends with the run."""
        writer, step, fused = self.writer, self.step, self.fused
        line, start = writer.line, writer.start
        wanted = [*step.wanted, *(store.number for store in step.stores)]
        ended = writer.scalar(f"load double, ptr {self.place('ending')}")
        going = writer.scalar(f"fcmp oeq double {ended}, {literal(0.0)}")
        line(f"br i1 {going}, label %go, label %run.done")
        start("go")
        self.read(wanted, "shared", "single")
        line("%first.row = mul i64 %run, %steps")
        line("br label %step")
        start("step")
        line("%k = phi i64 [ 0, %go ], [ %k.next, %on ]")
        line("%now = phi double [ %first, %go ], [ %now.next, %on ]")
        self._addresses()
        names = {name for name, _ in step.leaves.values()} - {"shared", "single"}
        self.read(wanted, *names)
        fused.write()
        fused.scalars(step.wanted)
        values = {number: as_float(fused.values[number]) for number in step.wanted}
        for number, column in step.row:
            line(f"store double {self.single(values[number])}, ptr {writer.element('%row', column)}")
        self._remember_best(self.single(values[step.f]))
        conditions = [self.single(as_mask(fused.values[number])) for number in step.conditions]
        over = conditions[0]
        for condition in conditions[1:]:
            over = writer.scalar(f"or i1 {over}, {condition}")
        line(f"br i1 {over}, label %end, label %on, !prof !0")
        self._go_on({name: values[number] for name, number in step.scalars.items()})
        self._end(conditions)

    def _addresses(self) -> None:
        line, layout = self.writer.line, self.sources.layout
        line("%at = add i64 %first.row, %k")
        for pointer, source, index, count in (
            ("%row", "%rows", "%at", self.step.columns),
            ("%drawn", "%noise", "%at", self.sources.noise),
            ("%line", "%table", "%k", self.sources.table),
        ):
            line(f"{pointer}.offset = mul i64 {index}, {count}")
            line(f"{pointer} = getelementptr double, ptr {source}, i64 {pointer}.offset")
        for name, role in (("%now.at", CURRENT), ("%best.at", BEST), ("%turn", TURN)):
            line(f"{name} = load i64, ptr {self.place('roles', role)}")
        line("%taken = add i64 %now.at, %best.at")
        line(f"%next.at = sub i64 {sum(range(POINTS))}, %taken")
        self.point("%x", "%now.at")
        self.point("%x.next", "%next.at")
        line("%odd = icmp ne i64 %turn, 0")
        for name in layout.places:
            if f"{name}.next" in layout.places:
                places = self.place(name), self.place(f"{name}.next")
                for new, (a, b) in ((name, places[::-1]), (f"{name}.next", places)):
                    line(f"%{new} = select i1 %odd, ptr {a}, ptr {b}")

    def _remember_best(self, f: str) -> None:
        line, scalar = self.writer.line, self.writer.scalar
        lowest, when = (scalar(f"load double, ptr {self.place(name)}") for name in ("best_f", "best_step"))
        line(f"%better = fcmp olt double {f}, {lowest}")
        line(f"%best.f = select i1 %better, double {f}, double {lowest}")
        line(f"%best.step = select i1 %better, double %now, double {when}")
        line("%best.now = select i1 %better, i64 %now.at, i64 %best.at")
        line(f"store double %best.f, ptr {self.place('best_f')}")
        line(f"store double %best.step, ptr {self.place('best_step')}")
        line(f"store double %best.f, ptr {self.place('best')}")
        line(f"store i64 %best.now, ptr {self.place('roles', BEST)}")
        line(f"store i64 %now.at, ptr {self.place('roles', LAST)}")

    def _go_on(self, scalars: dict[str, Value]) -> None:
        line, start = self.writer.line, self.writer.start
        start("on")
        for name, value in scalars.items():
            line(f"store double {self.single(value)}, ptr {self.place(name)}")
        line(f"store i64 %next.at, ptr {self.place('roles', CURRENT)}")
        line("%turn.next = xor i64 %turn, 1")
        line(f"store i64 %turn.next, ptr {self.place('roles', TURN)}")
        line("%k.next = add i64 %k, 1")
        line(f"%now.next = fadd double %now, {literal(1.0)}")
        line("%more = icmp slt i64 %k.next, %steps")
        line("br i1 %more, label %step, label %run.done")

    def _end(self, conditions: list[str]) -> None:
        line, start, scalar = self.writer.line, self.writer.start, self.writer.scalar
        start("end")
        which = literal(float(len(conditions)))
        for k in range(len(conditions) - 2, -1, -1):
            which = scalar(f"select i1 {conditions[k]}, double {literal(k + 1.0)}, double {which}")
        line(f"store double {which}, ptr {self.place('ending')}")
        line(f"store double %now, ptr {self.place('final_step')}")
        line("br label %run.done")


class Look(Runs):
    """Writes the function that computes f and the gradient's norm at one of each run's points."""

    head = "@measure(ptr %data, ptr %shared, ptr %result, ptr %scratch, i64 %role, i64 %from, i64 %to)"

    def body(self) -> None:
        """Write the loops and store both numbers."""
        line = self.writer.line
        wanted = [self.step.f, self.step.gradient_norm]
        place = self.writer.element(self.place("roles"), "%role")
        line(f"%at = load i64, ptr {place}")
        self.point("%x", "%at")
        self.read(wanted, "shared", "single")
        self.fused.write()
        self.fused.scalars(wanted)
        line("%pair = mul i64 %run, 2")
        result = self.writer.element("%result", "%pair")
        for k, number in enumerate(wanted):
            value = self.single(as_float(self.fused.values[number]))
            line(f"store double {value}, ptr {self.writer.element(result, k)}")
        line("br label %run.done")


def module_text(step: LongStep, sources: Sources) -> tuple[str, int]:
    """Return both functions with what they call, and how many numbers of memory they need besides."""
    program = step.program
    functions = (
        Steps(step, sources, Phases(program, step.wanted, step.stores)),
        Look(step, sources, Phases(program, [step.f, step.gradient_norm], ())),
    )
    texts = [function.text() for function in functions]
    used = functions[0].writer.used | functions[1].writer.used
    scratch = max(function.fused.scratch for function in functions)
    return "\n".join([*texts, definitions(used, WIDE), DECLARED, ATTRIBUTES, ""]), scratch
