"""A comparison from start to end: held, ranked, drawn, saved."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdplay.config.dump import dump
from gdplay.folder import Folder, claim
from gdplay.jsontext import dumps
from gdplay.save import PARENT
from gdplay.sweeps.contest import Entry, Protocol, claim_of, contenders
from gdplay.sweeps.request import Request
from gdplay.trace import versions

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_comparison(
    request: Request, protocol: Protocol, out: Path | None = None, force: bool = False
) -> tuple[list[dict[str, Any]], dict[str, Any], Folder]:
    """Compare the combinations of a request in a folder of their own; return ranked rows, summary, folder.

    Raises ConfigError where one of them can't be run or the folder can't be had.
    """
    from gdplay.plots.save import figure_bytes

    began = time.perf_counter()
    everyone = contenders(request)
    with claim(out, request.name + "-compare", PARENT, force) as folder:
        entries = protocol.hold(everyone)
        functions = list(dict.fromkeys(entry.function for entry in entries))
        claims: list[str] = []
        rows: list[dict[str, Any]] = []
        for number, function in enumerate(functions, 1):
            mine = sorted((entry for entry in entries if entry.function == function), key=lambda e: e.place)
            rows += [_row(rank, entry) for rank, entry in enumerate(mine, 1)]
            claims.append(claim_of(mine, protocol) if len(mine) > 1 else "")
            name = "compare.png" if len(functions) == 1 else f"compare-{number}.png"
            folder.write(name, figure_bytes(_draw(mine, everyone), "png"))
        folder.write("config.yaml", dump(request.source()))
        folder.write("compare.csv", _csv(rows))
        summary = {
            "name": request.name,
            "status": "interrupted" if protocol.stop() else "complete",
            "claim": list(dict.fromkeys(claim for claim in claims if claim)),
            "tuned": protocol.tune,
            "partings": partings(entries, [each.label for each in everyone]),
            "entries": rows,
            "seconds": time.perf_counter() - began,
            "versions": versions(),
        }
        folder.write("summary.json", dumps(summary, indent=2) + "\n")
    return rows, summary, folder


PARTED = 1e-6
"""Two paths have parted where a coordinate differs by more than this times max(1, its size)."""


def partings(entries: list[Entry], asked: list[str]) -> dict[str, int | None]:
    """Return, for each setting but the first, the step at which its path has parted from the first's.

    None where it never does; settings on other functions, or of other lengths, are left out.
    """
    ordered = sorted(entries, key=lambda entry: asked.index(entry.contender.label))
    first = ordered[0].trace
    found: dict[str, int | None] = {}
    for entry in ordered[1:]:
        other = entry.trace
        rows = min(len(first.x), len(other.x))
        if entry.function != ordered[0].function or not np.array_equal(first.step[:rows], other.step[:rows]):
            continue
        far = np.abs(other.x[:rows] - first.x[:rows]) > PARTED * np.maximum(1.0, np.abs(first.x[:rows]))
        apart = far.any(axis=1)
        found[entry.contender.label] = int(first.step[np.argmax(apart)]) if apart.any() else None
    return found


def _row(rank: int, entry: Entry) -> dict[str, Any]:
    low, middle, high = entry.quartiles
    trace = entry.trace
    return {
        "rank": rank,
        "setting": entry.contender.label,
        "function": entry.contender.config.function.name,
        **({"learning_rate": entry.rate} if entry.rate is not None else {}),
        "status": trace.status,
        "best_f": trace.best.f,
        "final_f": trace.final.f,
        "steps_to_target": middle,
        "lower_quartile": low,
        "upper_quartile": high,
        "reached": int(np.isfinite(entry.steps).sum()),
        "trials": len(entry.steps),
        "evaluations": sum(trace.evaluations.values()),
    }


def _draw(entries: list[Entry], order: list[Any]) -> Figure:
    """Draw the runs from the config's start on one map, in the order in which they were asked for."""
    from gdplay.plots.figure import draw_run
    from gdplay.plots.trace import landscape, path, title_lines

    asked = [contender.label for contender in order]
    entries = sorted(entries, key=lambda entry: asked.index(entry.contender.label))
    paths = [path(entry.trace, _label(entry)) for entry in entries]
    first = entries[0].trace
    budget = f"{len(entries)} settings, the same start, at most {first.config.criteria.max_steps} steps"
    lines = [title_lines(first)[0], budget]
    return draw_run(landscape(first), paths, lines, first.config.plot_options)


def _label(entry: Entry) -> str:
    return entry.contender.label + (f" ({entry.rate:.3g})" if entry.rate is not None else "")


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    return repr(float(value)) if isinstance(value, float) else value


def terminal_columns(rows: list[dict[str, Any]]) -> Mapping[str, list[Any]]:
    """Return the ranked table as columns for the terminal."""
    functions = {row["function"] for row in rows}
    columns: dict[str, list[Any]] = {"rank": [row["rank"] for row in rows]}
    if len(functions) > 1:
        columns["function"] = [row["function"] for row in rows]
    columns["setting"] = [row["setting"] for row in rows]
    if "learning_rate" in rows[0]:
        columns["learning_rate"] = [float(row["learning_rate"]) for row in rows]
    columns["to target"] = [_steps(row["steps_to_target"]) for row in rows]
    if any(row["trials"] > 1 for row in rows):
        ends = ("lower_quartile", "upper_quartile")
        columns["quartiles"] = [" - ".join(_steps(row[end]) for end in ends) for row in rows]
        columns["reached"] = [f"{row['reached']}/{row['trials']}" for row in rows]
    for name in ("best_f", "final_f"):
        columns[name] = [float(row[name]) for row in rows]
    return columns | {name: [row[name] for row in rows] for name in ("evaluations", "status")}


def _steps(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else "never"
