"""The settings that are set against each other, and what varies among the trials of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gdplay.config.load import Config, check
from gdplay.config.nodes import Mapping, Node
from gdplay.errors import Complaint, ConfigError
from gdplay.sweeps.grid import Axis
from gdplay.sweeps.lay import laid_over, written
from gdplay.sweeps.request import Request

MOST = 20
RATE = "optimizer.learning_rate"

NAMED = ("optimizer", "optimizer.name")
FUNCTION = ("function", "function.name")
"""Functions are not compared with each other: each has a contest of its own."""

CALLED = {"noise.gradient": "noise"}
"""Keys whose last part would name another one."""


@dataclass(frozen=True, eq=False)
class Contender:
    """One combination of the swept settings."""

    label: str
    tree: Mapping
    config: Config


def contenders(request: Request) -> list[Contender]:
    """Return all combinations of a request. Raises ConfigError where one can't be run."""
    if not request.grids:
        return [Contender("", request.tree, check(request.tree, (), request.name))]
    if request.runs > MOST:
        message = f"{request.runs} settings can't be compared in one picture"
        raise ConfigError(Complaint(message, f"compare up to {MOST} of them, or use gdplay sweep"))
    found: list[Contender] = []
    for grid in request.grids:
        axes = sorted(grid.axes, key=lambda axis: "." in axis.key)
        for place in np.ndindex(*(len(axis) for axis in axes)):
            nodes = [(axis.key, axis.node(k)) for axis, k in zip(axes, place, strict=True)]
            tree = laid_over(request.tree, nodes)
            words = [_words(key, node) for key, node in nodes if key not in FUNCTION]
            found.append(Contender(", ".join(words), tree, check(tree, (), request.name)))
    return found


def by_function(everyone: Sequence[Contender]) -> dict[str, list[Contender]]:
    """Return the contenders on each function, by what it is called."""
    apart: dict[str, list[Contender]] = {}
    for contender in everyone:
        apart.setdefault(_function(contender), []).append(contender)
    return dict(zip(_names([mine[0] for mine in apart.values()]), apart.values(), strict=True))


def _function(contender: Contender) -> str:
    """Return what tells functions apart: the formula, its constants, where it was moved."""
    function = contender.config.function
    constants = {name: value.tobytes() for name, value in function.values.items()}
    return f"{function.line} {constants} {function.placement}"


def _names(firsts: Sequence[Contender]) -> list[str]:
    """Return what the functions are called, each by no more words than tell it from the others."""
    functions = [contender.config.function for contender in firsts]
    short = [f.name if f.name != "f" else f.line for f in functions]
    moved = [", ".join(filter(None, (name, f.placement))) for name, f in zip(short, functions, strict=True)]
    told = [
        ", ".join([name, *(f"{key} = {value:g}" for key, value in f.values.items() if not value.shape)])
        for name, f in zip(moved, functions, strict=True)
    ]
    for names in (short, moved, told):
        if len(set(names)) == len(names):
            return names
    return [f"{name} ({number})" for number, name in enumerate(told, 1)]


def _words(key: str, node: Node) -> str:
    """Return what a setting is called: ``gd``, ``eps 1``; and ``{name: adam, eps: 1}`` is ``adam eps 1``."""
    if key not in NAMED:
        return f"{CALLED.get(key, key.rpartition('.')[2])} {written(node)}"
    named = node.get("name") if isinstance(node, Mapping) else None
    if named is None or not isinstance(node, Mapping):
        return written(node)
    name = written(named)
    others = [(other.text, written(value)) for other, value in node if other.text != "name"]
    return " ".join([name, *(value if other == name else f"{other} {value}" for other, value in others)])


def replicates(config: Config, beyond: int, count: int) -> tuple[Axis, ...]:
    """Return starts in the domain where there is one, and seeds where there is noise or a domain."""
    spread = has_domain(config)
    if not spread and not config.choices.noise:
        return ()
    seeds = np.arange(count, dtype=np.float64) + (config.seed + beyond) % 2**52
    return (Axis("seed", numbers=seeds), *((Axis("start", random=1),) if spread else ()))


def has_domain(config: Config) -> bool:
    """Tell whether every coordinate has a range in which starts can be drawn."""
    domain = config.function.known.domain
    return domain is not None and None not in domain
