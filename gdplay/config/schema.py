"""The config as JSON Schema, made from the table of keys: what an editor completes from."""

from __future__ import annotations

from typing import Any

from gdplay.catalog import CONVENTIONS, is_wrapper, names, optimizer_keys
from gdplay.config.functions import PLACEMENT, WRITTEN
from gdplay.config.keys import SECTIONS, SINGLE, Key
from gdplay.config.optimizers import AROUND, OWN
from gdplay.config.values import FORMULA

POINT = {"type": ["array", "object", "string", "number"]}
MEANINGS = {
    "extends": "another config, below this one's folder, that this one is laid over",
    "function": "what is minimised: a formula, a catalogue name, or a mapping",
    "start": "where the run starts: values in variable order, a mapping, or random",
    "optimizer": "the optimizer: a name, or a mapping with its learning rate and hyperparameters",
    "name": "the run's name: its folder is runs/NAME-N",
}
"""What the keys mean that no section of the table has."""


def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a config."""
    hyperparameters = sorted({key for name in names("optimizers") for key in optimizer_keys(name)})
    function = {key: {} for key in (*WRITTEN, "dimension")}
    function |= {"name": {"enum": list(names("functions"))}, "formula": FORMULA}
    function |= {key: {"type": ["number", "string", "array"]} for key in PLACEMENT}
    optimizer: dict[str, Any] = {key: {} for key in (*AROUND, *OWN)}
    wrappers = [name for name in names("optimizers") if is_wrapper(name)]
    named = [name for name in names("optimizers") if name not in wrappers]
    optimizer |= {"name": {"type": "string", "examples": named}, "convention": {"enum": list(CONVENTIONS)}}
    optimizer |= {"wrap": {"type": "string", "examples": wrappers}, "of": {"type": ["string", "object"]}}
    setting = [FORMULA, _plan("schedule", "schedules")]
    optimizer |= {key: {"anyOf": setting} for key in (*hyperparameters, "weight_decay")}
    optimizer["learning_rate"] = {"anyOf": [*setting, _plan("search", "searches")]}
    top: dict[str, Any] = {
        "extends": {"type": "string"},
        "function": {"anyOf": [{"type": "string"}, _object(function)]},
        "start": POINT,
        # an optimizer of the user's own declares hyperparameters of any name
        "optimizer": {"anyOf": [{"type": "string"}, {"type": "object", "properties": optimizer}]},
        "name": {"type": "string", "pattern": "^[A-Za-z0-9_][A-Za-z0-9_.-]*$", "maxLength": 100},
    }
    for key, meaning in MEANINGS.items():
        top[key]["description"] = meaning
    for key, row in SINGLE.items():
        top[key] = _key(row)
    for section, rows in SECTIONS.items():
        top[section] = _object({key: _key(row) for key, row in rows.items()})
    top["gradient"] = {"anyOf": [SECTIONS["gradient"]["method"].read.schema, top["gradient"]]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A gdplay config",
        **_object(top),
        "required": ["function"],
    }


def _plan(key: str, kind: str) -> dict[str, Any]:
    """Return the schema of a schedule or a search: its name and whatever its entry declares."""
    named = {"type": "string", "examples": list(names(kind))}
    return {"type": "object", "properties": {key: named}, "required": [key]}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _key(row: Key) -> dict[str, Any]:
    described = {**row.read.schema, "description": row.meaning}
    return described if row.default is None else {**described, "default": row.default}
