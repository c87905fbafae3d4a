"""One step of a saved run, computed again from the nearest row of its log and compared with the next row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gdplay.columns import log_columns
from gdplay.config.load import Config, load
from gdplay.digits import factor
from gdplay.engines.linesearch import Seeker
from gdplay.engines.tape import Tape, evaluate
from gdplay.errors import Complaint, ConfigError
from gdplay.formula.expr import Array, Expr, is_constant, substitute, symbol, symbols
from gdplay.formula.notation import to_plain
from gdplay.formula.text import ATOM
from gdplay.formula.unroll import unroll
from gdplay.formula.words import count, index
from gdplay.method import Method, norm
from gdplay.noise import GRADIENT, normal
from gdplay.rule import start_values
from gdplay.saved import read_summary
from gdplay.search import LAST_RATE
from gdplay.steplog import read_log

MOST_ELEMENTS = 12
LONGEST = 150
"""A line with its numbers put in is left out where it would be longer."""

Values = dict[Expr, Array]


@dataclass(frozen=True)
class Line:
    """One equation of the rule: its text, its value, and each element's with the numbers put in (or None)."""

    name: str
    text: str
    value: Array
    elements: tuple[str, ...] | None


@dataclass(frozen=True)
class Comparison:
    """How the computed step agrees with the log: which row, how many columns, which of them differ."""

    row: int
    columns: int
    differing: tuple[tuple[str, float, float], ...]
    """Name, value in the log, value computed."""


@dataclass(frozen=True)
class OneStep:
    """A step: ``given`` is what the rule sees before it, ``since`` the row it was computed from."""

    step: int
    since: int
    config: Config
    x: Array
    gradient: Array
    given: Mapping[str, Array]
    lines: tuple[Line, ...]
    after: Array
    compared: Comparison


def explain_step(folder: Path, step: int) -> OneStep:
    """Return one step of a saved run with its numbers. Raises ConfigError where the run has no such step."""
    config = load(folder / "config.yaml")
    last = int(read_summary(folder)["final"]["step"])
    if not 1 <= step <= last:
        remedy = f"choose a step from 1 to {last}" if last else "run it longer"
        raise ConfigError(Complaint(f"the run has no step {step}", remedy, key="--step"))
    every = config.log["every"]
    since, until = (step - 1) // every * every, min(-(-step // every) * every, last)
    log = read_log(folder / f"steps.{config.log['format']}", most_rows=8, keep=[since, until])
    rows = {
        int(s): {name: float(c[k]) for name, c in log.columns.items()}
        for k, s in enumerate(log.columns["step"])
    }
    if until not in rows or since not in rows:
        message = "the log does not have the rows around this step"
        raise ConfigError(Complaint(message, "run its config.yaml again", file=str(folder)))
    values = _restored(config, rows[since])
    if values is None:  # a log of norms only: all there is to begin with is the start
        since, values = 0, _at_start(config)
    return _Steps(config, values).told(since, step, until, rows[until])


def _layout(config: Config) -> dict[Expr, list[str]]:
    """Return which columns of the log hold which expression."""
    columns = log_columns(config)
    names = iter(columns.names[3:])
    return {expr: [next(names) for _ in range(count(expr.shape))] for expr in columns.logged}


def _restored(config: Config, row: Mapping[str, float]) -> Values | None:
    """Return the point and what is remembered as a row of the log has them, or None where it has not all."""
    layout, method = _layout(config), config.method
    needed = [method.point, *(m.before for m in method.memory)]
    if any(expr not in layout for expr in needed):
        return None
    return {
        expr: np.array([row[name] for name in layout[expr]]).reshape(*expr.shape, 1) for expr in needed
    } | {LAST_RATE: np.array([row["learning_rate"]]), **method.parameters}


def _at_start(config: Config) -> Values:
    method = config.method
    values = {method.point: config.start[:, None], **method.parameters}
    memory = start_values(method.memory, values, 1)
    values[LAST_RATE] = np.array([np.nan])
    return values | dict(zip((m.before for m in method.memory), memory, strict=True))


class _Steps:
    """Takes the steps of one run by its own graph."""

    def __init__(self, config: Config, values: Values) -> None:
        self.config, self.method, self.values = config, config.method, values
        self.seeker = None if self.method.search is None else Seeker(self.method, 1)
        moves = [self.method.learning_rate, self.method.next_point, *(m.after for m in self.method.memory)]
        self.tape = Tape(moves if self.seeker is None else self.seeker.needed)

    def told(self, since: int, step: int, until: int, row: Mapping[str, float]) -> OneStep:
        """Go from one row of the log to another, telling one step of those between."""
        with np.errstate(all="ignore"):
            for number in range(since + 1, step):
                self.advance(number)
            self.prepare(step)
            before = dict(self.values)
            self.advance(step)
            after = self.values[self.method.point][:, 0]
            if self.method.search is not None:
                before[self.method.learning_rate] = self.values[LAST_RATE]
            for number in range(step + 1, until + 1):
                self.advance(number)
            self.prepare(until + 1)
            compared = self.compare(until, row)
        (exact,) = evaluate([self.method.gradient], before)
        given, lines = _lines(self.method, before)
        x = before[self.method.point][:, 0]
        return OneStep(step, since, self.config, x, exact[:, 0], given, lines, after, compared)

    def prepare(self, step: int) -> None:
        self.values[self.method.t] = np.full(1, float(step))
        seeds = np.array([self.config.seed], dtype=np.uint64)
        self.values[self.method.noise] = normal(seeds, GRADIENT, step, self.method.size)

    def advance(self, step: int) -> None:
        self.prepare(step)
        found = self.tape(self.values)
        if self.seeker is not None:
            found = self.seeker.step(self.values, found, np.array([False]), np.array([0]))
        self.values[LAST_RATE], point, *memory = found
        self.values[self.method.point] = point
        self.values |= {m.before: value for m, value in zip(self.method.memory, memory, strict=True)}

    def compare(self, step: int, row: Mapping[str, float]) -> Comparison:
        """Compare every column of a row that the step's own quantities determine."""
        layout = {self.method.f: ["f"], norm(self.method.gradient): ["grad_norm"], **_layout(self.config)}
        known = [expr for expr in layout if all(s in self.values for s in symbols([expr]))]
        found = {"learning_rate": float(self.values[LAST_RATE][0])}
        for expr, value in zip(known, Tape(known)(self.values), strict=True):
            found |= dict(
                zip(
                    layout[expr], np.broadcast_to(value[..., 0], expr.shape).reshape(-1).tolist(), strict=True
                )
            )
        unlike = tuple(
            (name, row[name], value) for name, value in found.items() if not _same(row[name], value)
        )
        return Comparison(step, len(found), unlike)


def _same(a: float, b: float) -> bool:
    """Compare bit for bit; every nan is like every other."""
    return np.float64(a).tobytes() == np.float64(b).tobytes() or (a != a and b != b)


def _lines(method: Method, values: Values) -> tuple[dict[str, Array], tuple[Line, ...]]:
    """Return what the rule sees, and its equations with their values and with the numbers put in."""
    seen: dict[str, Expr] = {
        "x": method.point, "g": method.received, "t": method.t, **method.settings,
        **{m.name: m.before for m in method.memory},
    }  # fmt: skip
    if method.noise in symbols([method.received, *(s.value for s in method.statements)]):
        seen["noise"] = method.noise
    wanted = [*seen.values(), *(s.value for s in method.statements)]
    numbers = [
        np.broadcast_to(value[..., 0], expr.shape)
        for expr, value in zip(wanted, evaluate(wanted, values), strict=True)
    ]
    named: dict[Expr, Expr] = {}
    stand_in: dict[Expr, Array] = {}
    for (name, expr), value in zip(seen.items(), numbers, strict=False):
        if not is_constant(expr):
            named[expr] = symbol(name, expr.shape, "before")
            stand_in[named[expr]] = value
    lines: list[Line] = []
    for number, (statement, value) in enumerate(zip(method.statements, numbers[len(seen) :], strict=True)):
        (local,) = substitute([statement.value], named)
        lines.append(Line(statement.name, statement.text, value, _numbers_in(local, stand_in)))
        if not is_constant(statement.value):
            new = symbol(statement.name, value.shape, f"line {number}")
            named[statement.value], stand_in[new] = new, value
            if statement.value.op == "neg":  # x + (-a) has become x - a
                named[statement.value.args[0]] = -new
    return dict(zip(seen, numbers, strict=False)), tuple(lines)


def _numbers_in(local: Expr, values: Mapping[Expr, Array]) -> tuple[str, ...] | None:
    """Return each element of an expression with numbers for names, or None where that is too long."""
    if (
        count(local.shape) > MOST_ELEMENTS
        or sum(count(s.shape) for s in symbols([local])) > 12 * MOST_ELEMENTS
    ):
        return None
    elements = unroll(local)
    if elements is None:
        return None
    leaves = {
        (index(node, place) if place else node): (factor(values[node][place]), ATOM)
        for node in symbols([local])
        if node in values
        for place in np.ndindex(*node.shape)
    }
    written = [to_plain(element, leaves) for element in elements.reshape(-1)]
    return None if any(len(words) > LONGEST for words in written) else tuple(written)
