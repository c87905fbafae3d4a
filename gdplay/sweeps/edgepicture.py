"""The picture of a search for the learning rate, drawn from what is saved: a row and a scan a setting."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdplay.errors import Complaint, ConfigError
from gdplay.jsontext import number
from gdplay.saved import read_summary
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.contest import Contender, contenders
from gdplay.sweeps.request import read_request
from gdplay.written import SCANNED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gdplay.plots.stability import Stability

COLUMNS = ("learning_rate", "diverged", "settled", "lower_quartile_f", "median_f", "upper_quartile_f")
"""What is saved of a setting's trials at each scanned rate."""


def draw_edges(
    everyone: Sequence[Contender], rows: Sequence[Mapping[str, Any]], scans: Sequence[Column]
) -> Figure:
    """Draw what was found for settings: each has a row and a scan, (columns, rates)."""
    from gdplay.plots.stability import draw_stability
    from gdplay.plots.ticks import number_text

    configs = [contender.config for contender in everyone]
    functions = list(dict.fromkeys((config.function.name, config.function.line) for config in configs))
    name, line = functions[0]
    first = line if name == "f" else f"{name}:  {line}"
    if len(functions) > 1:
        first = ", ".join(dict.fromkeys(name for name, _ in functions))
    steps = " or ".join(str(n) for n in sorted({config.criteria.max_steps for config in configs}))
    limits = " or ".join(
        number_text(limit) for limit in sorted({config.criteria.diverged for config in configs})
    )
    trials = rows[0]["trials"]
    many = f"{trials} starts and seeds" if trials > 1 else "one start"
    found = [_stability(*each) for each in zip(everyone, rows, scans, strict=True)]
    diverged = f"diverged: |f| or |x| beyond {limits} times max(1, its start)"
    return draw_stability(found, [first, f"at most {steps} steps,  {many},  {diverged}"])


def draw_saved_edges(folder: Path) -> Figure:
    """Draw the picture of a saved search again. Raises ConfigError where it is damaged."""
    try:
        rows = read_summary(folder)["found"]
        with (folder / SCANNED).open(newline="", encoding="utf-8") as file:
            values = np.array([[float(row[name]) for name in COLUMNS] for row in csv.DictReader(file)])
        # the rates of a setting increase
        starts = [0, *(np.flatnonzero(np.diff(values[:, 0]) <= 0) + 1).tolist(), len(values)]
        scans = [values[begin:end].T for begin, end in pairwise(starts)]
        everyone = contenders(read_request(folder / "config.yaml", may_be_single=True))
        return draw_edges(everyone[: len(rows)], rows, scans)
    except (KeyError, TypeError, ValueError, OSError) as error:
        message = f"the saved search is damaged: {str(error)[:80]}"
        raise ConfigError(Complaint(message, "carry it out again", file=str(folder))) from error


def _stability(contender: Contender, row: Mapping[str, Any], scan: Column) -> Stability:
    from gdplay.plots.stability import Stability

    config = contender.config
    rates, diverged, settled, *losses = scan
    loss, there = np.array(losses), _three(row["f_there"])
    floor = config.function.minimum
    if floor is None or (loss < floor).any() or (there < floor).any():
        floor = 0.0
    theory = row["theory"]
    return Stability(
        label=str(row["setting"]) or config.optimizer.rule.title,
        rates=rates,
        stable=1.0 - diverged,
        settled=None if row["settles_up_to"] is None else settled,
        loss=loss - floor,
        diverges=_three(row["diverges_from"]),
        settles=float("nan") if row["settles_up_to"] is None else number(row["settles_up_to"]),
        best=number(row["best_rate"]),
        best_loss=float(there[1] - floor),
        islands=[(number(low), number(high)) for low, high in row["islands"]],
        theory=None if theory is None else (number(theory[0]), number(theory[1])),
        formula=str(row["theory_text"]).partition(", ")[0],
        above=f"{'final' if row['measure'] == 'final_f' else 'lowest'} {'f - f*' if floor else 'f'}",
    )


def _three(values: Sequence[object]) -> Column:
    low, middle, high = (number(value) for value in values)
    return np.array([low, middle, high])
