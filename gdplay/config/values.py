"""What a scalar's text means where a number, a name or a formula is due."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, Protocol

import numpy as np

from gdplay.config.complaints import Complaints, kind
from gdplay.config.nodes import Node, Scalar, Sequence
from gdplay.errors import FormulaError, nearest
from gdplay.formula.expr import Array, constant_value, is_constant
from gdplay.formula.scope import Scope
from gdplay.formula.statements import parse

PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
DIGITS = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,19})")
# what YAML 1.1 or a programmer may mean, and nobody should have to guess
TRICKY = re.compile(
    r"[+-]?(?:0[0-9]+|0[xXoObB][0-9a-fA-F_]+|[0-9]+(?::[0-9]+)+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|[0-9][0-9_]*_[0-9_]*)"
)


class Reader(Protocol):
    """Reads a node as a value, or complains and returns None; ``schema`` is the same rule as JSON Schema."""

    schema: Mapping[str, Any]

    def __call__(self, node: Node, key: str, complaints: Complaints) -> Any:
        """Return the value, or None with complaints."""
        ...


def accepting(schema: Mapping[str, Any]) -> Callable[[Callable[[Node, str, Complaints], Any]], Reader]:
    """Mark a reading function with the JSON Schema of what it accepts."""

    def mark(read: Any) -> Reader:
        read.schema = schema
        return read

    return mark


NUMBER = {"type": ["number", "string"]}
FORMULA = {"type": ["string", "number"]}


def parse_number(text: str) -> float | None:
    """Return the number that a text stands for: digits, or a formula without names such as -pi/2.

    None where it is no number; inf where it is too large. Raises FormulaError never.
    """
    text = text.strip()
    if TRICKY.fullmatch(text) or not text:
        return None
    if PLAIN.fullmatch(text):
        return float(text)
    try:
        found = parse(text, Scope({}))
    except FormulaError:
        return None
    return float(constant_value(found)) if is_constant(found) and not found.shape else None


def number(
    low: float = -np.inf, high: float = np.inf, above: float | None = None, whole: bool = False
) -> Reader:
    """Return the reader of a finite number with low <= number <= high, and number > above."""

    due = _due(low, high, above, whole)
    limits = {"minimum": low, "maximum": high, "exclusiveMinimum": above}
    limits = {name: limit for name, limit in limits.items() if limit is not None and isfinite(limit)}

    @accepting({"anyOf": [{"type": "integer" if whole else "number", **limits}, {"type": "string"}]})
    def read(node: Node, key: str, complaints: Complaints) -> float | int | None:
        text = node.text.strip() if isinstance(node, Scalar) else ""
        # a float has 53 bits, a seed up to 63
        value = int(text) if whole and DIGITS.fullmatch(text) else parse_number(text)
        fits = (
            value is not None
            and isfinite(value)
            and low <= value <= high
            and (above is None or value > above)
            and (not whole or value == int(value))
        )
        if value is None or not fits:
            remedy = (
                "write it in plain decimal digits"
                if TRICKY.fullmatch(text)
                else f"write a number such as {_example(low, high, above, whole)}"
            )
            complaints.add(node.place, key, f"expected {due}, found {kind(node)}", remedy)
            return None
        return int(value) if whole else value

    return read


def _due(low: float, high: float, above: float | None, whole: bool) -> str:
    words = "a whole number" if whole else "a number"
    if above is not None:
        return f"{words} above {above:g}"
    if isfinite(low) and isfinite(high):
        return words + (f" from {low:,} to {high:,}" if whole else f" from {low:g} to {high:g}")
    return words + (f" of at least {low:g}" if np.isfinite(low) else "")


def _example(low: float, high: float, above: float | None, whole: bool) -> str:
    if whole:
        return str(int(max(low, min(high, 100))))
    return "0.01" if low <= 0.01 <= high else f"{max(low, min(high, 1.0)):g}"


@accepting(FORMULA)
def setting(node: Node, key: str, complaints: Complaints) -> float | str | None:
    """Read a number, or a formula in t."""
    return _setting(node, key, complaints, number())


@accepting(FORMULA)
def positive_setting(node: Node, key: str, complaints: Complaints) -> float | str | None:
    """Read a number above 0, or a formula in t."""
    return _setting(node, key, complaints, number(above=0))


@accepting(FORMULA)
def setting_from_zero(node: Node, key: str, complaints: Complaints) -> float | str | None:
    """Read a number of at least 0, or a formula in t."""
    return _setting(node, key, complaints, number(0))


def _setting(node: Node, key: str, complaints: Complaints, reader: Reader) -> float | str | None:
    from gdplay.formula.expr import symbol

    plain = isinstance(node, Scalar) and (
        not node.text.strip()
        or TRICKY.fullmatch(node.text.strip())
        or node.text.strip().lower().lstrip("+-.") in ("nan", "inf", "infinity")
    )
    if not isinstance(node, Scalar) or plain or parse_number(node.text) is not None:
        return reader(node, key, complaints)
    try:
        found = parse(node.text, Scope({"t": symbol("t", (), "step")}))
    except FormulaError as error:
        complaints.formula(node, key, error)
        return None
    if found.shape:
        complaints.add(
            node.place, key, "expected a number or a formula in t that gives one", "write, for example, 0.1/t"
        )
        return None
    return node.text.strip()


def choice(*names: str) -> Reader:
    """Return the reader of one name out of several."""

    @accepting({"enum": list(names)})
    def read(node: Node, key: str, complaints: Complaints) -> str | None:
        if isinstance(node, Scalar) and node.text in names:
            return node.text
        near = nearest(node.text, names) if isinstance(node, Scalar) else None
        remedy = f"did you mean {near}?" if near else ""
        complaints.add(node.place, key, f"expected one of {', '.join(names)}, found {kind(node)}", remedy)
        return None

    return read


def text(most: int) -> Reader:
    """Return the reader of a text of limited length."""

    @accepting({"type": "string", "maxLength": most})
    def read(node: Node, key: str, complaints: Complaints) -> str | None:
        if isinstance(node, Scalar) and 0 < len(node.text) <= most:
            return node.text
        long = isinstance(node, Scalar) and len(node.text) > most
        found = f"{len(node.text)} characters" if long and isinstance(node, Scalar) else kind(node)
        complaints.add(node.place, key, f"expected a text of 1 to {most} characters, found {found}")
        return None

    return read


@accepting(FORMULA)
def formula(node: Node, key: str, complaints: Complaints) -> str | None:
    """Read a formula's text; what it may refer to is known later."""
    if isinstance(node, Scalar) and node.text.strip():
        return node.text.strip("\n")
    complaints.add(node.place, key, f"expected a formula, found {kind(node)}", 'quote it: "x^2 < 1"')
    return None


def pair(item: Reader) -> Reader:
    """Return the reader of a list of two."""

    @accepting({"type": "array", "items": item.schema, "minItems": 2, "maxItems": 2})
    def read(node: Node, key: str, complaints: Complaints) -> tuple[Any, Any] | None:
        if not isinstance(node, Sequence) or len(node) != 2:
            complaints.add(node.place, key, f"expected a list of two, found {kind(node)}", "write [a, b]")
            return None
        a, b = (item(part, key, complaints) for part in node.items)
        return None if a is None or b is None else (a, b)

    return read


@accepting({"type": "array", "items": NUMBER, "minItems": 2, "maxItems": 2})
def interval(node: Node, key: str, complaints: Complaints) -> tuple[float, float] | None:
    """Read [low, high] with low < high."""
    found = pair(number())(node, key, complaints)
    if found is not None and not found[0] < found[1]:
        complaints.add(
            node.place,
            key,
            f"the lower end {found[0]:g} is not below the upper end {found[1]:g}",
            "write [low, high]",
        )
        return None
    return found


@accepting({"type": ["number", "string", "array"]})
def numbers(node: Node, key: str, complaints: Complaints) -> Array | None:
    """Read a number, a list of numbers or a list of equally long lists as an array."""
    if isinstance(node, Scalar):
        value = number()(node, key, complaints)
        return None if value is None else np.array(value, dtype=np.float64)
    if not isinstance(node, Sequence) or not len(node):
        complaints.add(
            node.place,
            key,
            f"expected numbers, found {kind(node)}",
            "write a number, or a list such as [1, 2]",
        )
        return None
    parts = [numbers(part, f"{key}[{k}]", complaints) for k, part in enumerate(node.items)]
    if any(part is None for part in parts):
        return None
    if len({part.shape for part in parts if part is not None}) != 1 or (
        parts[0] is not None and parts[0].ndim > 1
    ):
        complaints.add(
            node.place, key, "the rows must be numbers, or lists of one length", "write [[1, 2], [3, 4]]"
        )
        return None
    return np.array(parts, dtype=np.float64)


def split_values(text: str) -> list[str]:
    """Split at the commas that stand outside brackets."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "[({") - (character in "])}")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
