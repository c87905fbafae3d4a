"""A table of results for the terminal: short headings, short numbers, no wider than it must be."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

WIDEST, NARROWEST = 32, 8
HEADINGS = {"best_f": "best f", "final_f": "final f"}


def ranking(
    columns: Mapping[str, Iterable[Any]], width: int | None = None, cut: Container[str] = ()
) -> list[str]:
    """Return the lines of a table, its heading first; a dotted key is called by its last part.

    Where it is wider than ``width``, the columns called ``cut`` are narrowed, the widest first.

    >>> ranking({"optimizer.learning_rate": [0.5, 0.25], "best_f": [1e-20, 2.0]})
    ['learning_rate  best f', '0.5            1e-20', '0.25           2']
    """
    cells = [
        [HEADINGS.get(name, name.rpartition(".")[2]), *(_cell(value) for value in values)]
        for name, values in columns.items()
    ]
    texts = [k for k, name in enumerate(columns) if name in cut]
    while width is not None and sum(map(_width, cells)) + 2 * (len(cells) - 1) > width:
        widest = max(texts, key=lambda k: _width(cells[k]), default=None)
        if widest is None or _width(cells[widest]) <= NARROWEST:
            break
        cells[widest] = [_cut(cell, _width(cells[widest]) - 1) for cell in cells[widest]]
    parts = [[f"{cell:<{_width(column)}}" for cell in column] for column in cells]
    return ["  ".join(row).rstrip() for row in zip(*parts, strict=True)]


def _width(cells: list[str]) -> int:
    return max(map(len, cells))


def _cell(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, float) else _cut(str(value), WIDEST)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text.removesuffix("..")[: width - 2] + ".."
