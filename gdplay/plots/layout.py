"""Where the panels, the title and the legend stand in the figure, in inches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

DEFAULT_SIZE, DEFAULT_DPI = (11.0, 5.2), 120.0
FONT_SIZE, TITLE_SIZE = 9.5, 11.0
LINE = 0.215  # a line of the title
ROW = 0.2  # a row of the legend
HANDLE = 0.6  # a legend entry's mark and the space around it
LEFT, RIGHT, GAP = 0.8, 0.25, 0.9
BAR, BAR_GAP, BAR_TEXT = 0.16, 0.1, 0.7
TOP, BELOW, EDGE = 0.14, 0.5, 0.1
LEAST = 0.5  # the smallest panel
SIDE = 0.25  # left and right of title and legend
LOSS_SHARE = 0.42

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Layout:
    """The places for a figure of ``size`` inches with so many lines of title and rows of legend."""

    size: tuple[float, float]
    lines: int
    has_bar: bool
    rows: int = 2

    @property
    def bottom(self) -> float:
        """The panels' lower border."""
        return EDGE + self.rows * ROW + BELOW

    @property
    def legend(self) -> float:
        """The legend's middle, in the figure's own units."""
        return (EDGE + self.rows * ROW / 2) / self.size[1]

    @property
    def height(self) -> float:
        """The panels' height."""
        return max(LEAST, self.size[1] - self.bottom - 2 * TOP - self.lines * LINE)

    @property
    def width(self) -> float:
        """The left panel's width."""
        return max(LEAST, self._room * (1 - LOSS_SHARE))

    @property
    def _bar(self) -> float:
        return BAR_GAP + BAR + BAR_TEXT if self.has_bar else 0.0

    @property
    def _room(self) -> float:
        return self.size[0] - LEFT - self._bar - GAP - RIGHT

    @property
    def left_panel(self) -> Box:
        """The map's or the curve's place."""
        return self._place(LEFT, self.width)

    @property
    def bar(self) -> Box:
        """The colour bar's place."""
        return self._place(LEFT + self.width + BAR_GAP, BAR)

    @property
    def right_panel(self) -> Box:
        """The loss's place."""
        begin = LEFT + self.width + self._bar + GAP
        return self._place(begin, max(LEAST, self.size[0] - RIGHT - begin))

    def title(self, line: int) -> tuple[float, float]:
        """The middle of a line of the title."""
        return 0.5, 1 - (TOP + (line + 0.5) * LINE) / self.size[1]

    def _place(self, left: float, width: float) -> Box:
        return (
            left / self.size[0],
            self.bottom / self.size[1],
            width / self.size[0],
            self.height / self.size[1],
        )


def columns_for(widths: Sequence[float], room: float) -> int:
    """Return how many legend columns fit side by side when the texts have these widths in inches.

    >>> columns_for([1.0] * 6, 5.0)
    3
    """
    count = len(widths)
    for rows in range(1, count + 1):
        columns = -(-count // rows)
        # As matplotlib fills them: from top to bottom, the first columns one longer.
        each, longer = divmod(count, columns)
        ends = [0, *(each * k + min(k, longer) for k in range(1, columns + 1))]
        needed = sum(max(widths[begin:end]) + HANDLE for begin, end in pairwise(ends))
        if needed <= room:
            return columns
    return 1
