"""What a step on long vectors reads from memory, added to a program as it is named."""

from __future__ import annotations

from dataclasses import dataclass, field

from gdplay.engines.compiled.long.elements import Elements
from gdplay.engines.compiled.program import Uncovered
from gdplay.formula.expr import Expr
from gdplay.formula.words import count


@dataclass(eq=False)
class Leaves:
    """The operations that read memory: which quantity each stands in, and at which place of it."""

    program: Elements
    places: dict[int, tuple[str, int]] = field(default_factory=dict[int, tuple[str, int]])
    known: dict[Expr, int] = field(default_factory=dict[Expr, int])
    counts: dict[str, int] = field(default_factory=dict[str, int])
    """How many numbers each quantity has."""

    def read(self, name: str, *nodes: Expr) -> list[int]:
        """Return the operations that read nodes, which stand behind each other under a name."""
        numbers: list[int] = []
        for node in nodes:
            if len(node.shape) > 1:
                raise Uncovered("matrices beside long vectors are left to NumPy")
            at, length = self.counts.get(name, 0), length_of(node)
            number = self.program.special("array" if length else "leaf", param=(name, at), length=length)
            self.places[number], self.known[node] = (name, at), number
            self.counts[name] = at + count(node.shape)
            numbers.append(number)
        return numbers


def length_of(node: Expr) -> int:
    """Return a vector's length; 0 for a scalar."""
    return node.shape[0] if node.shape else 0
