"""A config, read and checked: everything that a run needs, and everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence as Items
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.config.complaints import COMMAND_LINE, Complaints
from gdplay.config.document import read_document
from gdplay.config.dump import dump
from gdplay.config.files import read_config_bytes
from gdplay.config.functions import read_function, read_point
from gdplay.config.keys import SECTIONS, SINGLE, TOP, read_section
from gdplay.config.merge import expand, mapping, override
from gdplay.config.nodes import Mapping, Node, Place, Scalar, Sequence
from gdplay.config.optimizers import Chosen, read_optimizer
from gdplay.criteria import Criteria
from gdplay.errors import ConfigError, FormulaError
from gdplay.formula.expr import Array
from gdplay.method import Choices, Method, make_method
from gdplay.objective import Function
from gdplay.places import as_component, component
from gdplay.plots.options import check_options
from gdplay.plots.scene import PlotOptions


@dataclass(frozen=True, eq=False)
class Config:
    """One run, described completely. ``start``: (n,)."""

    name: str
    function: Function
    start: Array
    optimizer: Chosen
    choices: Choices
    criteria: Criteria
    method: Method
    seed: int
    engine: str
    log: Dictionary[str, Any]
    plot: Dictionary[str, Any]
    plot_options: PlotOptions
    notes: tuple[str, ...] = ()
    """What the user should know: defaults taken, settings dropped, warnings of the formula."""
    source: Dictionary[str, Any] = field(default_factory=dict[str, Any])
    """The function and the rule as they were written, for the saved config."""


def load(
    source: Path | str | Dictionary[str, Any], overrides: Items[str] = (), roots: Items[Path] = ()
) -> Config:
    """Return the checked config of a file, or of Python data, with ``KEY=VALUE`` settings laid over it.

    Raises ConfigError with all complaints.
    """
    if isinstance(source, Dictionary):
        tree, name = read_document(dump(_plain(source)), None), "run"
    else:
        path = Path(source)
        # a folder may be given without its parent: Path("a.yaml").parent is "."
        data = read_config_bytes(path, (path.parent, *roots))
        tree, name = read_document(data, str(source)), as_component(path.stem)
    return check(tree, overrides, name)


def from_formula(text: str, overrides: Items[str] = ()) -> Config:
    """Return the config of a formula or of a catalogue name, everything else at its default."""
    place = Place(COMMAND_LINE, 1, 1)
    tree = mapping([("function", Scalar(text, False, place))], place)
    name = text if text.isidentifier() else "formula"
    return check(tree, overrides, name)


def check(tree: Mapping, overrides: Items[str], name: str) -> Config:
    """Return the config that a tree describes, complete and consistent. Raises ConfigError."""
    notes: list[str] = []
    tree = override(expand(tree), overrides, notes)
    complaints = Complaints()
    for key, _ in tree:
        if key.text not in TOP:
            complaints.unknown(key, key.text, TOP)
    sections = {section: read_section(section, tree.get(section), complaints) for section in SECTIONS}
    single = {key: row.default for key, row in SINGLE.items()}
    for key, row in SINGLE.items():
        if (node := tree.get(key)) is not None:
            single[key] = row.read(node, key, complaints)
    name = _name(tree.get("name"), name, complaints)
    chosen = read_optimizer(tree.get("optimizer"), complaints)
    start_node = tree.get("start")
    length = len(start_node) if isinstance(start_node, Sequence) else None
    if tree.get("function") is None:
        complaints.add(
            tree.place, "function", "the config names no function", "write function: f(x, y) = x^2 + y^2"
        )
    function = (
        read_function(tree.get("function"), complaints, length) if tree.get("function") is not None else None
    )
    start = _start(start_node, function, complaints, notes) if function is not None else None
    options = _plot_options(sections["plot"], function, tree.get("plot"), complaints)
    if chosen is None or function is None or start is None or len(complaints):
        complaints.raise_any()
    assert chosen is not None
    assert function is not None
    assert start is not None
    choices = Choices(
        chosen.learning_rate, chosen.hyperparameters, sections["gradient"]["method"], sections["gradient"]["step"],
        sections["noise"]["gradient"], chosen.clip_norm, chosen.clip_value, chosen.weight_decay,
    )  # fmt: skip
    method = _method(function, chosen, choices, complaints)
    complaints.raise_any()
    assert method is not None
    notes.extend(function.formula.warnings)
    return Config(
        name, function, start, chosen, choices, Criteria(**sections["stop"]), method, single["seed"],
        single["engine"], sections["log"], sections["plot"], options, tuple(notes), plain(tree),
    )  # fmt: skip


def _method(function: Function, chosen: Chosen, choices: Choices, complaints: Complaints) -> Method | None:
    try:
        return make_method(function, chosen.rule, choices)
    except FormulaError as error:
        if chosen.step is None:
            raise
        complaints.formula(chosen.step, "optimizer.step", error)
        return None


def _name(node: Node | None, default: str, complaints: Complaints) -> str:
    if node is None:
        return default
    try:
        return component(node.text if isinstance(node, Scalar) else "", "name")
    except ConfigError as error:
        complaints.add(node.place, "name", error.complaints[0].message, error.complaints[0].remedy)
        return default


def _start(node: Node | None, function: Function, complaints: Complaints, notes: list[str]) -> Array | None:
    if node is not None:
        start = read_point(node, function, complaints, "start")
    elif function.known.start is not None:
        start = function.known.start
        notes.append(f"start not given: the catalogue's, {_few(start)}")
    else:
        start = np.ones(function.size)
        notes.append("start not given: all ones")
    if start is not None:
        value = function(start)
        if not np.isfinite(value):
            place = node.place if node is not None else Place(None, 1, 1)
            complaints.add(
                place, "start", f"f is {value} at the start {_few(start)}", "choose a start where f is finite"
            )
    return start


def _few(x: Array) -> str:
    return "[" + ", ".join(f"{v:g}" for v in x[:6]) + (", ...]" if len(x) > 6 else "]")


def _plot_options(
    values: Dictionary[str, Any], function: Function | None, node: Node | None, complaints: Complaints
) -> PlotOptions:
    chosen = {key: value for key, value in values.items() if key not in ("format", "variables")}
    shown = None
    if values["variables"] is not None and function is not None:
        unknown = [name for name in values["variables"] if name not in function.coordinates]
        if unknown and isinstance(node, Mapping):
            at = node.get("variables") or node
            complaints.add(at.place, "plot.variables", f"there is no coordinate '{unknown[0]}'",
                           f"choose two of {', '.join(function.coordinates[:8])}")  # fmt: skip
        else:
            shown = tuple(function.coordinates.index(name) for name in values["variables"])
    options = PlotOptions(**chosen, variables=shown)  # type: ignore[arg-type]
    if function is not None and isinstance(node, Mapping):
        for complaint in check_options(options, function.size):
            at = node.get((complaint.key or "").removeprefix("plot.")) or node
            complaints.add(at.place, complaint.key or "plot", complaint.message, complaint.remedy)
    return options


def _plain(data: Any) -> Any:
    """Return Python data with arrays and tuples as lists."""
    if isinstance(data, Dictionary):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, np.ndarray | tuple | list):
        return [_plain(value) for value in (data.tolist() if isinstance(data, np.ndarray) else data)]
    return data.item() if isinstance(data, np.generic) else data


def plain(node: Node) -> Any:
    """Return a tree as plain data, every scalar as its text."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node}
    return [plain(item) for item in node] if isinstance(node, Sequence) else node.text
