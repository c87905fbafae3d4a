"""The loops of one step as LLVM's text, and the scalars between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gdplay.engines.compiled.attempt import attempt
from gdplay.engines.compiled.emit import ARITHMETIC, as_float, emit
from gdplay.engines.compiled.ir import Value, Writer, literal
from gdplay.engines.compiled.long.body import VECTOR, Body
from gdplay.engines.compiled.long.elements import Elements
from gdplay.engines.compiled.long.phases import Loop, Phases, Store
from gdplay.engines.compiled.long.step import SLACK, WIDE, rounded

ROWS = "rows"
"""The name of what is logged: its vectors stand close together."""


class Fused:
    """Writes the loops of one step; ``values`` holds the scalars that are known so far.

    ``array`` returns the address of a vector that a leaf reads, ``target`` where a result goes.
    """

    def __init__(
        self, writer: Writer, phases: Phases, array: Callable[[int], str], target: Callable[[Store], str]
    ) -> None:
        self.writer, self.phases, self.array, self.target = writer, phases, array, target
        self.program: Elements = phases.program
        self.values: dict[int, Value] = {}
        self.slots = phases.slots()
        self.size = SLACK + rounded(max((self.program.lengths[n] for n in self.slots), default=0))

    @property
    def scratch(self) -> int:
        """How many numbers of memory the loops need for vectors that one hands to another."""
        return SLACK + self.size * (1 + max(self.slots.values(), default=-1))

    def write(self) -> None:
        """Write all loops, and the scalars that they need."""
        for loop in self.phases.loops():
            if loop.partial_sums is None:
                self._loop(loop)
            else:
                self._partial_sums(loop.partial_sums, loop.length)

    def scalars(self, wanted: Iterable[int]) -> None:
        """Write the operations behind some scalars."""
        wanted = list(wanted)
        for number in self.program.needed(wanted, self.values):
            operation = self.program.operations[number]
            if operation.op == "element" and number not in self.values:
                place = self.writer.element(self._base(operation.args[0]), operation.param)
                self.values[number] = self.writer.splat(self.writer.scalar(f"load double, ptr {place}"))
        self.values |= emit(self.writer, self.program, wanted, self.values)

    def _base(self, number: int) -> str:
        """Return the address of a vector's first element."""
        if number in self.slots:
            return self.writer.element("%scratch", SLACK + self.size * self.slots[number])
        return self.array(number)

    def _loop(self, loop: Loop) -> None:
        writer, program = self.writer, self.program
        operations = program.operations
        totals = [operations[number] for number in loop.totals]
        reduced = [total.args[0] for total in totals]
        wanted = [*loop.kept, *reduced, *(store.number for store in loop.stores)]
        inside = self.phases.inside(loop)
        assembled = [number for number in sorted(inside) if operations[number].op in ("placed", "joined")]
        loaded = set(range(len(operations))) - inside
        numbers = program.needed(wanted, loaded.union(assembled))
        pieces = [arg for number in assembled for arg in operations[number].args]
        self.scalars(n for n in [*numbers, *pieces] if program.lengths[n] == 0 and n in loaded)
        body = Body(writer, program, loop.length, [t.param[0] for t in totals], self._base, self.values)
        body.open()
        given = {number: body.load(number) for number in numbers if number in loaded}
        given |= {number: body.assemble(number) for number in assembled}
        found = attempt(writer, program, wanted, given, body.within)
        for number in loop.kept:
            body.store(as_float(found[number]), self._base(number), True)
        for store in loop.stores:
            body.store(as_float(found[store.number]), self.target(store), store.name != ROWS)
        for number, partial in zip(
            loop.totals, body.close([as_float(found[n]) for n in reduced]), strict=True
        ):
            self.values[number] = self._across(partial, operations[number].param[0], loop.length)

    def _across(self, partial: Value, op: str, length: int) -> Value:
        """Return the lanes' reduction, from left to right, in every lane."""

        def lane(k: int) -> Value:
            return self.writer.put(
                f"shufflevector {partial.typed}, {VECTOR} poison, <{WIDE} x i32> splat (i32 {k})"
            )

        result = lane(0)
        for k in range(1, min(WIDE, length)):
            result = ARITHMETIC[op](result, lane(k))
        return result

    def _partial_sums(self, number: int, length: int) -> None:
        """Write the loop of a cumulative sum: one element after the other."""
        writer, (arg,) = self.writer, self.program.operations[number].args
        if self.program.lengths[arg] == 0:
            self.scalars([arg])
        source = None if self.program.lengths[arg] == 0 else self._single(arg)
        each = writer.scalar(f"extractelement {self.values[arg].typed}, i64 0") if source is None else ""
        target, label, before = self._base(number), writer.fresh("sums"), writer.label
        writer.line(f"br label %{label}")
        writer.start(label)
        writer.line(f"%{label}.i = phi i64 [ 0, %{before} ], [ %{label}.next, %{label} ]")
        writer.line(f"%{label}.sum = phi double [ {literal(-0.0)}, %{before} ], [ %{label}.more, %{label} ]")
        if source is not None:
            pointer, step = source
            place = writer.scalar(f"mul i64 %{label}.i, {step}")
            each = writer.scalar(f"load double, ptr {writer.element(pointer, place)}")
        writer.line(f"%{label}.more = fadd double %{label}.sum, {each}")
        writer.line(f"store double %{label}.more, ptr {writer.element(target, f'%{label}.i')}")
        writer.line(f"%{label}.next = add i64 %{label}.i, 1")
        writer.line(f"%{label}.on = icmp slt i64 %{label}.next, {length}")
        writer.line(f"br i1 %{label}.on, label %{label}, label %{label}.done")
        writer.start(f"{label}.done")

    def _single(self, number: int) -> tuple[str, int]:
        """Return the address of a vector's first element and how far apart its elements are."""
        operation = self.program.operations[number]
        if operation.op != "view":
            return self._base(number), 1
        start, step = operation.param
        return self.writer.element(self._base(operation.args[0]), start), step
