"""What an entry of the catalogue says of its function for a given number of variables."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary

from gdplay.config.complaints import Complaints
from gdplay.config.nodes import Mapping, Node, Scalar, Sequence
from gdplay.config.values import number, parse_number
from gdplay.errors import FormulaError
from gdplay.formula.expr import const, constant_value
from gdplay.formula.scope import Scope
from gdplay.formula.statements import parse

# fmt: off
CATALOGUE = {
    "title":        "what it is called",
    "formula":      "f, with its signature unless it is a family",
    "residuals":    "instead of formula: a vector, f is the sum of its squares",
    "variables":    "of a family: {x: n}",
    "dimension":    "of a family: the n that is meant unless another is asked for",
    "least":        "of a family: the smallest n (1)",
    "most":         "of a family: the largest n",
    "multiple":     "of a family: n is a multiple of this",
    "constants":    "numbers, vectors and matrices that the formula names",
    "domain":       "where to look: one interval, or one for each variable; of a family also formulas in n",
    "start":        "the usual start; of a family a formula in i and n",
    "minima":       "all known points where f is least; of a family formulas in i and n",
    "local_minima": "known minima that are higher",
    "count":        "how many best minima there are, if not all are listed: a number, formula in n, infinite",
    "minimum":      "f there",
    "at":           "kink or bound, where the gradient at the minima is not zero",
    "kinks":        "where f has no derivative",
    "properties":   "words of gdplay/catalog/properties.py",
    "remark":       "what to know before descending",
    "source":       "who published it",
    "notes":        "where published facts are wrong or differ",
}
# fmt: on
"""The keys of an entry in their order, and what each says."""
CARD = ("count", "minimum", "at", "kinks", "properties", "remark", "source", "notes")
"""The keys that are shown as they are."""
BY_DIMENSION = ("minima", "local_minima", "minimum")
"""The keys of a family whose value may be a mapping: the number of variables to what is known for it."""
COUNTED = ("variables", "domain", "count", "minimum")
"""The keys of a family whose numbers may be formulas in n."""
MOST_DIMENSION = 100_000


def fitting(dimension: Node, pairs: Dictionary[str, Node], complaints: Complaints) -> bool:
    """Tell whether a family has members of that many variables; complain where it has not."""
    low, high, multiple = (
        int(parse_number(_text(pairs.get(key))) or default)
        for key, default in (("least", 1), ("most", MOST_DIMENSION), ("multiple", 1))
    )
    size = number(low, high, whole=True)(dimension, "function.dimension", complaints)
    if size is not None and size % multiple:
        found = f"expected a multiple of {multiple}, found {size}"
        complaints.add(
            dimension.place, "function.dimension", found, f"write {size + multiple - size % multiple}"
        )
        return False
    return size is not None


def of_dimension(pairs: Dictionary[str, Node], n: int) -> dict[str, Node]:
    """Return a family's entry as that of a function of n variables."""
    found: dict[str, Node] = {}
    for key, value in pairs.items():
        known = value.get(str(n)) if key in BY_DIMENSION and isinstance(value, Mapping) else value
        if known is not None:
            found[key] = _sized(known, n) if key in COUNTED else known
    return found


def _sized(node: Node, n: int) -> Node:
    """Replace every formula in n by the number that it gives; other texts stay."""
    if isinstance(node, Mapping):
        return Mapping(tuple((key, _sized(value, n)) for key, value in node), node.place, node.flow)
    if isinstance(node, Sequence):
        return Sequence(tuple(_sized(item, n) for item in node), node.place, node.flow)
    if parse_number(node.text) is not None:
        return node
    try:
        value = parse(node.text, Scope({"n": const(float(n))}))
    except FormulaError:
        return node
    if value.shape:
        return node
    return Scalar(f"{float(constant_value(value)):.17g}", False, node.place)


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""
