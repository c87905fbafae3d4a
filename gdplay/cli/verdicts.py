"""What gdplay check prints: tables of components with their verdicts, and the methods' best steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from gdplay.accuracy import Accuracy
from gdplay.check import LIMITS, MOST_COMPONENTS, Case, Compared
from gdplay.cli.lecture import line, place
from gdplay.config.load import Config
from gdplay.formula.expr import Array
from gdplay.formula.numeric import COMPLEX, RULES
from gdplay.objective import Function

MOST_ROWS = 60
MARKS = {"agree": " ", "suspicious": "?", "differ": "!"}


def table(
    config: Config, cases: Sequence[Case], labels: Sequence[str], method: str, step: float | None,
    found: Sequence[Sequence[Compared]],
) -> list[str]:  # fmt: skip
    """Return the table of one method: of a few points every component, of many only those with a remark."""
    lines = [
        *line(f"{config.function.name}: analytic against {method}, h = {_step(method, step)}"),
        *_directions(cases),
    ]
    everything = sum(map(len, found)) <= MOST_ROWS
    for case, label, rows in zip(cases, labels, found, strict=True):
        shown = [row for row in rows if everything or row.verdict != "agree" or row.reason]
        if shown:
            lines += [
                "",
                *line(_where(case, label)),
                f"  {'':<14}{'analytic':>20}{'numeric':>20}{'error':>10}  verdict",
            ]
        for row in shown:
            lines.append(
                f"  {row.name[:13]:<14}{row.analytic:>20.12g}{row.numeric:>20.12g}"
                f"{row.error:>10.1e}  {row.verdict}"
            )
            if row.reason:
                lines += line(f"      {row.reason}")
    counted = Counter(row.verdict for rows in found for row in rows)
    return [*lines, "", *line(_summary(counted, len(cases), cases))]


def table_of_all(
    config: Config, cases: Sequence[Case], labels: Sequence[str], method: str, step: float | None,
    found: Sequence[dict[str, list[Compared] | str]],
) -> list[str]:  # fmt: skip
    """Return the relative errors of all methods side by side; marks tell verdicts other than agree."""
    lines = [*line(f"{config.function.name}: relative errors of the numeric methods"), *_directions(cases)]
    refused: dict[str, str] = {}
    counted: Counter[str] = Counter()
    for case, label, by in zip(cases, labels, found, strict=True):
        lines += ["", *line(_where(case, label)), f"  {'':<12}" + "".join(f"{name:>13}" for name in LIMITS)]
        reasons: dict[str, None] = {}
        for k, name in enumerate(case.names):
            cells = ""
            for m in LIMITS:
                rows = by[m]
                if isinstance(rows, str):
                    refused[m] = rows
                    cells += f"{'-':>12} "
                else:
                    counted[rows[k].verdict] += 1
                    cells += f"{rows[k].error:>12.1e}{MARKS[rows[k].verdict]}"
                    reasons |= {f"{name}: {rows[k].reason}": None} if rows[k].reason else {}
            lines.append(f"  {name[:11]:<12}{cells}".rstrip())
        for reason in reasons:
            lines += line(f"    {reason}")
    lines += ["", *(words for m, why in refused.items() for words in line(f"{m}: not possible, {why}"))]
    return [*lines, *line(_summary(counted, len(cases), cases) + "  (? suspicious, ! differ)")]


def _step(method: str, step: float | None) -> str:
    if step is not None:
        return f"{step:g}"
    if method == COMPLEX:
        return "1e-20"
    return f"{RULES[method].relative:.1e} * max(1, |x|)"


def _where(case: Case, label: str) -> str:
    return f"at {place(case.function, case.point)}" + (f"  ({label})" if label else "")


def _directions(cases: Sequence[Case]) -> list[str]:
    if not cases or cases[0].whole:
        return []
    n = cases[0].function.size
    return line(f"{n} coordinates, more than {MOST_COMPONENTS}: compared along random directions")


def _summary(counted: Counter[str], points: int, cases: Sequence[Case]) -> str:
    what = "component" if not cases or cases[0].whole else "direction"
    total = counted.total()
    parts = [f"{counted[verdict]} {verdict}" for verdict in MARKS if counted[verdict]]
    at = f" at {points} points" if points > 1 else ""
    return f"{total} {what}{'s' * (total != 1)}{at}: {', '.join(parts)}"


def document(
    config: Config,
    cases: Sequence[Case],
    labels: Sequence[str],
    method: str,
    step: float | None,
    found: Sequence[Any],
) -> dict[str, Any]:
    """Return all of it for JSON."""
    rows: list[dict[str, Any]] = []
    for case, label, result in zip(cases, labels, found, strict=True):
        by = result if isinstance(result, dict) else {method: result}
        rows.append(
            {
                "label": label or None,
                "at": case.point,
                "methods": {
                    m: {"refused": r} if isinstance(r, str) else {"compared": [vars(one) for one in r]}
                    for m, r in by.items()
                },
            }
        )
    return {"function": config.function.text, "method": method, "step": step, "points": rows}


def curve_lines(where: str, found: Accuracy) -> list[str]:
    """Return each method's best and automatic step with the errors."""
    lines = [*line(where), "", f"  {'':<14}{'best step':>11}{'error':>11}{'automatic step':>17}{'error':>11}"]
    for curve in found.curves:
        (best, least), (own, error) = curve.best, curve.automatic
        lines.append(f"  {curve.method:<14}{best:>11.1e}{least:>11.1e}{own:>17.1e}{error:>11.1e}")
    return lines + [
        words for m, why in found.refused.items() for words in line(f"  {m}: not possible, {why}")
    ]


def curve_document(function: Function, point: Array, found: Accuracy) -> dict[str, Any]:
    """Return the curves for JSON."""
    return {
        "function": function.text,
        "at": point,
        "curves": [
            {
                "method": c.method,
                "steps": c.steps,
                "errors": c.errors,
                "best": {"step": c.best[0], "error": c.best[1]},
                "automatic": {"step": c.automatic[0], "error": c.automatic[1]},
            }
            for c in found.curves
        ],
        "refused": found.refused,
    }
