"""A run carried out into a folder of its own: the log as it grows, then config, picture and summary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gdplay.catalog import entry
from gdplay.columns import log_columns
from gdplay.config.dump import dump
from gdplay.config.load import Config
from gdplay.folder import Folder, claim
from gdplay.jsontext import dumps
from gdplay.rule import Rule
from gdplay.schedule import written
from gdplay.simulation import Watch, simulate
from gdplay.steplog import open_steps
from gdplay.trace import Trace, rows_in_memory

PARENT = Path("runs")
LONGEST_START = 5_000
"""A quarter of what a config's document may hold."""


def save_run(
    config: Config,
    out: Path | None = None,
    force: bool = False,
    watch: Watch | None = None,
) -> tuple[Trace, Folder]:
    """Carry out a run and save it; return its trace (thinned) and its folder.

    Raises ConfigError where the folder can't be had, MachineError where the disk fails.
    """
    from gdplay.plots.save import figure_bytes
    from gdplay.plots.trace import draw_trace

    columns = log_columns(config)
    with claim(out, config.name, PARENT, force) as folder:
        with open_steps(folder, columns.names, config.log["format"]) as log:
            trace = simulate(config, log, rows_in_memory(config.function.size), watch)
        folder.write("config.yaml", dump(resolved(config, trace.engine)))
        format = config.plot["format"]
        folder.write(f"trajectory.{format}", figure_bytes(draw_trace(trace), format))
        folder.write("summary.json", dumps(trace.summary(), indent=2) + "\n")
    return trace, folder


def resolved(config: Config, engine: str) -> dict[str, Any]:
    """Return the complete config: running it gives the same result, whatever the defaults become."""
    source, chosen = config.source, config.optimizer
    function = dict(source["function"])
    if "name" in function and entry("functions", function["name"]).node.get("dimension") is not None:
        function.setdefault("dimension", config.function.size)
    optimizer = {**_rule(chosen.rule, chosen.hyperparameters), "learning_rate": chosen.learning_rate}
    clip = {"norm": chosen.clip_norm, "value": chosen.clip_value}
    if any(value is not None for value in clip.values()):
        optimizer["clip"] = _given(clip)
    if chosen.weight_decay is not None:
        optimizer["weight_decay"] = chosen.weight_decay
    choices = config.choices
    sections: dict[str, dict[str, Any]] = {
        "gradient": {"method": choices.gradient, "step": choices.gradient_step},
        "stop": dict(config.stop),
        "noise": {"gradient": choices.noise or None},
        "log": dict(config.log),
        "plot": dict(config.plot),
    }
    given = {name: _given(section) for name, section in sections.items()}
    return {
        "name": config.name,
        "function": function,
        **_start(config),
        "optimizer": written(optimizer),
        **{name: section for name, section in given.items() if section},
        "seed": config.seed,
        "engine": engine,
    }


def _start(config: Config) -> dict[str, Any]:
    """Return where the run started; more numbers than a config may hold stay as they were described."""
    start = config.start
    if len(start) <= LONGEST_START:
        return {"start": start.tolist()}
    if (start == start[0]).all():
        return {"start": repr(float(start[0]))}
    return {"start": config.source["start"]} if "start" in config.source else {}


def _rule(rule: Rule, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return what says which rule it is, with every hyperparameter: a name, a wrapper, or equations."""
    changed = {name: written(settings[name]) for name in rule.hyperparameters if name in settings}
    values = {**rule.hyperparameters, **changed}
    if rule.inner is not None:
        inner = _rule(rule.inner, settings)
        return {"wrap": rule.name, "convention": rule.convention, **values, "of": inner}
    if rule.convention:
        return {"name": rule.name, "convention": rule.convention, **values}
    declared = {"hyperparameters": dict(rule.hyperparameters), "state": dict(rule.state)}
    return {key: value for key, value in declared.items() if value} | {"step": rule.step, **changed}


def _given(section: dict[str, Any]) -> dict[str, Any]:
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in section.items()
        if value is not None
    }
