"""The ``function`` of a config or of the catalogue: from its mapping to a function."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence as Items
from typing import Any

import numpy as np

from gdplay.catalog import entry, names
from gdplay.config.complaints import Complaints, kind
from gdplay.config.document import read_document
from gdplay.config.dump import dump
from gdplay.config.family import BY_DIMENSION, CARD, fitting, of_dimension
from gdplay.config.merge import mapping
from gdplay.config.nodes import Mapping, Node, Place, Scalar, Sequence
from gdplay.config.points import entries, read_domain, read_point, read_points
from gdplay.config.values import number, numbers, parse_number
from gdplay.errors import Complaint, ConfigError, FormulaError, nearest
from gdplay.formula.expr import Array, Shape, ShapeError, bounded
from gdplay.formula.language import RESERVED
from gdplay.formula.signature import MOST_ELEMENTS, read
from gdplay.objective import Function, Known
from gdplay.transform import Placement, placed

PLACEMENT = ("shift", "rotate", "scale")
NAMED = ("name", "dimension", "constants", "domain", *PLACEMENT)
WRITTEN = ("formula", "residuals", "variables", "constants", "domain", "minima", *PLACEMENT)


def function_from(source: str | Dictionary[str, Any], variables: Any = None) -> Function:
    """Return the function of a formula, a catalogue name, or a config's mapping as Python data.

    Raises ConfigError.
    """
    data: dict[str, Any] = dict(source) if not isinstance(source, str) else {}
    if isinstance(source, str):
        data = {"name": source} if source in names("functions") else {"formula": source}
    if variables is not None:
        shapes = variables if isinstance(variables, Dictionary) else {name: [] for name in variables}
        data["variables"] = {
            name: list(np.atleast_1d(shape).tolist()) if shape != () else [] for name, shape in shapes.items()
        }
    complaints = Complaints()
    node = read_document(dump({"function": data}), None).get("function")
    assert node is not None
    try:
        found = read_function(node, complaints, None)
        complaints.raise_any()
    except ConfigError as error:
        # there is no file whose lines could help
        if len(error.complaints) == 1 and isinstance(source, str):
            text = error.complaints[0]
            raise ConfigError(
                Complaint(text.message, text.remedy, column=text.column, excerpt=text.excerpt)
            ) from None
        raise
    assert found is not None
    return found


def read_function(node: Node | None, complaints: Complaints, length: int | None) -> Function | None:
    """Return the function that a config's ``function`` describes, or None with complaints.

    ``length`` is the number of values in the start.
    """
    if not isinstance(node, Mapping):
        place = node.place if node else Place(None, 1, 1)
        found = kind(node) if node else "nothing"
        complaints.add(place, "function", f"expected a formula, a name or a mapping, found {found}",
                       "write function: f(x, y) = x^2 + y^2")  # fmt: skip
        return None
    given = [key for key in ("name", "formula", "residuals") if node.get(key) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none of them"
        complaints.add(
            node.place,
            "function",
            f"exactly one of name, formula, residuals is due, found {found}",
            'write function: {formula: "x^2 + y^2"}',
        )
        return None
    if given == ["name"]:
        found = _named(node, complaints)
    else:
        _check_keys(node, WRITTEN, complaints)
        found = _written(node, complaints, length, "function")
    return _placed(found, node, complaints) if found is not None else None


def _placed(function: Function, node: Mapping, complaints: Complaints) -> Function | None:
    """Shift, rotate and scale the function as its mapping says."""
    if not any(node.get(key) is not None for key in PLACEMENT):
        return function
    n, before = function.size, len(complaints)
    shift, scale = (
        _each(node.get("shift"), function, complaints, 0.0),
        _each(node.get("scale"), function, complaints, 1.0),
    )
    angle = node.get("rotate")
    turn = number()(angle, "function.rotate", complaints) if angle is not None else 0.0
    if scale is not None and (scale == 0.0).any():
        place = (node.get("scale") or node).place
        complaints.add(place, "function.scale", "a scale is 0", "write numbers other than 0")
    if angle is not None and n < 2:
        complaints.add(angle.place, "function.rotate", "there is one variable only", "leave rotate out")
    if len(complaints) > before or shift is None or scale is None or turn is None:
        return None
    return placed(function, Placement(shift, float(turn), scale))


def _each(node: Node | None, function: Function, complaints: Complaints, absent: float) -> Array | None:
    """Read one number for all coordinates, or one for each."""
    key = "function.shift" if absent == 0.0 else "function.scale"
    if node is None:
        return np.full(function.size, absent)
    if isinstance(node, Scalar):
        value = number()(node, key, complaints)
        return None if value is None else np.full(function.size, float(value))
    return read_point(node, function, complaints, key)


def _check_keys(node: Mapping, known: Items[str], complaints: Complaints) -> None:
    for key, _ in node:
        if key.text not in known:
            complaints.unknown(key, f"function.{key.text}", known)


def _named(node: Mapping, complaints: Complaints) -> Function | None:
    name = node.get("name")
    assert name is not None
    if not isinstance(name, Scalar) or name.text not in names("functions"):
        near = nearest(name.text, names("functions")) if isinstance(name, Scalar) else None
        complaints.add(name.place, "function.name", f"there is no function {kind(name)}",
                       f"did you mean {near}?" if near else "gdplay list functions shows them")  # fmt: skip
        return None
    _check_keys(node, NAMED, complaints)
    chosen = entry("functions", name.text).node
    pairs = {key.text: value for key, value in chosen}
    if (dimension := node.get("dimension")) is not None:
        if "dimension" not in pairs:
            complaints.add(
                dimension.place,
                "function.dimension",
                f"{name.text} has a fixed number of variables",
                "leave dimension out",
            )
        elif fitting(dimension, pairs, complaints):
            pairs["dimension"] = dimension
        else:
            return None
    if (own := node.get("constants")) is not None:
        given = pairs.get("constants")
        if isinstance(own, Mapping) and isinstance(given, Mapping):
            merged = {key.text: value for key, value in (*given, *own)}
            own = mapping(list(merged.items()), own.place)
        pairs["constants"] = own
        # what is known holds for the entry's own constants
        pairs = {key: value for key, value in pairs.items() if key not in (*BY_DIMENSION, "count")}
    if (own := node.get("domain")) is not None:
        pairs["domain"] = own
    size = int(parse_number(_text(pairs.get("dimension"))) or 0)
    if size:
        # a family's texts speak of n; a single dimension makes them a function
        pairs = of_dimension(pairs, size)
    pairs["name"] = name
    return _written(mapping(list(pairs.items()), node.place), complaints, size or None, "function")


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _written(node: Mapping, complaints: Complaints, length: int | None, path: str) -> Function | None:
    before = len(complaints)
    residual = node.get("residuals") is not None
    source = node.get("residuals" if residual else "formula")
    constants = _constants(node.get("constants"), complaints, f"{path}.constants")
    variables = _variables(node.get("variables"), complaints, f"{path}.variables")
    key = f"{path}.{'residuals' if residual else 'formula'}"
    if not isinstance(source, Scalar):
        assert source is not None
        complaints.add(
            source.place, key, f"expected a formula, found {kind(source)}", 'quote it: "x^2 + y^2"'
        )
        return None
    if len(complaints) > before or _misspelt(source, variables, complaints, key):
        return None
    try:
        formula = read(source.text.strip("\n"), variables, constants, length, residual)
        bounded([formula.expr])
    except ShapeError as error:
        complaints.add(source.place, key, error.message, error.remedy)
        return None
    except FormulaError as error:
        complaints.formula(source, path if source.place == node.place else key, error)
        return None
    name = _text(node.get("name")) or formula.name
    plain = Function(formula, constants, name)
    known = Known(
        minima=read_points(node.get("minima"), plain, complaints, f"{path}.minima"),
        domain=read_domain(node.get("domain"), plain, complaints, f"{path}.domain"),
        start=read_point(node.get("start"), plain, complaints, "start"),
        local_minima=read_points(node.get("local_minima"), plain, complaints, f"{path}.local_minima"),
        card={key: _words(value) for key in ("title", *CARD) if (value := node.get(key)) is not None},
    )
    return Function(formula, constants, name, known)


def _words(node: Node) -> str:
    return ", ".join(_text(item) for item in node) if isinstance(node, Sequence) else _text(node).strip()


def _misspelt(source: Scalar, variables: dict[str, Shape] | None, complaints: Complaints, key: str) -> bool:
    """Refuse a formula that is one bare word and nearly the name of a function: nobody minimises that."""
    word = source.text.strip()
    near = nearest(word, names("functions")) if word.isidentifier() and variables is None else None
    if near is not None:
        remedy = f"did you mean {near}?"
        complaints.add(source.place, key, f"there is no function '{word[:60]}'", remedy)
    return near is not None


def _constants(node: Node | None, complaints: Complaints, path: str) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for key, value in entries(node, complaints, path, "{a: 1, b: [1, 2]}"):
        array = numbers(value, f"{path}.{key.text}", complaints)
        if _good_name(key, complaints, path) and array is not None:
            found[key.text] = array
    return found


def _variables(node: Node | None, complaints: Complaints, path: str) -> dict[str, Shape] | None:
    if node is None:
        return None
    if isinstance(node, Sequence):
        keys = [item for item in node if isinstance(item, Scalar) and _good_name(item, complaints, path)]
        if len({item.text for item in node if isinstance(item, Scalar)}) != len(node):
            complaints.add(node.place, path, "expected different names", "write [x, y]")
        return {key.text: () for key in keys}
    found: dict[str, Shape] = {}
    for key, value in entries(node, complaints, path, "[x, y], or {w: 3, W: [4, 2], b: []}"):
        parts = value.items if isinstance(value, Sequence) else (value,)
        lengths = [
            number(1, MOST_ELEMENTS, whole=True)(part, f"{path}.{key.text}", complaints) for part in parts
        ]
        if len(lengths) > 2:
            complaints.add(
                value.place,
                f"{path}.{key.text}",
                f"a shape has at most two lengths, found {len(lengths)}",
                "write [4, 2]",
            )
        elif None not in lengths and _good_name(key, complaints, path):
            found[key.text] = tuple(lengths)
    return found


def _good_name(key: Scalar, complaints: Complaints, path: str) -> bool:
    good = key.text.isascii() and key.text.replace("_", "a").isalnum() and key.text[:1].isalpha()
    if not good:
        complaints.add(
            key.place,
            path,
            f"'{key.text[:60]}' is no name",
            "use ASCII letters, digits and _, a letter first",
        )
    elif key.text in RESERVED:
        complaints.add(
            key.place, path, f"'{key.text}' is a word of the formula language", "choose another name"
        )
        good = False
    return good
