"""Whether the sweep in a folder is the one that is to go on there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.config.load import plain
from gdplay.config.values import parse_number
from gdplay.folder import KEY
from gdplay.places import refusal, what_is_at
from gdplay.save import resolved
from gdplay.sweeps.arrays import Column
from gdplay.sweeps.grid import Axis, Grid
from gdplay.sweeps.identity import SILENT
from gdplay.sweeps.lay import written
from gdplay.sweeps.request import Request, read_request
from gdplay.written import CHUNKS

CONFIG = "config.yaml"
WHAT_IT_IS = ("", ".name", ".formula")
"""What is appended to a swept key where a config gives it a single value: ``optimizer.name``."""

REMEDY = "choose another --out, or give --force instead of --resume to replace it"


def ask_akin(request: Request, out: Path) -> None:
    """Raise ConfigError where a folder holds the results of another sweep; nothing is written.

    It is the same one where all settings agree that are not swept, and some runs are in both: then the old
    results are a part of the new ones, or the grid has moved by a part of its width.
    """
    if what_is_at(out / CHUNKS) != "a folder" or what_is_at(out / CONFIG) != "a file":
        return
    old, new = _Settings(read_request(out / CONFIG)), _Settings(request)
    swept = {*old.request.keys, *request.keys}
    for key in dict.fromkeys((*old.leaves, *new.leaves)):
        if key.partition(".")[0] in (*SILENT, "engine") or _is_given_by(key, swept):
            continue
        then, now = old.value(key), new.value(key)
        if _number_or_text(then) != _number_or_text(now):
            found = f"{key} was {_shown(then)}, here it is {_shown(now)}"
            raise refusal(f"{out} holds the results of another sweep: {found}", REMEDY, KEY)
    pairs = ((one, other) for one in old.request.grids for other in request.grids)
    if not any(_meet(old, one, new, other) for one, other in pairs):
        raise refusal(
            f"{out} holds the results of another sweep: none of its runs is in this one", REMEDY, KEY
        )


@dataclass(frozen=True, eq=False)
class _Settings:
    """What a sweep's config says apart from what is swept."""

    request: Request

    @cached_property
    def leaves(self) -> dict[str, str]:
        """The settings that are given: dotted key to text."""
        return dict(_leaves(plain(self.request.tree)))

    @cached_property
    def defaults(self) -> dict[str, str]:
        """All settings of the first group that can be run."""
        configs = [group.config for group in self.request.groups if group.config is not None]
        return dict(_leaves(resolved(configs[0], "auto")))

    def value(self, key: str) -> str | None:
        """Return a setting, or its default."""
        return self.leaves[key] if key in self.leaves else self.defaults.get(key)

    def values(self, grid: Grid, key: str) -> Axis | list[str]:
        """Return what a key takes in a grid."""
        own = [axis for axis in grid.axes if axis.key == key]
        if own:
            return own[0]
        found = (self.value(key + ending) for ending in WHAT_IT_IS)
        return [text for text in found if text is not None][:1]


def _leaves(data: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _leaves(value, f"{key}.{name}" if key else str(name))
    else:
        yield key, str(data)


def _is_given_by(leaf: str, swept: set[str]) -> bool:
    """Tell whether a setting is one that is swept."""
    own = any(leaf == key + ending for key in swept for ending in WHAT_IT_IS)
    return own or ("start" in swept and leaf.startswith("start."))


def _meet(old: _Settings, one: Grid, new: _Settings, other: Grid) -> bool:
    """Tell whether a run is in a grid of both."""
    keys = dict.fromkeys(axis.key for axis in (*one.axes, *other.axes))
    return all(_share(old.values(one, key), new.values(other, key)) for key in keys)


def _share(one: Axis | list[str], other: Axis | list[str]) -> bool:
    random = [isinstance(values, Axis) and bool(values.random) for values in (one, other)]
    if any(random):
        return all(random)
    (numbers, texts), (other_numbers, other_texts) = _parts(one), _parts(other)
    return bool(texts & other_texts) or bool(np.isin(numbers, other_numbers).any())


def _parts(values: Axis | list[str]) -> tuple[Column, set[str]]:
    """Return the numbers among values, and the others."""
    if isinstance(values, Axis):
        if values.numbers is not None:
            return values.numbers, set()
        values = [written(value) for value in values.values]
    read = [(text, parse_number(text)) for text in values]
    numbers = np.array([number for _, number in read if number is not None], dtype=np.float64)
    return numbers, {text for text, number in read if number is None}


def _number_or_text(text: str | None) -> float | str | None:
    number = None if text is None else parse_number(text)
    return text if number is None else number


def _shown(text: str | None) -> str:
    return "not given" if text is None else f"{text[:40]}..." if len(text) > 43 else text
