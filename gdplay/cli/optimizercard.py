"""What gdplay show tells of an optimizer: equations, defaults, conventions, source, differences."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

WITNESS = "[1 - x, 10*(y - x^2)]"
"""Residuals of a function of two variables: equations have shapes at a point only."""


def optimizer_card(name: str, raw: bool = False) -> dict[str, Any]:
    """Return an optimizer's facts, label to text; ``raw`` keeps lists, and equations as they are written."""
    from gdplay.catalog import conventions
    from gdplay.config.rules import catalogued

    first, *others = conventions(name)
    rule = catalogued(name, first)
    card: dict[str, Any] = {"summary": rule.summary, "equations": _equations(rule.step, raw)}
    if rule.state:
        card["state"] = dict(rule.state) if raw else _listed(rule.state, " = ", " before the first step")
    card["defaults"] = _defaults(rule, raw)
    card["source"] = rule.cite
    card["convention"] = first if raw or not others else f"{first}; also {', '.join(others)}"
    for other in others:
        form = catalogued(name, other)
        if form.step != rule.step:
            card[other] = _equations(form.step, raw)
        if (form.hyperparameters, form.learning_rate) != (rule.hyperparameters, rule.learning_rate):
            card[f"{other}_defaults"] = _defaults(form, raw)
    said = differences(name)
    card["differences"] = said if raw else "\n".join(said)
    return card


def differences(name: str) -> list[str]:
    """Return what an entry says about where torch, Optax and the paper differ from it."""
    from gdplay.catalog import entry
    from gdplay.config.nodes import Scalar, Sequence

    listed = entry("optimizers", name).node.get("differences")
    return [item.text for item in listed if isinstance(item, Scalar)] if isinstance(listed, Sequence) else []


def latex_card(name: str) -> dict[str, str]:
    """Return an optimizer's equations in LaTeX, convention to text, equal ones once."""
    from gdplay.catalog import conventions, is_wrapper
    from gdplay.config.rules import catalogued
    from gdplay.equations import latex
    from gdplay.method import Choices, make_method
    from gdplay.objective import from_text

    function = from_text(WITNESS, residuals=True)
    found: dict[str, str] = {}
    for convention in conventions(name):
        rule = catalogued(name, convention)
        if is_wrapper(name):
            rule = replace(rule, inner=catalogued("gd"))
        text = latex(make_method(function, rule, Choices()))
        if text not in found.values():
            found[convention] = text
    return found


def _equations(step: str, raw: bool) -> str:
    from gdplay.equations import pretty

    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower()
    if raw or not encoding.startswith("utf"):
        return step.rstrip()
    return "\n".join(pretty(step))


def _defaults(rule: Any, raw: bool) -> Any:
    from gdplay.catalog import is_wrapper

    rate = {} if is_wrapper(rule.name) else {"learning_rate": rule.learning_rate}
    values = {**rate, **rule.hyperparameters}
    return values if raw else _listed({key: f"{value:.10g}" for key, value in values.items()}, " ", "")


def _listed(pairs: Any, between: str, after: str) -> str:
    return ", ".join(f"{key}{between}{value}" for key, value in pairs.items()) + after
