"""Operations with quotients guessed: where a guess was wrong, what depends on it is done again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from gdplay.engines.compiled.emit import emit
from gdplay.engines.compiled.ir import Value, Writer
from gdplay.engines.compiled.program import Program
from gdplay.engines.compiled.quotient import Guesses
from gdplay.engines.compiled.vectormath import FUNCTIONS

MOST_INLINED = 6
"""A function that a step calls more often is called indeed: its copies would take LLVM too long."""


def attempt(
    writer: Writer,
    program: Program,
    wanted: Iterable[int],
    given: Mapping[int, Value],
    lanes: Value | None = None,
) -> dict[int, Value]:
    """Write the operations behind the wanted ones; ``lanes`` are those that count, None for all."""
    outputs, guesses = list(dict.fromkeys(wanted)), Guesses()
    writer.inlined = _seldom(program, outputs, given)
    values = emit(writer, program, outputs, given, guesses)
    right = guesses.right()
    if right is None:
        return values
    guessed = program.depending(values, "quotient")
    before, writer.inlined = writer.label, frozenset()
    wrong = writer.any(~right if lanes is None else lanes & ~right)
    again, done = writer.fresh("again"), writer.fresh("values")
    writer.line(f"br i1 {wrong}, label %{again}, label %{done}, !prof !0")
    writer.start(again)
    known = {number: value for number, value in values.items() if number not in guessed or number in given}
    exact = emit(writer, program, outputs, known)
    after = writer.label
    writer.line(f"br label %{done}")
    writer.start(done)
    for number in outputs:
        if number in guessed and number not in given:
            value, other = values[number], exact[number]
            ways = f"[ {value.name}, %{before} ], [ {other.name}, %{after} ]"
            values[number] = writer.put(f"phi {writer.type(value.element)} {ways}", value.element)
    return values


def _seldom(program: Program, wanted: Iterable[int], given: Mapping[int, Value]) -> frozenset[str]:
    """Return the functions called so few times that their instructions may stand where they are called."""
    calls = Counter(program.operations[number].op for number in program.needed(wanted, given))
    return frozenset(
        FUNCTIONS[op].name for op, times in calls.items() if op in FUNCTIONS and times <= MOST_INLINED
    )
