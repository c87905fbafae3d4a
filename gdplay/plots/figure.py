"""The figure of a run: the map or curve with its path, the loss beside it, the title and the legend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import matplotlib
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gdplay.errors import ConfigError
from gdplay.plots.curve import draw_curve
from gdplay.plots.dashes import dashes
from gdplay.plots.frame import choose_frame
from gdplay.plots.landscape import draw_landscape
from gdplay.plots.layout import DEFAULT_DPI, DEFAULT_SIZE, FONT_SIZE, SIDE, TITLE_SIZE, Layout
from gdplay.plots.legend import add_legend, legend_rows
from gdplay.plots.loss import draw_loss
from gdplay.plots.options import check_options
from gdplay.plots.palette import MARKS
from gdplay.plots.scene import Landscape, Path, PlotOptions, Values
from gdplay.plots.section import Section, choose_section
from gdplay.plots.text import FONT, shorten, wrap

TITLE_LINES = 4
NAME_INCHES, LABEL_INCHES = 2.0, 2.4
LEGEND_WORDS = ("best and last", "diverged", "known min", "leaves the frame", "f = ", "f is not finite")

STYLE = {
    "font.family": FONT,
    "font.size": FONT_SIZE,
    "axes.linewidth": 0.7,
    "hatch.linewidth": 0.6,
    "axes.formatter.limits": [-3, 4],
    "axes.unicode_minus": False,
    "text.usetex": False,
    "svg.hashsalt": "gdplay",
}


@contextmanager
def own_style() -> Iterator[None]:
    """Use gdplay's settings, whatever the user's matplotlibrc says: everyone gets the same picture."""
    defaults = {
        key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")
    }
    settings: Any = {**defaults, **STYLE}
    with matplotlib.rc_context(settings):
        yield


def draw_run(
    landscape: Landscape, paths: Sequence[Path], title_lines: Sequence[str], options: PlotOptions
) -> Figure:
    """Draw the paths over their landscape, with the loss beside it.

    One variable gives the curve of f, more give the contours of two of them. Titles, names and labels are a
    user's text: shown as they are, never parsed. Raises ConfigError for options that cannot be drawn.
    """
    complaints = check_options(options, len(landscape.coordinates))
    if complaints:
        raise ConfigError(*complaints)
    labels = _distinct([shorten(path.label, LABEL_INCHES, FONT_SIZE) for path in paths])
    looks = zip(paths, labels, dashes(paths), strict=True)
    paths = [replace(path, label=label, dash=dash) for path, label, dash in looks]
    section = choose_section(landscape, paths, options)
    frame = choose_frame(section, paths, (options.x, options.y)[: len(section.shown)])
    with own_style():
        return _compose(section, paths, frame, _title(section, paths, title_lines, options), options)


def _distinct(labels: Sequence[str]) -> list[str]:
    """Return the labels, numbered where one is empty, repeated or a word that the legend uses itself."""
    found: list[str] = []
    for number, label in enumerate(labels, 1):
        taken = not label or label in found or label.startswith(LEGEND_WORDS) or label in MARKS
        found.append(f"{label or 'path'} ({number})" if taken else label)
    return found


def _title(section: Section, paths: Sequence[Path], lines: Sequence[str], options: PlotOptions) -> list[str]:
    lines = [options.title, *lines[1:]] if options.title is not None else list(lines)
    if section.hides:
        first, second = (shorten(name, NAME_INCHES, TITLE_SIZE) for name in section.names)
        point = "the best point" if len(paths) == 1 else "the best point of all"
        kept = wrap(lines, (options.size or DEFAULT_SIZE)[0] - 2 * SIDE, TITLE_SIZE, TITLE_LINES - 1)
        return [*kept, f"{first} and {second} shown, the others at {point}"]
    return lines


def _compose(
    section: Section, paths: Sequence[Path], frame: Values, title: Sequence[str], options: PlotOptions
) -> Figure:
    size = options.size or DEFAULT_SIZE
    figure = Figure(figsize=size, dpi=options.dpi or DEFAULT_DPI)
    FigureCanvasAgg(figure)
    lines = wrap(title, size[0] - 2 * SIDE, TITLE_SIZE, TITLE_LINES)
    layout = Layout(size, len(lines), has_bar=len(section.shown) == 2, rows=legend_rows(paths, size))
    left, right = figure.add_axes(layout.left_panel), figure.add_axes(layout.right_panel)
    if len(section.shown) == 1:
        entries = draw_curve(left, section, paths, frame, options)
    else:
        entries = draw_landscape(left, figure.add_axes(layout.bar), section, paths, frame, options)
        left.set_ylabel(shorten(section.names[1], layout.height, FONT_SIZE), parse_math=False)
    left.set_xlabel(shorten(section.names[0], layout.width, FONT_SIZE), parse_math=False)
    for label, artist in draw_loss(right, paths, section.landscape.minimum).items():
        entries.setdefault(label, artist)
    for index, line in enumerate(lines):
        figure.text(
            *layout.title(index), line, fontsize=TITLE_SIZE, ha="center", va="center", parse_math=False
        )
    add_legend(figure, entries, [path.label for path in paths], layout)
    return figure
