"""The columns of a sweep's ranked table on the terminal, and how they are made to fit it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gdplay.cli.ranking import ranking

WIDTH = 80
LONGEST_POINT = 22
JOINT = "\N{NO-BREAK SPACE}"


def table_of(rows: Sequence[Mapping[str, Any]], keys: Sequence[str], about: Mapping[str, Any]) -> list[str]:
    """Return the table of some ranked rows of one function; ``about`` is the summary's ``ranking``."""
    spare = "best_f" if about["by"] == "final_f" else "final_f"
    return fitted(_keys(rows, keys), _outcomes(rows, about), (spare, "quartiles"))


def any_converged(rows: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether some of the ranked rows' runs have converged."""
    return any(row.get("status") == "converged" or row.get("converged") for row in rows)


def _keys(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> dict[str, list[Any]]:
    """Return the swept keys' columns in the table of some ranked rows of one function."""
    named = "function_name" in rows[0]  # then a heading says it
    shown = [key for key in keys if key in rows[0] and not (named and _is_one(rows, key))]
    columns = {name: [_short(row[key]) for row in rows] for key, name in _headings(shown).items()}
    return columns | ({"start": _starts(rows)} if "start" in columns else {})


def _is_one(rows: Sequence[Mapping[str, Any]], key: str) -> bool:
    return key in ("function", "function.name") and len({row[key] for row in rows}) == 1


def _short(value: Any) -> Any:
    """Return a mapping, such as an optimizer with its settings, without its braces."""
    if isinstance(value, str) and value.startswith("{"):
        return value.strip("{}").removeprefix("name: ").replace(": ", " ")
    return value


def _outcomes(rows: Sequence[Mapping[str, Any]], about: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the columns of what some ranked rows came to."""
    if about["of"] == "runs":
        return {name: [row[name] for row in rows] for name in ("status", "steps", "best_f", "final_f")}
    columns: dict[str, list[Any]] = {about["by"].replace("_", " "): [row["median"] for row in rows]}
    ends = ("lower_quartile", "upper_quartile")
    columns["quartiles"] = [" - ".join(f"{row[end]:.3g}" for end in ends) for row in rows]
    if any_converged(rows):
        columns["converged"] = [f"{row['converged']}/{row['replicates']}" for row in rows]
        steps = [row["median_steps"] for row in rows]
        columns["steps"] = [f"{count:.0f}" if count < float("inf") else "-" for count in steps]
    return columns | {"diverged": [f"{row['diverged']}/{row['replicates']}" for row in rows]}


def _headings(keys: Sequence[str]) -> dict[str, str]:
    """Return what the columns of swept keys are called: their last words, where these are different."""
    own = {key: "noise" if key == "noise.gradient" else key.rpartition(".")[2] for key in keys}
    names = list(own.values())
    return {key: name if names.count(name) == 1 else key.replace(".", " ") for key, name in own.items()}


def _starts(rows: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return the points where runs started, or their numbers where a point is too long."""
    points: list[str] = []
    for row in rows:
        parts = [f"{value:.3g}" for name, value in row.items() if name.startswith("start_")]
        points.append(f"({', '.join(parts)})" if parts else "")
    if all(0 < len(point) <= LONGEST_POINT for point in points):
        return points
    return [f"{row['start']:.0f}" for row in rows]


def fitted(
    keys: Mapping[str, list[Any]], outcomes: Mapping[str, list[Any]], spare: Sequence[str] = ()
) -> list[str]:
    """Return a table's lines, none wider than the screen: some columns are spare, then keys go below.

    >>> keys = {"optimizer": ["gd"], "learning_rate": [0.1]}
    >>> fitted(keys, {"best_f": [0.5], "status": ["max_steps"]})[1]
    'gd         0.1            0.5     max_steps'
    >>> print(*fitted(keys | {"schedule": ["x" * 30]}, {"best_f": [0.5], "a": ["y" * 30]}), sep="\\n")
    rank  best f  a
    1     0.5     yyyyyyyyyyyyyyyyyyyyyyyyyyyyyy
          optimizer gd, learning_rate 0.1, schedule xxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    """
    left = dict(outcomes)
    for name in ("", *spare):
        left.pop(name, None)
        lines = ranking({**keys, **left})
        if max(map(len, lines)) <= WIDTH:
            return lines
    ranks = range(1, len(next(iter(outcomes.values()))) + 1)
    found, indent = ranking({"rank": ranks, **outcomes}), " " * len("rank  ")
    lines = found[:1]
    for line, cells in zip(found[1:], zip(*keys.values(), strict=True), strict=True):
        words = (f"{name}{JOINT}{_cell(cell)}" for name, cell in zip(keys, cells, strict=True))
        lines.append(line)
        below = textwrap.wrap(", ".join(words), WIDTH, initial_indent=indent, subsequent_indent=indent)
        lines += [text.replace(JOINT, " ") for text in below]
    return lines


def _cell(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(value)
