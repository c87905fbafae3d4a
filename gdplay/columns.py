"""Which columns a run's log has: their names, and the expressions behind them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from gdplay.config.load import Config
from gdplay.errors import Complaint, ConfigError
from gdplay.formula.expr import Expr, Shape
from gdplay.formula.words import ravel
from gdplay.method import norm

MOST_VARIABLES = 100
MOST_STATE = 20
ALWAYS = ("f", "grad_norm", "learning_rate")


@dataclass(frozen=True)
class LogColumns:
    """The columns behind ``step``: names in order, the expressions behind those after ALWAYS, what to say."""

    names: tuple[str, ...]
    logged: tuple[Expr, ...]
    notes: tuple[str, ...] = ()


def logged_coordinates(config: Config) -> tuple[str, ...]:
    """Return the coordinates that a log on disk has: all, or of many the two that are drawn."""
    coordinates = config.function.coordinates
    if len(coordinates) <= MOST_VARIABLES or config.log["columns"] == "all":
        return coordinates
    return tuple(coordinates[k] for k in config.plot_options.variables or (0, 1))


def log_columns(config: Config, on_disk: bool = True) -> LogColumns:
    """Return the columns of a run's log, which in memory has every point.

    Raises ConfigError where two would have one name.
    """
    method, everything = config.method, config.log["columns"] == "all"
    coordinates = config.function.coordinates
    names: list[str] = list(ALWAYS)
    logged: list[Expr] = []
    notes: list[str] = []
    if len(coordinates) <= MOST_VARIABLES or everything:
        names += [*coordinates, *(f"g_{name}" for name in coordinates)]
        logged += [method.point, method.received]
    elif not on_disk:
        names += [*coordinates, "x_norm", "g_norm"]
        logged += [method.point, norm(method.point), norm(method.received)]
    else:
        shown = logged_coordinates(config)
        names += [*shown, "x_norm", "g_norm"]
        logged += [method.point[coordinates.index(name)] for name in shown]
        logged += [norm(method.point), norm(method.received)]
        notes.append(
            f"log: of {len(coordinates)} variables only the two that are drawn and the norms "
            "(log: {columns: all} has all)"
        )
    state = [name for m in method.memory for name in element_names(m.name, m.before.shape, coordinates)]
    if len(state) <= MOST_STATE or everything:
        names += state
        logged += [m.before for m in method.memory]
    else:
        for m in method.memory:
            names.append(f"{m.name}_norm" if m.before.shape else m.name)
            logged.append(norm(ravel(m.before)) if m.before.shape else m.before)
        notes.append(f"log: of {len(state)} state columns only the norms (log: {{columns: all}} has all)")
    names += config.columns
    logged += config.columns.values()
    twice = [name for name, times in Counter(("step", *names)).items() if times > 1]
    if twice:
        message = f"two columns of the log would be called '{twice[0]}'"
        raise ConfigError(Complaint(message, "rename the variable or the state", key="function"))
    return LogColumns(tuple(names), tuple(logged), tuple(notes))


def element_names(name: str, shape: Shape, coordinates: tuple[str, ...]) -> list[str]:
    """Name the elements of a quantity: v_x for one a coordinate, H[0,1] for a matrix, k for a number."""
    if not shape:
        return [name]
    if shape == (len(coordinates),):
        return [f"{name}_{coordinate}" for coordinate in coordinates]
    return [f"{name}[{','.join(map(str, place))}]" for place in np.ndindex(*shape)]
