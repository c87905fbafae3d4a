"""An optimizer's mapping in other libraries' words, put into gdplay's own."""

from __future__ import annotations

from gdplay.catalog import names, optimizer_keys
from gdplay.config.aliases import BY_OPTIMIZER, EVERYWHERE, NAMES, REFUSED, SWITCHES, VARIANTS
from gdplay.config.nodes import Mapping, Node, Scalar, Sequence

DEFAULT = "gd"
"""The optimizer of a config that names none."""
TRUTH = {"true": "1", "yes": "1", "false": "0", "no": "0", "none": "0", "null": "0"}


def own_name(text: str) -> str:
    """Return gdplay's name of an optimizer, or the text itself where it is none.

    >>> own_name("RMSprop"), own_name("sign_sgd"), own_name("nonsense")
    ('rmsprop', 'sign_gd', 'nonsense')
    """
    lowered = text.strip().lower()
    found = NAMES.get(lowered, lowered)
    return found if found in names("optimizers") else text


def targets(key: str, name: str | None, listed: bool = False) -> tuple[str, ...]:
    """Return the hyperparameters that a spelling means for an optimizer; none where it means nothing.

    ``name`` is None where the optimizer is not known yet: then only what means the same everywhere.
    A key of its own stays, but not where it is given a list: no hyperparameter is one.

    >>> targets("betas", "adam"), targets("alpha", "rmsprop"), targets("alpha", "adam")
    (('beta1', 'beta2'), ('decay',), ())
    """
    if name is None:
        return EVERYWHERE.get(key, ())
    own = optimizer_keys(name)
    if key in own and not listed:
        return ()
    found = BY_OPTIMIZER.get(name, {}).get(key) or EVERYWHERE.get(key, ())
    return tuple(word for word in found if word in own or word in ("learning_rate", "weight_decay"))


def spell(optimizer: Mapping, name: str | None = None) -> Mapping:
    """Return an optimizer's mapping with gdplay's own names for what other libraries call differently.

    ``name`` is the optimizer in force where the mapping names none. What can't be understood, or would
    be said twice, stays as it is, for the reader to refuse.
    """
    if optimizer.get("step") is not None:
        name = DEFAULT  # a rule of the user's own has names of its own, and takes a learning rate as gd does
    pairs = [(key, _spelled_part(key.text, value)) for key, value in optimizer]
    pairs, name = _variant(pairs, _named(pairs) or name)
    present = {key.text for key, _ in pairs}
    result: list[tuple[Scalar, Node]] = []
    for key, value in pairs:
        words = targets(key.text, name, isinstance(value, Sequence))
        parts = list(value) if isinstance(value, Sequence) else [value]
        if words and len(parts) <= len(words) and not present & set(words[: len(parts)]):
            parts = [(word, part) for word, part in zip(words, parts, strict=False) if not _nothing(part)]
            result += [(Scalar(word, False, key.place), part) for word, part in parts]
            present |= {word for word, _ in parts}
        else:
            result.append((key, value))
    return _hoisted(Mapping(tuple(result), optimizer.place, optimizer.flow))


def why_not(key: str, present: tuple[str, ...], name: str) -> tuple[str, str] | None:
    """Return what is wrong with a key that no optimizer of that name has, and the remedy; None if unknown."""
    said = [word for word in targets(key, name) if word in present]
    if said:
        return f"'{key}' says the same as {said[0]}, which is given too", "leave one of them out"
    if targets(key, name):
        return f"'{key}' has too many values", f"write {', '.join(targets(key, name))} one by one"
    if key in REFUSED:
        return f"'{key}' has no meaning here", REFUSED[key]
    return None


def _spelled_part(key: str, value: Node) -> Node:
    if isinstance(value, Scalar) and key in ("name", "wrap"):
        return Scalar(own_name(value.text), value.quoted, value.place)
    if isinstance(value, Scalar) and key in SWITCHES and value.text.lower() in TRUTH:
        return Scalar(TRUTH[value.text.lower()], False, value.place)
    if key == "of" and isinstance(value, Scalar):
        value = Mapping(((Scalar("name", False, value.place), value),), value.place, False)
    return spell(value) if key == "of" and isinstance(value, Mapping) else value


def _named(pairs: list[tuple[Scalar, Node]]) -> str | None:
    return next((v.text for k, v in pairs if k.text in ("name", "wrap") and isinstance(v, Scalar)), None)


def _variant(
    pairs: list[tuple[Scalar, Node]], name: str | None
) -> tuple[list[tuple[Scalar, Node]], str | None]:
    """Take out the switches that name another optimizer; where one is on, name that optimizer."""
    for key, value in pairs:
        other = VARIANTS.get((name or "", key.text))
        state = TRUTH.get(value.text.lower(), value.text) if isinstance(value, Scalar) else ""
        if other is not None and state in ("0", "1"):
            rest = [(k, v) for k, v in pairs if k is not key]
            if state == "0":
                return _variant(rest, name)
            rest = [(k, v) for k, v in rest if k.text != "name"]
            return _variant(
                [(Scalar("name", False, key.place), Scalar(other, False, key.place)), *rest], other
            )
    return pairs, name


def _nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text.lower() in ("none", "null", "~")


def _hoisted(optimizer: Mapping) -> Mapping:
    """Move a wrapped optimizer's learning rate to the wrapper, which has the only one."""
    inner = optimizer.get("of")
    if not isinstance(inner, Mapping) or optimizer.get("learning_rate") is not None:
        return optimizer
    moved = tuple((key, value) for key, value in inner if key.text == "learning_rate")
    if not moved:
        return optimizer
    kept = Mapping(tuple((k, v) for k, v in inner if k.text != "learning_rate"), inner.place, inner.flow)
    pairs = tuple((key, kept if key.text == "of" else value) for key, value in optimizer)
    return Mapping((*pairs, *moved), optimizer.place, optimizer.flow)
