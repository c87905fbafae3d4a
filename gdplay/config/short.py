"""Short keys of the command line: lr, steps, and the hyperparameters of the optimizer in force."""

from __future__ import annotations

from gdplay.catalog import optimizer_keys
from gdplay.config.aliases import REFUSED, VARIANTS
from gdplay.config.keys import TOP
from gdplay.config.nodes import Mapping, Scalar
from gdplay.config.spelling import DEFAULT, targets

SHORT = {
    "lr": "optimizer.learning_rate",
    "steps": "stop.max_steps",
    "learning_rate": "optimizer.learning_rate",
}
AROUND = frozenset(("clip", "weight_decay", "convention"))


def in_force(optimizer: object) -> str:
    """Return the name of the optimizer that a config's mapping describes, or of its wrapper."""
    named = None
    if isinstance(optimizer, Mapping):
        named = optimizer.get("wrap") or optimizer.get("name")
    return named.text if isinstance(named, Scalar) else DEFAULT


def hyperparameters(tree: Mapping) -> frozenset[str]:
    """Return the short keys of the optimizer in force, by gdplay's own names."""
    own = AROUND
    optimizer = tree.get("optimizer")
    while isinstance(optimizer, Mapping):
        own |= _own(optimizer)
        optimizer = optimizer.get("of")
    return own if isinstance(tree.get("optimizer"), Mapping) else own | optimizer_keys(DEFAULT)


def path(key: str, tree: Mapping) -> str | None:
    """Return the whole key that a short one stands for, or None where it means nothing.

    A hyperparameter of a wrapped optimizer is found below ``of``; other libraries' spellings count.
    """
    first = key.split(".")[0]
    if first in SHORT:
        return SHORT[first] + key.removeprefix(first)
    if first in TOP:
        return key
    if first in AROUND:
        return f"optimizer.{key}"
    place, optimizer = "optimizer", tree.get("optimizer")
    while True:
        name = in_force(optimizer)
        own = _own(optimizer) if isinstance(optimizer, Mapping) else optimizer_keys(name)
        if first in own or targets(first, name) or (name, first) in VARIANTS:
            return f"{place}.{key}"
        optimizer = optimizer.get("of") if isinstance(optimizer, Mapping) else None
        place += ".of"
        if not isinstance(optimizer, Mapping):
            return f"optimizer.{key}" if first in REFUSED else None


def _own(optimizer: Mapping) -> frozenset[str]:
    declared = optimizer.get("hyperparameters")
    written = frozenset(declared.keys()) if isinstance(declared, Mapping) else frozenset[str]()
    return written if optimizer.get("step") is not None else optimizer_keys(in_force(optimizer))
