"""Functions of vectors as LLVM's text: each written once, with what it calls, and the rare lanes set apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gdplay.engines.compiled.ir import FLOAT, Value, Writer

INTRINSICS = {"fma": 3, "copysign": 2}
"""How many arguments LLVM's own functions take; one where they are not listed."""


OF_TWO = ("atan2", "hypot", "fmod", "pow")
"""The C library's functions of two numbers."""


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
        if name.startswith("each."):
            text = each_text(name[5:], lanes, 2 if name[5:] in OF_TWO else 1)
        elif name in table:
            text, calls = table[name].text(lanes)
            waiting += sorted(calls)
        else:
            type = f"<{lanes} x double>"
            count = INTRINSICS.get(name.split(".")[1], 1)
            text = f"declare {type} @{name}({', '.join([type] * count)})"
        texts.append(text)
    return "\n".join(texts)


def unless(rare: Value, usual: Value, instead: Callable[[], Value]) -> Value:
    """Return the usual value, and in rare lanes what ``instead`` gives, which is computed only if there are any."""
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


def each_text(name: str, lanes: int, arity: int) -> str:
    """Return the definition of ``each.NAME``: a loop over the lanes."""
    type = f"<{lanes} x double>"
    listed = ", ".join(f"{type} %a{k}" for k in range(arity))
    taken = "\n".join(f"  %e{k} = extractelement {type} %a{k}, i64 %i" for k in range(arity))
    passed = ", ".join(f"double %e{k}" for k in range(arity))
    return f"""declare double @{name}({", ".join(["double"] * arity)})
define internal {type} @each.{name}({listed}) noinline #0 {{
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %so.far = phi {type} [ zeroinitializer, %entry ], [ %result, %loop ]
{taken}
  %value = call double @{name}({passed})
  %result = insertelement {type} %so.far, double %value, i64 %i
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, {lanes}
  br i1 %more, label %loop, label %done
done:
  ret {type} %result
}}"""
