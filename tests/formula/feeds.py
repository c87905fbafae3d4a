"""What each row of the table is fed with in tests: arguments' shapes and static parameters."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdplay.formula import shapes
from gdplay.formula.expr import Expr, build, symbol
from gdplay.formula.ops import TABLE
from gdplay.formula.words import ONE


@dataclass(frozen=True)
class Feed:
    """One way to call a primitive: the arguments' shapes, its parameters, what to add to an argument."""

    op: str
    shapes: tuple[tuple[int, ...], ...]
    params: tuple[Any, ...] = ()

    def __str__(self) -> str:
        return f"{self.op}{list(self.shapes)}{self.params or ''}"

    def arguments(self) -> tuple[Expr, ...]:
        return tuple(symbol(f"a{k}", shape) for k, shape in enumerate(self.shapes))

    def node(self) -> Expr:
        return build(self.op, *self.arguments(), params=self.params)

    def values(self, runs: int, seed: int = 0) -> list[np.ndarray]:
        """Return arguments inside the row's domain, ties and kinks avoided, with a trailing axis of runs."""
        random = np.random.default_rng([seed, *self.op.encode()])
        low, high = TABLE[self.op].domain
        arrays = [random.uniform(low, high, (*shape, runs)) for shape in self.shapes]
        if self.op in CONDITIONED:
            arrays[0] = np.round(random.uniform(0, 1, arrays[0].shape))
        if self.op in ("mod", "floordiv"):  # the quotient stays between 2.08 and 2.9: no jump is near
            arrays = [
                random.uniform(*bounds, a.shape)
                for bounds, a in zip(((2.5, 2.9), (1.0, 1.2)), arrays, strict=True)
            ]
        if self.op == "solve":
            arrays[0] = arrays[0] + 9.0 * np.eye(self.shapes[0][0])[..., None]
        return arrays


VECTORS_AND_MATRICES = (((5,),), ((1,),), ((19,),), ((3, 4),), ((11, 2),))
AXIS = ((0, 2, 3), 1)

STRUCTURES: dict[str, list[Feed]] = {
    **{
        op: [Feed(op, given) for given in VECTORS_AND_MATRICES]
        for op in ("sum", "prod", "reduce_max", "reduce_min", "norm", "logsumexp", "softmax", "cumsum")
    },
    "index": [
        Feed("index", ((6,),), (2,)),
        Feed("index", ((6,),), ((5, -2, 3),)),
        Feed("index", ((6, 3),), AXIS),
        Feed("index", ((6, 3),), (4,)),
    ],
    "place": [
        Feed("place", ((), (3,)), ((6,), ((1,), ((5, -2, 3),)))),
        Feed("place", ((3,), (2, 2)), ((6, 3), (AXIS, ((4, 1, 2), (0, 1, 2))))),
    ],
    "concat": [Feed("concat", ((), (3,), (1,))), Feed("concat", ((), ()))],
    "reshape": [
        Feed("reshape", ((6,),), ((2, 3),)),
        Feed("reshape", ((2, 3),), ((6,),)),
        Feed("reshape", ((),), ((1,),)),
    ],
    "broadcast": [
        Feed("broadcast", ((3,),), ((4, 3),)),
        Feed("broadcast", ((1, 3),), ((4, 3),)),
        Feed("broadcast", ((),), ((2, 2),)),
    ],
    "transpose": [Feed("transpose", ((2, 5),))],
    "matmul": [
        Feed("matmul", ((2, 5), (5, 3))),
        Feed("matmul", ((2, 3), (3, 3))),
        Feed("matmul", ((2, 3), (3,))),
        Feed("matmul", ((4, 11), (11,))),
        Feed("matmul", ((3,), (3, 4))),
    ],
    "solve": [Feed("solve", ((3, 3), (3,))), Feed("solve", ((3, 3), (3, 2)))],
}

CONDITIONED = ("where", "guard")
"""Their first argument chooses; it has no derivative."""

POWERS = (-3, -1, 2, 3, 7, 32)
SEVERAL = {"max", "min"}


def feeds(op: str) -> list[Feed]:
    """Return the ways to call a row; a row that is neither elementwise nor listed here has none."""
    row = TABLE[op]
    if not row.elementwise:
        return STRUCTURES.get(op, [])
    if op == "powi":
        return [Feed(op, ((3,),), (k,)) for k in POWERS]
    if op in SEVERAL:
        return [Feed(op, ((), ())), Feed(op, ((3,), (3,), ())), Feed(op, ((2, 3), (3,)))]
    if row.static or row.shape is not shapes.broadcast:
        return []
    n = arity(op)
    return [Feed(op, ((),) * n), Feed(op, ((3,), *((),) * (n - 1))), Feed(op, (*((3,),) * (n - 1), (2, 3)))]


def arity(op: str) -> int:
    """Return how many arguments an elementwise row takes, from its adjoint."""
    adjoint = TABLE[op].adjoint
    named = [p for p in inspect.signature(adjoint).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    return len(named) - 2 if len(named) > 2 else len(adjoint(ONE, ONE))
