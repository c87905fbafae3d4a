"""One operation compiled by itself, on arrays: what the kernels compute, element by element."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np

from gdplay.engines.compiled.emit import as_float, instruction
from gdplay.engines.compiled.functions import definitions
from gdplay.engines.compiled.ir import Writer
from gdplay.engines.compiled.jit import Code
from gdplay.engines.compiled.kernel import ATTRIBUTES
from gdplay.engines.compiled.memory import aligned
from gdplay.engines.compiled.vectormath import FUNCTIONS
from gdplay.formula.expr import Array


@cache
def _compiled(op: str, arity: int, lanes: int) -> tuple[Code, Any]:
    writer = Writer(lanes)
    writer.start("entry")
    writer.line("br label %loop")
    writer.start("loop")
    writer.line("%i = phi i64 [ 0, %entry ], [ %next, %loop ]")
    args = [writer.load(writer.element(f"%a{k}", "%i")) for k in range(arity)]
    result = as_float(instruction(writer, op, args))
    writer.store(result, writer.element("%result", "%i"))
    writer.line(f"%next = add i64 %i, {lanes}")
    writer.line("%more = icmp slt i64 %next, %count")
    writer.line("br i1 %more, label %loop, label %done")
    writer.start("done")
    writer.line("ret void")
    pointers = ", ".join(f"ptr %a{k}" for k in range(arity))
    head = f"define void @each_one({pointers}, ptr %result, i64 %count) #0 {{"
    body = "\n".join([head, *writer.lines, "}"])
    table = {function.name: function for function in FUNCTIONS.values()}
    code = Code("\n".join([body, definitions(writer.used, table, lanes), ATTRIBUTES, ""]))
    return code, code.function("each_one", [ctypes.c_void_p] * (arity + 1) + [ctypes.c_int64])


def apply(op: str, *args: Array, lanes: int = 8) -> Array:
    """Return an operation of arrays (count,), computed as the kernels do."""
    count = len(args[0])
    padded = -(-count // lanes) * lanes
    given = []
    for arg in args:
        room = aligned(padded)
        room[:count], room[count:] = arg, 1.0
        given.append(room)
    result = aligned(padded)
    function = _compiled(op, len(args), lanes)[1]
    function(*(a.ctypes.data for a in (*given, result)), padded)
    return np.array(result[:count])
