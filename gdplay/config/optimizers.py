"""The ``optimizer`` of a config or of the catalogue: from its mapping to a rule and its settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from gdplay.catalog import conventions, in_convention
from gdplay.config.complaints import Complaints, kind
from gdplay.config.nodes import Mapping, Node, Scalar
from gdplay.config.rules import OWN, catalogued, read_rule_of
from gdplay.config.schedules import Context, read_setting_node
from gdplay.config.searches import read_search_node
from gdplay.config.spelling import DEFAULT, why_not
from gdplay.config.values import positive_setting
from gdplay.rule import Rule
from gdplay.schedule import Setting
from gdplay.search import Search

AROUND = ("learning_rate", "clip", "weight_decay")


@dataclass(frozen=True)
class Chosen:
    """An optimizer with its settings; ``node`` is where a complaint about its equations belongs."""

    rule: Rule
    learning_rate: Setting | Search
    hyperparameters: dict[str, Setting] = field(default_factory=dict[str, Setting])
    clip_norm: Setting | None = None
    clip_value: Setting | None = None
    weight_decay: Setting | None = None
    step: Scalar | None = None


def read_optimizer(node: Node | None, complaints: Complaints, max_steps: float = 1000) -> Chosen | None:
    """Return the optimizer that a config describes, or None with complaints.

    ``max_steps`` is how long a schedule lasts that does not say.
    """
    if node is None:
        rule = catalogued(DEFAULT)
        return Chosen(rule, rule.learning_rate)
    if not isinstance(node, Mapping):
        complaints.add(
            node.place,
            "optimizer",
            f"expected a name or a mapping, found {kind(node)}",
            "write optimizer: adam",
        )
        return None
    rule = read_rule_of(node, complaints)
    if rule is None:
        return None
    values: dict[str, Setting] = {}
    _read_settings(node, rule, "optimizer", AROUND, values, complaints, max_steps)
    rate = _rate(node.get("learning_rate"), Context(rule.learning_rate, max_steps), complaints)
    clip = _clip(node.get("clip"), complaints)
    decay_node = node.get("weight_decay")
    decay = None
    if decay_node is not None and "weight_decay" not in rule.owns:
        decay = read_setting_node(decay_node, "optimizer.weight_decay", Context(0.0, max_steps), complaints)
    rate = rate if rate is not None else 0.01
    return Chosen(rule, rate, values, clip.get("norm"), clip.get("value"), decay, _own_step(node))


def _rate(node: Node | None, context: Context, complaints: Complaints) -> Setting | Search | None:
    path = "optimizer.learning_rate"
    if node is None:
        return context.default
    if isinstance(node, Mapping) and node.get("search") is not None:
        return read_search_node(node, path, complaints)
    return read_setting_node(node, path, context, complaints, positive=True)


def _own_step(node: Mapping) -> Scalar | None:
    """Return the text of the user's own equations, also where a wrapper wraps them."""
    inner, step = node.get("of"), node.get("step")
    if isinstance(inner, Mapping):
        return _own_step(inner)
    return step if isinstance(step, Scalar) else None


def _read_settings(
    node: Mapping,
    rule: Rule,
    path: str,
    around: tuple[str, ...],
    values: dict[str, Setting],
    complaints: Complaints,
    max_steps: float,
) -> None:
    """Read the hyperparameters that a mapping sets, and refuse the keys that mean nothing there."""
    says = OWN if node.get("step") is not None else ("name", "convention")
    known = (*around, *(("wrap", "of", "convention") if rule.inner else says), *rule.hyperparameters)
    for key, value in node:
        here = f"{path}.{key.text}"
        if key.text == "of" and rule.inner is not None and isinstance(value, Mapping):
            _read_settings(value, rule.inner, here, (), values, complaints, max_steps)
        elif key.text in rule.hyperparameters:
            context = Context(rule.hyperparameters[key.text], max_steps)
            found = read_setting_node(value, here, context, complaints)
            if found is not None:
                values[key.text] = found
        elif key.text not in known:
            _refuse(key, here, rule, node.keys(), known, complaints)


def _refuse(
    key: Scalar,
    path: str,
    rule: Rule,
    present: tuple[str, ...],
    known: tuple[str, ...],
    complaints: Complaints,
) -> None:
    """Say why a key means nothing: a spelling, another convention's hyperparameter, or unknown."""
    if rule.convention:
        others = [
            c for c in conventions(rule.name) if c != rule.convention and key.text in _declared(rule.name, c)
        ]
        if others:
            message = f"{rule.name} has {key.text} in the convention {others[0]} only"
            complaints.add(
                key.place, path, message, f"write convention: {others[0]}, or leave {key.text} out"
            )
            return
    said = why_not(key.text, present, rule.name)
    if said is not None:
        complaints.add(key.place, path, *said)
    else:
        complaints.unknown(key, path, known)


def _declared(name: str, convention: str) -> tuple[str, ...]:
    found = in_convention(name, convention).node.get("hyperparameters")
    return found.keys() if isinstance(found, Mapping) else ()


def _clip(node: Node | None, complaints: Complaints) -> dict[str, Setting | None]:
    if node is None:
        return {}
    if not isinstance(node, Mapping) or not len(node):
        complaints.add(
            node.place,
            "optimizer.clip",
            f"expected a mapping, found {kind(node)}",
            "write clip: {norm: 1} or clip: {value: 0.5}",
        )
        return {}
    found: dict[str, Setting | None] = {}
    for key, value in node:
        if key.text not in ("norm", "value"):
            complaints.unknown(key, f"optimizer.clip.{key.text}", ("norm", "value"))
        else:
            found[key.text] = positive_setting(value, f"optimizer.clip.{key.text}", complaints)
    return found
