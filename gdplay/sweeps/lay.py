"""A config's tree with swept values laid over it, and how a value is written shortly."""

from __future__ import annotations

from collections.abc import Sequence

from gdplay.config.merge import expand, mapping, merge
from gdplay.config.nodes import Mapping, Node, Scalar
from gdplay.config.short import in_force


def laid_over(tree: Mapping, nodes: Sequence[tuple[str, Node]]) -> Mapping:
    """Return a config's tree with dotted keys set."""
    for key, node in nodes:
        for part in reversed(key.split(".")):
            node = mapping([(part, node)], node.place)
        assert isinstance(node, Mapping)
        tree = merge(tree, expand(node, in_force(tree.get("optimizer"))), [])
    return tree


def written(node: Node) -> str:
    """Return a value as one short text."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{key.text}: {written(value)}" for key, value in node) + "}"
    return "[" + ", ".join(written(item) for item in node) + "]"
