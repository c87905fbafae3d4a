"""The tables of docs/conventions.md: every row is evaluated and differentiated."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from gdplay.engines.tape import evaluate
from gdplay.formula.expr import symbol
from gdplay.formula.gradient import flat, gradient, hessian, hessian_product
from gdplay.formula.signature import Formula, read
from gdplay.formula.words import ravel

PAGE = Path(__file__).parents[2] / "docs" / "conventions.md"


def rows(columns: int) -> list[tuple[str, ...]]:
    """Return the cells of every row of the page's table with so many columns."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    cells = [
        tuple(cell.strip() for cell in line[1:-1].split(" | ")) for line in lines if line.startswith("| `")
    ]
    return [row for row in cells if len(row) == columns]


def located(text: str, point: str) -> tuple[Formula, dict[str, np.ndarray]]:
    """Read the formula at a point such as ``x = 0, v = [1, 2]``, which says the shapes too."""
    written = re.findall(r"(\w+) = (\[\[.*?\]\]|\[.*?\]|[^,\s]+)", point)
    values = {name: np.array(literal(value)) for name, value in written}
    return read(text.strip("`"), {name: value.shape for name, value in values.items()}), values


def literal(text: str) -> object:
    if text.startswith("[["):
        return [numbers(row) for row in re.findall(r"[^\[\]]+(?=\])", text)]
    return numbers(text[1:-1]) if text.startswith("[") else float(text)


def numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


FIRST, SECOND = rows(5), rows(4)


def test_the_page_has_its_rows() -> None:
    assert len(FIRST) >= 100
    assert len(SECOND) >= 20
    assert len(set(FIRST)) == len(FIRST)


@pytest.mark.parametrize("row", FIRST, ids=lambda row: f"{row[0]} at {row[1]}")
def test_first_derivatives(row: tuple[str, ...]) -> None:
    formula, values = located(row[0], row[1])
    slope = flat(gradient(formula.expr, formula.variables))
    point = {node: values[node.params[0]][..., None] for node in formula.variables}
    value, found = evaluate([formula.expr, slope], point)
    np.testing.assert_allclose(value[0], float(row[2]), rtol=4e-16)
    np.testing.assert_allclose(found[..., 0], numbers(row[3]), rtol=4e-16)


@pytest.mark.parametrize("row", SECOND, ids=lambda row: f"{row[0]} at {row[1]}")
def test_second_derivatives(row: tuple[str, ...]) -> None:
    formula, values = located(row[0], row[1])
    curvature = hessian(formula.expr, formula.variables)
    point = {node: values[node.params[0]][..., None] for node in formula.variables}
    (found,) = evaluate([ravel(curvature)], point)
    np.testing.assert_allclose(found[..., 0], numbers(row[2]), rtol=1e-14, atol=0)

    size = curvature.shape[0]
    direction = symbol("d", (size,))
    product = hessian_product(formula.expr, formula.variables, direction)
    for k in range(size):
        (column,) = evaluate([product], {**point, direction: np.eye(size)[:, k : k + 1]})
        np.testing.assert_allclose(
            column[..., 0], np.array(numbers(row[2]))[k::size], rtol=1e-14, atol=1e-300
        )
