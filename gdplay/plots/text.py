"""A user's text in a picture: only characters that the font has, never wider than its place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from matplotlib.font_manager import FontProperties, findfont, get_font

from gdplay.errors import printable

FONT = "DejaVu Sans"  # comes with matplotlib
ELLIPSIS = "…"
NARROWEST = 4.5  # of the narrowest characters fit into a width equal to the font size
LONGEST = 2000  # characters of one line that are looked at


@lru_cache(maxsize=1)
def _font() -> Any:
    return get_font(findfont(FontProperties(family=[FONT])))


def drawable(text: str) -> str:
    """Return text on one line, with what the font cannot draw written as an escape."""
    font = _font()
    line = " ".join(printable(text[:LONGEST]).split())
    return "".join(c if font.get_char_index(ord(c)) else c.encode("unicode_escape").decode() for c in line)


def width(text: str, size: float) -> float:
    """Return the width in inches of a drawable text at a font size in points."""
    font = _font()
    font.set_size(size, 72)
    font.set_text(text, 0.0)
    return font.get_width_height()[0] / 64 / 72


def shorten(text: str, inches: float, size: float) -> str:
    """Return the drawable text, cut with an ellipsis where it is wider than its place."""
    text = drawable(text)
    most = int(NARROWEST * inches * 72 / size) + 1
    if len(text) <= most and width(text, size) <= inches:
        return text
    low, high = 0, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if width(text[:middle] + ELLIPSIS, size) <= inches else (low, middle - 1)
    return text[:low] + ELLIPSIS


def wrap(lines: Sequence[str], inches: float, size: float, most: int) -> list[str]:
    """Break drawable lines at spaces to a width; beyond ``most`` lines the last one ends in an ellipsis."""
    found: list[str] = []
    for line in lines:
        left = drawable(line)
        while left and len(found) <= most:
            piece = _fitting(left, inches, size)
            found.append(piece)
            left = left[len(piece) :].lstrip()
    if len(found) > most:
        found = found[:most]
        last = shorten(f"{found[-1]} {ELLIPSIS}", inches, size)
        found[-1] = f"{last.rstrip(ELLIPSIS + ' ')} {ELLIPSIS}"
    return found


def _fitting(text: str, inches: float, size: float) -> str:
    """Return the longest beginning that fits, up to a space where there is one in its second half."""
    short = shorten(text, inches, size)
    if short == text:
        return text
    cut = max(1, len(short) - 1)
    space = text.rfind(" ", cut // 2, cut + 1)
    return text[:space] if space > 0 else text[:cut]
