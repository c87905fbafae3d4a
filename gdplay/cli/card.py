"""What gdplay show tells of a function: its formulas, minima, critical points, curvature, source."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.cli.derivatives import COUNTED
from gdplay.critical import Critical, box, critical_points
from gdplay.curvature import curvature
from gdplay.derivatives import partials
from gdplay.formula.text import number, to_text
from gdplay.objective import Function
from gdplay.probe import probe

MOST_MINIMA = 8
LONGEST = 240
MOST_PROBED = 20
STILL = 1e-6
STARTS = 200
"""Fewer than gdplay grad --critical takes: a card comes at once."""


@dataclass(frozen=True)
class Card:
    """A function's facts, label to text, and the critical points that its picture shows."""

    facts: dict[str, Any]
    critical: list[Critical]


def function_card(function: Function) -> Card:
    """Return what there is to tell of a catalogue's function."""
    known = function.known
    facts: dict[str, Any] = {"title": known.card.get("title", ""), "formula": function.line}
    facts["variables"] = ", ".join(function.coordinates)
    facts["gradient"] = _gradient(function)
    if known.domain is not None:
        facts["domain"] = ", ".join(
            f"{c} from {d[0]:g} to {d[1]:g}"
            for c, d in zip(function.coordinates, known.domain, strict=True)
            if d
        )
    if known.start is not None:
        facts["start"] = ", ".join(number(float(v)) for v in known.start)
    if known.minima is not None and len(known.minima):
        facts["minima"] = "; ".join(_point(point) for point in known.minima[:MOST_MINIMA])
        facts["minimum"] = f"{function.minimum:.10g}" if function.minimum is not None else "not finite"
        facts |= _curvature(function)
    critical = critical_points(function, starts=STARTS) if function.size <= 2 else []
    if critical:
        facts["critical_points"] = _counted(critical, float(np.ptp(box(function))))
    return Card(facts | {key: value for key, value in known.card.items() if key != "title"}, critical)


def _point(x: Any) -> str:
    return "(" + ", ".join(f"{v:.10g}" for v in x) + ")"


def _gradient(function: Function) -> str:
    lines = [f"df/d{name} = {to_text(expr)}" for name, expr in partials(function).items()]
    whole = "\n".join(lines)
    if len(whole) <= LONGEST:
        return whole
    return f"gdplay grad {function.name} has its {function.size} partial derivatives"


def _curvature(function: Function) -> dict[str, str]:
    """Tell the curvature at the lowest known minimum, and the rate up to which descent is stable there."""
    minima = function.known.minima
    assert minima is not None
    best = minima[int(np.argmin(function(minima.T)))]
    few = np.eye(function.size)[:, :MOST_PROBED]
    if any(near.kind != "smooth" for near in probe(function, best, few)):
        return {"curvature": "a kink at the minimum: no largest stable rate"}
    found = curvature(function.hessian(best))
    slope = float(np.abs(function.gradient(best)).max())
    if not slope <= STILL * found.smoothness * max(1.0, float(np.abs(best).max())):
        return {}  # at the domain's border the gradient need not vanish
    rate = found.largest_rate
    if rate is None or not np.isfinite(rate):
        return {}
    facts = {"L_at_the_minimum": f"{found.eigenvalues[-1]:.6g}"}
    if np.isfinite(found.condition) and found.kind == "minimum":
        facts["condition_number"] = f"{found.condition:.6g}"
    return facts | {"largest_rate": f"{rate:.6g} (2/L, stable for plain gradient descent near the minimum)"}


def _counted(critical: list[Critical], width: float) -> str:
    lines: list[str] = []
    for kind in ("minimum", "saddle", "maximum", "degenerate"):
        points = [np.where(np.abs(c.x) < 1e-12 * width, 0.0, c.x) for c in critical if c.kind == kind]
        if points:
            shown = " ".join("(" + ", ".join(f"{v:.4g}" for v in x) + ")" for x in points[:3])
            lines.append(
                f"{len(points)} {COUNTED[kind][len(points) > 1]}: {shown}"
                + (" ..." if len(points) > 3 else "")
            )
    return "\n".join(lines)


def draw(function: Function, card: Card, out: Path, force: bool) -> str:
    """Draw the function's picture into a file and return its name."""
    from gdplay.cli.picture import save_picture
    from gdplay.plots import PICTURES
    from gdplay.plots.scene import Landscape

    minima = function.known.minima
    shown = np.empty((0, function.size)) if minima is None else minima
    landscape = Landscape(
        function, function.coordinates, shown, function.minimum, function.known.domain, function.numbers
    )
    by_kind = {
        kind: [c.x for c in card.critical if c.kind == kind] for kind in {c.kind for c in card.critical}
    }
    return save_picture(
        lambda: PICTURES["card"].load()(landscape, by_kind, card.facts["title"] or function.name), out, force
    )
