"""When runs end, in vectors: what is asked in every step, what decides where it seems so, what is kept."""

from __future__ import annotations

from collections.abc import Mapping

from gdplay.engines.compiled.bounds import Bounds, limit
from gdplay.engines.compiled.emit import as_mask, emit
from gdplay.engines.compiled.groups import Groups
from gdplay.engines.compiled.ir import FLOAT, Value, literal
from gdplay.engines.compiled.step import Sources, Step

Point = Mapping[tuple[str, int], Value]
"""A register of coordinates, by their places: ("x", k)."""


class Endings(Groups):
    """Writes the conditions: few tests in every step, all of them only where those don't rule out an end."""

    def __init__(self, step: Step, sources: Sources, lanes: int, groups: int) -> None:
        super().__init__(step, sources, lanes, groups)
        self.bounds, others = Bounds.of(step.program, step.conditions)
        self.alike = [number for number in others if self._source(number) in ("stepped", "shared")]
        self.others = [number for number in others if number not in self.alike]

    @property
    def tested(self) -> list[int]:
        """The operations that ``going`` needs."""
        negated = [self.step.program.operations[number] for number in self.others]
        inside = [operation.args[0] for operation in negated if operation.op == "not"]
        return [*self.others, *inside, *self.bounds.numbers]

    def going(self, values: Mapping[int, Value]) -> Value:
        """Return lanes in which no condition holds that is not the same for all: nearly all such lanes."""
        result = self.bounds.surely(values, self._most)
        for number in self.others:
            result = result & self._unless(number, values)
        return result

    def all_end(self, given: Mapping[int, Value]) -> str:
        """Return the bit that tells whether a condition holds that is the same for all lanes."""
        scalar, bit = self.writer.scalar, "false"
        for number in self.alike:
            one = scalar(f"extractelement {given[number].typed}, i64 0")
            bit = scalar(f"or i1 {bit}, {scalar(f'fcmp une double {one}, {literal(0.0)}')}")
        return bit

    def end(self, alive: Value, known: Mapping[int, Value], x: Point, now: Value) -> Value:
        """Write what happens where a run may end: its result is stored, its point goes back to the start.

        Return the lanes that go on.
        """
        writer, step = self.writer, self.step
        bounds = self.leaves(step.conditions, "bound_f", "bound_x")
        loaded = {number: writer.load(self.place(*at)) for number, at in bounds.items()}
        exact = emit(writer, step.program, step.conditions, {**known, **loaded})
        conditions = [as_mask(exact[number]) for number in step.conditions]
        which, newly = writer.number(float(len(conditions))), conditions[-1]
        for k in range(len(conditions) - 2, -1, -1):
            which, newly = conditions[k].where(float(k + 1), which), newly | conditions[k]
        newly = newly & alive
        ending = self._change("ending", 0, newly, which)
        self._change("final_step", 0, newly, now)
        for (name, k), value in x.items():
            self._change("final_x", k, newly, value)
            self._change(name, k, newly, writer.load(self.place("start", k)))
        return ending.equals(0.0)

    def _change(self, name: str, k: int, lanes: Value, value: Value) -> Value:
        """Write a value to some lanes of a place and return what stands there then."""
        place = self.place(name, k)
        changed = lanes.where(value, self.writer.load(place))
        self.writer.store(changed, place)
        return changed

    def _source(self, number: int) -> str:
        return self.step.leaves.get(number, ("", 0))[0]

    def _most(self, b: int, several: bool) -> Value:
        """Return a bound, or the limit of a sum of squares."""
        operation = self.step.program.operations[b]
        if operation.op == "const":
            return self.writer.number(float(limit(operation.param)) if several else operation.param)
        return self.writer.load(self.place("limit_x" if several else self._source(b)))

    def _unless(self, number: int, values: Mapping[int, Value]) -> Value:
        """Return where a condition does not hold; of ``not a``, where a does."""
        operation = self.step.program.operations[number]
        if operation.op == "not":
            return as_mask(values[operation.args[0]])
        value = values[number]
        return value.equals(0.0) if value.element == FLOAT else ~value
