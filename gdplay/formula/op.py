"""What is known of one primitive: a row of the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gdplay.formula import shapes
from gdplay.formula.expr import Expr, Shape


@dataclass(frozen=True)
class Op:
    """One primitive.

    ``adjoint(g, y, *args)`` gives the contribution of the incoming gradient g to each argument, as
    expressions, where y is the node itself; None is a zero.
    ``numpy(*arrays)`` computes it on arrays of shape ``node.shape + (runs,)``; where ``static`` is
    set, ``numpy(params, *arrays)``.
    """

    adjoint: Callable[..., tuple[Expr | None, ...]]
    numpy: Callable[..., Any]
    shape: Callable[..., Shape] = shapes.broadcast
    elementwise: bool = True
    static: bool = False
    pole: bool = False
    """The derivative can be infinite or nan: guarded where a selection does not take this branch."""
    steep: bool = False
    """The derivative can be infinite where the value is finite: a zero factor below wins."""
    selects: bool = False
    """The derivative to an argument can be an exact zero because another argument was taken."""
    domain: tuple[float, float] = (-3.0, 3.0)
    """An open interval in which value and derivative may be tested; kinks are excluded by hand."""
