"""THE TABLE of the config's keys: how each is read, its default, what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gdplay.config.complaints import Complaints, kind
from gdplay.config.nodes import Mapping, Node, Scalar, Sequence
from gdplay.config.values import (
    FORMULA,
    NUMBER,
    Reader,
    accepting,
    choice,
    formula,
    interval,
    number,
    pair,
    setting_from_zero,
    text,
)
from gdplay.formula.numeric import METHODS
from gdplay.plots import FORMATS
from gdplay.steplog.writer import FORMATS as LOG_FORMATS

LARGEST_COUNT = 10**12


@dataclass(frozen=True)
class Key:
    """One key: its reader, its value where it is absent, what it means in one line."""

    read: Reader
    default: Any
    meaning: str


@accepting({"anyOf": [{"type": "integer", "minimum": 2, "maximum": 200}, {"type": "array", "items": NUMBER}]})
def _levels(node: Node, key: str, complaints: Complaints) -> int | list[float] | None:
    if isinstance(node, Sequence):
        values = [number()(part, key, complaints) for part in node.items]
        return None if any(value is None for value in values) else values  # type: ignore[return-value]
    return number(2, 200, whole=True)(node, key, complaints)


@accepting({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2})
def _pair_of_names(node: Node, key: str, complaints: Complaints) -> tuple[str, str] | None:
    return pair(text(100))(node, key, complaints)


@accepting({"anyOf": [{"const": "all"}, {"type": "object", "additionalProperties": FORMULA}]})
def _log_columns(node: Node, key: str, complaints: Complaints) -> str | dict[str, str] | None:
    if isinstance(node, Scalar) and node.text == "all":
        return "all"
    if isinstance(node, Mapping):
        found = {name.text: formula(value, f"{key}.{name.text}", complaints) for name, value in node}
        for name, _ in node:
            if not (name.text.isascii() and name.text.isidentifier()):
                complaints.add(
                    name.place,
                    f"{key}.{name.text[:60]}",
                    f"'{name.text[:60]}' is no name",
                    "use ASCII letters, digits and _",
                )
        return None if None in found.values() else found  # type: ignore[return-value]
    complaints.add(
        node.place,
        key,
        f"expected all, or names to formulas, found {kind(node)}",
        "write columns: all, or columns: {r: norm(point)}",
    )
    return None


SIZE = pair(number(1, 50))

# fmt: off
SECTIONS: dict[str, dict[str, Key]] = {
    "gradient": {
        "method":        Key(choice(*METHODS),             "analytic", "how the gradient that the optimizer gets is computed"),
        "step":          Key(number(above=0),              None,       "the difference h of a numeric gradient; absent: the method's own rule"),
    },
    "stop": {
        "max_steps":     Key(number(0, LARGEST_COUNT, whole=True), 1000, "end after so many steps"),
        "gradient_norm": Key(number(0),                    None,       "converged when the exact gradient's norm is at most this"),
        "value":         Key(number(),                     None,       "converged when f is at most this"),
        "step_norm":     Key(number(0),                    None,       "converged when a step is at most this long"),
        "stall":         Key(number(1, LARGEST_COUNT, whole=True), None, "stalled after so many steps without a better value"),
        "formula":       Key(formula,                      None,       "stopped when this formula is not 0"),
        "diverged":      Key(number(above=0),              1e10,       "diverged when |f| or |x| is beyond this times max(1, its start)"),
    },
    "noise": {
        "gradient":      Key(setting_from_zero,            0.0,        "standard deviation of normal noise added to the gradient"),
    },
    "log": {
        "every":         Key(number(1, LARGEST_COUNT, whole=True), 1,  "log every so many steps; the first and the last always"),
        "format":        Key(choice(*LOG_FORMATS),         "csv",      "the log's file format"),
        "columns":       Key(_log_columns,                 None,       "all: every column, however many there are; or names to formulas"),
    },
    "plot": {
        "variables":     Key(_pair_of_names,               None,       "the two coordinates shown"),
        "x":             Key(interval,                     None,       "the range of the horizontal axis"),
        "y":             Key(interval,                     None,       "the range of the vertical axis"),
        "levels":        Key(_levels,                      None,       "how many contour levels, or their values of f"),
        "resolution":    Key(number(10, 2000, whole=True), None,       "grid points a side"),
        "colormap":      Key(text(40),                     None,       "a Matplotlib colour map"),
        "title":         Key(text(300),                    None,       "the picture's first line"),
        "size":          Key(SIZE,                         None,       "width and height in inches"),
        "dpi":           Key(number(20, 600, whole=True),  None,       "dots an inch"),
        "format":        Key(choice(*FORMATS),             "png",      "the picture's file format"),
    },
}
# fmt: on

ENGINES = ("auto", "numpy", "compiled")

SINGLE: dict[str, Key] = {
    "seed": Key(number(0, 2**63 - 1, whole=True), 0, "what the noise is a function of"),
    "engine": Key(choice(*ENGINES), "auto", "what carries out the steps; auto weighs the work"),
}

TOP = ("extends", "function", "start", "optimizer", "name", "sweep", *SECTIONS, *SINGLE)


def read_section(name: str, node: Node | None, complaints: Complaints) -> dict[str, Any]:
    """Return a section's values, defaults filled in."""
    table = SECTIONS[name]
    values = {key: row.default for key, row in table.items()}
    if node is None:
        return values
    if not isinstance(node, Mapping):
        keys = ", ".join(table)
        complaints.add(node.place, name, f"expected a mapping, found {kind(node)}", f"its keys are {keys}")
        return values
    for key, value in node:
        path = f"{name}.{key.text}"
        if key.text not in table:
            complaints.unknown(key, path, table)
            continue
        found = table[key.text].read(value, path, complaints)
        if found is not None:
            values[key.text] = found
    return values
