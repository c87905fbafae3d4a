"""What gdplay show --parity tells: with what the optimizers were compared, and how far the paths agree."""

from __future__ import annotations

import textwrap
from typing import Any

INDENT = 20


def parity_rows(name: str | None) -> tuple[str, list[dict[str, Any]], dict[str, str]]:
    """Return the versions compared with, the comparisons (of one optimizer), and what was left out."""
    from gdplay.catalog import parity
    from gdplay.config.nodes import Mapping, Scalar, Sequence

    def words(node: Any) -> str:
        return node.text if isinstance(node, Scalar) else " ".join(words(item) for item in node)

    tree = parity()
    compared, left = tree.get("compared"), tree.get("left_out")
    assert isinstance(compared, Sequence)
    assert isinstance(left, Mapping)
    rows = [{key.text: words(value) for key, value in row} for row in compared if isinstance(row, Mapping)]
    versions = ", ".join(f"{key} {words(tree.get(key))}" for key in ("torch", "optax"))
    chosen = [row for row in rows if name is None or row["optimizer"] == name]
    return versions, chosen, {key.text: words(value) for key, value in left}


def parity_lines(versions: str, rows: list[dict[str, Any]], left: dict[str, str], width: int) -> list[str]:
    """Return the table as lines: optimizer, original, last equal steps; below it the settings."""
    head = (
        f"compared with {versions}: up to which step, of 500, the paths agree on Rosenbrock, an "
        "ill-conditioned quadratic, Beale and Himmelblau; fewer where a path is chaotic"
    )
    lines = textwrap.wrap(head, width)
    for row in rows:
        lines.append(f"{row['optimizer']:<{INDENT}}{row['original']:<36}{row['steps']}")
        indent = " " * INDENT
        lines += textwrap.wrap(row["settings"], width, initial_indent=indent, subsequent_indent=indent)
    if left:
        lines.append("left out, or compared less strictly")
    for original, reason in left.items():
        said = f"{original}: {reason}"
        lines += textwrap.wrap(
            said, width, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False
        )
    return lines
