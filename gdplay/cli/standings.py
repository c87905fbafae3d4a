"""How a comparison is told on the terminal: a table for each function, then what may be claimed."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from gdplay.cli.ranking import ranking

WIDTH, INDENT = 80, 12
KINDS = {"function": "f", "gradient": "gradients", "hessian": "Hessians"}

Row = Mapping[str, Any]


def standings(summary: Mapping[str, Any]) -> list[str]:
    """Return the lines that tell a comparison, none wider than the screen."""
    contests = summary["contests"]
    if summary["tuned"] and summary["status"] == "interrupted":
        return _under("interrupted", "nothing may be claimed")
    tables = [[row for row in summary["entries"] if row["function"] == c["function"]] for c in contests]
    lines: list[str] = []
    for contest, rows in zip(contests, tables, strict=True):
        if len(contests) > 1:
            lines += textwrap.wrap(contest["function"], WIDTH)
        lines += [*ranking(_columns(rows, contest["value"]), WIDTH, ("setting",)), ""]
    told = {
        "claim" if summary["tuned"] else "note": [contest["claim"] for contest in contests],
        "limits": [contest["limits"] for contest in contests],
        "target": [contest["target"] for contest in contests],
        "work": [_work(rows) for rows in tables],
        "parts": [_parted(rows, c["partings"]) for rows, c in zip(tables, contests, strict=True)],
    }
    for head, texts in told.items():
        alike: dict[str, list[str]] = {}
        for contest, text in zip(contests, texts, strict=True):
            alike.setdefault(text, []).append(contest["function"])
        for text, functions in alike.items():
            if text:
                lines += _under(head, text if len(alike) == 1 else f"{', '.join(functions)}: {text}")
    return lines


def saved(folder: str, files: Sequence[str]) -> list[str]:
    """Return the lines that say where a comparison is."""
    place, names = f"{'saved':<{INDENT}}{folder}/", ", ".join(files)
    whole = f"{place}   {names}"
    return [whole] if len(whole) <= WIDTH else [place, *_under("", names)]


def _under(head: str, text: str) -> list[str]:
    wrapped = textwrap.wrap(text, WIDTH - INDENT, break_on_hyphens=False)
    return [f"{head if number == 0 else '':<{INDENT}}{line}" for number, line in enumerate(wrapped)]


def _columns(rows: Sequence[Row], value: str) -> dict[str, list[Any]]:
    """Return the table's columns."""
    columns: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in ("rank", "setting")}
    if "learning_rate" in rows[0]:
        columns["rate"] = [_rate(row) for row in rows]
        columns["steps to target"] = [_spread(row) for row in rows]
        columns["reached"] = [f"{row['reached']}/{row['trials']}" for row in rows]
        return columns | {f"median {value}": [_value(row["median_f"]) for row in rows]}
    columns["to target"] = [_steps(row["steps_to_target"]) for row in rows]
    columns |= {name: [float(row[name]) for row in rows] for name in ("best_f", "final_f")}
    return columns | {"status": [row["status"] for row in rows]}


def _rate(row: Row) -> str:
    return f"{row['learning_rate']:.3g}" + ("?" if row["doubt"] else "")


def _value(f: float) -> str:
    return f"{f:.3g}" if math.isfinite(f) else "diverged"


def _spread(row: Row) -> str:
    """Return the median and the quartiles."""
    middle = _steps(row["steps_to_target"])
    ends = [_steps(row[end]) for end in ("lower_quartile", "upper_quartile")]
    return middle if row["trials"] == 1 or ends == [middle, middle] else f"{middle} ({'-'.join(ends)})"


def _steps(value: float) -> str:
    return f"{value:.4g}" if math.isfinite(value) else "never"


def _work(rows: Sequence[Row]) -> str:
    """Say what the runs drawn have computed, each kind counted apart."""
    apart: dict[str, list[str]] = {}
    for row in rows:
        counts = {word: row["evaluations"].get(kind) for kind, word in KINDS.items()}
        text = " + ".join(f"{count} {word}" for word, count in counts.items() if count)
        apart.setdefault(text, []).append(row["setting"])
    told = [f"{'each' if len(apart) == 1 else ', '.join(who)} {text}" for text, who in apart.items()]
    return f"of the runs drawn: {'; '.join(told)}"


def _parted(rows: Sequence[Row], partings: Mapping[str, int | None]) -> str:
    """Say at which step each path has left the first one."""
    first = [row["setting"] for row in rows if row["setting"] not in partings]
    if not partings or len(first) != 1:
        return ""
    said = [f"{name} {'never' if step is None else f'at step {step}'}" for name, step in partings.items()]
    return f"from {first[0]}: {', '.join(said)}"
