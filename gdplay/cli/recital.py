"""What gdplay explain prints of one step of a run: the equations, line by line, with the numbers put in."""

from __future__ import annotations

from typing import Any

import numpy as np

from gdplay.cli.lecture import line
from gdplay.columns import element_names
from gdplay.digits import factor, short
from gdplay.formula.expr import Array
from gdplay.onestep import Comparison, Line, OneStep

MOST_SHOWN = 12
MOST_DIFFERING = 5


def step_lines(told: OneStep) -> list[str]:
    """Return the lines that tell a step."""
    config = told.config
    lines = [f"step {told.step} of {config.optimizer.rule.name} on {config.function.name}", ""]
    lines += ["before the step"]
    coordinates = config.function.coordinates
    for name, value in told.given.items():
        if np.ndim(value) == 0:
            continue
        lines += _value(name, value, coordinates)
    if not np.array_equal(told.gradient, told.given["g"], equal_nan=True):
        lines += _value("exact gradient", told.gradient, coordinates)
    numbers = [f"{name} = {short(value)}" for name, value in told.given.items() if np.ndim(value) == 0]
    lines += [*line("  " + ",  ".join(numbers), indent=2), ""]
    for equation in told.lines:
        lines += [*line(equation.text), *_elements(equation, coordinates)]
    lines += ["", "the point moves"]
    for name, before, after in list(zip(coordinates, told.x, told.after, strict=True))[:MOST_SHOWN]:
        lines.append(f"  {name:<6} {short(before)} -> {short(after)}  (by {short(after - before)})")
    return [*lines, "", *_agreement(told)]


def _value(name: str, value: Array, coordinates: tuple[str, ...]) -> list[str]:
    if value.shape == (len(coordinates),):
        shown = [f"{c} = {short(v)}" for c, v in list(zip(coordinates, value, strict=True))[:MOST_SHOWN]]
        more = ",  ..." if len(coordinates) > MOST_SHOWN else ""
        return line(f"  {name}:  " + ",  ".join(shown) + more)
    return line(f"  {name}:  {short(value)}")


def _elements(equation: Line, coordinates: tuple[str, ...]) -> list[str]:
    names = _names(equation, coordinates)
    values = equation.value.reshape(-1)
    lines: list[str] = []
    for k, (name, value) in enumerate(list(zip(names, values, strict=True))[:MOST_SHOWN]):
        put_in = equation.elements[k] if equation.elements is not None else ""
        shown = short(value)
        lines += (
            line(f"  {name} = {put_in}", f"= {shown}")
            if put_in not in ("", shown, factor(value))
            else [f"  {name} = {shown}"]
        )
    if len(values) > MOST_SHOWN:
        lines.append(f"  ... and {len(values) - MOST_SHOWN} more (--json has all)")
    return lines


def _names(equation: Line, coordinates: tuple[str, ...]) -> list[str]:
    if equation.name == "x" and equation.value.shape == (len(coordinates),):
        return list(coordinates)
    return element_names(equation.name, equation.value.shape, coordinates)


def _agreement(told: OneStep) -> list[str]:
    compared, lines = told.compared, list[str]()
    if told.since != told.step - 1:
        lines += line(f"the log has no complete row {told.step - 1}: computed again from row {told.since}")
    if compared.row != told.step:
        lines += line(f"the log has no row {told.step}: compared at its next row, {compared.row}")
    if not compared.differing:
        return [*lines, *line(f"row {compared.row} of the log: {_columns(compared)} equal, bit for bit")]
    count, largest = len(compared.differing), max(_apart(a, b) for _, a, b in compared.differing)
    lines += line(
        f"row {compared.row} of the log: {count} of {_columns(compared)} differ, by {largest:.1g} at most"
    )
    if told.config.engine != "numpy":
        lines += line(
            f"(the run used the {told.config.engine} engine, whose sin, exp, ... may round differently)"
        )
    for name, logged, found in compared.differing[:MOST_DIFFERING]:
        lines.append(f"  {name}: {logged!r} in the log, {found!r} computed")
    return lines


def _apart(a: float, b: float) -> float:
    """Return the relative difference: inf where one is not finite."""
    largest = max(abs(a), abs(b))
    return abs(a - b) / largest if np.isfinite(largest) and largest else float("inf")


def _columns(compared: Comparison) -> str:
    return f"{compared.columns} columns"


def step_document(told: OneStep) -> dict[str, Any]:
    """Return all of it for JSON."""
    compared = told.compared
    coordinates = told.config.function.coordinates
    return {
        "step": told.step,
        "optimizer": told.config.optimizer.rule.name,
        "computed_from_row": told.since,
        "before": dict(told.given),
        "gradient": told.gradient,
        "equations": [
            {
                "name": equation.name,
                "text": equation.text,
                "elements": _names(equation, coordinates),
                "numbers": equation.elements,
                "value": equation.value,
            }
            for equation in told.lines
        ],
        "after": dict(zip(coordinates, told.after, strict=True)),
        "compared": {
            "row": compared.row,
            "columns": compared.columns,
            "equal": not compared.differing,
            "differing": [{"column": name, "log": a, "computed": b} for name, a, b in compared.differing],
        },
    }
