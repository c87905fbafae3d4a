"""A comparison from start to end: held, judged, drawn, saved."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gdplay.config.dump import dump
from gdplay.folder import Folder, claim
from gdplay.jsontext import dumps
from gdplay.save import PARENT
from gdplay.sweeps.claim import claim_of, limits_of
from gdplay.sweeps.contest import contenders
from gdplay.sweeps.pairs import pairs
from gdplay.sweeps.protocol import Contest, Entry, Protocol
from gdplay.sweeps.request import Request
from gdplay.sweeps.tablefile import inert
from gdplay.trace import versions
from gdplay.written import COMPARED

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_comparison(
    request: Request, protocol: Protocol, out: Path | None = None, force: bool = False
) -> tuple[dict[str, Any], Folder]:
    """Compare the combinations of a request in a folder of their own; return the summary and the folder.

    Raises ConfigError where one of them can't be run or the folder can't be had.
    """
    from gdplay.plots.save import figure_bytes

    began = time.perf_counter()
    everyone = contenders(request)
    protocol.check(request, everyone)
    asked = [contender.label for contender in everyone]
    with claim(out, request.name + "-compare", PARENT, force) as folder:
        contests = protocol.hold(everyone)
        for number, contest in enumerate(contests, 1):
            format = contest.entries[0].contender.config.plot["format"]
            name = "compare" if len(contests) == 1 else f"compare-{number}"
            folder.write(f"{name}.{format}", figure_bytes(_draw(contest, asked), format))
        folder.write("config.yaml", dump(request.source()))
        rows = [row for contest in contests for row in _rows(contest)]
        folder.write(COMPARED, _csv(rows))
        summary = {
            "name": request.name,
            "status": "interrupted" if protocol.stop() else "complete",
            "tuned": protocol.tune,
            "contests": [_judgement(contest, protocol, asked) for contest in contests],
            "entries": rows,
            "seconds": time.perf_counter() - began,
            "versions": versions(),
        }
        folder.write("summary.json", dumps(summary, indent=2) + "\n")
    return summary, folder


def _judgement(contest: Contest, protocol: Protocol, asked: Sequence[str]) -> dict[str, Any]:
    """Return what is said of a contest as a whole."""
    return {
        "function": contest.name,
        "target": str(contest.target),
        "value": "final f" if contest.noisy else "best f",
        "claim": claim_of(contest, protocol),
        "limits": limits_of(contest, protocol),
        "pairs": [pair.row() for pair in pairs(contest)],
        "partings": partings(_as_asked(contest, asked)),
    }


def _as_asked(contest: Contest, asked: Sequence[str]) -> list[Entry]:
    return sorted(contest.entries, key=lambda entry: asked.index(entry.contender.label))


PARTED = 1e-6
"""Two paths have parted where a coordinate differs by more than this times max(1, its size)."""


def partings(entries: Sequence[Entry]) -> dict[str, int | None]:
    """Return, for each setting but the first, the step at which its path has parted from the first's.

    None where it never does; those whose logs have other steps are left out.
    """
    first = entries[0].trace
    found: dict[str, int | None] = {}
    for entry in entries[1:]:
        other = entry.trace
        rows = min(len(first.x), len(other.x))
        if not np.array_equal(first.step[:rows], other.step[:rows]):
            continue
        far = np.abs(other.x[:rows] - first.x[:rows]) > PARTED * np.maximum(1.0, np.abs(first.x[:rows]))
        apart = far.any(axis=1)
        found[entry.contender.label] = int(first.step[np.argmax(apart)]) if apart.any() else None
    return found


def _rows(contest: Contest) -> list[dict[str, Any]]:
    return [_row(contest, rank, entry) for rank, entry in enumerate(contest.entries, 1)]


def _row(contest: Contest, rank: int, entry: Entry) -> dict[str, Any]:
    low, middle, high = entry.trials.quartiles
    trace, tuned = entry.trace, entry.tuned
    rate = {} if tuned is None else {"learning_rate": tuned.rate, "doubt": tuned.doubt}
    return {
        "rank": rank,
        "setting": entry.contender.label,
        "function": contest.name,
        **rate,
        "steps_to_target": middle,
        "lower_quartile": low,
        "upper_quartile": high,
        "reached": entry.trials.reached,
        "trials": len(entry.trials.steps),
        **({} if tuned is None else {"median_f": entry.trials.median_value}),
        "status": trace.status,
        "steps": trace.steps,
        "best_f": trace.best.f,
        "final_f": trace.final.f,
        "evaluations": dict(trace.evaluations),
    }


def _draw(contest: Contest, asked: Sequence[str]) -> Figure:
    """Draw the runs of the configs themselves on one map, in the order in which they were asked for."""
    from gdplay.plots.figure import draw_run
    from gdplay.plots.trace import landscape, path, title_lines

    entries = _as_asked(contest, asked)
    first = entries[0].trace
    same = all(np.array_equal(entry.trace.start.x, first.start.x) for entry in entries)
    start = "the same start" if same else "starts of their own"
    budget = f"{len(entries)} settings, {start}, at most {first.config.criteria.max_steps} steps"
    paths = [path(entry.trace, _label(entry)) for entry in entries]
    return draw_run(landscape(first), paths, [title_lines(first)[0], budget], first.config.plot_options)


def _label(entry: Entry) -> str:
    return entry.contender.label + (f" ({entry.tuned.rate:.3g})" if entry.tuned is not None else "")


def _csv(rows: list[dict[str, Any]]) -> str:
    """Return the rows as CSV, the evaluations of each kind in a column of their own."""
    text = io.StringIO()
    flat = [_flat(row) for row in rows]
    writer = csv.DictWriter(text, list(flat[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in flat)
    return text.getvalue()


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    counts = {f"{what}_evaluations": count for what, count in row["evaluations"].items()}
    return {key: value for key, value in row.items() if key != "evaluations"} | counts


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return inert(value)
    return repr(float(value)) if isinstance(value, float) else value
