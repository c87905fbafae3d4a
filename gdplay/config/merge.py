"""How configs are laid over each other: shorthands become mappings, mappings merge, the rest replaces."""

from __future__ import annotations

from collections.abc import Sequence as Items
from dataclasses import replace

from gdplay.catalog import names, optimizer_keys
from gdplay.config.complaints import COMMAND_LINE, one_line
from gdplay.config.document import MOST_DEPTH, read_value
from gdplay.config.keys import TOP
from gdplay.config.nodes import Mapping, Node, Place, Scalar
from gdplay.config.replan import is_plan, replan
from gdplay.config.short import SHORT, hyperparameters, in_force
from gdplay.config.short import path as whole_key
from gdplay.config.spelling import spell
from gdplay.errors import Complaint, ConfigError, nearest

KEPT = ("learning_rate", "clip", "weight_decay")
"""What stays when another optimizer is named."""


def mapping(pairs: Items[tuple[str, Node]], place: Place) -> Mapping:
    """Return a mapping made here rather than read."""
    return Mapping(tuple((Scalar(key, False, value.place), value) for key, value in pairs), place, False)


def expand(tree: Mapping, optimizer: str | None = None) -> Mapping:
    """Return the config with its shorthands written out, and other libraries' spellings put into gdplay's.

    ``optimizer`` is the one in force where the config names none.
    """
    pairs: list[tuple[Scalar, Node]] = []
    for key, value in tree:
        if isinstance(value, Scalar):
            if key.text == "optimizer":
                value = mapping([("name", value)], value.place)
            elif key.text == "gradient":
                value = mapping([("method", value)], value.place)
            elif key.text == "function":
                value = mapping(
                    [("name" if value.text in names("functions") else "formula", value)], value.place
                )
        if key.text == "optimizer" and isinstance(value, Mapping):
            value = spell(value, optimizer)
        pairs.append((key, value))
    return Mapping(tuple(pairs), tree.place, tree.flow)


def merge(under: Mapping, over: Mapping, notes: list[str], path: str = "") -> Mapping:
    """Return ``over`` laid over ``under``: mappings merge, the rest replaces, a function replaces whole."""
    found = {key.text: (key, value) for key, value in under}
    for key, value in over:
        old = found.get(key.text)
        here = f"{path}.{key.text}".lstrip(".")
        if old is not None and here.startswith("optimizer.") and (is_plan(old[1]) or is_plan(value)):
            value = replan(old[1], value, here, notes, merge)
        elif old is not None and isinstance(old[1], Mapping) and isinstance(value, Mapping):
            if here == "function" and {"name", "formula", "residuals"} & set(value.keys()):
                pass
            elif here == "optimizer" and (value.get("name") or value.get("wrap")) is not None:
                value = _other_optimizer(old[1], value, notes)
            else:
                value = merge(old[1], value, notes, here)
        found[key.text] = (key, value)
    return Mapping(tuple(found.values()), under.place, under.flow)


def _other_optimizer(old: Mapping, new: Mapping, notes: list[str]) -> Mapping:
    """Keep what the newly named optimizer understands of the old settings; note what is dropped."""
    named = new.get("name") or new.get("wrap")
    known = optimizer_keys(named.text) if isinstance(named, Scalar) else frozenset[str]()
    was = old.get("name")
    kept = {key.text: (key, value) for key, value in old if key.text in known or key.text in KEPT}
    if isinstance(named, Scalar) and named.text == in_force(old) and old.get("step") is None:
        kept = {key.text: (key, value) for key, value in old}
    dropped = [one_line(key.text) for key, _ in old if key.text not in kept and key.text != "name"]
    if dropped and isinstance(named, Scalar):
        before = one_line(was.text) if isinstance(was, Scalar) else "the former optimizer"
        notes.append(f"optimizer {named.text}: {', '.join(dropped)} of {before} dropped")
    kept.update({key.text: (key, value) for key, value in new})
    return Mapping(tuple(kept.values()), new.place, new.flow)


def override(tree: Mapping, settings: Items[str], notes: list[str]) -> Mapping:
    """Return the config with each ``KEY=VALUE`` laid over it. Raises ConfigError."""
    complaints: list[Complaint] = []
    for text in settings:
        key, equals, value = text.partition("=")
        path = whole_key(key.strip(), tree) if equals else None
        shown = one_line((key if equals else text).strip()[:60])
        if not equals:
            complaints.append(Complaint(f"'{shown}' is no setting", "write KEY=VALUE, for example lr=0.01"))
        elif path is None or path.count(".") >= MOST_DEPTH:
            own = sorted(hyperparameters(tree))
            near = nearest(key.strip(), [*TOP, *SHORT, *own])
            known = f"the keys are {', '.join([*TOP, 'lr', 'steps'])}, and the optimizer's: {', '.join(own)}"
            remedy = f"did you mean {near}?" if near else known
            complaints.append(Complaint(f"unknown key '{shown}'", remedy, COMMAND_LINE, key=shown))
        else:
            try:
                node: Node = read_value(value, COMMAND_LINE)
            except ConfigError as error:
                complaints += [replace(found, line=None, key=shown) for found in error.complaints]
                continue
            for part in reversed(path.split(".")):
                node = mapping([(part, node)], node.place)
            assert isinstance(node, Mapping)
            tree = merge(tree, expand(node, in_force(tree.get("optimizer"))), notes)
    if complaints:
        raise ConfigError(*complaints)
    return expand(tree, in_force(tree.get("optimizer")))
