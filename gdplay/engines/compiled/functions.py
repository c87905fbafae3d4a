"""How a function of vectors is written: its body once, the rare lanes set apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from gdplay.engines.compiled.ir import FLOAT, Value, Writer


@dataclass(frozen=True)
class Function:
    """A function of vectors: ``body`` gives its value for its arguments."""

    name: str
    arity: int
    body: Callable[..., Value]

    def text(self, lanes: int) -> tuple[str, set[str]]:
        """Return its definition and the names of the functions that it calls."""
        writer = Writer(lanes)
        writer.start("entry")
        type = writer.type(FLOAT)
        arguments = [writer.value(f"%a{k}") for k in range(self.arity)]
        result = self.body(*arguments)
        writer.line(f"ret {result.typed}")
        listed = ", ".join(argument.typed for argument in arguments)
        head = f"define internal {type} @{self.name}({listed}) #0 {{"
        return "\n".join([head, *writer.lines, "}"]), writer.used


def unless(rare: Value, usual: Value, instead: Callable[[], Value]) -> Value:
    """Return the usual value, and in rare lanes, if there are any, what ``instead`` gives."""
    writer = usual.writer
    before, there, after = writer.label, writer.fresh("rare"), writer.fresh("usual")
    writer.line(f"br i1 {writer.any(rare)}, label %{there}, label %{after}, !prof !0")
    writer.start(there)
    other = rare.where(instead(), usual)
    writer.line(f"br label %{after}")
    writer.start(after)
    ways = f"[ {usual.name}, %{before} ], [ {other.name}, %{there} ]"
    return writer.put(f"phi {writer.type(usual.element)} {ways}", usual.element)


def on_each(name: str, *args: Value) -> Value:
    """Return the C library's function of every lane."""
    return args[0].writer.call(f"each.{name}", *args)
