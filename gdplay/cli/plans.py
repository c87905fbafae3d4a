"""What gdplay show tells of a schedule or a line search: its formulas, defaults, other names, source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

COUNTING = "t is 1 in the first step; torch and Optax count from 0, so theirs is t - 1"
TAKES = {"one": "a schedule", "many": "a list of schedules", "factors": "a list of schedules that start at 1"}


def schedule_card(name: str) -> dict[str, Any]:
    """Return the facts of a schedule, label to text."""
    from gdplay.config.schedules import LIST, VALUE, form

    found = form(name)
    card: dict[str, Any] = {
        "summary": found.card["summary"],
        "formula": (found.formula or found.step).rstrip(),
    }
    card["steps"] = COUNTING
    if found.state:
        card["state"] = _listed(
            f"{key} = {value} before the first step" for key, value in found.state.items()
        )
    words = {LIST: "a list", "default": "the setting's own default", "max_steps": "the run's max_steps"}
    card["defaults"] = _listed(
        f"{key} {words.get(text, text)}" for key, text in found.hyperparameters.items()
    )
    if found.choices:
        card["choices"] = _listed(f"{key}: {' or '.join(options)}" for key, options in found.choices.items())
    if found.parts:
        card["takes"] = _listed(f"{key}: {TAKES[how]}" for key, how in found.parts.items())
    common = {theirs: ours for theirs, ours in VALUE.items() if ours in found.hyperparameters}
    return card | _others(found.names, {**common, **found.spellings}) | _ending(found.card)


def search_card(name: str) -> dict[str, Any]:
    """Return the facts of a line search, label to text."""
    from gdplay.config.searches import also_called, searched, spelled

    found = searched(name)
    card: dict[str, Any] = {"summary": found.card["summary"]}
    if found.state:
        card["state"] = "\n".join(f"{key} = {value}" for key, value in found.state.items())
    card |= {"start": found.start, "until": found.until, "next": found.next}
    card["words"] = (
        "phi(a) is f after the step with the rate a, slope(a) its derivative, curvature(a) its second"
    )
    card["at_the_limit"] = f"after limit rates the step takes {found.otherwise}, and the run notes it"
    card["defaults"] = _listed(f"{key} {value:g}" for key, value in found.hyperparameters.items())
    return card | _others(also_called(name), spelled(name)) | _ending(found.card)


def _ending(card: Mapping[str, str]) -> dict[str, str]:
    return {**({"notes": card["notes"]} if "notes" in card else {}), "source": card["cite"]}


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)


def _others(names: Iterable[str], spellings: Mapping[str, str]) -> dict[str, str]:
    """Return what torch and Optax call it, and the words that are understood in it."""
    words = _listed(f"{theirs} for {ours.replace(' ', ' and ')}" for theirs, ours in spellings.items())
    rows = {"also_called": _listed(names), "spellings": words}
    return {key: text for key, text in rows.items() if text}
