"""What the parts of a step are called and which equations they come from: the rule's own words for nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gdplay.criteria import ALWAYS, CARRIED, ENDINGS, STATUSES, Criteria, endings
from gdplay.formula.expr import Expr, substitute
from gdplay.formula.gradient import unflat
from gdplay.formula.numeric import ANALYTIC
from gdplay.method import TRANSFORMS, Method, norm
from gdplay.rule import last_values
from gdplay.search import LIMIT

LONGEST = 400
"""An equation of more characters is cut."""


@dataclass(frozen=True)
class Part:
    """One part of a step: what to call it, the node that holds it, the equation that gives it, or none."""

    name: str
    node: Expr
    equation: str = ""


def parts(method: Method, criteria: Criteria) -> list[Part]:
    """Return what of a step has a name; of two for one node the first is the better name."""
    return [
        Part(part.name, part.node, _line(part.equation))
        for source in (
            _given(method),
            _value(method),
            _rule(method),
            _inside(method),
            _sought(method),
            _ends(method, criteria),
        )
        for part in source
    ]


def within(found: list[Part], replacement: Mapping[Expr, Expr]) -> list[Part]:
    """Return the parts in a graph where some nodes are replaced by symbols for their values."""
    nodes = substitute([part.node for part in found], replacement)
    moved = zip(found, nodes, strict=True)
    return [Part(part.name, node, part.equation) for part, node in moved if part.node not in replacement]


def _line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[:LONGEST] + " ..."


def _given(method: Method) -> Iterator[Part]:
    """Yield what a step begins with: the point, what is remembered, the settings."""
    yield Part("point", method.point)
    yield Part("t", method.t)
    yield Part("noise", method.noise)
    for memory in method.memory:
        yield Part(memory.name, memory.before)
    rate = method.choices.learning_rate
    settings = {**method.choices.hyperparameters, **({} if method.search else {"lr": rate})}
    for name, node in method.settings.items():
        setting = settings.get(name, 0.0)
        yield Part(name, node, "" if isinstance(setting, float | int) else f"{name} = {setting}")
    for name, node in vars(CARRIED).items():
        yield Part(name, node)


def _rule(method: Method) -> Iterator[Part]:
    """Yield the rule's own lines; what a step leaves behind is called ``NAME_new``."""
    lasting = {"x": "point_new", **{memory.name: f"{memory.name}_new" for memory in method.memory}}
    last = last_values(method.statements)
    if method.next_point is not last["x"]:  # of a number it is a vector
        yield Part("point_new", method.next_point)
    for line in method.statements:
        name = lasting.get(line.name, line.name) if line.value is last[line.name] else line.name
        # the point of a rule that another one wraps
        yield Part("inner" if name == "x" else name, line.value, line.text)
    for memory in method.memory:
        yield Part(f"{memory.name}_new", memory.after)


def _sought(method: Method) -> Iterator[Part]:
    """Yield the parts of a search for the learning rate."""
    if (line := method.search) is None:
        return
    search, names = line.search, [node.params[0] for node in line.unknowns]
    for k, name in enumerate(names):  # one text assigns the rate and what the search remembers
        yield Part(f"first_{name}", line.begin[k], f"begin: {search.start}" if k == 0 else "")
        yield Part(f"next_{name}", line.next[k], f"next: {search.next}" if k == 0 else "")
    yield Part("done", line.until, f"until: {search.until}")
    yield Part("otherwise", line.otherwise, f"otherwise = {search.otherwise}, after {LIMIT} rates")


def _value(method: Method) -> Iterator[Part]:
    """Yield the function's value and its gradient."""
    f, line, choices = method.function.formula.name, method.function.line, method.choices
    yield Part(f, method.f, line if line.startswith(f"{f}(") else f"{f} = {line}")
    kind = "" if choices.gradient == ANALYTIC else f"{choices.gradient} "
    done = [text for name, text in TRANSFORMS.items() if _is_set(method, name)]
    yield Part("g", method.received, ", then ".join([f"g: the {kind}gradient of {f}", *done]))
    if method.gradient is not method.received:
        yield Part("gradient", method.gradient, f"gradient: the exact one of {f}")


def _inside(method: Method) -> Iterator[Part]:
    """Yield the function's variables, its constants and the user's own names in it."""
    formula = method.function.formula
    inner = unflat(method.point, formula.variables)
    for variable, node in inner.items():
        yield Part(variable.params[0], node)
    for name, node in formula.constants.items():
        yield Part(name, node)
    if not method.function.placement:
        named = substitute(list(formula.named.values()), inner)
        yield from (Part(name, node) for name, node in zip(formula.named, named, strict=True))


def _is_set(method: Method, transform: str) -> bool:
    value = getattr(method.choices, transform)
    return value is not None and value != 0.0 and transform not in method.rule.owns


def _ends(method: Method, criteria: Criteria) -> Iterator[Part]:
    """Yield what is looked at to end a run."""
    size = norm(method.gradient)
    yield Part("grad_norm", size, "grad_norm: the exact gradient's length")
    for name, node in endings(method, criteria, size).items():
        key = name if name in ALWAYS else f"stop.{name}"
        yield Part(f"ends_{name}", node, f"ends_{name}: status {STATUSES[ENDINGS[name].status]}, by {key}")
