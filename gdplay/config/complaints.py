"""All that is wrong with one config, collected so that it is said at once."""

from __future__ import annotations

from collections.abc import Iterable

from gdplay.config.nodes import Mapping, Node, Place, Scalar, Sequence
from gdplay.errors import Complaint, ConfigError, FormulaError, nearest

COMMAND_LINE = "command line"


class Complaints:
    """The findings so far; ``raise_any`` ends with them in the file's order."""

    def __init__(self) -> None:
        self._found: list[Complaint] = []

    def add(self, place: Place, key: str, message: str, remedy: str = "") -> None:
        """Note one finding."""
        column = None if place.file is None else place.column
        self._found.append(Complaint(message, remedy, place.file, _line(place, place.line), column, key))

    def formula(self, node: Scalar, key: str, error: FormulaError) -> None:
        """Note what is wrong with the formula that a scalar holds, at the formula's own line."""
        line = _line(node.place, node.text_line + error.line - 1)
        if node.comment_cut:
            remedy = f"{error.remedy} (' #' starts a comment: quote the formula)".strip()
            error = FormulaError(error.message, remedy, error.text, error.span)
        self._found.append(error.placed(file=node.place.file, line=line, key=key))

    def unknown(self, key: Scalar, path: str, known: Iterable[str]) -> None:
        """Note a key that does not exist, with the nearest one that does."""
        names = sorted(known)
        near = nearest(key.text, names)
        remedy = f"did you mean {near}?" if near else f"the keys here are {', '.join(names)}"
        self.add(key.place, one_line(path)[:200], f"unknown key '{one_line(key.text[:60])}'", remedy)

    def __len__(self) -> int:
        return len(self._found)

    def raise_any(self) -> None:
        """Raise ConfigError with every finding, if there is one."""
        if self._found:
            raise ConfigError(
                *sorted(self._found, key=lambda c: (c.line is None, c.line or 0, (c.line and c.column) or 0))
            )


def _line(place: Place, line: int) -> int | None:
    """Return a line's number where it means something to the user: in a file, not in data or arguments."""
    return None if place.file in (None, COMMAND_LINE) else line


def kind(node: Node) -> str:
    """Name what a node is, for a message."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Sequence):
        return f"a list of {len(node)}"
    text = node.text if len(node.text) <= 40 else node.text[:40] + "..."
    return f"'{one_line(text)}'" if text else "nothing"


def one_line(text: str) -> str:
    """Return text with its line ends as escapes, so that what a user wrote can't pass for a message."""
    return text.replace("\n", "\\n")
