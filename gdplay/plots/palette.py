"""The look of every mark in a picture: colours safe for colour-blind readers, shapes that need no colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

COLORMAP = "viridis"
NOT_FINITE = "#d0d0d0"
INK, PAPER, NEUTRAL = "#1a1a1a", "#ffffff", "#a0a0a0"

# Okabe and Ito (2008), without the yellow that is lost on white and the green that is lost on viridis.
COLORS = ("#D55E00", "#000000", "#CC79A7", "#E69F00", "#56B4E9", "#0072B2", "#7f7f7f")
SINGLE = COLORS[0]
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (7, 2, 1.5, 2)))
"""For what has no colour of its own left, or would lie hidden under another line."""


@dataclass(frozen=True)
class Mark:
    """A marker: its shape, its size in points, its fill (None: the path's colour), its place in the pile."""

    shape: str
    size: float
    fill: str | None
    above: float

    def style(self, color: str) -> dict[str, Any]:
        """Return the keywords that matplotlib's ``plot`` takes."""
        thin = self.shape in "+x"
        return {
            "marker": self.shape,
            "markersize": self.size,
            "markerfacecolor": self.fill or color,
            "markeredgecolor": color if thin else INK,
            "markeredgewidth": 2.0 if thin else 1.0,
            "linestyle": "none",
            "zorder": self.above,
        }


# fmt: off
MARKS = {
    "minimum":  Mark("P",  9, "#F0E442", 4),
    "start":    Mark("o", 10, PAPER,     6),
    "last":     Mark("s",  7, None,      7),
    "best":     Mark("*", 13, None,      8),
    "diverged": Mark("X",  8, None,      9),
}
REACHED = Mark("v", 7, None, 9)  # a value of 0 on a logarithmic axis
LEAVES = {(0, 0): Mark("<", 9, None, 9), (0, 1): Mark(">", 9, None, 9),     # (axis, side) of the border
          (1, 0): Mark("v", 9, None, 9), (1, 1): Mark("^", 9, None, 9)}
# fmt: on


def color_of(index: int, count: int) -> str:
    """Return the colour of one path out of ``count``."""
    return SINGLE if count == 1 else COLORS[index % len(COLORS)]
