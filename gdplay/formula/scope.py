"""The names that a formula may use, and what they mean."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from gdplay.formula.expr import Expr


@dataclass
class Scope:
    """The names that a formula may use.

    ``names`` are expressions, ``functions`` build one from arguments (``grad(x)`` in a rule),
    ``counters`` are ``i`` and ``n``, which a user's own name hides, ``known`` gives the values of
    constants that may stand where an integer is due, ``free`` makes an unknown name into a new
    symbol instead of an error.
    """

    names: dict[str, Expr]
    functions: Mapping[str, Callable[..., Expr]] = field(default_factory=dict[str, Callable[..., Expr]])
    known: Mapping[Expr, Expr] = field(default_factory=dict[Expr, Expr])
    counters: Mapping[str, Expr] = field(default_factory=dict[str, Expr])
    free: Callable[[str], Expr] | None = None
    warn: Callable[[str], None] | None = None
