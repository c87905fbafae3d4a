"""The compiled engine's text for reading: which equation each instruction ends, and where things stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from typing import Any

import numpy as np

from gdplay.criteria import CARRIED
from gdplay.engines.compiled import lower
from gdplay.engines.compiled.columns import CompiledColumns
from gdplay.engines.compiled.long import elements
from gdplay.engines.compiled.long.plan import LongPlan
from gdplay.engines.compiled.program import Uncovered
from gdplay.engines.compiled.step import Step
from gdplay.engines.text.lines import comment, short
from gdplay.engines.text.parts import Part, parts
from gdplay.errors import printable
from gdplay.formula.expr import Expr
from gdplay.formula.shapes import say
from gdplay.formula.text import to_text

LONGEST = 60
TITLE = """as LLVM compiles it: @steps takes runs through many steps and @measure looks at points only. A
comment names the value that an equation gives, each of its elements where it is computed."""


def annotated(engine: CompiledColumns) -> str:
    """Return the text of a step with a logged row, equations in comments; it compiles to the same."""
    method, program = engine.method, engine.plan.logging.program
    found, known = parts(method, engine.criteria), _known(engine)
    told = [part for part in found if part.equation]
    early = [part for part in told if part.node in known and part.node.op != "symbol"]
    inside = [part for part in told if part not in early]
    for part in inside:
        program.notes.update(_notes(engine, part, known))
    text = engine.plan.kernel(True, engine.widths, engine.workers).text
    title = f"One step of {method.rule.title} on {method.function.name} {TITLE}"
    names = {part.node: part.name for part in reversed(found)}
    # what is simplified away, or added up by a loop over a long vector, is the value of no instruction
    lost = [part for part in inside if f": {_words(part)}\n" not in text]
    before = [f"NumPy computes beforehand {_said(part)}" for part in early]
    said = (
        title,
        *_memory(engine, names),
        *before,
        *(f"no instruction gives {_said(part)}" for part in lost),
    )
    head = [line for words in said for line in comment(words, "; ", "; ")]
    return "\n".join([*head, "", text])


def _words(part: Part) -> str:
    return printable(part.equation.removeprefix(f"{part.name}: "))


def _said(part: Part, element: str = "") -> str:
    return f"{part.name}{element}: {_words(part)}"


def _notes(engine: CompiledColumns, part: Part, known: Mapping[Expr, Any]) -> Iterator[tuple[int, list[str]]]:
    """Yield the operations that give a part's elements with what is said of them, beside what is already."""
    program = engine.plan.logging.program
    lowered = elements.lower if isinstance(engine.plan, LongPlan) else lower.lower
    try:
        (numbers,) = lowered(program, [part.node], known)  # type: ignore[arg-type]
    except Uncovered:  # NumPy computes it beforehand, and so it has no instruction
        return
    for k, number in enumerate(np.ravel(numbers).tolist()):
        note = _said(part, f"[{k}]" if np.ndim(numbers) else "")
        said = program.notes.get(number, [])
        yield number, said if note in said else [*said, note]


def _leaves(engine: CompiledColumns) -> dict[str, tuple[Expr, ...]]:
    """Return what is read from memory, by the names under which it stands there."""
    method, stages = engine.method, engine.plan.stages
    return {
        "shared": stages.shared, "single": stages.single, "stepped": stages.stepped,
        "x": (method.point,), "noise": (method.noise,),
        **{f"m{k}": (memory.before,) for k, memory in enumerate(method.memory)},
        **{name: (node,) for name, node in vars(CARRIED).items()},
    }  # fmt: skip


def _known(engine: CompiledColumns) -> dict[Expr, Any]:
    """Return the numbers of the operations that read a node's elements, or the one that reads a vector."""
    step, search = engine.plan.logging, engine.method.search
    numbers = {place: number for number, place in step.leaves.items()}
    found: dict[Expr, Any] = {}
    if search is not None and isinstance(step, Step) and step.rounds is not None:
        found |= {n: np.array(k) for n, k in zip(search.unknowns, step.rounds.unknowns, strict=True)}
    for name, nodes in _leaves(engine).items():
        at = 0
        for node in nodes:
            size = prod(node.shape)
            if isinstance(engine.plan, LongPlan):
                if (name, at) in numbers:
                    found[node] = numbers[name, at]
            else:
                found[node] = np.array([numbers[name, at + k] for k in range(size)]).reshape(node.shape)
            at += size
    return found


def _memory(engine: CompiledColumns, names: Mapping[Expr, str]) -> Iterator[str]:
    """Say what stands where: behind which pointer, and in which places of a block of runs, in doubles."""
    where = {"shared": "%shared", "stepped": "%table, a row for each step"}
    places, inverses = engine.plan.sources.layout.places, engine.plan.stages.inverses
    shown = {inverse: f"1/({names.get(node) or _text(node)})" for node, inverse in inverses.items()}
    shown |= names
    inside: list[str] = []
    for name, nodes in _leaves(engine).items():
        listed = ", ".join(shown.get(node) or _text(node) for node in nodes)
        if nodes and name in where:
            yield f"{where[name]}: {listed}"
        elif nodes and places.get(name):
            inside.append(f"{places[name].start} {listed}")
    yield f"%data, places of a block: {', '.join(inside)}"


def _text(node: Expr) -> str:
    return say(node.shape) if node.op == "array" else short(to_text(node), LONGEST)
