"""The ticks of an axis so narrow that its numbers share their leading digits: what they differ by."""

from __future__ import annotations

from gdplay.plots.ticks import Ticks, linear_ticks, log_ticks

LONGEST = 8
"""A tick's text of more characters than this is written without what all of them share."""


def offset_ticks(low: float, high: float, log: bool = False) -> tuple[Ticks, float]:
    """Return ticks in [low, high] whose texts are short, and what has to be added to each text, or 0.

    ``log`` is for a logarithmic axis.

    >>> offset_ticks(0, 1)[0][1], offset_ticks(3.2 - 2.5e-8, 3.2 + 2.5e-8)[0][1]
    (['0', '0.2', '0.4', '0.6', '0.8', '1'], ['-2e-8', '-1e-8', '0', '1e-8', '2e-8'])
    """
    plain = log_ticks(low, high) if log else linear_ticks(low, high)
    if max(map(len, plain[1])) <= LONGEST:
        return plain, 0.0
    offset = _shortest(low, high)
    places, texts = linear_ticks(low - offset, high - offset)
    return (places + offset, texts), offset


def shifted(label: str, offset: float) -> str:
    """Return the label of an axis whose texts lack an offset.

    >>> shifted("x", -0.27), shifted("x", 0.0)
    ('x + 0.27', 'x')
    """
    if not offset:
        return label
    return f"{label} {'-' if offset > 0 else '+'} {abs(offset)!r}"


def _shortest(low: float, high: float) -> float:
    """Return the number with the fewest digits that is near the middle of a range."""
    middle, quarter = (low + high) / 2, (high - low) / 4
    for digits in range(1, 17):
        found = float(f"{middle:.{digits}g}")
        if abs(found - middle) <= quarter:
            return found
    return middle
