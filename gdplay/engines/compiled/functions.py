"""Functions of vectors as LLVM's text: each written once, with what it calls, and the rare lanes set apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gdplay.engines.compiled.ir import FLOAT, Value, Writer

INTRINSICS = {"fma": 3, "copysign": 2}
"""How many arguments LLVM's own functions take; one where they are not listed."""


@dataclass(frozen=True)
class Function:
    """A function of vectors: ``body`` gives its value for its arguments."""

    name: str
    arity: int
    body: Callable[..., Value]
    inlined: bool = True

    def text(self, lanes: int) -> tuple[str, set[str]]:
        """Return its definition and the names of the functions that it calls."""
        writer = Writer(lanes)
        writer.start("entry")
        type = writer.type(FLOAT)
        arguments = [writer.value(f"%a{k}") for k in range(self.arity)]
        result = self.body(*arguments)
        writer.line(f"ret {result.typed}")
        listed = ", ".join(argument.typed for argument in arguments)
        inlined = "alwaysinline" if self.inlined else "noinline"
        head = f"define internal {type} @{self.name}({listed}) {inlined} #0 {{"
        return "\n".join([head, *writer.lines, "}"]), writer.used


def definitions(used: Iterable[str], table: dict[str, Function], lanes: int) -> str:
    """Return the text of all these functions and of those that they call in turn."""
    texts: list[str] = []
    known: set[str] = set()
    waiting = sorted(used)
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        if name in table:
            text, calls = table[name].text(lanes)
            waiting += sorted(calls)
        else:
            type = f"<{lanes} x double>"
            count = INTRINSICS.get(name.split(".")[1], 1)
            text = f"declare {type} @{name}({', '.join([type] * count)})"
        texts.append(text)
    return "\n".join(texts)


def unless(rare: Value, usual: Value, instead: Callable[[], Value]) -> Value:
    """Return the usual value, or what ``instead`` gives in all lanes if any lane is rare."""
    writer = usual.writer
    before, there, after = writer.label, writer.fresh("rare"), writer.fresh("usual")
    writer.line(f"br i1 {writer.any(rare)}, label %{there}, label %{after}, !prof !0")
    writer.start(there)
    other = instead()
    end = writer.label
    writer.line(f"br label %{after}")
    writer.start(after)
    return writer.put(
        f"phi {writer.type(usual.element)} [ {usual.name}, %{before} ], [ {other.name}, %{end} ]",
        usual.element,
    )
