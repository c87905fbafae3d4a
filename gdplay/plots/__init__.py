"""The table of pictures: what each one shows and where it is drawn; matplotlib is imported only to draw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

FORMATS = ("png", "svg", "pdf")


@dataclass(frozen=True)
class Picture:
    """One kind of picture: what it shows, and the function that draws it."""

    shows: str
    module: str
    function: str

    def load(self) -> Callable[..., Any]:
        """Import and return the function that draws the picture, a matplotlib Figure."""
        return getattr(import_module(self.module), self.function)


PICTURES = {
    "trajectory": Picture(
        "the path over the contours of f, the loss beside it", "gdplay.plots.figure", "draw_run"
    ),
    "graph": Picture(
        "the computational graph with values and gradients on its nodes", "gdplay.plots.graph", "draw_graph"
    ),
    "card": Picture(
        "a function over its domain, with its minima, maxima and saddles", "gdplay.plots.card", "draw_card"
    ),
    "schedule": Picture(
        "the learning rate and what else is scheduled, against the step",
        "gdplay.plots.schedule",
        "draw_schedule",
    ),
    "rates": Picture(
        "what runs come to against a swept number, a line each", "gdplay.plots.rates", "draw_rates"
    ),
    "heat": Picture("what runs come to over two swept numbers", "gdplay.plots.heat", "draw_heat"),
    "curves": Picture(
        "the loss curves of a sweep, coloured by a swept number", "gdplay.plots.losses", "draw_losses"
    ),
    "basins": Picture("which minimum each start reaches, and how fast", "gdplay.plots.field", "draw_basins"),
    "map": Picture("which pairs of two settings arrive, and how fast", "gdplay.plots.field", "draw_outcomes"),
    "stability": Picture(
        "which learning rates are stable, and how low f gets at each",
        "gdplay.plots.stability",
        "draw_stability",
    ),
    "accuracy": Picture(
        "the error of each numeric derivative against its step", "gdplay.plots.vcurve", "draw_vcurve"
    ),
}
