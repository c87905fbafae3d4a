"""The catalogue: named functions and optimizers, each a data file in the users' own syntax."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gdplay.config.document import read_document
from gdplay.config.nodes import Mapping as Node
from gdplay.config.nodes import Scalar

KINDS = ("functions", "optimizers")


@dataclass(frozen=True)
class Entry:
    """One entry as it was read: its name and the mapping in its file."""

    kind: str
    name: str
    node: Node

    def text(self, key: str) -> str:
        """Return the text of a key, empty where it is absent."""
        value = self.node.get(key)
        return value.text.strip() if isinstance(value, Scalar) else ""


@cache
def names(kind: str) -> tuple[str, ...]:
    """Return the names of all entries of a kind, in alphabetical order."""
    found = (file.name for file in files("gdplay.catalog").joinpath(kind).iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in found if name.endswith(".yaml")))


@cache
def entry(kind: str, name: str) -> Entry:
    """Return the entry of that name, reading its file. Raises KeyError where there is none."""
    if name not in names(kind):
        raise KeyError(name)
    data = files("gdplay.catalog").joinpath(kind, f"{name}.yaml").read_bytes()
    return Entry(kind, name, read_document(data, f"{name}.yaml"))


def optimizer_keys(name: str) -> frozenset[str]:
    """Return the hyperparameters of the optimizer of that name; none where there is no such optimizer."""
    if name not in names("optimizers"):
        return frozenset()
    declared = entry("optimizers", name).node.get("hyperparameters")
    return frozenset(declared.keys()) if isinstance(declared, Node) else frozenset()


__all__ = ["KINDS", "Entry", "entry", "names", "optimizer_keys"]
