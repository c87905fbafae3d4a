"""The catalogue: named functions and optimizers, each a data file in the users' own syntax."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gdplay.config.document import read_document
from gdplay.config.nodes import Mapping as Node
from gdplay.config.nodes import Scalar, Sequence

KINDS = ("functions", "optimizers", "schedules", "searches")


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

    def words(self, key: str) -> frozenset[str]:
        """Return the words of a key that holds a list, such as a function's properties."""
        value = self.node.get(key)
        return (
            frozenset(w.text for w in value if isinstance(w, Scalar))
            if isinstance(value, Sequence)
            else frozenset()
        )


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


CONVENTIONS = ("torch", "optax", "paper")
"""Whose form of an optimizer: the first of these that an entry has counts unless the config says."""


def conventions(name: str) -> tuple[str, ...]:
    """Return the conventions that an optimizer's entry knows, its own equations' first."""
    declared = entry("optimizers", name).node.get("conventions")
    known = declared.keys() if isinstance(declared, Node) else ("paper",)
    return tuple(word for word in CONVENTIONS if word in known)


@cache
def in_convention(name: str, convention: str) -> Entry:
    """Return an optimizer's entry with what one of its conventions replaces."""
    found = entry("optimizers", name)
    declared = found.node.get("conventions")
    other = declared.get(convention) if isinstance(declared, Node) else None
    if not isinstance(other, Node):
        return found
    pairs = {key.text: (key, value) for key, value in (*found.node, *other)}
    return Entry(found.kind, name, Node(tuple(pairs.values()), found.node.place, False))


@cache
def optimizer_keys(name: str) -> frozenset[str]:
    """Return the hyperparameters of an optimizer in any convention; none where there is no such optimizer."""
    if name not in names("optimizers"):
        return frozenset()
    declared = [in_convention(name, word).node.get("hyperparameters") for word in conventions(name)]
    return frozenset(key for node in declared if isinstance(node, Node) for key in node.keys())  # noqa: SIM118 (iteration yields pairs)


def is_wrapper(name: str) -> bool:
    """Tell whether an optimizer's entry wraps another optimizer."""
    return entry("optimizers", name).text("wraps") == "true"


@cache
def parity() -> Node:
    """Return what was compared with torch.optim and Optax: versions, comparisons, what was left out."""
    data = files("gdplay.catalog").joinpath("parity.yaml").read_bytes()
    return read_document(data, "parity.yaml")


__all__ = ["CONVENTIONS", "KINDS", "Entry", "conventions", "entry", "in_convention", "is_wrapper", "names",
           "optimizer_keys", "parity"]  # fmt: skip
