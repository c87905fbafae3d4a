"""A step of the NumPy engine as a text that can be read and run: a statement for every node, in its order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gdplay.engines.columns import Columns
from gdplay.engines.tape import Tape
from gdplay.engines.text.calls import call, literal, numeric_name
from gdplay.engines.text.identifiers import SEARCH, STEP, identifiers
from gdplay.engines.text.lines import INDENT, comment, short, statement
from gdplay.engines.text.parts import Part, parts, within
from gdplay.engines.text.sources import definitions
from gdplay.formula.expr import Expr, is_constant
from gdplay.formula.text import number, to_text
from gdplay.method import Method

TITLE = """A statement is a node of the step's graph, in the order in which the NumPy engine computes them.
Every array has a last axis of runs, of length 1 where they share it; inf and nan are values."""

SEARCHING = """look goes before the search. Then trial is asked, of the runs that go on, with a rate lr;
where what it returns first is 0, further gives the next rate, and after so many rates as the search's limit
the step takes the second. move takes the step."""

NUMERIC = """stands for gdplay's numeric gradient of f (gdplay/engines/difference.py): each point that it
looks at is a column more."""

LONGEST = 44
ABOUT = {
    "step": "the step's number, from 1",        "noise": "standard normal numbers",
    "bound_f": "beyond this f ends a run",      "bound_x": "beyond this x ends a run",
    "best": "the lowest f before",              "best_step": "the step of the lowest f",
    "moved": "the last step's length",          "rate": "the last step's rate",
    "search": "the rate that is tried",
}  # fmt: skip
"""What a function is given, by the symbol's role, or by the name of what the engine carries on."""


def listing(engine: Columns) -> str:
    """Return all that the engine computes in a step as a module of Python, without the loop over steps."""
    method, seeker = engine.method, engine.seeker
    ended, _, _, row, *_ = engine.tape.outputs
    found = parts(method, engine.criteria)
    found += [Part("ended", ended, "ended: not 0 where a run ends"), Part("row", row, "the row of the log")]
    if seeker is None:
        return _Module(method, {STEP: engine.tape}, found, {}).text("")
    held = dict(zip(seeker.needed[seeker.begin :], seeker.held, strict=True))
    shared = dict(zip(seeker.test.outputs[2:], seeker.shared, strict=True))
    found += (inside := within(found, held))
    found += within(inside, shared)
    handed = {symbol: node for replaced in (held, shared) for node, symbol in replaced.items()}
    tapes = dict(zip(SEARCH, (engine.tape, *seeker.tapes), strict=True))
    return _Module(method, tapes, found, handed).text(SEARCHING)


class _Module:
    """Tapes as functions of one module of Python, in which a node has one name."""

    def __init__(
        self, method: Method, tapes: Mapping[str, Tape], found: Sequence[Part], handed: Mapping[Expr, Expr]
    ) -> None:
        self.method, self.tapes = method, tapes
        self.nodes = dict.fromkeys(node for tape in tapes.values() for node in tape.nodes)
        self.names = identifiers(self.nodes, found, handed)
        self.equations: dict[Expr, dict[str, None]] = {}
        for part in found:
            if part.equation:
                self.equations.setdefault(part.node, {})[part.equation] = None

    def text(self, more: str) -> str:
        """Return the module; ``more`` is said on top of it."""
        first, *_ = self.tapes
        functions = [
            self._function(name, tape, self._absent() if name == first else [])
            for name, tape in self.tapes.items()
        ]
        imports, *helpers = definitions(functions)
        title = f"One step of {self.method.rule.title} on {self.method.function.name}. {TITLE}"
        numeric = {
            numeric_name(node.params[0].method): None for node in self.nodes if node.op == "difference"
        }
        said = [title, more, *(f"{name} {NUMERIC}" for name in numeric)]
        head = [line for words in said for line in comment(words, "# ", "# ")]
        return "\n\n\n".join(["\n".join([*head, "", imports]), *functions, *helpers]) + "\n"

    def _function(self, name: str, tape: Tape, more: list[str]) -> str:
        given = [(f"{self.names[symbol]},", self._about(symbol)) for symbol, _ in tape.symbols]
        width = max(len(word) for word, _ in given)
        lines = [f"def {name}(", *(f"{INDENT}{word:<{width}}  # {about}" for word, about in given), "):"]
        for node in tape.nodes:
            if node.op not in ("symbol", "const"):
                lines += self._said(node)
                lines += statement(self.names[node], self._value(node))
        results = [f"{INDENT * 2}{self._read(node)}," for node in tape.outputs]
        return "\n".join([*lines, *more, f"{INDENT}return (", *results, f"{INDENT})"])

    def _value(self, node: Expr) -> str:
        return literal(node) if is_constant(node) else call(node, [self._read(arg) for arg in node.args])

    def _read(self, node: Expr) -> str:
        return literal(node) if node.op == "const" else self.names[node]

    def _said(self, node: Expr) -> list[str]:
        return [line for words in self.equations.get(node, ()) for line in _comment(words)]

    def _absent(self) -> list[str]:
        """Return what is said of equations that have no statement: simplified away, or a name for another."""
        stated = {node for node in self.nodes if node.op not in ("symbol", "const")}
        said = {words for node in stated for words in self.equations.get(node, ())}
        left = dict.fromkeys(
            words for found in self.equations.values() for words in found if words not in said
        )
        return [line for words in left for line in _comment(f"no statement of its own: {words}")]

    def _about(self, node: Expr) -> str:
        """Return an argument's shape and what it is; of a number that is set, its value."""
        name, role = node.params
        shape = f"({', '.join(map(str, node.shape))}, runs)" if node.shape else "(runs,)"
        value = self.method.parameters.get(node)
        if value is not None:
            return number(float(value[0])) if value.shape == (1,) else shape
        words = ABOUT.get(name if role == "carried" else role, "")
        if node is self.method.point:
            words = short(", ".join(self.method.function.coordinates), LONGEST)
        for memory in self.method.memory:
            if memory.before is node:
                start = memory.start.args[0] if memory.start.op == "broadcast" else memory.start
                words = f"{short(to_text(start), LONGEST)} before the first step"
        return f"{shape}: {words}" if words else shape


def _comment(text: str) -> list[str]:
    return comment(text, f"{INDENT}# ", f"{INDENT}#   ")
