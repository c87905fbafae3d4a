"""What a search for the learning rate prints: a table, what its words mean, where it differs from theory."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from gdplay.cli.ranking import ranking

WIDTH, INDENT, NARROWEST = 80, 12, 7
ALIKE = 0.02
"""Rates that differ by no more, as a part of them, are the same to theory: the steps are finite."""

MOST_RANGES = 5

Row = Mapping[str, Any]


def told(found: Sequence[Row]) -> list[str]:
    """Return the lines about the settings of a search."""
    settles = ["-" if row["settles_up_to"] is None else _rate(row["settles_up_to"], row) for row in found]
    columns: dict[str, list[Any]] = {
        "settles up to": settles,
        "diverges from": [_rate(row["diverges_from"][1], row) for row in found],
        "in theory": ["-" if row["theory"] is None else _range(*row["theory"]) for row in found],
        "best rate": [_best(row) for row in found],
        found[0]["measure"]: [_text(row["f_there"][1], 3) for row in found],
    }
    if any(row["setting"] for row in found):
        room = max(NARROWEST, WIDTH - 2 - max(map(len, ranking(columns))))
        columns = {"setting": [_cut(row["setting"], room) for row in found], **columns}
    lines = [*ranking(columns), "", *_meanings(found)]
    alike: dict[tuple[str, str], list[str]] = {}
    for row in found:
        for note in _about(row):
            alike.setdefault(note, []).append(row["setting"])
    for (word, said), names in alike.items():
        lines += _line(word, f"{', '.join(names)}: {said}" if any(names) else said)
    fewest, most = min(row["runs"] for row in found), max(row["runs"] for row in found)
    runs = f"{fewest} runs" if fewest == most else f"{fewest} to {most} runs"
    trials = found[0]["trials"]
    over = f"{trials} trials with starts and seeds of their own (medians)" if trials > 1 else "one start"
    return lines + _line("over", f"{over}, {runs}{' for each setting' * (len(found) > 1)}")


def _meanings(found: Sequence[Row]) -> list[str]:
    steps = " or ".join(str(n) for n in sorted({row["steps"] for row in found}))
    limits = " or ".join(_text(limit) for limit in sorted({row["diverged"] for row in found}))
    lines: list[str] = []
    if any(row["settles_up_to"] is not None for row in found):
        lines += _line("settles", f"f ends where it was lowest, still falling or flat, after {steps} steps")
    said = f"|f| or |x| comes beyond {limits} times its start (at least {limits}) within {steps} steps"
    return lines + _line("diverges", said)


def _about(row: Row) -> list[tuple[str, str]]:
    """Return what the table has no room for: the words that begin a line, and the line."""
    lines: list[tuple[str, str]] = []
    if row["theory_text"]:
        lines.append(("theory", row["theory_text"]))
    low, _, high = (_rate(rate, row) for rate in row["diverges_from"])
    if low != high:
        lines.append(("quartiles", f"diverges from {low} to {high}"))
    lines += [("why", reason) for reason in _reasons(row)]
    if row["best_rate_beyond"]:
        end = row["scanned"][row["best_rate_beyond"] == "above"]
        lines.append(
            ("best rate", f"the scan ends at {_text(end, 3)}: a better one may lie {row['best_rate_beyond']}")
        )
    lines += [("again", f"most settle {_some(row['settles_again'])}")] if row["settles_again"] else []
    lines += [("again", f"some do not diverge {_some(row['islands'])}")] if row["islands"] else []
    return lines


def _reasons(row: Row) -> list[str]:
    """Say why what was found differs from theory, and one edge from the other."""
    found: list[str] = []
    diverges = row["diverges_from"][1]
    settles = diverges if row["settles_up_to"] is None else row["settles_up_to"]
    steps = row["steps"]
    if row["theory"] is not None:
        low, high = row["theory"]
        if settles < low * (1 - ALIKE):
            found.append(
                "below theory, which speaks of steps near the minimum: on the way there f curves more"
            )
        elif settles > high * (1 + ALIKE):
            found.append(
                f"above theory: {steps} steps do not come near enough to the minimum to be thrown out"
            )
    if diverges > settles * (1 + ALIKE):
        found.append(f"in between the steps bounce, or grow too slowly to diverge within {steps} steps")
    return found


def _rate(rate: float, row: Row) -> str:
    """Write a rate, or which end of the scan it lies beyond."""
    low, high = row["scanned"]
    return (
        f"above {_text(high, 3)}" if rate > high else f"below {_text(low, 3)}" if rate < low else _text(rate)
    )


def _best(row: Row) -> str:
    rate = row["best_rate"]
    if rate != rate:
        return "none"
    end = {"above": ">=", "below": "<="}.get(row["best_rate_beyond"], "")
    return f"{end} {_text(rate)}".strip()


def _cut(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 2] + ".."


def _some(ranges: Sequence[Sequence[float]]) -> str:
    said = ", ".join(_range(low, high) for low, high in ranges[:MOST_RANGES])
    return f"at {said}" + (f" and {len(ranges) - MOST_RANGES} more" if len(ranges) > MOST_RANGES else "")


def _range(low: float, high: float) -> str:
    return _text(low) if high <= low * (1 + 1e-4) else f"{_text(low, 3)} to {_text(high, 3)}"


def _text(value: float, digits: int = 4) -> str:
    """Write a number shortly: 1e10 rather than 1e+10."""
    return f"{value:.{digits}g}".replace("e+0", "e").replace("e+", "e")


def _line(word: str, said: str) -> list[str]:
    return textwrap.wrap(
        f"{word:<{INDENT}}{said}", WIDTH, subsequent_indent=" " * INDENT, break_on_hyphens=False
    )
