"""The frame of a picture: the ranges of the coordinates in which a path and what it seeks are readable."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gdplay.plots.scene import Path, Values
from gdplay.plots.section import Section

MARGIN = 0.08  # of the width, on each side
REACH = 1.5  # widths of the path's box in which known minima are brought into the picture,
NEAREST = 8.0  # and the nearest one
GROWTH = 4.0  # the frame is at most so many times the box of start, best point and minima
OVERSHOOT = 0.25  # of the domain's width: how far beyond the domain a path may pull the frame
READABLE = 0.2  # a path that fills less of the domain than this is shown closer
FLATTEST = 0.25  # the shorter side's share of the longer one,
OTHER_UNITS = 1e-3  # unless they differ so much that they must be in different units
ESCAPE = 30.0  # a run that ends so many times its median distance away is still accelerating
FARTHEST = 1e100  # keeps widths and their products finite


def choose_frame(
    section: Section, paths: Sequence[Path], ranges: Sequence[tuple[float, float] | None] = ()
) -> Values:
    """Return the frame as ``(shown, 2)``; a user's range replaces the chosen one of its coordinate.

    A run that escapes pulls the frame no farther than GROWTH, so that it stays readable how it began. The
    domain is shown whole unless the path would be too small to see in it.
    """
    tracks = [_bounded(section.project(path.x[: max(path.finite, 1)])) for path in paths]
    minima = _bounded(section.project(section.landscape.minima))
    domain = _domain(section)
    seeds = np.concatenate([_seeds(track, path) for track, path in zip(tracks, paths, strict=True)])
    box = _solid(_box(seeds), seeds)
    box = _box(np.concatenate([box.T, _near(minima, box)]))
    limit = _grown(box, GROWTH)
    if domain is not None:
        limit = _box(np.concatenate([box.T, _grown(domain, 1 + 2 * OVERSHOOT).T]))
    near = np.concatenate([track[_inside(track, limit)] for track in tracks])
    box = _box(np.concatenate([box.T, near]))
    frame = _framed(box, domain)
    for index, wanted in enumerate(ranges):
        if wanted is not None:
            frame[index] = wanted
    return frame


def _seeds(track: Values, path: Path) -> Values:
    """Return the points that must be seen: of a run that escapes its start, else where it mostly went."""
    away = np.abs(track - track[0]).max(axis=1)
    if path.diverged is not None or away[-1] > ESCAPE * np.median(away):
        return track[:1]
    # Quantiles that are points of the run: a short run's one overshoot must not leak into them.
    bulk = track[:: max(1, len(track) // 1000)]
    most = [np.quantile(bulk, 0.02, axis=0, method="higher"), np.quantile(bulk, 0.98, axis=0, method="lower")]
    return np.stack([track[0], track[min(path.best_row, len(track) - 1)], track[-1], *most])


def _near(minima: Values, box: Values) -> Values:
    """Return the minima worth showing beside the box."""
    reached = _inside(minima, _grown(box, 1 + 2 * REACH))
    if len(minima):
        away = np.abs(minima - np.clip(minima, *box.T)).max(axis=1)
        nearest = int(away.argmin())
        reached[nearest] |= away[nearest] <= NEAREST * (box[:, 1] - box[:, 0]).max()
    return minima[reached]


def _domain(section: Section) -> Values | None:
    domain = section.landscape.domain
    shown = [domain[index] if domain else None for index in section.shown]
    return None if any(pair is None for pair in shown) else _bounded(np.array(shown, dtype=float))


def _framed(box: Values, domain: Values | None) -> Values:
    """Return the box with a margin and a readable shape, or the domain where that shows the box well."""
    if domain is not None:
        widths = domain[:, 1] - domain[:, 0]
        if (box[:, 1] - box[:, 0] >= READABLE * widths).any() or not _inside(box.T, domain).all():
            room = MARGIN * (box[:, 1] - box[:, 0])
            low = np.where(box[:, 0] < domain[:, 0], box[:, 0] - room, domain[:, 0])
            high = np.where(box[:, 1] > domain[:, 1], box[:, 1] + room, domain[:, 1])
            return np.stack([low, high], axis=1)
    widths = box[:, 1] - box[:, 0]
    least = np.where(widths < OTHER_UNITS * widths.max(), widths, FLATTEST * widths.max())
    middle = box.mean(axis=1)
    half = np.maximum(widths, least) * (0.5 + MARGIN)
    return np.stack([middle - half, middle + half], axis=1)


def _solid(box: Values, seeds: Values) -> Values:
    """Widen what has no width: by the other side's width, else by the point's own size, else by 1."""
    widths = box[:, 1] - box[:, 0]
    sizes = np.abs(seeds).max(axis=0)
    least = 1e-9 * sizes
    spare = max(widths.max(), float(sizes.max())) or 1.0
    widths = np.where(widths > least, 0.0, np.maximum(spare, 1e6 * least))
    return box + np.stack([-widths / 2, widths / 2], axis=1)


def _box(points: Values) -> Values:
    return np.stack([points.min(axis=0), points.max(axis=0)], axis=1)


def _grown(box: Values, times: float) -> Values:
    middle, half = box.mean(axis=1), (box[:, 1] - box[:, 0]) * times / 2
    # A run along one coordinate gives a flat box: let it grow as far across as along.
    half = np.maximum(half, FLATTEST * half.max())
    return np.stack([middle - half, middle + half], axis=1)


def _inside(points: Values, box: Values) -> NDArray[np.bool_]:
    return np.all((points >= box[:, 0]) & (points <= box[:, 1]), axis=1)


def _bounded(points: Values) -> Values:
    return np.clip(np.nan_to_num(points), -FARTHEST, FARTHEST)
