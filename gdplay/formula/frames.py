"""What a parser has open: operands that are finished, operators that wait, brackets not yet closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from gdplay.formula.expr import Expr
from gdplay.formula.tokens import Token


@dataclass
class Operand:
    """A finished part of a formula and where it stands; ``chain`` is the last operand of a comparison."""

    expr: Expr
    start: int
    end: int
    chain: Expr | None = None


@dataclass
class Operator:
    """A binary or prefix operator waiting for its right side."""

    op: str
    strength: int
    token: Token
    prefix: bool = False


@dataclass
class Frame:
    """What is open: the whole statement, a bracket, a list, the arguments of a call, a subscript."""

    kind: str
    start: int
    token: Token | None = None
    operands: list[Operand] = field(default_factory=list[Operand])
    operators: list[Operator] = field(default_factory=list[Operator])
    items: list[Any] = field(default_factory=list[Any])
    bounds: list[int | None] = field(default_factory=list[int | None])
    axis: int | None = None
    reading_axis: bool = False
    base: Operand | None = None

    @property
    def awaits_axis(self) -> bool:
        """Whether an axis of a subscript begins here."""
        return self.kind == "subscript" and not (self.operands or self.operators or self.bounds)
