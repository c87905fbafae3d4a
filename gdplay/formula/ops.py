"""THE TABLE: every primitive of the language, by name."""

from __future__ import annotations

from gdplay.formula.elementwise import ELEMENTWISE
from gdplay.formula.op import Op
from gdplay.formula.structure import STRUCTURE

TABLE: dict[str, Op] = {**ELEMENTWISE, **STRUCTURE}
