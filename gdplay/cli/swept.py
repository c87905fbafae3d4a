"""What gdplay sweep prints of a finished sweep: the ranked table, the counts, what went wrong, the files."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gdplay.cli.sweeptable import WIDTH, any_converged, table_of

LABEL = 12
SAID = 3
LISTED = ((1, 10), (3, 5), (7, 3))
"""Of so many functions at most so many rows each are printed."""

MOST_FUNCTIONS = 7
SHOWN_DIGITS = 12


def told(summary: Mapping[str, Any], keys: Sequence[str], folder: Path, table: str) -> list[str]:
    """Return the lines that are printed of a sweep's summary; ``keys`` are those swept."""
    from gdplay.sweeps.environment import Environment, differences

    lines = [*_tables(summary, keys), ""]
    counts = ", ".join(f"{count} {status}" for status, count in summary["counts"].items())
    lines += labelled(summary["status"], f"{summary['runs']} runs: {counts}")
    for number, error in enumerate(summary["errors"][:SAID]):
        lines += labelled("failed" if number == 0 else "", error)
    if len(summary["errors"]) > SAID:
        lines += labelled("", f"... and {len(summary['errors']) - SAID} other reasons")
    if summary["reused"]:
        lines += labelled("kept", f"{summary['reused']} runs were known already")
    if summary["damaged_chunks"]:
        lines += labelled("damaged", _damaged(summary["damaged_chunks"]))
    if mixed := differences(map(Environment.of, summary["environments"])):
        lines += labelled("mixed", f"the last digits of runs may differ by {', '.join(mixed)}")
    if summary["status"] == "interrupted":
        lines += labelled("go on", f"with the same command and --out {folder} --resume")
    rows = sum(summary["counts"].values())
    return [
        *lines,
        *labelled("saved", f"{folder}/   {', '.join([f'{table} {rows} rows', *summary['pictures']])}"),
    ]


def _damaged(chunks: Sequence[str]) -> str:
    """Name damaged chunks by the beginnings of their names, which are two hashes."""
    shown = ", ".join(f"{name[:SHOWN_DIGITS]}.." for name in chunks[:SAID])
    more = f" and {len(chunks) - SAID} others" if len(chunks) > SAID else ""
    return f"{shown}{more} in chunks/: run again"


def labelled(label: str, text: str) -> list[str]:
    """Return a text of any length beside its label, line by line; what has no blanks is not broken."""
    parts = textwrap.wrap(
        text, WIDTH - LABEL, break_long_words=False, break_on_hyphens=False, replace_whitespace=True
    )
    return [f"{label if number == 0 else '':<{LABEL}}{part}" for number, part in enumerate(parts or [""])]


def _tables(summary: Mapping[str, Any], keys: Sequence[str]) -> list[str]:
    """Return the tables, one a function, and what they are ranked by."""
    rows, about = summary["ranked"], summary["ranking"]
    if not rows:
        left = "no run is finished" if summary["status"] == "interrupted" else "no run has a finite value"
        return labelled("ranked", f"nothing: {left}")
    functions = list(dict.fromkeys(row.get("function_name", "") for row in rows))
    most = next((count for many, count in LISTED if len(functions) <= many), LISTED[-1][1])
    lines: list[str] = []
    for name in functions[:MOST_FUNCTIONS]:
        mine = [row for row in rows if row.get("function_name", "") == name]
        lines += [
            *([""] if lines else []),
            *([textwrap.shorten(name, WIDTH, placeholder=" ..")] if name else []),
        ]
        lines += table_of(mine[:most], keys, about)
        left = about["rows"].get(name or next(iter(about["rows"])), 0) - min(len(mine), most)
        lines += [f"... and {left} more {about['of']}"] if left > 0 else []
    if len(functions) > MOST_FUNCTIONS:
        lines += ["", f"... and {len(functions) - MOST_FUNCTIONS} more functions"]
    return [*lines, *_ranked_by(about, rows)]


def _ranked_by(about: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Say what the order means, where that is more than the lowest best f."""
    first = "; of equally low ones the converged first, by steps" if any_converged(rows) else ""
    value = about["by"].replace("_", " ")
    if about["of"] == "settings":
        known, most = about["judged_replicates"], about["replicates"]
        what = f"{about['over'][0]}s" if len(about["over"]) == 1 else f"runs ({', '.join(about['over'])})"
        many = f"{most}" if known == most else f"the first {known} of {most}"
        text = f"settings by the {value} over {many} {what} each{first}"
    elif about["replicates"] > 1:
        text = f"single runs by the {value}{first} (too many settings to rank them over their replicates)"
    elif first or value != "best f":
        text = f"by the {value}{first}"
    else:
        return []
    return ["", *labelled("ranked", text)]
