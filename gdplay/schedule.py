"""A schedule as equations: its text read into the value of one setting at step t."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdplay.formula.expr import Array, Expr, ShapeError, array, const, constant_value, symbol, symbols
from gdplay.formula.scope import Scope
from gdplay.formula.statements import parse, parse_updates
from gdplay.formula.words import stack, where
from gdplay.rule import Memory, last_values

Number = float | tuple[float, ...]
"""A hyperparameter of a schedule: a number, or a list of them."""

ONE, MANY, FACTORS = "one", "many", "factors"
"""How a schedule takes others: a single one, a list, or a list of which each starts at 1."""


@dataclass(frozen=True)
class Form:
    """A schedule's equations as text, in the form of the catalogue.

    ``formula`` gives the value; a schedule that remembers has ``state`` and ``step``, which assigns
    ``lr``. ``hyperparameters`` maps names to default formulas, which may use the earlier names;
    ``choices`` maps names to their options, the default first. ``names`` are what torch and Optax
    call it, each with the defaults that it brings; ``spellings`` are theirs of hyperparameters and
    options.
    """

    name: str
    formula: str = ""
    hyperparameters: Mapping[str, str] = field(default_factory=dict[str, str])
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    parts: Mapping[str, str] = field(default_factory=dict[str, str])
    state: Mapping[str, str] = field(default_factory=dict[str, str])
    step: str = ""
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    spellings: Mapping[str, str] = field(default_factory=dict[str, str])
    card: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True)
class Schedule:
    """A form with its numbers, options and parts. What ``numbers`` lacks has its default formula."""

    form: Form
    numbers: Mapping[str, Number]
    chosen: Mapping[str, str]
    parts: Mapping[str, tuple[Setting, ...]]

    def settled(self) -> dict[str, Number]:
        """Return every hyperparameter as a number or a list, the default formulas computed."""
        constants = {name: array(value) for name, value in self.numbers.items()}
        names = {**_options(self), **constants}
        found: dict[str, Number] = {}
        for name, default in self.form.hyperparameters.items():
            if name not in names:
                names[name] = parse(default, Scope(dict(names)))
            value = constant_value(names[name])
            found[name] = tuple(value.tolist()) if value.ndim else float(value)
        return found

    def data(self) -> dict[str, Any]:
        """Return the schedule as a config's mapping, complete."""
        numbers = {name: plain(value) for name, value in self.settled().items()}
        parts: dict[str, Any] = {
            name: written(found[0]) if self.form.parts[name] == ONE else [written(part) for part in found]
            for name, found in self.parts.items()
        }
        chosen = {
            name: {"false": False, "true": True}.get(option, option) for name, option in self.chosen.items()
        }
        return {"schedule": self.form.name, **numbers, **chosen, **parts}

    def __str__(self) -> str:
        defaults = self.form.hyperparameters
        shown = [
            f"{name} {plain(value)}" for name, value in self.numbers.items() if not _is(defaults[name], value)
        ]
        shown += [
            f"{name} {found}" for name, found in self.chosen.items() if found != self.form.choices[name][0]
        ]
        shown += [f"{name} {', '.join(map(str, found))}" for name, found in self.parts.items()]
        return f"{self.form.name} ({', '.join(shown)})" if shown else self.form.name


Setting = float | str | Schedule
"""A number, a formula in t, or a schedule."""


def written(setting: Any) -> Any:
    """Return a setting as a config holds it; a schedule or a search becomes its mapping."""
    if isinstance(setting, dict):
        return {key: written(value) for key, value in setting.items()}
    return setting.data() if hasattr(setting, "data") else setting


@dataclass(frozen=True)
class Scheduled:
    """A schedule's value as an expression, what it remembers, and the values of its hyperparameters."""

    value: Expr
    memory: tuple[Memory, ...]
    parameters: Mapping[Expr, Array]


def read_schedule(schedule: Schedule, seen: Mapping[str, Expr], path: str) -> Scheduled:
    """Return a schedule's value, given the expressions that it sees: t, f and g.

    ``path`` is the key in the config, after which its symbols are named. Raises FormulaError.
    """
    form = schedule.form
    parameters: dict[Expr, Array] = {}
    memory: list[Memory] = []
    names = {**seen, **_options(schedule)}
    for name, default in form.hyperparameters.items():
        if (number := schedule.numbers.get(name)) is None:
            names[name] = parse(default, Scope(dict(names)))
            continue
        value = np.array(number, dtype=np.float64)
        names[name] = symbol(f"{path}.{name}", value.shape, "hyperparameter")
        parameters[names[name]] = value[..., None]
        if value.ndim:
            names["n"] = const(float(len(value)))

    def part(setting: Setting, at: Expr, where_: str) -> Expr:
        found = read_setting(setting, {**seen, "t": at}, where_)
        parameters.update(found.parameters)
        # what a later part remembers begins with its own first step
        memory.extend(
            Memory(m.name, m.before, m.start, where(at >= 1, m.after, m.before)) for m in found.memory
        )
        return found.value

    functions: dict[str, Callable[..., Expr]] = {}
    for name, found in schedule.parts.items():
        names["n"] = const(float(len(found)))
        functions[name] = _parts(name, found, form.parts[name], part, path)
    if not form.step:
        return Scheduled(parse(form.formula, Scope(names, functions)), tuple(memory), parameters)
    prefix = path.replace(".", "_").replace("[", "_").replace("]", "")
    before = {name: symbol(f"{prefix}_{name}", (), "state") for name in form.state}
    starts = {name: parse(text, Scope(dict(names))) for name, text in form.state.items()}
    after = last_values(parse_updates(form.step, Scope({**names, **before}, functions), frozenset(names)))
    memory += [Memory(f"{prefix}_{name}", b, starts[name], after.get(name, b)) for name, b in before.items()]
    return Scheduled(after["lr"], tuple(memory), parameters)


def read_setting(setting: Setting, seen: Mapping[str, Expr], path: str) -> Scheduled:
    """Return the value of a number, a formula in t or a schedule. Raises FormulaError."""
    if isinstance(setting, Schedule):
        return read_schedule(setting, seen, path)
    if isinstance(setting, str):
        return Scheduled(parse(setting, Scope({"t": seen["t"]})), (), {})
    node = symbol(path, (), "hyperparameter")
    return Scheduled(node, (), {node: np.array([setting])})


def _parts(
    name: str, parts: tuple[Setting, ...], kind: str, part: Callable[[Setting, Expr, str], Expr], path: str
) -> Callable[[Expr], Expr]:
    """Return the function by which a formula calls other schedules: of t, or of one t for each."""
    if kind == ONE:
        return lambda at: part(parts[0], at, f"{path}.{name}")

    def each(at: Expr) -> Expr:
        if at.shape and at.shape != (len(parts),):
            message = f"{len(parts)} {name}, but {at.shape[0]} beginnings"
            raise ShapeError(message, "give one boundary less than there are schedules")
        times = [at[k] for k in range(len(parts))] if at.shape else [at] * len(parts)
        pairs = enumerate(zip(parts, times, strict=True))
        return stack(*(part(p, u, f"{path}.{name}[{k}]") for k, (p, u) in pairs))

    return each


def _options(schedule: Schedule) -> dict[str, Expr]:
    """Return the choices and their options as names: an option is a number that no other option has."""
    numbers = {"false": const(0.0), "true": const(1.0)}
    for options in schedule.form.choices.values():
        for option in options:
            numbers.setdefault(option, const(float(len(numbers))))
    return {**numbers, **{name: numbers[option] for name, option in schedule.chosen.items()}}


def _is(default: str, value: Number) -> bool:
    try:
        return float(default) == value
    except ValueError:
        return False


def plain(value: Number) -> Any:
    """Return a number as a config shows it: a whole one without its point."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else value


def preview(setting: Setting, steps: Array) -> Array | None:
    """Return a setting's values at these steps (rows,), or None where they follow the run's own.

    >>> preview("0.1/t", np.array([1.0, 2.0]))
    array([0.1 , 0.05])
    """
    t, f = symbol("t", (), "step"), symbol("f", (), "seen")
    found = read_setting(setting, {"t": t, "f": f, "g": symbol("g", (1,), "seen")}, "setting")
    return values_at(found.value, found.parameters, t, steps)


def values_at(value: Expr, parameters: Mapping[Expr, Array], t: Expr, steps: Array) -> Array | None:
    """Return an expression's values at these steps (rows,), or None where it depends on more than t."""
    from gdplay.engines.tape import evaluate

    if any(node is not t and node not in parameters for node in symbols([value])):
        return None
    (found,) = evaluate([value], {**parameters, t: steps})
    return np.array(np.broadcast_to(found, steps.shape))
