"""The tree that a config's text is read into: scalars as text, lists and mappings, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Place:
    """Where a node starts: the file's name, the line and the column, both counted from 1."""

    file: str | None
    line: int
    column: int


@dataclass(frozen=True)
class Scalar:
    """One value as text: what it means (a number, a name, a formula) is the schema's to say.

    ``block`` tells a text below ``|`` or ``>``; line k (from 0) of a ``|`` text is the file's line
    ``text_line + k``. ``comment_cut`` tells that `` #`` ended a plain value, so that a formula may have
    lost its end.
    """

    text: str
    quoted: bool
    place: Place
    block: bool = False
    comment_cut: bool = False

    @property
    def text_line(self) -> int:
        """The file's line that holds the text's first line."""
        return self.place.line + 1 if self.block else self.place.line


@dataclass(frozen=True)
class Sequence:
    """A list; ``flow`` tells that it was written in brackets."""

    items: tuple[Node, ...]
    place: Place
    flow: bool

    def __iter__(self) -> Iterator[Node]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


@dataclass(frozen=True)
class Mapping:
    """Pairs of key and value in the file's order, no key twice; iteration yields the pairs."""

    items: tuple[tuple[Scalar, Node], ...]
    place: Place
    flow: bool
    _values: dict[str, Node] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_values", {key.text: value for key, value in self.items})

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def get(self, name: str) -> Node | None:
        """Return the value of the key with this text, or None."""
        return self._values.get(name)

    def keys(self) -> tuple[str, ...]:
        """Return the keys' texts in the file's order."""
        return tuple(self._values)


Node = Scalar | Sequence | Mapping
