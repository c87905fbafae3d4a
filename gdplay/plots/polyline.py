"""The geometry of a drawn path: what lies in the frame, where it leaves, how few vertices say the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdplay.plots.scene import Values

MOST_VERTICES = 2000
PIXELS = 1500  # vertices closer than the frame's width over this are one
ARROWS = 8
STRAIGHT = 0.9  # chord over arc length: an arrow needs a stretch that has a direction
FARTHEST = 1e150  # keeps products of coordinates finite


@dataclass(frozen=True)
class Visible:
    """The part of a path within a frame.

    ``points: (vertices, 2)`` has a row of nan where the path is outside; ``exits: (k, 2)`` are the places on
    the border where it leaves, by the segment that starts at row ``exit_rows: (k,)``.
    """

    points: Values
    exits: Values
    exit_rows: NDArray[np.int64]


def clip_path(points: Values, frame: Values) -> Visible:
    """Clip a path ``(rows, 2)`` of finite points at a frame ``(2, 2)``.

    Source: Liang and Barsky, A new concept and method for line clipping, 1984; here for all segments at once.
    """
    points = np.clip(points, -FARTHEST, FARTHEST)
    inside = np.all((points >= frame[:, 0]) & (points <= frame[:, 1]), axis=1)
    if inside.all() or len(points) == 1:
        return Visible(points[inside], np.empty((0, 2)), np.empty(0, dtype=np.int64))
    begin, run = points[:-1], np.diff(points, axis=0)
    # A segment along a side never crosses it: it is between the two for its whole length or not at all.
    still, between = run == 0, (begin >= frame[:, 0]) & (begin <= frame[:, 1])
    pieces = np.full((len(run), 3, 2), np.nan)
    with np.errstate(all="ignore"):
        first, second = (frame[:, 0] - begin) / run, (frame[:, 1] - begin) / run
        enter = np.where(still, np.where(between, 0.0, 2.0), np.minimum(first, second)).max(axis=1).clip(0.0)
        leave = (
            np.where(still, np.where(between, 1.0, -1.0), np.maximum(first, second)).min(axis=1).clip(max=1.0)
        )
        seen = enter <= leave
        pieces[:, 0] = begin + enter[:, None] * run
        pieces[:, 1] = begin + leave[:, None] * run
    # A segment that ends inside goes on in the next one: its end is that one's start.
    going = seen & ~inside[1:]
    keep = np.stack([seen, going, going], axis=1)
    keep[-1, 1] = seen[-1]
    drawn = pieces.reshape(-1, 2)[keep.ravel()]
    exits = np.clip(pieces[going, 1], frame[:, 0], frame[:, 1])
    return Visible(drawn, exits, np.flatnonzero(going))


def thin_path(points: Values, frame: Values, most: int = MOST_VERTICES) -> Values:
    """Drop vertices that cannot be told apart in the frame, then all but the extremes of each stretch.

    The first and the last vertex and the extremes of both coordinates stay, and rows of nan stay breaks.
    """
    if len(points) <= 2:
        return points
    cell = np.floor((points - frame[:, 0]) / (frame[:, 1] - frame[:, 0]) * PIXELS)
    cell = np.nan_to_num(cell, nan=-1.0)
    moved = (np.diff(cell, axis=0) != 0).any(axis=1)
    keep = np.concatenate([[True], moved])
    keep[-1] = True
    kept = np.flatnonzero(keep)
    for axis in (0, 1):
        column = points[:, axis]
        kept = np.append(kept, [np.nanargmin(column), np.nanargmax(column)])
    kept = np.unique(kept)
    if len(kept) > most:
        kept = np.unique(
            np.concatenate([kept[[0, -1]], *(kept[part] for part in _extremes(points[kept], most))])
        )
    return points[kept]


def _extremes(points: Values, most: int) -> list[NDArray[np.int64]]:
    """Return the first, lowest and highest row of each of ``most / 5`` stretches, per coordinate."""
    buckets = max(1, most // 5)
    size = -(-len(points) // buckets)
    found = [np.arange(0, len(points), size)]
    for column in points.T:
        # The last value fills up the last stretch; a break is never an extreme unless it is all there is.
        padded = np.pad(column, (0, -len(column) % size), mode="edge").reshape(-1, size)
        starts = np.arange(len(padded)) * size
        for fill, pick in ((np.inf, np.argmin), (-np.inf, np.argmax)):
            found.append(
                np.minimum(starts + pick(np.where(np.isnan(padded), fill, padded), axis=1), len(points) - 1)
            )
    found.append(np.flatnonzero(np.isnan(points[:, 0]))[:most])
    return found


def thin_curve(values: Values, most: int = MOST_VERTICES) -> NDArray[np.int64]:
    """Return at most about ``most`` rows of a curve: each stretch's lowest and highest value, and the ends.

    >>> spike = np.zeros(100_000); spike[777] = 1.0
    >>> rows = thin_curve(spike)
    >>> len(rows) <= 2100, 777 in rows
    (True, True)
    """
    if len(values) <= most:
        return np.arange(len(values))
    size = -(-len(values) // (most // 2))
    padded = np.pad(values, (0, -len(values) % size), mode="edge").reshape(-1, size)
    starts = np.arange(len(padded)) * size
    lows, highs = starts + padded.argmin(axis=1), starts + padded.argmax(axis=1)
    return np.unique(np.minimum(np.concatenate([[0], lows, highs, [len(values) - 1]]), len(values) - 1))


def place_arrows(points: Values, length: float, most: int = ARROWS) -> tuple[Values, Values]:
    """Return places and unit directions, ``(k, 2)`` each, of arrows evenly along ``points`` in display units.

    An arrow of the given length stands only where the path keeps one direction for about that length.
    """
    run = np.diff(points, axis=0)
    arc = np.concatenate([[0.0], np.cumsum(np.nan_to_num(np.hypot(*run.T)))])
    number = int(min(most, arc[-1] // (4 * length)))
    if number < 1:
        return np.empty((0, 2)), np.empty((0, 2))
    # Several candidates for each arrow: the straightest one near its place is taken.
    at = (np.arange(number)[:, None] + np.linspace(0.25, 0.75, 9)) * arc[-1] / number
    ends = [
        np.stack([np.interp(at + half, arc, column) for column in points.T], axis=-1)
        for half in (-length / 2, length / 2)
    ]
    chord = ends[1] - ends[0]
    straight = np.nan_to_num(np.hypot(chord[..., 0], chord[..., 1])) / length
    centrality = 0.02 * np.abs(np.linspace(-1, 1, 9))
    pick = (np.arange(number), np.argmax(np.minimum(straight, 0.99) - centrality, axis=1))
    good = straight[pick] >= STRAIGHT
    direction = chord[pick][good]
    middle = (ends[0][pick] + ends[1][pick])[good] / 2
    return middle, direction / np.hypot(*direction.T)[:, None]
