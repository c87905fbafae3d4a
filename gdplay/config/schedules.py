"""A ``{schedule: ...}`` of a config: from its mapping to a schedule, torch's and Optax's words understood."""

from __future__ import annotations

from collections.abc import Mapping as Items
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from gdplay.catalog import entry, names
from gdplay.config.complaints import Complaints, kind
from gdplay.config.nodes import Mapping, Node, Scalar, Sequence
from gdplay.config.values import number, numbers, parse_number, setting
from gdplay.errors import FormulaError, nearest
from gdplay.formula.expr import Expr, const, constant_value, is_constant
from gdplay.formula.scope import Scope
from gdplay.formula.statements import parse
from gdplay.schedule import FACTORS, ONE, Form, Number, Schedule, Setting, preview

VALUE = {"learning_rate": "value", "lr": "value", "init_value": "value"}
"""What stands for the value in every schedule, unless the entry says otherwise."""

CARD = ("summary", "cite", "notes")
LIST = "[]"
"""The default of a hyperparameter that is a list and has to be given."""


@dataclass(frozen=True)
class Context:
    """What a default may be a formula of: the setting's own default, the number of steps of the run."""

    default: float = 0.01
    max_steps: float = 1000

    @property
    def names(self) -> dict[str, float]:
        """The names as formulas call them."""
        return {"default": self.default, "max_steps": max(self.max_steps, 1.0)}


@cache
def form(name: str) -> Form:
    """Return the catalogue's schedule of that name."""
    found = entry("schedules", name)
    tables = {
        key: dict(_pairs(found.node.get(key))) for key in ("hyperparameters", "parts", "state", "spellings")
    }
    brought = found.node.get("names")
    known = {key.text: dict(_pairs(value)) for key, value in brought} if isinstance(brought, Mapping) else {}
    return Form(
        name,
        found.text("formula"),
        choices={key: tuple(text.split()) for key, text in _pairs(found.node.get("choices"))},
        step=found.text("step"),
        names=known,
        card={key: found.text(key) for key in CARD if found.text(key)},
        **tables,
    )


def _pairs(node: Node | None) -> list[tuple[str, str]]:
    return [(key.text, _text(value)) for key, value in node] if isinstance(node, Mapping) else []


def _text(node: Node) -> str:
    if isinstance(node, Sequence):
        return " ".join(_text(item) for item in node) or LIST
    return node.text if isinstance(node, Scalar) else ""


def named(word: str) -> tuple[Form, dict[str, str]] | None:
    """Return the schedule that a word means, in any case, with the defaults that the word brings."""
    if word.lower() in names("schedules"):
        return form(word.lower()), {}
    for name in names("schedules"):
        for theirs, brings in form(name).names.items():
            if theirs.lower() == word.lower():
                return form(name), dict(brings)
    return None


def read_setting_node(
    node: Node, path: str, context: Context, complaints: Complaints, positive: bool = False
) -> Setting | None:
    """Read a number, a formula in t or a schedule."""
    if isinstance(node, Mapping):
        return read_schedule_node(node, path, context, complaints)
    from gdplay.config.values import positive_setting

    return (positive_setting if positive else setting)(node, path, complaints)


def read_schedule_node(node: Mapping, path: str, context: Context, complaints: Complaints) -> Schedule | None:
    """Return the schedule that a mapping describes, or None with complaints."""
    word = node.get("schedule")
    if not isinstance(word, Scalar):
        complaints.add(
            node.place,
            path,
            "expected a schedule's name",
            "write {schedule: cosine}; gdplay list schedules shows them",
        )
        return None
    if (found := named(word.text)) is None:
        near = nearest(word.text, names("schedules"))
        remedy = f"did you mean {near}?" if near else "gdplay list schedules shows them"
        complaints.add(word.place, f"{path}.schedule", f"there is no schedule {kind(word)}", remedy)
        return None
    before = len(complaints)
    reading = _Reading(found[0], path, context, complaints)
    for key, value in node:
        if key.text != "schedule":
            reading.take(key, value)
    result = reading.finish(node, found[1])
    if result is None or len(complaints) > before:
        return None
    return result if _is_sound(result, node, path, context, complaints) else None


def own_keys(form: Form) -> tuple[str, ...]:
    """Return the keys of a schedule by gdplay's own names."""
    return (*form.hyperparameters, *form.choices, *form.parts)


def own_key(word: str, form: Form) -> str:
    """Return gdplay's own name for a schedule's key, two names for a mapping of one to the other.

    >>> own_key("T_max", form("cosine")), own_key("lr", form("cosine")), own_key("nonsense", form("cosine"))
    ('steps', 'value', 'nonsense')
    """
    return word if word in own_keys(form) else _spellings(form).get(word, word)


def _spellings(form: Form) -> dict[str, str]:
    own = own_keys(form)
    return {theirs: ours for theirs, ours in VALUE.items() if ours in own} | dict(form.spellings)


class _Reading:
    """One mapping being read into the numbers, options and parts of a form."""

    def __init__(self, form: Form, path: str, context: Context, complaints: Complaints) -> None:
        self.form, self.path, self.context, self.complaints = form, path, context, complaints
        self.numbers: dict[str, Number] = {}
        self.chosen = {name: options[0] for name, options in form.choices.items()}
        self.parts: dict[str, tuple[Setting, ...]] = {}
        self.given: dict[str, str] = {}

    def take(self, key: Scalar, value: Node) -> None:
        """Read one key with its value."""
        own, meant = own_keys(self.form), own_key(key.text, self.form)
        path = f"{self.path}.{key.text}"
        if meant.partition(" ")[0] not in own:
            self.complaints.unknown(key, path, (*own, *_spellings(self.form)))
            return
        for name in meant.split():
            if name in self.given:
                message = f"{key.text} and {self.given[name]} are the same"
                self.complaints.add(key.place, path, message, "leave one of them out")
                return
            self.given[name] = key.text
        if " " in meant:
            self.two_lists(value, meant, path)
        elif meant in self.form.choices:
            self.choice(meant, value, path)
        elif meant in self.form.parts:
            self.part(meant, value, path)
        elif self.form.hyperparameters[meant] == LIST:
            self.list(meant, value, path)
        elif (found := number()(value, path, self.complaints)) is not None:
            self.numbers[meant] = float(found)

    def choice(self, name: str, node: Node, path: str) -> None:
        options = self.form.choices[name]
        text = node.text if isinstance(node, Scalar) else ""
        option = text.lower() if text.lower() in options else self.form.spellings.get(text.lower(), "")
        if option in options:
            self.chosen[name] = option
        else:
            near = nearest(text, options)
            remedy = f"did you mean {near}?" if near else ""
            self.complaints.add(
                node.place, path, f"expected one of {', '.join(options)}, found {kind(node)}", remedy
            )

    def list(self, name: str, node: Node, path: str) -> None:
        found = numbers(node, path, self.complaints)
        if found is not None and found.ndim > 1:
            self.complaints.add(node.place, path, "expected a list of numbers", "write [100, 200]")
        elif found is not None:
            self.numbers[name] = tuple(np.atleast_1d(found).tolist())

    def two_lists(self, node: Node, meant: str, path: str) -> None:
        keys, values = meant.split()
        if not isinstance(node, Mapping) or not len(node):
            self.complaints.add(
                node.place, path, f"expected a mapping, found {kind(node)}", "write {100: 0.5, 200: 0.1}"
            )
            return
        pairs = [
            (number()(key, path, self.complaints), number()(value, path, self.complaints))
            for key, value in node
        ]
        good = sorted((float(a), float(b)) for a, b in pairs if a is not None and b is not None)
        self.numbers[keys], self.numbers[values] = tuple(a for a, _ in good), tuple(b for _, b in good)

    def part(self, name: str, node: Node, path: str) -> None:
        how = self.form.parts[name]
        if how != ONE and (not isinstance(node, Sequence) or not len(node)):
            self.complaints.add(
                node.place,
                path,
                f"expected a list of schedules, found {kind(node)}",
                "write [0.1, {schedule: cosine}]",
            )
            return
        context = replace(self.context, default=1.0) if how == FACTORS else self.context
        items = [node] if how == ONE or not isinstance(node, Sequence) else list(node)
        keys = [path] if how == ONE else [f"{path}[{k}]" for k in range(len(items))]
        found = [
            read_setting_node(item, key, context, self.complaints)
            for key, item in zip(keys, items, strict=True)
        ]
        self.parts[name] = tuple(part for part in found if part is not None)

    def finish(self, node: Mapping, brought: dict[str, str]) -> Schedule | None:
        """Fill in the defaults that are numbers; complain of what is missing."""
        context = {name: const(float(value)) for name, value in self.context.names.items()}
        self.chosen |= {
            name: word for name, word in brought.items() if name in self.chosen and name not in self.given
        }
        for name, default in self.form.hyperparameters.items():
            if name in self.given:
                continue
            text = brought.get(name, default)
            if text == LIST:
                self.complaints.add(
                    node.place, self.path, f"{self.form.name} needs {name}", f"write {name}: [100, 200]"
                )
            elif (value := _fixed(text, context)) is not None:
                self.numbers[name] = value
        for name, how in self.form.parts.items():
            if name not in self.given:
                example = "{schedule: cosine}" if how == ONE else "[{schedule: cosine}, ...]"
                self.complaints.add(
                    node.place, self.path, f"{self.form.name} needs {name}", f"write {name}: {example}"
                )
        return Schedule(self.form, self.numbers, self.chosen, self.parts)


def _fixed(text: str, names: Items[str, Expr]) -> float | None:
    """Return the number that a default is, or None where it follows other hyperparameters."""
    if (plain := parse_number(text)) is not None:
        return plain
    try:
        found = parse(text, Scope(dict(names)))
    except FormulaError:
        return None
    return float(constant_value(found)) if is_constant(found) else None


def _is_sound(schedule: Schedule, node: Mapping, path: str, context: Context, complaints: Complaints) -> bool:
    """Complain of a schedule that does not give a finite number at every step, or cannot be put together."""
    try:
        steps = sample(int(context.max_steps))
        values = preview(schedule, steps)
    except FormulaError as error:
        complaints.add(node.place, path, f"{schedule.form.name}: {error.message}", error.remedy)
        return False
    if values is None or np.isfinite(values).all():
        return True
    step = int(steps[np.argmin(np.isfinite(values))])
    bad = float(values[np.argmin(np.isfinite(values))])
    complaints.add(node.place, path, f"{schedule} gives {bad} at step {step}", "check its numbers")
    return False


def sample(max_steps: int, most: int = 1000) -> np.ndarray:
    """Return the first steps of a run and a thousand spread over all of them: (rows,) increasing."""
    last = max(max_steps, 1)
    spread = np.linspace(1, last, min(last, most)).round()
    return np.union1d(np.arange(1.0, min(last, most) + 1.0), spread)
