"""Loops over blocks of runs and their groups of lanes, and the function that only looks at points."""

from __future__ import annotations

from collections.abc import Iterable

from gdplay.engines.compiled.emit import as_float, emit
from gdplay.engines.compiled.ir import Value, Writer
from gdplay.engines.compiled.step import Sources, Step


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
        return {
            k: places[k] for k in self.step.program.needed(wanted) if k in places and places[k][0] in names
        }

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
        """Return it; ``%at`` is where the points' first coordinate stands in a block, in doubles."""
        writer, step = self.writer, self.step
        wanted = [step.f, step.gradient_norm]
        self.open_blocks()
        known = self.leaves(wanted, "shared")
        given = {number: self.everywhere("%shared", k) for number, (_, k) in known.items()}
        self.open_groups("blocks")
        given |= {
            number: writer.load(self.place(*at)) for number, at in self.leaves(wanted, "single").items()
        }
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
