"""What a run prints, line by line, for a terminal 80 columns wide."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.catalog import conventions
from gdplay.columns import logged_coordinates
from gdplay.config.load import Config
from gdplay.formula.expr import Array
from gdplay.trace import Point, Trace

WIDTH = 80
INDENT = 12
MOST_COORDINATES = 3


def opening(config: Config) -> str:
    """Return the lines that say what is run."""
    choices, size = config.choices, config.function.size
    method = (
        choices.gradient
        if choices.gradient_step is None
        else f"{choices.gradient} (h {choices.gradient_step:g})"
    )
    about = f"{size} variable{'s' * (size > 1)}, {method} gradient"
    formula = config.function.line
    if config.function.placement:
        about += f", {config.function.placement}"
    if INDENT + len(formula) + len(about) + 3 <= WIDTH:
        first = [f"{formula}   {about}"]
    else:
        first = [formula if len(formula) <= WIDTH - INDENT else formula[: WIDTH - INDENT - 3] + "...", about]
    rule = config.optimizer.rule
    form = [f"convention {rule.convention}"] if rule.convention not in ("", conventions(rule.name)[0]) else []
    settings = [*form, f"learning_rate {_number(choices.learning_rate)}"]
    hyperparameters = {**config.optimizer.rule.defaults, **choices.hyperparameters}
    settings += [f"{name} {_number(value)}" for name, value in hyperparameters.items()]
    around = {"clip norm": choices.clip_norm, "clip value": choices.clip_value,
              "weight_decay": choices.weight_decay,
              "noise": choices.noise or None}  # fmt: skip
    settings += [f"{name} {value}" for name, value in around.items() if value is not None]
    lines = _labelled(config.name, first) + _labelled(
        config.optimizer.rule.title, _wrapped(", ".join(settings))
    )
    return "\n".join(lines)


def _number(value: Any) -> str:
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _labelled(label: str, lines: list[str]) -> list[str]:
    shown = label if len(label) < INDENT else label[: INDENT - 4] + "..."
    return [f"{shown if k == 0 else '':<{INDENT}}{line}" for k, line in enumerate(lines)]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH - INDENT) or [""]


def step_line(config: Config, step: int, values: Array) -> str:
    """Return the line of one row, whose values begin with f, |g| and the learning rate."""
    line = f"  step {step:<7d} f {values[0]:<10.3e}  |g| {values[1]:<9.2e}"
    names = logged_coordinates(config)
    parts = [f"  {name} {value:<9.4g}" for name, value in zip(names, values[3:], strict=False)]
    for part in parts[:MOST_COORDINATES]:
        if len(line + part) + 3 <= WIDTH:
            line += part
            names = names[1:]
    return f"{line}..." if names else line.rstrip()


def ending(trace: Trace, folder: Path) -> str:
    """Return the lines that say how a run ended."""
    lines = _labelled(trace.status, _wrapped(trace.reason))
    if trace.diagnosis:
        lines += _labelled("why", _wrapped(trace.diagnosis))
    lines += _labelled("best", _wrapped(_best(trace)))
    rows = f"steps.{trace.config.log['format']}, {trace.logged} rows"
    picture = f"trajectory.{trace.config.plot['format']}"
    lines += _labelled("saved", [f"{folder}/   {rows}, {picture}"])
    return "\n".join(lines)


def _best(trace: Trace) -> str:
    best, function = trace.best, trace.config.function
    shown = [f"{name} {value:.6g}" for name, value in zip(function.coordinates, best.x, strict=True)]
    point = "  ".join(shown[:MOST_COORDINATES]) + ("  ..." if len(shown) > MOST_COORDINATES else "")
    return f"f {best.f:.3g} at step {best.step}   {point}{_from_minimum(best, function.known.minima)}"


def _from_minimum(best: Point, minima: Any) -> str:
    if minima is None or not len(minima):
        return ""
    distance = float(np.min(np.linalg.norm(minima - best.x, axis=1)))
    which = "the known minimum" if len(minima) == 1 else "the nearest known minimum"
    return (
        f"   ({which}, distance {distance:.1g})"
        if len(minima) == 1
        else f"   ({which} at distance {distance:.1g})"
    )
