"""The source of gdplay's own functions that a text calls, with what it takes to run them."""

from __future__ import annotations

import dis
import inspect
import re
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

from gdplay.formula.elementwise import integer_power
from gdplay.formula.ops import TABLE
from gdplay.formula.structure import ordered

OWN: dict[str, FunctionType] = {
    function.__name__: function
    for function in (ordered, integer_power, *(row.numpy for row in TABLE.values()))
    if isinstance(function, FunctionType) and function.__name__.isidentifier()
}
"""The rows' functions that are not NumPy's, by their names."""


def definitions(texts: Iterable[str]) -> list[str]:
    """Return the imports, and the functions that these texts need as they stand in gdplay."""
    words = {word for text in texts for word in re.findall(r"\w+", text)}
    waiting: list[Any] = [OWN[word] for word in sorted(words & OWN.keys(), reverse=True)]
    imports, values, sources = {"import numpy as np"}, dict[str, str](), dict[str, str]()
    while waiting:
        function: FunctionType = waiting[-1]
        missing: list[FunctionType] = []
        for name in dict.fromkeys(_globals(function.__code__)):
            value = function.__globals__.get(name)
            if isinstance(value, ModuleType) and name != "np":
                imports.add(f"import {name}")
            elif isinstance(value, int | float):
                values[name] = f"{name} = {value!r}"
            elif isinstance(value, FunctionType):
                missing += [value] if name not in sources else []
            elif callable(value):  # a builtin has no place among the globals
                imports.add(f"from {value.__module__.lstrip('_')} import {name}")
        if missing:  # none calls itself, by way of others either
            waiting += missing
            continue
        waiting.pop()
        sources.setdefault(function.__name__, inspect.getsource(function).strip())
    future = ["from __future__ import annotations", ""] if sources else []
    constants = ["", *values.values()] if values else []
    ordered_imports = sorted(imports, key=lambda line: (line.startswith("from"), line))
    return ["\n".join([*future, *ordered_imports, *constants]), *sources.values()]


def _globals(code: CodeType) -> Iterator[str]:
    """Yield the global names that a function reads, in its inner functions too."""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            yield instruction.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _globals(inner)
