"""The picture of a trace: what the plots need, filled in from a run."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure

from gdplay.plots.figure import draw_run
from gdplay.plots.scene import Landscape, Path, PlotOptions
from gdplay.trace import Trace

if TYPE_CHECKING:
    from gdplay.config.load import Config


def draw_trace(trace: Trace, options: PlotOptions | None = None) -> Figure:
    """Draw one run; ``options`` replace the config's own."""
    options = options or trace.config.plot_options
    lines = title_lines(trace)
    return draw_run(landscape(trace), [path(trace)], lines, options)


def landscape(trace: Trace) -> Landscape:
    """Return the function under a run's path."""
    function = trace.config.function
    minima = function.known.minima
    none = np.empty((0, function.size))
    return Landscape(
        function,
        function.coordinates,
        none if minima is None else minima,
        function.minimum,
        function.known.domain,
        function.numbers,
    )


def path(trace: Trace, label: str = "path") -> Path:
    """Return a run's rows as a path."""
    return Path(trace.step.astype(np.int64), trace.x, trace.f, trace.status, trace.best.step, label)


def title_lines(trace: Trace) -> Sequence[str]:
    """Return the title: the function, the optimizer with its rate, and every transform in force."""
    return [*config_lines(trace.config), f"{trace.status}: {trace.reason}"]


def config_lines(config: Config, swept: Container[str] = (), defaults: bool = False) -> list[str]:
    """Return the title's lines about a config, without the ``swept`` keys.

    With ``defaults`` the hyperparameters are in it that the config does not set.
    """
    text = config.function.line
    first = text if config.function.name == "f" else f"{config.function.name}:  {text}"
    if config.function.placement:
        first += f",  {config.function.placement}"
    choices = config.choices
    silent = config.optimizer.rule.defaults if defaults else {}
    known = {**{name: f"{value:g}" for name, value in silent.items()}, **choices.hyperparameters}
    own = {name: (f"optimizer.{name}", value) for name, value in known.items()}
    parts = {
        "learning rate": ("optimizer.learning_rate", choices.learning_rate),
        **own,
        "gradient": ("gradient", choices.gradient if choices.gradient != "analytic" else None),
        "gradient clipped to norm": ("optimizer.clip.norm", choices.clip_norm),
        "gradient clipped to": ("optimizer.clip.value", choices.clip_value),
        "weight decay": ("optimizer.weight_decay", choices.weight_decay),
        "gradient noise": ("noise.gradient", choices.noise or None),
    }
    shown = [f"{what} {v}" for what, (key, v) in parts.items() if v is not None and key not in swept]
    return [first, ",  ".join([config.optimizer.rule.title, *shown])]
