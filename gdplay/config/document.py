"""How an untrusted YAML text becomes a tree of placed nodes within stated limits."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from gdplay.config.nodes import Mapping, Node, Place, Scalar, Sequence
from gdplay.config.source import MOST_BYTES, UNFIT, Source, read_source
from gdplay.config.syntax import quote_remedy, rescue, shorten, syntax_error, torn_remedy
from gdplay.errors import ConfigError, describe_character

__all__ = [
    "MOST_BYTES",
    "MOST_DEPTH",
    "MOST_NODES",
    "Mapping",
    "Node",
    "Place",
    "Scalar",
    "Sequence",
    "read_document",
    "read_value",
]

MOST_DEPTH = 32
MOST_NODES = 20_000

_SMALLEST = "the smallest config is one line: function: f(x, y) = x^2 + y^2"
_COMMENT = re.compile(r"[ \t]+#")


def read_document(data: bytes | str, file: str | None) -> Mapping:
    """Read a config's text into its tree; scalars stay text.

    Raises ConfigError with one complaint for whatever is no small, plain YAML mapping: too many bytes, nodes
    or levels; other encodings, characters that cannot be seen; anchors, aliases, tags, merge keys, several
    documents, keys given twice; and formulas that YAML cannot read or tears apart without quotes.

    >>> read_document("stop: {gradient_norm: 1e-8}", "demo.yaml").get("stop").get("gradient_norm").text
    '1e-8'
    """
    source = read_source(data, file)
    root = _read(source)
    if root is None or (isinstance(root, Scalar) and not root.quoted and not root.text):
        raise source.error(source.place(1, 1), "the file is empty", _SMALLEST)
    if not isinstance(root, Mapping):
        found = "a list" if isinstance(root, Sequence) else "a single value"
        raise source.error(root.place, f"a config is a mapping of keys to values; this is {found}", _SMALLEST)
    return root


def read_value(text: str, file: str) -> Node:
    """Read a value from the command line: YAML in brackets or braces, else the whole text as one scalar.

    >>> read_value("x: y # z", "command line").text
    'x: y # z'
    """
    source = read_source(text, file)
    if text.startswith(("[", "{")):
        root = _read(source)
        assert root is not None, "a bracket opens a node"
        return root
    return Scalar(text, False, source.place(1, 1))


class _Loader(yaml.SafeLoader):
    # PyYAML passes character by character and looks for five kinds of line end; here a long stretch is
    # passed at once, and \n is the only one. A megabyte of hostile text takes half as long.
    def forward(self, length: int = 1) -> None:
        start = self.pointer
        self.pointer = self.index = end = start + length
        if length == 1 and self.buffer[start] != "\n":
            self.column += 1
        elif breaks := self.buffer.count("\n", start, end):
            self.line += breaks
            self.column = end - self.buffer.rfind("\n", start, end) - 1
        else:
            self.column += length

    def scan_line_break(self) -> str:
        if self.buffer[self.pointer] != "\n":
            return ""
        self.pointer = self.index = self.pointer + 1
        self.line += 1
        self.column = 0
        return "\n"

    def scan_plain_spaces(self, indent: int, start_mark: yaml.Mark) -> list[str] | None:
        if self._at_one_space():
            return [" "]
        return super().scan_plain_spaces(indent, start_mark)

    def scan_flow_scalar_spaces(self, double: bool, start_mark: yaml.Mark) -> list[str]:
        if self._at_one_space():
            return [" "]
        return super().scan_flow_scalar_spaces(double, start_mark)

    def _at_one_space(self) -> bool:
        # Most spaces stand alone between two words; passes it.
        if self.buffer[self.pointer] != " " or self.buffer[self.pointer + 1] in " \t\n\0":
            return False
        self.pointer = self.index = self.pointer + 1
        self.column += 1
        return True

    def fetch_directive(self) -> None:
        raise yaml.MarkedYAMLError(problem="found a directive", problem_mark=self.get_mark())


@dataclass
class _Open:
    # A list or mapping whose end has not been read.
    place: Place
    flow: bool
    is_mapping: bool
    items: list[Node] = field(default_factory=list)
    pairs: list[tuple[Scalar, Node]] = field(default_factory=list)
    key: Scalar | None = None
    lines: dict[str, int] = field(default_factory=dict)

    @property
    def expects_key(self) -> bool:
        return self.is_mapping and self.key is None

    def closed(self) -> Node:
        if self.is_mapping:
            return Mapping(tuple(self.pairs), self.place, self.flow)
        return Sequence(tuple(self.items), self.place, self.flow)


def _read(source: Source) -> Node | None:
    loader = _Loader(source.text)
    try:
        return _tree(source, _events(loader))
    except yaml.MarkedYAMLError as error:
        raise syntax_error(source, error) from None
    except (ValueError, OverflowError):
        # The one bare error left in PyYAML: "\UFFFFFFFF" is given to chr().
        place = source.place(loader.line + 1, loader.column + 1)
        raise source.error(place, "this escape names no character", "Unicode ends at \\U0010FFFF") from None


def _events(loader: _Loader) -> Iterator[yaml.Event]:
    while loader.check_event():
        yield loader.get_event()


def _tree(source: Source, events: Iterator[yaml.Event]) -> Node | None:
    root: Node | None = None
    stack: list[_Open] = []
    nodes = documents = 0
    for event in events:
        place = source.place(event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise source.error(place, "a second document starts here", "keep one document in a file")
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            _check_node(source, event, place, nodes)
        node: Node | None = None
        if isinstance(event, yaml.CollectionStartEvent):
            if stack and stack[-1].expects_key:
                raise _bad_key(source, event, place)
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            stack.append(_Open(place, bool(event.flow_style), is_mapping))
            if len(stack) > MOST_DEPTH:
                message = f"lists and mappings are nested more than {MOST_DEPTH} deep"
                raise source.error(place, message, "write it flatter")
        elif isinstance(event, yaml.CollectionEndEvent):
            node = stack.pop().closed()
        elif isinstance(event, yaml.ScalarEvent):
            node = _scalar(source, event, place, stack[-1] if stack else None)
        if node is not None and stack:
            _add(source, stack[-1], node)
        elif node is not None:
            root = node
    return root


def _check_node(source: Source, event: yaml.NodeEvent, place: Place, nodes: int) -> None:
    if nodes > MOST_NODES:
        remedy = "keep data in CSV files and name them under function.data"
        raise source.error(place, f"the config holds more than {MOST_NODES:,} keys and values", remedy)
    line = source.lines[place.line - 1] if event.anchor or getattr(event, "tag", None) else ""
    if event.anchor is not None:
        remedy = rescue(line) or "repeat the value, or use extends"
        raise source.error(place, "anchors and aliases are not supported", remedy)
    if getattr(event, "tag", None) is not None:
        raise source.error(place, "tags are not supported", rescue(line) or "remove what starts with !")


def _scalar(source: Source, event: yaml.ScalarEvent, place: Place, parent: _Open | None) -> Scalar:
    text, plain = event.value, event.style in (None, "")
    if found := UNFIT.search(text):
        message = f"the character {describe_character(found.group())} is refused, also as an escape"
        raise source.error(place, message, "remove it")
    if plain and parent and parent.flow:
        key = parent.key.text if parent.key else ""
        if text.count("(") != text.count(")"):
            remedy = torn_remedy(source, event.start_mark.index, key, is_key=parent.expects_key)
            raise source.error(place, f"YAML has cut a formula at a comma: {shorten(text)}", remedy)
        if not text and parent.key:
            line = source.lines[parent.key.place.line - 1]
            remedy = rescue(line) or f"write {key}: VALUE, or quote the whole text if it is a formula"
            raise source.error(parent.key.place, f"{shorten(key)} has no value", remedy)
    if plain and parent and parent.expects_key and text in ("", "<<"):
        if not text:
            raise source.error(place, "the key before ':' is missing", "write key: value")
        raise source.error(place, "merge keys (<<) are not supported", "repeat the values, or use extends")
    cut = plain and bool(_COMMENT.match(source.text, event.end_mark.index))
    return Scalar(text, not plain, place, event.style in ("|", ">"), cut)


def _add(source: Source, parent: _Open, node: Node) -> None:
    if not parent.is_mapping:
        parent.items.append(node)
    elif parent.key is not None:
        parent.pairs.append((parent.key, node))
        parent.key = None
    else:
        assert isinstance(node, Scalar), "other keys were refused where they start"
        first = parent.lines.setdefault(node.text, node.place.line)
        if len(parent.lines) == len(parent.pairs):
            second = node.place.line
            where = f"in line {first}" if first == second else f"in lines {first} and {second}"
            message = f"the key {shorten(node.text)} is given twice, {where}"
            raise source.error(node.place, message, "remove one of them")
        parent.key = node


def _bad_key(source: Source, event: yaml.CollectionStartEvent, place: Place) -> ConfigError:
    found = "mapping" if isinstance(event, yaml.MappingStartEvent) else "list"
    line = source.lines[place.line - 1]
    key, colon, value = line.strip().partition(": ")
    remedy = rescue(line) or (quote_remedy(key, value) if colon else "write a name")
    return source.error(place, f"a {found} cannot be a key", remedy)
