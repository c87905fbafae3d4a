"""The ``optimizer`` of a config or of the catalogue: from its mapping to a rule and its settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from gdplay.catalog import entry, names
from gdplay.config.complaints import Complaints, kind
from gdplay.config.nodes import Mapping, Node, Scalar
from gdplay.config.values import number, positive_setting, setting
from gdplay.errors import nearest
from gdplay.method import Setting
from gdplay.rule import GIVEN, Rule

AROUND = ("name", "learning_rate", "clip", "weight_decay")
OWN = ("step", "state", "hyperparameters")
DEFAULT = "gd"


@dataclass(frozen=True)
class Chosen:
    """An optimizer with its settings; ``node`` is where a complaint about its equations belongs."""

    rule: Rule
    learning_rate: Setting
    hyperparameters: dict[str, Setting] = field(default_factory=dict[str, Setting])
    clip_norm: Setting | None = None
    clip_value: Setting | None = None
    weight_decay: Setting | None = None
    step: Scalar | None = None


def read_optimizer(node: Node | None, complaints: Complaints) -> Chosen | None:
    """Return the optimizer that a config describes, or None with complaints."""
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
    rule = _rule(node, complaints)
    if rule is None:
        return None
    known = (*AROUND, *rule.hyperparameters, *(OWN if node.get("step") is not None else ()))
    values: dict[str, Setting] = {}
    for key, value in node:
        if key.text not in known:
            complaints.unknown(key, f"optimizer.{key.text}", known)
        elif key.text in rule.hyperparameters:
            found = setting(value, f"optimizer.{key.text}", complaints)
            if found is not None:
                values[key.text] = found
    rate_node = node.get("learning_rate")
    rate = (
        positive_setting(rate_node, "optimizer.learning_rate", complaints)
        if rate_node
        else rule.learning_rate
    )
    clip = _clip(node.get("clip"), complaints)
    decay_node = node.get("weight_decay")
    decay = None
    if decay_node is not None and "weight_decay" not in rule.hyperparameters:
        decay = setting(decay_node, "optimizer.weight_decay", complaints)
    step = node.get("step")
    return Chosen(rule, rate if rate is not None else 0.01, values, clip.get("norm"), clip.get("value"), decay,
                  step if isinstance(step, Scalar) else None)  # fmt: skip


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


def _rule(node: Mapping, complaints: Complaints) -> Rule | None:
    name, step = node.get("name"), node.get("step")
    if step is not None and name is not None:
        message = "a rule of your own (step) has no name beside it"
        complaints.add(name.place, "optimizer.name", message, "leave name or step out")
        return None
    if step is not None:
        return read_rule_node(node, "own", complaints)
    if name is None:
        return catalogued(DEFAULT)
    if isinstance(name, Scalar) and name.text.lower() in names("optimizers"):
        return catalogued(name.text.lower())
    near = nearest(name.text, names("optimizers")) if isinstance(name, Scalar) else None
    remedy = (
        f"did you mean {near}?"
        if near
        else "gdplay list optimizers shows them; a rule of your own has step: ..."
    )
    named = isinstance(name, Scalar) and name.text
    message = f"there is no optimizer {kind(name)}" if named else f"expected a name, found {kind(name)}"
    complaints.add(name.place, "optimizer.name", message, remedy)
    return None


def catalogued(name: str) -> Rule:
    """Return the catalogue's rule of that name."""
    complaints = Complaints()
    found = entry("optimizers", name)
    rule = read_rule_node(found.node, name, complaints)
    complaints.raise_any()
    assert rule is not None
    rate = found.text("learning_rate")
    return Rule(rule.name, rule.step, float(rate) if rate else 0.01, rule.hyperparameters, rule.state,
                found.text("summary"), found.text("cite"))  # fmt: skip


def read_rule_node(node: Mapping, name: str, complaints: Complaints) -> Rule | None:
    """Read the equations, the state and the hyperparameters that a mapping declares."""
    step = node.get("step")
    before = len(complaints)
    if not isinstance(step, Scalar) or not step.text.strip():
        place = step.place if step is not None else node.place
        complaints.add(place, "optimizer.step", "expected the rule's equations", "write step: x = x - lr*g")
        return None
    hyperparameters: dict[str, float] = {}
    state: dict[str, str] = {}
    for key, value in _pairs(node.get("hyperparameters"), "optimizer.hyperparameters", complaints):
        found = number()(value, f"optimizer.hyperparameters.{key.text}", complaints)
        if found is not None and _free(key, "optimizer.hyperparameters", complaints):
            hyperparameters[key.text] = found
    for key, value in _pairs(node.get("state"), "optimizer.state", complaints):
        if not isinstance(value, Scalar):
            complaints.add(
                value.place,
                f"optimizer.state.{key.text}",
                f"expected a start value, found {kind(value)}",
                "write 0, or eye(n)",
            )
        elif key.text in hyperparameters:
            complaints.add(
                key.place,
                f"optimizer.state.{key.text}",
                "declared as a hyperparameter too",
                "choose another name",
            )
        elif _free(key, "optimizer.state", complaints):
            state[key.text] = value.text
    return Rule(name, step.text, 0.01, hyperparameters, state) if len(complaints) == before else None


def _pairs(node: Node | None, path: str, complaints: Complaints) -> list[tuple[Scalar, Node]]:
    if node is None:
        return []
    if not isinstance(node, Mapping):
        complaints.add(node.place, path, f"expected a mapping, found {kind(node)}", "write {v: 0}")
        return []
    return list(node)


def _free(key: Scalar, path: str, complaints: Complaints) -> bool:
    """Refuse a name that the language, the config or every rule has already."""
    from gdplay.formula.words import RESERVED

    good = key.text.isascii() and key.text.replace("_", "a").isalnum() and key.text[:1].isalpha()
    taken = (
        key.text in RESERVED
        or key.text in GIVEN
        or key.text in (*AROUND[:3], *OWN, "f", "grad", "hess", "hvp")
    )
    if not good:
        complaints.add(
            key.place,
            f"{path}.{key.text[:60]}",
            f"'{key.text[:60]}' is no name",
            "use ASCII letters, digits and _",
        )
    elif taken:
        complaints.add(
            key.place, f"{path}.{key.text}", f"'{key.text}' has a meaning of its own", "choose another name"
        )
    return good and not taken
