"""Where the nodes of an acyclic graph stand: in layers from left to right, with few crossings.

After Sugiyama, Tagawa & Toda 1981, doi:10.1109/TSMC.1981.4308636: long edges get a point in each layer
they pass, the layers are ordered by barycentres, then the heights are relaxed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

SWEEPS = 12
RELAXATIONS = 60
THIN = 0.45
"""The height that a passing edge takes, where a node takes 1."""


@dataclass(frozen=True)
class Placed:
    """``at``: name to (layer, height), heights in nodes; ``routes``: (from, to) to the points between."""

    at: dict[str, tuple[float, float]]
    routes: dict[tuple[str, str], list[tuple[float, float]]]

    @property
    def layers(self) -> int:
        """The number of layers."""
        return 1 + int(max(x for x, _ in self.at.values()))


def place_layers(needs: Mapping[str, Sequence[str]]) -> Placed:
    """Place the nodes; ``needs`` maps every name, in evaluation order, to the names it is computed from.

    >>> place_layers({"x": [], "y": [], "p": ["x", "y"]}).at["p"][0]
    1.0
    """
    level: dict[str, int] = {}
    for name, sources in needs.items():
        level[name] = 1 + max((level[source] for source in sources), default=-1)
    users = {name: [other for other, sources in needs.items() if name in sources] for name in needs}
    for name in reversed(list(needs)):  # inputs stand as near to their first use as they can
        if not needs[name] and users[name]:
            level[name] = min(level[user] for user in users[name]) - 1
    rows, links, chains = _with_passing_points(needs, level)
    _order(rows, links)
    height = _heights(rows, links)
    where = {point: (float(k), height[point]) for k, row in enumerate(rows) for point in row}
    routes = {edge: [where[point] for point in chain] for edge, chain in chains.items()}
    return Placed({name: where[name] for name in needs}, routes)


def _with_passing_points(
    needs: Mapping[str, Sequence[str]], level: Mapping[str, int]
) -> tuple[list[list[str]], dict[str, list[str]], dict[tuple[str, str], list[str]]]:
    rows: list[list[str]] = [[] for _ in range(1 + max(level.values()))]
    for name in needs:
        rows[level[name]].append(name)
    links: dict[str, list[str]] = {name: [] for name in needs}
    chains: dict[tuple[str, str], list[str]] = {}
    for name, sources in needs.items():
        for source in sources:
            chain = [f"\0{source}\0{name}\0{k}" for k in range(level[source] + 1, level[name])]
            for k, point in enumerate(chain):
                rows[level[source] + 1 + k].append(point)
                links[point] = []
            whole = [source, *chain, name]
            for a, b in pairwise(whole):
                links[a].append(b)
                links[b].append(a)
            chains[source, name] = chain
    return rows, links, chains


def _order(rows: list[list[str]], links: Mapping[str, Sequence[str]]) -> None:
    """Sort each layer by the mean place of its neighbours, forwards and backwards in turn; keep the best."""
    best, fewest = [list(row) for row in rows], _crossings(rows, links)
    for sweep in range(SWEEPS):
        order = range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1)
        for k in order:
            beside = rows[k - 1] if sweep % 2 == 0 else rows[k + 1]
            place = {point: i for i, point in enumerate(beside)}
            now = {point: i for i, point in enumerate(rows[k])}
            rows[k].sort(
                key=lambda p, place=place, now=now: _mean([place[q] for q in links[p] if q in place], now[p])
            )
        crossings = _crossings(rows, links)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    rows[:] = best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(rows: Sequence[Sequence[str]], links: Mapping[str, Sequence[str]]) -> int:
    count = 0
    for row, after in pairwise(rows):
        place = {point: i for i, point in enumerate(after)}
        ends = [
            place[q] for p in row for q in sorted((q for q in links[p] if q in place), key=place.__getitem__)
        ]
        count += sum(a > b for i, a in enumerate(ends) for b in ends[i + 1 :])
    return count


def _heights(rows: Sequence[Sequence[str]], links: Mapping[str, Sequence[str]]) -> dict[str, float]:
    """Pull every point to the mean of its neighbours, keeping the order and the distances in each layer."""
    size = {point: THIN if point.startswith("\0") else 1.0 for row in rows for point in row}
    height: dict[str, float] = {}
    for row in rows:
        height |= dict(
            zip(row, _apart([float(i) for i in range(len(row))], [size[p] for p in row]), strict=True)
        )
        middle = (height[row[0]] + height[row[-1]]) / 2
        height |= {point: height[point] - middle for point in row}
    for _ in range(RELAXATIONS):
        for row in rows:
            wanted = [0.5 * height[p] + 0.5 * _mean([height[q] for q in links[p]], height[p]) for p in row]
            height |= dict(zip(row, _apart(wanted, [size[p] for p in row]), strict=True))
    return height


def _apart(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Return the heights nearest to the wanted ones that keep order and distance, by pooling neighbours."""
    offset, offsets = 0.0, list[float]()
    for k, size in enumerate(sizes):
        offset += (sizes[k - 1] + size) / 2 if k else 0.0
        offsets.append(offset)
    pools: list[tuple[float, int]] = []
    for want, shift in zip(wanted, offsets, strict=True):
        mean, count = want - shift, 1
        while pools and pools[-1][0] > mean:
            before, size = pools.pop()
            mean, count = (before * size + mean * count) / (size + count), size + count
        pools.append((mean, count))
    flat = [mean for mean, count in pools for _ in range(count)]
    return [mean + shift for mean, shift in zip(flat, offsets, strict=True)]
