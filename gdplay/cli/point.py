"""A point given on the command line: ``x=1,y=2``, or values in variable order."""

from __future__ import annotations

from gdplay.config.complaints import COMMAND_LINE, Complaints
from gdplay.config.document import read_value
from gdplay.config.merge import mapping
from gdplay.config.nodes import Node, Place, Sequence
from gdplay.config.points import read_point
from gdplay.config.values import split_values
from gdplay.formula.expr import Array
from gdplay.objective import Function


def read_at(text: str, function: Function) -> Array:
    """Return the point (n,) that ``--at`` names. Raises ConfigError."""
    complaints = Complaints()
    place = Place(COMMAND_LINE, 1, 1)
    parts = split_values(text)
    node: Node
    if any("=" in part for part in parts):
        pairs = [part.partition("=") for part in parts]
        node = mapping(
            [(name.strip(), read_value(value.strip(), COMMAND_LINE)) for name, _, value in pairs], place
        )
    elif len(parts) == 1:
        node = read_value(parts[0], COMMAND_LINE)
    else:
        node = Sequence(tuple(read_value(part, COMMAND_LINE) for part in parts), place, True)
    point = read_point(node, function, complaints, "--at")
    complaints.raise_any()
    assert point is not None
    return point
