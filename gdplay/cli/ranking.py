"""A table of results for the terminal: short headings, short numbers, no wider than it must be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

WIDEST = 32
HEADINGS = {"best_f": "best f", "final_f": "final f"}


def ranking(columns: Mapping[str, Iterable[Any]]) -> list[str]:
    """Return the lines of a table, its heading first; a dotted key is called by its last part.

    >>> ranking({"optimizer.learning_rate": [0.5, 0.25], "best_f": [1e-20, 2.0]})
    ['learning_rate  best f', '0.5            1e-20', '0.25           2']
    """
    parts: list[list[str]] = []
    for name, values in columns.items():
        cells = [HEADINGS.get(name, name.rpartition(".")[2]), *(_cell(value) for value in values)]
        width = max(len(cell) for cell in cells)
        parts.append([f"{cell:<{width}}" for cell in cells])
    return ["  ".join(row).rstrip() for row in zip(*parts, strict=True)]


def _cell(value: Any) -> str:
    text = f"{value:.5g}" if isinstance(value, float) else str(value)
    return text if len(text) <= WIDEST else text[: WIDEST - 2] + ".."
