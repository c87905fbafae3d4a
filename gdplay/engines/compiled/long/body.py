"""One loop's frame: its index, what it loads, the pieces it puts together, its partial results."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gdplay.engines.compiled.emit import ARITHMETIC
from gdplay.engines.compiled.ir import FLOAT, MASK, WHOLE, Value, Writer, literal
from gdplay.engines.compiled.long.elements import Elements, Span
from gdplay.engines.compiled.long.step import WIDE

IDENTITIES = {"add": -0.0, "mul": 1.0, "max": float("-inf"), "min": float("inf")}
"""What each reduction begins with: it changes no bit of what follows."""

VECTOR, INDEXES, TRUTHS = (f"<{WIDE} x {element}>" for element in (FLOAT, WHOLE, MASK))
POINTERS = f"<{WIDE} x ptr>"
GATHER, STORE = f"llvm.masked.gather.v{WIDE}f64.v{WIDE}p0", f"llvm.masked.store.v{WIDE}f64.p0"
DECLARED = f"""declare {VECTOR} @{GATHER}({POINTERS}, i32, {TRUTHS}, {VECTOR})
declare void @{STORE}({VECTOR}, ptr, i32, {TRUTHS})"""


class Body:
    """Writes a loop over the elements of vectors of one length, a register of them at a time.

    ``totals``: the reductions' operations; ``base`` returns the address of a vector, ``values`` the
    scalars.
    """

    def __init__(
        self,
        writer: Writer,
        program: Elements,
        length: int,
        totals: list[str],
        base: Callable[[int], str],
        values: Mapping[int, Value],
    ) -> None:
        self.writer, self.program, self.length, self.totals = writer, program, length, totals
        self.base, self.values = base, values
        self.label = writer.fresh("loop")
        self.index = f"%{self.label}.i"
        self.partial = [writer.value(f"%{self.label}.partial{k}") for k in range(len(totals))]

    def open(self) -> None:
        """Begin the loop; what it merges is known when it is closed."""
        writer = self.writer
        self.before = writer.label
        writer.line(f"br label %{self.label}")
        writer.start(self.label)
        self.head = len(writer.lines)
        splat = writer.scalar(f"insertelement {INDEXES} poison, i64 {self.index}, i64 0")
        splat = writer.scalar(
            f"shufflevector {INDEXES} {splat}, {INDEXES} poison, <{WIDE} x i32> zeroinitializer"
        )
        steps = ", ".join(f"i64 {k}" for k in range(WIDE))
        self.indexes = writer.put(f"add {INDEXES} {splat}, <{steps}>", WHOLE)
        self.within = self.indexes.compare("slt", self.length) if self.length % WIDE else None

    def close(self, reduced: list[Value]) -> list[Value]:
        """End the loop and return the partial results of the reductions of these values."""
        writer, partial = self.writer, self.partial
        merged = [ARITHMETIC[op](a, b) for op, a, b in zip(self.totals, partial, reduced, strict=True)]
        if self.within is not None:
            merged = [self.within.where(new, old) for new, old in zip(merged, partial, strict=True)]
        after = writer.scalar(f"add i64 {self.index}, {WIDE}")
        more = writer.scalar(f"icmp slt i64 {after}, {self.length}")
        writer.line(f"br i1 {more}, label %{self.label}, label %{self.label}.done")
        ways = [f"{self.index} = phi i64 [ 0, %{self.before} ], [ {after}, %{writer.label} ]"]
        for op, old, new in zip(self.totals, partial, merged, strict=True):
            first = f"splat (double {literal(IDENTITIES[op])})"
            ways.append(
                f"{old.name} = phi {VECTOR} [ {first}, %{self.before} ], [ {new.name}, %{writer.label} ]"
            )
        writer.lines[self.head : self.head] = [f"  {way}" for way in ways]
        writer.start(f"{self.label}.done")
        return merged

    def load(self, number: int) -> Value:
        """Return a value that is there already: a scalar, or this loop's elements of a vector."""
        return self._read(number, 0, 1, None)

    def assemble(self, number: int) -> Value:
        """Return this loop's elements of a vector that is put together from pieces."""
        operation = self.program.operations[number]
        adding = operation.op == "placed"
        result = self.writer.number(0.0)
        for piece, span in zip(operation.args, operation.param, strict=True):
            mask, value = self._piece(piece, span)
            news = result + value if adding else value
            result = news if mask is None else mask.where(news, result)
        return result

    def _piece(self, piece: int, span: Span) -> tuple[Value | None, Value]:
        """Return in which lanes a piece stands, None for all, and its elements there."""
        start, step, count = span
        if step == 1:
            mask = self.indexes.compare("sge", start) if start > 0 else None
            if start + count < self.length:
                below = self.indexes.compare("slt", start + count)
                mask = below if mask is None else mask & below
            return mask, self._read(piece, -start, 1, mask)
        apart = self.indexes - start
        place = apart / step
        mask = (place * step).compare("eq", apart) & place.compare("sge", 0) & place.compare("slt", count)
        return mask, self._gather(piece, place, mask)

    def _read(self, number: int, start: int, step: int, mask: Value | None) -> Value:
        """Return the elements start + step*k of a vector, k being this loop's index, or the scalar."""
        if self.program.lengths[number] == 0:
            return self.values[number]
        operation = self.program.operations[number]
        if operation.op == "view":
            first, stride = operation.param
            return self._read(operation.args[0], first + stride * start, stride * step, mask)
        if step == 1:
            pointer = self.writer.element(self.writer.element(self.base(number), start), self.index)
            return self.writer.put(f"load {VECTOR}, ptr {pointer}, align 8")
        return self._gather(number, self.indexes * step + start, mask)

    def _gather(self, number: int, places: Value, mask: Value | None) -> Value:
        """Return the elements at these places of a vector, or the scalar."""
        if self.program.lengths[number] == 0:
            return self.values[number]
        operation = self.program.operations[number]
        if operation.op == "view":
            first, stride = operation.param
            return self._gather(operation.args[0], places * stride + first, mask)
        writer, lanes = self.writer, mask if mask is not None else self.within
        pointers = writer.scalar(f"getelementptr double, ptr {self.base(number)}, {places.typed}")
        which = f"{TRUTHS} splat (i1 true)" if lanes is None else lanes.typed
        return writer.put(
            f"call {VECTOR} @{GATHER}({POINTERS} {pointers}, i32 8, {which}, {VECTOR} zeroinitializer)"
        )

    def store(self, value: Value, pointer: str, padded: bool) -> None:
        """Write this loop's elements behind an address; only those that count unless it is padded."""
        place = self.writer.element(pointer, self.index)
        if padded or self.within is None:
            self.writer.line(f"store {value.typed}, ptr {place}, align 8")
        else:
            self.writer.line(f"call void @{STORE}({value.typed}, ptr {place}, i32 8, {self.within.typed})")
