"""What gdplay grad prints: formulas, values, curvature, critical points."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from gdplay.cli.lecture import line
from gdplay.critical import STARTS, Critical, box
from gdplay.curvature import Curvature
from gdplay.digits import short
from gdplay.formula.expr import Array, Expr
from gdplay.formula.notation import latex_name, to_latex, too_long
from gdplay.formula.text import number, to_text
from gdplay.objective import Function

MOST_POINTS = 30
MOST_ROWS = 10
COUNTED = {
    "minimum": ("minimum", "minima"), "maximum": ("maximum", "maxima"), "saddle": ("saddle", "saddles"),
    "degenerate": ("degenerate point", "degenerate points"),
}  # fmt: skip


def in_latex(expr: Expr) -> str:
    """Return a formula in LaTeX, or where it would be too long, in gdplay's own notation as text."""
    return to_latex(expr) if not too_long(expr) else rf"\texttt{{{to_text(expr)}}}"


def formula_lines(
    function: Function, first: Mapping[str, Expr], second: Mapping[tuple[str, str], Expr] | None, latex: bool
) -> list[str]:
    """Return the formulas of the first and second derivatives, as text or in LaTeX."""
    if latex:
        return _latex(first, second)
    lines = [
        function.line,
        "",
        *(f"df/d{name} = {to_text(e)}" for name, e in first.items()),
    ]
    if second is not None:
        lines += [""]
        for (a, b), expr in second.items():
            lines.append(f"d2f/d{a}{'^2' if a == b else f'd{b}'} = {to_text(expr)}")
    return lines


def _latex(first: Mapping[str, Expr], second: Mapping[tuple[str, str], Expr] | None) -> list[str]:
    rows = [
        rf"\frac{{\partial f}}{{\partial {latex_name(name)}}} &= {in_latex(e)}" for name, e in first.items()
    ]
    for (a, b), expr in (second or {}).items():
        below = (
            rf"\partial {latex_name(a)}^2"
            if a == b
            else rf"\partial {latex_name(a)} \, \partial {latex_name(b)}"
        )
        rows.append(rf"\frac{{\partial^2 f}}{{{below}}} &= {in_latex(expr)}")
    return [
        r"\begin{align*}",
        *(f"  {row}" + r" \\" * (k < len(rows) - 1) for k, row in enumerate(rows)),
        r"\end{align*}",
    ]


def value_lines(function: Function, point: Array, bend: Curvature | None) -> list[str]:
    """Return the values at a point."""
    where = ", ".join(
        f"{name}={number(float(v))}" for name, v in zip(function.coordinates, point, strict=True)
    )
    gradient = ", ".join(number(float(v)) for v in function.gradient(point))
    lines = [f"at {where}", f"f        = {number(float(function(point)))}", f"gradient = [{gradient}]"]
    if bend is None:
        return lines
    for k, row in enumerate(bend.matrix[:MOST_ROWS]):
        cells = "".join(f"{v:>14.7g}" for v in row[:5]) + ("  ..." if len(row) > 5 else "")
        lines.append(("hessian  =" if k == 0 else " " * 10) + cells)
    if len(bend.matrix) > MOST_ROWS:
        lines.append(" " * 14 + "...")
    values = bend.eigenvalues
    shown = ", ".join(f"{v:.7g}" for v in values[:8]) + (", ..." if len(values) > 8 else "")
    lines += line(f"eigenvalues: {shown}")
    lines += line(f"condition number: {bend.condition:.6g}")
    rate = bend.largest_rate
    if rate is None:
        return lines + line("f curves upwards in no direction here: there is no largest stable rate")
    return lines + line(
        f"largest stable rate of gradient descent here: 2/L = {rate:.6g}, with L = {values[-1]:.6g}"
    )


def critical_lines(function: Function, found: Sequence[Critical]) -> list[str]:
    """Return the critical points by their values."""
    ends = box(function)
    same = (ends == ends[0]).all()
    inside = f"[{ends[0, 0]:g}, {ends[0, 1]:g}]" + (
        f" in all {function.size} coordinates" if function.size > 1 else ""
    )
    where = (
        inside
        if same
        else ", ".join(f"{c} in [{a:g}, {b:g}]" for c, (a, b) in zip(function.coordinates, ends, strict=True))
    )
    if not found:
        return line(f"no critical point was found from {STARTS} starts, {where}")
    counted = Counter(point.kind for point in found)
    told = ", ".join(f"{count} {COUNTED[kind][count > 1]}" for kind, count in counted.items())
    lines = line(f"critical points, found from {STARTS} starts, {where}: {told}")
    diagonal = float(np.sqrt(((ends[:, 1] - ends[:, 0]) ** 2).sum()))
    for point in found[:MOST_POINTS]:
        # what is 0 but for rounding is written as 0
        x = np.where(np.abs(point.x) < 1e-12 * diagonal, 0.0, point.x)
        at = ", ".join(f"{v:.8g}" for v in x)
        values = short(point.curvature.eigenvalues)
        lines += line(f"  {point.kind:<11}", f"({at})", f"f {point.f:.7g}", f"eigenvalues {values}")
    if len(found) > MOST_POINTS:
        lines.append(f"  ... and {len(found) - MOST_POINTS} more (--json has all)")
    return lines
