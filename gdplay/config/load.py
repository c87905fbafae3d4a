"""A config, read and checked: everything that a run needs, and everything that is wrong at once."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence as Items
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gdplay.config.complaints import Complaints
from gdplay.config.functions import read_function
from gdplay.config.keys import SECTIONS, SINGLE, TOP, read_section
from gdplay.config.merge import expand, override
from gdplay.config.nodes import Mapping, Node, Scalar, Sequence
from gdplay.config.optimizers import Chosen, read_optimizer
from gdplay.config.sources import formula_tree, read_data, read_file
from gdplay.config.start import read_start
from gdplay.config.values import PLAIN, TRICKY
from gdplay.criteria import Criteria
from gdplay.errors import ConfigError, FormulaError
from gdplay.formula.expr import Array, Expr, ShapeError
from gdplay.formula.numeric import NotAnalyticError
from gdplay.method import Choices, Method, make_method
from gdplay.objective import Function
from gdplay.places import as_component, component
from gdplay.plots.options import check_options
from gdplay.plots.scene import PlotOptions
from gdplay.watched import read_watched


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
    stop: Dictionary[str, Any]
    log: Dictionary[str, Any]
    plot: Dictionary[str, Any]
    plot_options: PlotOptions
    notes: tuple[str, ...] = ()
    """What the user should know: defaults taken, settings dropped, warnings of the formula."""
    source: Dictionary[str, Any] = field(default_factory=dict[str, Any])
    """The function and the rule as they were written, for the saved config."""
    columns: Dictionary[str, Expr] = field(default_factory=dict[str, Expr])
    """The log's extra columns."""


def load(
    source: Path | str | Dictionary[str, Any],
    overrides: Items[str] = (),
    roots: Items[Path] = (),
    to_run: bool = True,
) -> Config:
    """Return the checked config of a file, or of Python data, with ``KEY=VALUE`` settings laid over it.

    ``to_run`` tells that f has to be finite at the start. Raises ConfigError with all complaints.
    """
    notes: list[str] = []
    if isinstance(source, Dictionary):
        return check(read_data(source), overrides, "run", notes, to_run)
    path = Path(source)
    return check(read_file(path, roots, notes), overrides, as_component(path.stem), notes, to_run)


def from_formula(text: str, overrides: Items[str] = (), to_run: bool = True) -> Config:
    """Return the config of a formula or of a catalogue name, everything else at its default."""
    name = as_component(text) if text.isidentifier() else "formula"
    return check(formula_tree(text), overrides, name, to_run=to_run)


def check(
    tree: Mapping, overrides: Items[str], name: str, notes: list[str] | None = None, to_run: bool = True
) -> Config:
    """Return the config that a tree describes, complete and consistent. Raises ConfigError."""
    notes = [] if notes is None else notes
    tree = override(expand(tree), overrides, notes)
    complaints = Complaints()
    for key, _ in tree:
        if key.text not in TOP:
            complaints.unknown(key, key.text, TOP)
        elif key.text == "sweep":
            complaints.add(
                key.place, "sweep", "this config describes many runs", "carry it out with gdplay sweep"
            )
    sections = {section: read_section(section, tree.get(section), complaints) for section in SECTIONS}
    single = {key: row.default for key, row in SINGLE.items()}
    for key, row in SINGLE.items():
        if (node := tree.get(key)) is not None:
            single[key] = row.read(node, key, complaints)
    name = _name(tree.get("name"), name, complaints)
    chosen = read_optimizer(tree.get("optimizer"), complaints, sections["stop"]["max_steps"])
    start_node = tree.get("start")
    length = len(start_node) if isinstance(start_node, Sequence) else None
    if tree.get("function") is None:
        complaints.add(
            tree.place, "function", "the config names no function", "write function: f(x, y) = x^2 + y^2"
        )
    function = (
        read_function(tree.get("function"), complaints, length) if tree.get("function") is not None else None
    )
    start = None
    if function is not None:
        start = read_start(start_node, function, single["seed"] or 0, complaints, notes, finite=to_run)
    options = _plot_options(sections["plot"], function, tree.get("plot"), complaints)
    if chosen is None or function is None or start is None or len(complaints):
        complaints.raise_any()
    assert chosen is not None
    assert function is not None
    assert start is not None
    choices = Choices(
        chosen.learning_rate, chosen.hyperparameters,
        sections["gradient"]["method"], sections["gradient"]["step"],
        sections["noise"]["gradient"], chosen.clip_norm, chosen.clip_value, chosen.weight_decay,
    )  # fmt: skip
    method = _method(function, chosen, choices, tree, complaints)
    complaints.raise_any()
    assert method is not None
    notes.extend(function.formula.warnings)
    stop = {
        **sections["stop"],
        "formula": _watched("stop.formula", tree, method, complaints, notes).get("formula"),
    }
    columns = _watched("log.columns", tree, method, complaints, notes)
    complaints.raise_any()
    return Config(
        name, function, start, chosen, choices, Criteria(**stop), method, single["seed"], single["engine"],
        sections["stop"], sections["log"], sections["plot"], options, tuple(dict.fromkeys(notes)),
        plain(tree), columns,
    )  # fmt: skip


def _method(
    function: Function, chosen: Chosen, choices: Choices, tree: Mapping, complaints: Complaints
) -> Method | None:
    try:
        method = make_method(function, chosen.rule, choices)
        assert method.numbers, "counted here, before anything is computed"
        return method
    except NotAnalyticError as error:
        place = (tree.get("gradient") or tree).place
        complaints.add(place, "gradient.method", str(error), "choose central, five-point or richardson")
        return None
    except (FormulaError, ShapeError) as error:
        if chosen.step is None or isinstance(error, ShapeError):
            optimizer = tree.get("optimizer") or tree
            complaints.add(
                optimizer.place, "optimizer", f"{chosen.rule.title}: {error.message}", error.remedy
            )
            return None
        complaints.formula(chosen.step, "optimizer.step", error)
        return None


def _watched(
    key: str, tree: Mapping, method: Method, complaints: Complaints, notes: list[str]
) -> dict[str, Expr]:
    """Return the formulas over the run that stand at ``stop.formula`` or in ``log.columns``, by name."""
    section, _, last = key.partition(".")
    node = tree.get(section)
    node = node.get(last) if isinstance(node, Mapping) else None
    pairs = [(name.text, value) for name, value in node] if isinstance(node, Mapping) else [(last, node)]
    found: dict[str, Expr] = {}
    for name, value in pairs:
        if isinstance(value, Scalar) and (last == "formula" or isinstance(node, Mapping)):
            try:
                found[name] = read_watched(value.text, method, notes)
            except FormulaError as error:
                complaints.formula(value, key if last == "formula" else f"{key}.{name}", error)
    return found


def _name(node: Node | None, default: str, complaints: Complaints) -> str:
    if node is None:
        return default
    try:
        return component(node.text if isinstance(node, Scalar) else "", "name")
    except ConfigError as error:
        complaints.add(node.place, "name", error.complaints[0].message, error.complaints[0].remedy)
        return default


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


def plain(node: Node) -> Any:
    """Return a tree as plain data: plain numbers as numbers, every other scalar as its text."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node}
    if isinstance(node, Sequence):
        return [plain(item) for item in node]
    if node.quoted or not PLAIN.fullmatch(node.text) or TRICKY.fullmatch(node.text):
        return node.text
    return int(node.text) if node.text.lstrip("+-").isdigit() else float(node.text)
