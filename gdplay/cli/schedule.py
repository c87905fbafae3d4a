"""gdplay show CONFIG --schedule: what the scheduled settings will be, step by step, without running."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from gdplay.errors import Complaint, ConfigError

if TYPE_CHECKING:
    from gdplay.config.load import Config
    from gdplay.schedule import Setting

MOST_ROWS = 20_000
SHOWN = 11
"""Rows of the table; the picture has all of them."""

WIDTH = 14


def show_schedule(source: str, settings: Sequence[str], out: Path | None, force: bool, json: bool) -> None:
    """Print the learning rate, and what else changes with the step, for some steps; draw them with -o."""
    from gdplay.cli import print_json
    from gdplay.cli.source import read_source
    from gdplay.config.schedules import sample
    from gdplay.errors import printable

    config = read_source(source, list(settings))
    steps = sample(config.criteria.max_steps, MOST_ROWS)
    curves = {name: _values(name, setting, steps) for name, setting in scheduled(config).items()}
    saved = {} if out is None else {"file": _draw(config, steps, curves, out, force)}
    if json:
        print_json({"name": config.name, "step": steps, **curves, **saved})
        return
    names = {"step": steps, **curves}
    rows = np.unique(np.linspace(0, len(steps) - 1, SHOWN).round().astype(int))
    lines = ["  ".join(f"{name:>{WIDTH}}" for name in names)]
    lines += ["  ".join(f"{values[row]:>{WIDTH}.6g}" for values in names.values()) for row in rows]
    lines += [f"saved {path}" for path in saved.values()]
    print(
        printable(
            "\n".join(line[WIDTH - len("step") :] if k <= len(rows) else line for k, line in enumerate(lines))
        )
    )


def scheduled(config: Config) -> dict[str, Setting]:
    """Return the learning rate and every other setting that is no plain number. Raises ConfigError."""
    from gdplay.search import Search

    choices = config.choices
    if isinstance(choices.learning_rate, Search):
        message = f"the rate is searched for in every step ({choices.learning_rate.name}); it has no schedule"
        raise ConfigError(
            Complaint(message, "gdplay run logs the rates that were found", key="optimizer.learning_rate")
        )
    others: dict[str, Setting | None] = {
        **choices.hyperparameters, "weight_decay": choices.weight_decay, "clip.norm": choices.clip_norm,
        "clip.value": choices.clip_value, "noise.gradient": choices.noise,
    }  # fmt: skip
    moving = {
        name: value
        for name, value in others.items()
        if value is not None and not isinstance(value, float | int)
    }
    return {"learning_rate": choices.learning_rate, **moving}


def _values(name: str, setting: Setting, steps: np.ndarray) -> np.ndarray:
    from gdplay.schedule import preview

    found = preview(setting, steps)
    if found is None:
        message = (
            f"{str(setting).partition(' ')[0]} follows the values of the run, so it can't be shown before it"
        )
        raise ConfigError(Complaint(message, "gdplay run logs the rates", key=f"optimizer.{name}"))
    return found


def _draw(config: Config, steps: np.ndarray, curves: dict[str, np.ndarray], out: Path, force: bool) -> str:
    from gdplay.cli.picture import save_picture
    from gdplay.plots import PICTURES

    title = [f"{name.replace('_', ' ')}: {setting}" for name, setting in scheduled(config).items()]
    return save_picture(lambda: PICTURES["schedule"].load()(steps, curves, title), out, force)
