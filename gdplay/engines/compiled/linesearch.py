"""The loop of a line search over the lanes of a register: one whose search is done keeps its rate."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping

from gdplay.engines.compiled.attempt import attempt
from gdplay.engines.compiled.emit import as_float, as_mask
from gdplay.engines.compiled.ir import MASK, Value, Writer, literal
from gdplay.engines.compiled.program import Program
from gdplay.engines.compiled.step import Rounds


class Seek:
    """Writes the loop of ``engines/linesearch.py``, to the same numbers.

    ``fixed`` are the operations that the search and the step with its rate need, and that do not depend
    on the rate: they are to be computed before.
    """

    def __init__(self, program: Program, rounds: Rounds, after: Iterable[int]) -> None:
        self.program, self.rounds = program, rounds
        self.tests = [rounds.until, rounds.otherwise]
        outputs = [*rounds.begin, *self.tests, *rounds.next, rounds.limit, *after]
        behind = program.needed(outputs)
        self.fixed = _edge(program, outputs, set(behind) - program.depending(behind, "unknown"))
        self.shared = _edge(program, rounds.next, set(program.needed(self.tests)))
        self.outputs = outputs

    def known(self, values: Mapping[int, Value]) -> dict[int, Value]:
        """Return the values of what is fixed."""
        return {number: values[number] for number in self.fixed}

    def rate(
        self, writer: Writer, place: Callable[[str], str], known: dict[int, Value], lanes: Value, now: Value
    ) -> Value:
        """Write the loop and return the rates that it finds for some lanes, at least one.

        ``now`` is how many steps have been done.
        """
        rounds, before = self.rounds, writer.label
        counted, begin = writer.load(place("trials")), [as_float(known[number]) for number in rounds.begin]
        writer.line("br label %search")
        writer.start("search")
        top, tried = len(writer.lines), writer.splat("%tried")
        unknowns = [writer.value(f"%unknown.{k}") for k in range(len(begin))]
        waiting, trials = writer.value("%waiting", MASK), writer.value("%trials")
        here = known | dict(zip(rounds.unknowns, unknowns, strict=True))
        values = attempt(writer, self.program, [*self.tests, *self.shared], here, waiting)
        trials_next = waiting.where(trials + 1.0, trials)
        unsettled = waiting & ~as_mask(values[rounds.until])
        late = unsettled & (as_float(known[rounds.limit]) <= tried)
        on = unsettled & ~late
        rate = late.where(as_float(values[rounds.otherwise]), unknowns[0])
        self._fail(writer, place, late, now)
        writer.line(f"br i1 {writer.any(on)}, label %onward, label %found")
        writer.start("onward")
        here |= {number: values[number] for number in self.shared}
        found = attempt(writer, self.program, rounds.next, here, on)
        nexts = [
            on.where(as_float(found[number]), old)
            for number, old in zip(rounds.next, [rate, *unknowns[1:]], strict=True)
        ]
        writer.line(f"%tried.next = fadd double %tried, {literal(1.0)}")
        way = lambda type, name, first, next: (
            f"  {name} = phi {type} [ {first}, %{before} ], [ {next}, %{writer.label} ]"
        )
        changing = [(waiting, lanes, on), (trials, counted, trials_next)]
        changing += zip(unknowns, begin, nexts, strict=True)
        writer.lines[top:top] = [
            way("double", "%tried", literal(1.0), "%tried.next"),
            *(way(writer.type(a.element), a.name, first.name, next.name) for a, first, next in changing),
        ]
        writer.line("br label %search")
        writer.start("found")
        writer.store(trials_next, place("trials"))
        return rate

    def _fail(self, writer: Writer, place: Callable[[str], str], late: Value, now: Value) -> None:
        """Write what is counted when a search has come to its limit."""
        writer.line(f"br i1 {writer.any(late)}, label %late, label %judged, !prof !0")
        writer.start("late")
        failures, first = (writer.load(place(name)) for name in ("failures", "first_failure"))
        writer.store(late.where(failures + 1.0, failures), place("failures"))
        writer.store((late & first.equals(0.0)).where(now + 1.0, first), place("first_failure"))
        writer.line("br label %judged")
        writer.start("judged")


def _edge(program: Program, outputs: Iterable[int], ready: Container[int]) -> list[int]:
    """Return the operations among those that are ready that the outputs use directly, or that they are."""
    return [number for number in program.needed(outputs, ready) if number in ready]
