"""The picture of a trace: what the plots need, filled in from a run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gdplay.plots.figure import draw_run
from gdplay.plots.scene import Landscape, Path, PlotOptions
from gdplay.trace import Trace


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
    config = trace.config
    text = config.function.line
    first = text if config.function.name == "f" else f"{config.function.name}:  {text}"
    if config.function.placement:
        first += f",  {config.function.placement}"
    choices = config.choices
    parts = [f"{config.optimizer.rule.title},  learning rate {choices.learning_rate}"]
    parts += [f"{name} {value}" for name, value in choices.hyperparameters.items()]
    forced = {
        "gradient": choices.gradient if choices.gradient != "analytic" else None,
        "gradient clipped to norm": choices.clip_norm,
        "gradient clipped to": choices.clip_value,
        "weight decay": choices.weight_decay,
        "gradient noise": choices.noise or None,
    }
    parts += [f"{what} {value}" for what, value in forced.items() if value is not None]
    return [first, ",  ".join(parts), f"{trace.status}: {trace.reason}"]
