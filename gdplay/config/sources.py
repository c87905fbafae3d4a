"""Where a config's text comes from: a file, what it extends, Python data, a formula."""

from __future__ import annotations

from collections.abc import Mapping as Dictionary
from collections.abc import Sequence as Items
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gdplay.config.complaints import COMMAND_LINE
from gdplay.config.document import read_document
from gdplay.config.dump import dump
from gdplay.config.files import read_config_bytes
from gdplay.config.merge import expand, mapping, merge
from gdplay.config.nodes import Mapping, Place, Scalar
from gdplay.errors import Complaint, ConfigError

DEEPEST = 5
"""How many configs may extend one another."""


def read_file(path: Path, roots: Items[Path], notes: list[str]) -> Mapping:
    """Return a config file's tree, laid over what it extends.

    Files are read only below the first one's own folder and below ``roots``. Raises ConfigError.
    """
    # a folder may be given without its parent: Path("a.yaml").parent is "."
    allowed = (path.parent, *roots)
    trees: list[Mapping] = []
    names = [path]
    place: dict[str, Any] = {}
    while True:
        try:
            data = read_config_bytes(names[-1], allowed)
        except ConfigError as error:
            raise ConfigError(*(replace(found, **place) for found in error.complaints)) from None
        tree = expand(read_document(data, str(names[-1])))
        trees.append(tree)
        under = tree.get("extends")
        if under is None:
            break
        place = {
            "file": under.place.file,
            "line": under.place.line,
            "column": under.place.column,
            "key": "extends",
        }
        if not isinstance(under, Scalar) or not under.text:
            raise ConfigError(Complaint("expected the path of a config", "write extends: base.yaml", **place))
        if len(names) > DEEPEST:
            chain = " -> ".join(str(name) for name in names)
            raise ConfigError(
                Complaint(f"more than {DEEPEST} configs extend one another: {chain}", "extend fewer", **place)
            )
        names.append(names[-1].parent / under.text)
    result = trees.pop()
    while trees:
        result = merge(result, trees.pop(), notes)
    return Mapping(
        tuple(pair for pair in result.items if pair[0].text != "extends"), result.place, result.flow
    )


def read_data(data: Dictionary[str, Any]) -> Mapping:
    """Return the tree of Python data, as if it had been written in a file. Raises ConfigError."""
    try:
        return read_document(dump(_plain(data)), None)
    except TypeError as error:
        raise ConfigError(Complaint(str(error), "use dict, list, str, int, float and bool")) from None


def formula_tree(text: str) -> Mapping:
    """Return the tree of a config that only names a function."""
    place = Place(COMMAND_LINE, 1, 1)
    return mapping([("function", Scalar(text, False, place))], place)


def _plain(data: Any) -> Any:
    """Return Python data with arrays and tuples as lists."""
    if isinstance(data, Dictionary):
        return {str(key): _plain(value) for key, value in data.items()}
    if isinstance(data, np.ndarray | tuple | list):
        return [_plain(value) for value in (data.tolist() if isinstance(data, np.ndarray) else data)]
    return data.item() if isinstance(data, np.generic) else data
