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
from gdplay.config.merge import mapping
from gdplay.config.nodes import Mapping, Node, Place, Scalar, Sequence
from gdplay.config.values import interval, number, numbers, parse_number
from gdplay.errors import Complaint, ConfigError, FormulaError, nearest
from gdplay.formula.expr import Array, Shape
from gdplay.formula.signature import MOST_ELEMENTS, read
from gdplay.formula.words import RESERVED
from gdplay.objective import Function, Known

NAMED = ("name", "dimension", "constants", "domain")
WRITTEN = ("formula", "residuals", "variables", "constants", "domain", "minima")
CARD = ("title", "source", "notes", "properties")
CATALOGUE = (*WRITTEN, *CARD, "name", "start", "dimension", "least", "most")
MOST_DIMENSION = 100_000


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
        complaints.add(place, "function", f"expected a formula, a name or a mapping, found {kind(node) if node else 'nothing'}",
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
        return _named(node, complaints)
    _check_keys(node, WRITTEN, complaints)
    return _written(node, complaints, length, "function")


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
        else:
            low = parse_number(_text(pairs.get("least"))) or 1
            if number(low, MOST_DIMENSION, whole=True)(dimension, "function.dimension", complaints) is None:
                return None
            pairs["dimension"] = dimension
    for key in ("constants", "domain"):
        if (own := node.get(key)) is not None:
            pairs[key] = own
    size = int(parse_number(_text(pairs.get("dimension"))) or 0)
    if size:
        # a family's texts speak of n; a single dimension makes them a function
        pairs = {key: _sized(value, size) for key, value in pairs.items()}
    return _written(mapping(list(pairs.items()), node.place), complaints, size or None, "function")


def _text(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _sized(node: Node, n: int) -> Node:
    """Replace a shape given as ``n`` by the number."""
    if isinstance(node, Scalar) and node.text == "n":
        return Scalar(str(n), False, node.place)
    if isinstance(node, Mapping):
        return Mapping(tuple((key, _sized(value, n)) for key, value in node), node.place, node.flow)
    return node


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
    if len(complaints) > before:
        return None
    try:
        formula = read(source.text.strip("\n"), variables, constants, length, residual)
    except FormulaError as error:
        complaints.formula(source, path if source.place == node.place else key, error)
        return None
    name = _text(node.get("name")) or formula.name
    plain = Function(formula, constants, name)
    known = Known(
        minima=_minima(node.get("minima"), plain, complaints, f"{path}.minima"),
        domain=_domain(node.get("domain"), plain, complaints, f"{path}.domain"),
        start=read_point(node.get("start"), plain, complaints, "start"),
        card={key: _text(node.get(key)) for key in CARD if node.get(key) is not None},
    )
    return Function(formula, constants, name, known)


def _constants(node: Node | None, complaints: Complaints, path: str) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for key, value in _entries(node, complaints, path, "{a: 1, b: [1, 2]}"):
        array = numbers(value, f"{path}.{key.text}", complaints)
        if _good_name(key, complaints, path) and array is not None:
            found[key.text] = array
    return found


def _variables(node: Node | None, complaints: Complaints, path: str) -> dict[str, Shape] | None:
    if node is None:
        return None
    if isinstance(node, Sequence):
        keys = [item for item in node if isinstance(item, Scalar) and _good_name(item, complaints, path)]
        if len({key.text for key in keys}) != len(node):
            complaints.add(node.place, path, "expected different names", "write [x, y]")
        return {key.text: () for key in keys}
    found: dict[str, Shape] = {}
    for key, value in _entries(node, complaints, path, "[x, y], or {w: 3, W: [4, 2], b: []}"):
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


def _entries(node: Node | None, complaints: Complaints, path: str, usage: str) -> list[tuple[Scalar, Node]]:
    if node is None:
        return []
    if not isinstance(node, Mapping):
        complaints.add(node.place, path, f"expected a mapping, found {kind(node)}", f"write {usage}")
        return []
    return list(node)


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


def _domain(
    node: Node | None, function: Function, complaints: Complaints, path: str
) -> tuple[tuple[float, float] | None, ...] | None:
    if node is None:
        return None
    owners = [coordinate.split("[")[0] for coordinate in function.coordinates]
    if isinstance(node, Sequence):
        both = interval(node, path, complaints)
        return (both,) * function.size if both else None
    ends: dict[str, tuple[float, float]] = {}
    for key, value in _entries(node, complaints, path, "{x: [-2, 2], y: [-1, 3]}"):
        found = interval(value, f"{path}.{key.text}", complaints)
        if key.text not in owners and key.text not in function.coordinates:
            complaints.unknown(key, f"{path}.{key.text}", dict.fromkeys(owners))
        elif found is not None:
            ends[key.text] = found
    return tuple(
        ends.get(name, ends.get(owner)) for name, owner in zip(function.coordinates, owners, strict=True)
    )


def _minima(node: Node | None, function: Function, complaints: Complaints, path: str) -> Array | None:
    if node is None:
        return None
    if not isinstance(node, Sequence):
        complaints.add(node.place, path, f"expected a list of points, found {kind(node)}", "write [[1, 1]]")
        return None
    points = [read_point(item, function, complaints, f"{path}[{k}]") for k, item in enumerate(node.items)]
    good = [point for point in points if point is not None]
    return np.array(good).reshape(len(good), function.size)


def read_point(node: Node | None, function: Function, complaints: Complaints, path: str) -> Array | None:
    """Read a point: numbers in variable order, or name to value; of one vector also a formula in i and n."""
    if node is None:
        return None
    n = function.size
    if isinstance(node, Mapping):
        return _point_by_name(node, function, complaints, path)
    if isinstance(node, Scalar) and node.quoted and n > 1:
        return _generated(node, function, complaints, path)
    found = numbers(node, path, complaints)
    if found is None:
        return None
    if found.size != n:
        remedy = f"give {n}, in the order {', '.join(function.coordinates[:6])}" + (", ..." if n > 6 else "")
        complaints.add(
            node.place,
            path,
            f"{found.size} value{'s' * (found.size != 1)} for {n} variable{'s' * (n != 1)}",
            remedy,
        )
        return None
    return found.reshape(n)


def _generated(node: Scalar, function: Function, complaints: Complaints, path: str) -> Array | None:
    """Read a point that a catalogue gives for every dimension, such as "i*(n + 1 - i)"."""
    from gdplay.formula.expr import array, const, constant_value, is_constant
    from gdplay.formula.parse import Scope, parse

    n = function.size
    try:
        found = parse(node.text, Scope({"n": const(float(n)), "i": array(np.arange(1.0, n + 1.0))}))
    except FormulaError as error:
        complaints.formula(node, path, error)
        return None
    if not is_constant(found) or found.shape not in ((), (n,)):
        complaints.add(node.place, path, f"expected {n} numbers, found {kind(node)}", "write a list")
        return None
    return np.array(np.broadcast_to(constant_value(found), (n,)))


def _point_by_name(node: Mapping, function: Function, complaints: Complaints, path: str) -> Array | None:
    values: dict[str, Array] = {}
    shapes = {v.params[0]: v.shape for v in function.formula.variables}
    for key, value in node:
        if key.text not in shapes:
            complaints.unknown(key, f"{path}.{key.text}", shapes)
            continue
        found = numbers(value, f"{path}.{key.text}", complaints)
        if found is not None and found.shape != shapes[key.text]:
            complaints.add(
                value.place,
                f"{path}.{key.text}",
                f"shape {found.shape}, but {key.text} has {shapes[key.text]}",
                "give as many numbers",
            )
        elif found is not None:
            values[key.text] = found
    missing = [name for name in shapes if name not in node.keys()]
    if missing:
        complaints.add(node.place, path, f"no value for {', '.join(missing)}", "give every variable one")
    if len(values) < len(shapes):
        return None
    return np.concatenate([values[name].reshape(-1) for name in shapes])
