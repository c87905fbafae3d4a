"""From a mapping, the catalogue's or the user's own, to an optimizer's equations."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from gdplay.catalog import CONVENTIONS, conventions, in_convention, is_wrapper, names
from gdplay.config.complaints import Complaints, kind
from gdplay.config.nodes import Mapping, Node, Scalar
from gdplay.config.spelling import DEFAULT
from gdplay.config.values import number
from gdplay.errors import nearest
from gdplay.rule import GIVEN, Rule

OWN = ("step", "state", "hyperparameters")
CALLED = ("f", "grad", "hess", "hvp", "residuals", "jacobian")
TAKEN = ("name", "learning_rate", "clip", "convention", "wrap", "of", *OWN, *CALLED)
"""What no hyperparameter or state may be called: it has a meaning of its own."""


@cache
def catalogued(name: str, convention: str = "") -> Rule:
    """Return the catalogue's rule of that name in a convention, the entry's first unless it is given."""
    complaints = Complaints()
    convention = convention or conventions(name)[0]
    found = in_convention(name, convention)
    rule = read_equations(found.node, name, complaints)
    complaints.raise_any()
    assert rule is not None
    rate = float(found.text("learning_rate") or 0.01)
    return Rule(name, rule.step, rate, rule.hyperparameters, rule.state, found.text("summary"),
                found.text("cite"), convention)  # fmt: skip


def read_rule_of(node: Mapping, complaints: Complaints, path: str = "optimizer") -> Rule | None:
    """Return the rule that an optimizer's mapping means: named, wrapped, or the user's own equations."""
    given = [key for key in ("wrap", "name", "step") if node.get(key) is not None]
    if len(given) > 1:
        last = node.get(given[1])
        assert last is not None
        remedy = "write of: {name: adam}" if given[0] == "wrap" else "leave name or step out"
        message = f"{given[1]} stands beside {given[0]}; one of them says which rule it is"
        complaints.add(last.place, f"{path}.{given[1]}", message, remedy)
        return None
    if given == ["step"]:
        return read_equations(node, "own", complaints, path)
    if given == ["wrap"]:
        return _wrapper(node, complaints, path)
    name = _known(node.get("name"), f"{path}.name", complaints, wrappers=False)
    convention = _convention(node, name, complaints, path)
    return None if name is None or convention is None else catalogued(name, convention)


def _wrapper(node: Mapping, complaints: Complaints, path: str) -> Rule | None:
    name = _known(node.get("wrap"), f"{path}.wrap", complaints, wrappers=True)
    of = node.get("of")
    if not isinstance(of, Mapping):
        found = f"found {kind(of)}" if of is not None else "found nothing"
        place = of.place if of is not None else node.place
        complaints.add(
            place, f"{path}.of", f"expected the wrapped optimizer, {found}", "write of: {name: adam}"
        )
        return None
    inner = read_rule_of(of, complaints, f"{path}.of")
    convention = _convention(node, name, complaints, path)
    if inner is None or name is None or convention is None:
        return None
    outer = replace(catalogued(name, convention), inner=inner, learning_rate=inner.learning_rate)
    both = (outer.hyperparameters.keys() | outer.state.keys()) & (inner.owns | inner.remembered)
    if both:
        message = f"'{min(both)}' is a name of {name} and of the optimizer that it wraps"
        complaints.add(
            of.place, f"{path}.of", message, "wrap another optimizer, or rename it in a rule of your own"
        )
        return None
    return outer


def _known(node: Node | None, key: str, complaints: Complaints, wrappers: bool) -> str | None:
    """Return the name of an entry that is a wrapper, or of one that is not."""
    if node is None:
        return DEFAULT
    text = node.text if isinstance(node, Scalar) else ""
    exists = text in names("optimizers")
    if exists and is_wrapper(text) == wrappers:
        return text
    fitting = [name for name in names("optimizers") if is_wrapper(name) == wrappers]
    what = "wrapper" if wrappers else "optimizer"
    if exists:
        remedy = (
            f"choose one of {', '.join(fitting)}"
            if wrappers
            else f"write wrap: {text} and of: {{name: adam}}"
        )
        complaints.add(node.place, key, f"{text} is no {what}", remedy)
        return None
    near = nearest(text, fitting)
    remedy = (
        f"did you mean {near}?"
        if near
        else "gdplay list optimizers shows them; a rule of your own has step: ..."
    )
    message = f"there is no {what} {kind(node)}" if text else f"expected a name, found {kind(node)}"
    complaints.add(node.place, key, message, remedy)
    return None


def _convention(node: Mapping, name: str | None, complaints: Complaints, path: str) -> str | None:
    """Return the convention in force for a named entry, or None with complaints."""
    if name is None:
        return None
    known, given = conventions(name), node.get("convention")
    if given is None:
        return known[0]
    if isinstance(given, Scalar) and given.text in known:
        return given.text
    has = f"{name} has {' and '.join(known)}"
    common = isinstance(given, Scalar) and given.text in CONVENTIONS
    message = f"{name} has no convention {kind(given)}" if common else f"there is no convention {kind(given)}"
    complaints.add(given.place, f"{path}.convention", message, has)
    return None


def read_equations(node: Mapping, name: str, complaints: Complaints, path: str = "optimizer") -> Rule | None:
    """Read the equations, the state and the hyperparameters that a mapping declares."""
    step = node.get("step")
    before = len(complaints)
    if not isinstance(step, Scalar) or not step.text.strip():
        place = step.place if step is not None else node.place
        complaints.add(place, f"{path}.step", "expected the rule's equations", "write step: x = x - lr*g")
        return None
    hyperparameters: dict[str, float] = {}
    state: dict[str, str] = {}
    for key, value in _pairs(node.get("hyperparameters"), f"{path}.hyperparameters", complaints):
        found = number()(value, f"{path}.hyperparameters.{key.text}", complaints)
        if found is not None and _free(key, f"{path}.hyperparameters", complaints):
            hyperparameters[key.text] = found
    for key, value in _pairs(node.get("state"), f"{path}.state", complaints):
        here = f"{path}.state.{key.text}"
        if not isinstance(value, Scalar):
            complaints.add(
                value.place, here, f"expected a start value, found {kind(value)}", "write 0, or eye(n)"
            )
        elif key.text in hyperparameters:
            complaints.add(key.place, here, "declared as a hyperparameter too", "choose another name")
        elif _free(key, f"{path}.state", complaints):
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
    from gdplay.formula.language import RESERVED

    good = key.text.isascii() and key.text.replace("_", "a").isalnum() and key.text[:1].isalpha()
    taken = key.text in RESERVED or key.text in GIVEN or key.text in TAKEN
    if not good:
        message = f"'{key.text[:60]}' is no name"
        complaints.add(key.place, f"{path}.{key.text[:60]}", message, "use ASCII letters, digits and _")
    elif taken:
        message = f"'{key.text}' has a meaning of its own"
        complaints.add(key.place, f"{path}.{key.text}", message, "choose another name")
    return good and not taken
