"""The definitions of all functions that a text calls, each once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gdplay.engines.compiled.angles import table
from gdplay.engines.compiled.vectormath import FUNCTIONS, TURNED, huge_angle

COUNTS = {"fma": 3, "copysign": 2, "atan2": 2, "hypot": 2, "fmod": 2, "pow": 2}
"""How many arguments LLVM's own functions and the C library's take; one where they are not listed."""

TEXTS = {function.name: function for function in FUNCTIONS.values()}


def definitions(used: Iterable[str], lanes: int) -> str:
    """Return the text of these functions and of those that they call in turn."""
    texts: list[str] = []
    known: set[str] = set()
    waiting = sorted(used)
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        if name in TEXTS:
            text, calls = TEXTS[name].text(lanes)
            waiting += sorted(calls)
        elif name.startswith("each."):
            text = each(name[5:], lanes)
            waiting += [f"huge.{name[5:]}"] if name[5:] in TURNED else []
        elif name.startswith("huge."):
            text = huge_angle(name[5:])
            waiting += ["two.over.pi", *re.findall(r"@(llvm\.[a-z]+\.v1f64)", text)]
        elif name == "two.over.pi":
            text = table() + "\ndeclare i192 @llvm.ctlz.i192(i192, i1)"
        else:
            text = _intrinsic(name)
        texts.append(text)
    return "\n".join(texts)


def _intrinsic(name: str) -> str:
    _, operation, vector = name.split(".")
    type = f"<{vector[1:-3]} x double>"
    return f"declare {type} @{name}({', '.join([type] * COUNTS.get(operation, 1))})"


def each(name: str, lanes: int) -> str:
    """Return the definition of ``each.NAME``: the C library's, or that of huge angles, lane by lane."""
    type, arity = f"<{lanes} x double>", COUNTS.get(name, 1)
    listed = ", ".join(f"{type} %a{k}" for k in range(arity))
    taken = "\n".join(f"  %e{k} = extractelement {type} %a{k}, i64 %i" for k in range(arity))
    passed = ", ".join(f"double %e{k}" for k in range(arity))
    called = f"huge.{name}" if name in TURNED else name
    declared = "" if name in TURNED else f"declare double @{name}({', '.join(['double'] * arity)})"
    return f"""{declared}
define internal {type} @each.{name}({listed}) noinline #0 {{
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %so.far = phi {type} [ zeroinitializer, %entry ], [ %result, %loop ]
{taken}
  %value = call double @{called}({passed})
  %result = insertelement {type} %so.far, double %value, i64 %i
  %next = add i64 %i, 1
  %more = icmp slt i64 %next, {lanes}
  br i1 %more, label %loop, label %done
done:
  ret {type} %result
}}"""
