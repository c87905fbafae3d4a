"""Graphs and single operations compiled by themselves, so that tests can see what the kernels compute."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence

import numpy as np

from gdplay.engines.compiled.define import definitions
from gdplay.engines.compiled.emit import as_float, emit, instruction
from gdplay.engines.compiled.ir import Value, Writer
from gdplay.engines.compiled.jit import Code
from gdplay.engines.compiled.kernel import ATTRIBUTES
from gdplay.engines.compiled.lower import lower
from gdplay.engines.compiled.memory import aligned
from gdplay.engines.compiled.program import Program
from gdplay.formula.expr import Expr, symbols

MOST = 50_000


class Loop:
    """A function of arrays, element by element: the body is written by what is given."""

    def __init__(self, inputs: int, lanes: int) -> None:
        self.writer = writer = Writer(lanes)
        self.inputs, self.lanes = inputs, lanes
        writer.start("entry")
        writer.line("br label %loop")
        writer.start("loop")
        writer.line("%i = phi i64 [ 0, %entry ], [ %next, %loop ]")
        self.args = [writer.load(writer.element(f"%a{k}", "%i")) for k in range(inputs)]

    def call(self, results: Sequence[Value], arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
        writer, lanes, outputs = self.writer, self.lanes, len(results)
        for k, result in enumerate(results):
            writer.store(as_float(result), writer.element(f"%r{k}", "%i"))
        writer.line(f"%next = add i64 %i, {lanes}")
        writer.line("%more = icmp slt i64 %next, %count")
        writer.line("br i1 %more, label %loop, label %done")
        writer.start("done")
        writer.line("ret void")
        pointers = [f"ptr %a{k}" for k in range(self.inputs)] + [f"ptr %r{k}" for k in range(outputs)]
        head = f"define void @loop({', '.join(pointers)}, i64 %count) #0 {{"
        text = "\n".join([head, *writer.lines, "}", definitions(writer.used, lanes), ATTRIBUTES, ""])
        code = Code(text)
        code.module.verify()
        count = len(arrays[0])
        padded = -(-count // lanes) * lanes
        rooms = [aligned(padded) for _ in range(self.inputs + outputs)]
        for room, array in zip(rooms, arrays, strict=False):
            room[:count], room[count:] = array, 1.0
        kinds = [ctypes.c_void_p] * len(rooms) + [ctypes.c_int64]
        code.function("loop", kinds)(*(room.ctypes.data for room in rooms), padded)
        return [np.array(room[:count]) for room in rooms[self.inputs :]]


def operation(op: str, *arrays: np.ndarray, lanes: int = 8) -> np.ndarray:
    """Return one operation of arrays (count,)."""
    loop = Loop(len(arrays), lanes)
    return loop.call([instruction(loop.writer, op, loop.args)], arrays)[0]


def values(outputs: Sequence[Expr], given: Mapping[Expr, np.ndarray], lanes: int = 8) -> list[np.ndarray]:
    """Return the outputs of a graph, of shape ``shape + (runs,)`` as the symbols' values are."""
    program = Program(MOST)
    known, arrays = {}, []
    for node in symbols(outputs):
        rows = given[node].reshape(-1, given[node].shape[-1])
        numbers = [program.add("leaf", param=(node, k)) for k in range(len(rows))]
        known[node] = np.array(numbers).reshape(node.shape)
        arrays += list(rows)
    wanted = lower(program, outputs, known)
    loop = Loop(len(arrays), lanes)
    flat = [k for ids in wanted for k in np.ravel(ids).tolist()]
    found = emit(loop.writer, program, flat, dict(enumerate(loop.args)))
    result = loop.call([found[k] for k in flat], arrays)
    split = np.split(np.array(result), np.cumsum([ids.size for ids in wanted])[:-1])
    return [part.reshape(*ids.shape, -1) for part, ids in zip(split, wanted, strict=True)]
