"""Several paths stay apart: by colour, by dashes beyond the colours, by gaps where one lies on another."""

from __future__ import annotations

import numpy as np

from gdplay.plots.dashes import dashes
from gdplay.plots.palette import COLORS, DASHES
from gdplay.plots.scene import Path


def path_to(*points: tuple[float, float]) -> Path:
    x = np.array(points, dtype=float)
    return Path(np.arange(len(x)), x, x.sum(axis=1), "max_steps", len(x) - 1)


def test_twenty_paths_have_looks_of_their_own() -> None:
    found = dashes([path_to((0, 0), (1, k)) for k in range(20)])
    looks = {(index % len(COLORS), dash) for index, dash in enumerate(found)}
    assert len(looks) == 20
    assert found[: len(COLORS)] == [0] * len(COLORS)


def test_a_path_on_another_lets_it_be_seen() -> None:
    same = [path_to((0, 0), (1, 1), (2, 0)) for _ in range(3)]
    other = path_to((0, 0), (2, 2), (3, 0))
    assert dashes([*same, other]) == [0, 1, 2, 0]
    many = dashes([same[0]] * 20)
    assert all(0 <= dash < len(DASHES) for dash in many)
