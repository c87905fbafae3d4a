"""How a schedule or a search is laid over what a setting was before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gdplay.config.nodes import Mapping, Node, Scalar
from gdplay.config.schedules import named, own_key
from gdplay.config.values import parse_number

PLANS = ("schedule", "search")
Merge = Callable[[Mapping, Mapping, list[str], str], Mapping]


def is_plan(node: Node) -> bool:
    """Tell whether a setting is a schedule or a search."""
    return isinstance(node, Mapping) and any(node.get(plan) is not None for plan in PLANS)


def replan(old: Node, new: Node, path: str, notes: list[str], merge: Merge) -> Node:
    """Return what a setting is when ``new`` is laid over ``old``, of which one is a schedule or a search.

    Another schedule keeps the value, also that of a plain number, and drops the rest, which is noted.
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping) and not is_plan(new):
        return merge(_in_own_words(old, old), _in_own_words(new, old), notes, path)
    if isinstance(old, Mapping) and isinstance(new, Mapping) and _plan(old) == _plan(new):
        return merge(_in_own_words(old, old), _in_own_words(new, new), notes, path)
    kept: list[tuple[Scalar, Node]] = []
    key = path.removeprefix("optimizer.")
    if isinstance(new, Mapping) and new.get("schedule") is not None:
        new = _in_own_words(new, new)
        kept = [
            (Scalar("value", False, node.place), node)
            for node in [_value(old)]
            if node and not new.get("value")
        ]
    if isinstance(old, Mapping):
        said = " ({key}.value=... would keep it)" if isinstance(new, Scalar) and old.get("schedule") else ""
        said = "; its value is kept" if kept else said.format(key=key)
        notes.append(f"{key}: {_plan(old)} is replaced{said}")
    return replace(new, items=(*new.items, *kept)) if isinstance(new, Mapping) and kept else new


def _plan(node: Mapping) -> str:
    word = next((node.get(plan) for plan in PLANS if node.get(plan) is not None), None)
    if not isinstance(word, Scalar):
        return "the former plan"
    found = named(word.text) if node.get("schedule") is not None else None
    return found[0].name if found else word.text


def _value(node: Node) -> Node | None:
    """Return the number that a setting is, or that its schedule starts from."""
    if isinstance(node, Mapping):
        return _in_own_words(node, node).get("value") if node.get("schedule") is not None else None
    return node if isinstance(node, Scalar) and parse_number(node.text) is not None else None


def _in_own_words(node: Mapping, plan: Mapping) -> Mapping:
    """Return the mapping with gdplay's own names for the keys of the schedule that ``plan`` names."""
    word = plan.get("schedule")
    found = named(word.text) if isinstance(word, Scalar) else None
    if found is None:
        return node
    pairs = [(replace(key, text=own_key(key.text, found[0])), value) for key, value in node]
    plain = len({key.text for key, _ in pairs}) == len(pairs) and all(" " not in key.text for key, _ in pairs)
    # what would be said twice stays, for the reader to refuse
    return Mapping(tuple(pairs), node.place, node.flow) if plain else node
