"""What YAML makes of a text that it cannot read, most often a formula without quotes, in plain words."""

from __future__ import annotations

import re

import yaml

from gdplay.config.source import Source
from gdplay.errors import ConfigError

LONGEST_SHOWN = 100

# YAML's problem (the first that matches), ours in plain words, what to write instead.
_PROBLEMS = (
    (r"found character '\\t'", "a tab stands where YAML allows only spaces", "use spaces"),
    (r"cannot start any token", "no value starts with this character", "put the value in quotes"),
    (r"could not find expected ':'", "this line is no key with a value", "write key: value"),
    (r"mapping values are not allowed", "only quoted values can hold ': '", "put the value in quotes"),
    (r"unexpected end of stream", "a quote is opened here and never closed", "close it"),
    (r"unknown escape character", "in double quotes \\ starts an escape", "write \\\\, or use single quotes"),
    (r"expected escape sequence", "this escape has too few digits", "write \\xNN or \\uNNNN"),
    (r"expected ',' or '\]'", "the list opened here is not closed", "write ] after its last item"),
    (r"expected ',' or '\}'", "the mapping opened here is not closed", "write } after its last pair"),
    (r"chomping|a comment or a line break", "after | or > the line ends", "start the text on the next line"),
    (r"expected alphabetic", "& and * start anchors and aliases", "put the value in quotes"),
    (r"sequence entries are not", "a list's '- ' cannot start here", "put it on its own line"),
    (r"mapping keys are not allowed", "'? ' cannot start a key here", "put the value in quotes"),
    (r"found a directive", "lines that start with % are not supported", "remove the line"),
    (r"document start|document separator", "the document has ended above", "remove this line"),
    (r"<block end>, but found '<scalar>'", "the value has ended before this", "put all of it in quotes"),
    (r"but found ':'", "the key before ':' is missing", "write key: value"),
    (r"expected <block end>", "this does not fit what stands above", "indent the keys of one level alike"),
    (r"expected the node content", "a value is missing here", "write it, in quotes if it is a formula"),
    (r"tag", "tags are not supported", "put the value in quotes"),
)
# The problems that are better shown where the thing began than where YAML gave up.
_BEGAN = re.compile(r"could not find expected ':'|unexpected end of stream|expected ',' or")

_BLOCK_HEADER = re.compile(r"[|>][-+0-9]{0,2}(\s+#.*)?")
_ALIAS_OR_TAG = re.compile(r"\*[\w-]+|&[\w-]+(\s.*)?|!(?:[!<].*|\w+\s+[\w\"'\[{].*)?")
_NO_SPACE = re.compile(r"\s*(?:- +)*([A-Za-z_][\w.]*):([^\s:].*)")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def shorten(text: str) -> str:
    """Return the text in quotes, cut in its middle to what a message can hold."""
    half = LONGEST_SHOWN // 2
    return f"'{text}'" if len(text) <= LONGEST_SHOWN else f"'{text[:half]}...{text[-half:]}'"


def quote_remedy(key: str, value: str) -> str:
    """Return the advice to put this formula in quotes."""
    if len(key) + len(value) > 2 * LONGEST_SHOWN:
        return "quote this formula"
    quoted = "'" + value.replace("'", "''") + "'" if '"' in value or "\\" in value else f'"{value}"'
    return f"quote this formula: {key}: {quoted}" if key else f"quote this formula: {quoted}"


def rescue(line: str) -> str:
    """Return the advice to quote the formula that this line of a config holds, or nothing.

    >>> rescue("  formula: |x| + 1")
    'quote this formula: formula: "|x| + 1"'
    >>> rescue("formula: |")
    ''
    """
    body, is_item = line.strip(), False
    while body.startswith("- "):
        body, is_item = body[2:].lstrip(), True
    key, colon, value = body.partition(": ")
    if not colon:
        key, value = "", body if is_item else ""
    value = value.strip()
    return quote_remedy(key.strip(), value) if _needs_quotes(value) else ""


def _needs_quotes(value: str) -> bool:
    if not value or value[0] in "\"'" or _BLOCK_HEADER.fullmatch(value) or _ALIAS_OR_TAG.fullmatch(value):
        return False
    if value[0] in "[{":
        rest = value[_item_end(value, 1, value[0]) :].strip()
        return rest.startswith(_CLOSING[value[0]]) and rest[1:].strip()[:1] not in ("", "#", ",", "]", "}")
    return value[0] in "*&!%@`|>" or ": " in value or value.endswith(":")


def _item_end(text: str, start: int, opened: str = "") -> int:
    # Where an item of a flow list or mapping would end if brackets of all kinds protected its commas.
    depth = 0
    for index in range(start, len(text)):
        character = text[index]
        if character in "([{":
            depth += 1
        elif character in ")]}" and (depth or character != ")"):
            if not depth:
                return index
            depth -= 1
        elif character == "\n" or (character == "," and not depth and not opened):
            return index
    return len(text)


def torn_remedy(source: Source, start: int, key: str, *, is_key: bool = False) -> str:
    """Return the advice to quote the formula that starts at this index and that YAML has cut at a comma."""
    item = source.text[start : _item_end(source.text, start)]
    return quote_remedy(key, (item.partition(": ")[0] if is_key else item).strip())


def syntax_error(source: Source, error: yaml.MarkedYAMLError) -> ConfigError:
    """Return the complaint for a text that YAML cannot read: the place, the problem, what to write."""
    problem = error.problem or "unreadable"
    mark = error.problem_mark or error.context_mark
    assert mark is not None, "the scanner and the parser always say where"
    rows = (row[1:] for row in _PROBLEMS if re.search(row[0], problem))
    said, remedy = next(rows, ("this is not valid YAML", ""))
    if _BEGAN.search(problem) and error.context_mark is not None:
        mark = error.context_mark
    message = f"{said} (YAML: {problem[:LONGEST_SHOWN]})"
    line = mark.line
    before = next((n for n in range(line - 1, max(line - 20, -1), -1) if source.lines[n].strip()), line)
    for number in (line, before) if "':'" in problem or "mapping values" in problem else ():
        if found := _NO_SPACE.fullmatch(source.lines[number][:LONGEST_SHOWN]):
            fixed = f"put a space after the colon: {found[1]}: {found[2]}"
            return source.error(source.place(number + 1, found.end(1) + 1), message, fixed)
    at = error.problem_mark.index if error.problem_mark else mark.index
    remedy = _bracket_remedy(source, at) or rescue(source.lines[line]) or remedy
    return source.error(source.place(mark.line + 1, mark.column + 1), message, remedy)


def _bracket_remedy(source: Source, index: int) -> str:
    # YAML reads `[x[0], 1]` as the item x, then a bracket that it did not expect.
    if source.text[index : index + 1] not in ("[", "{"):
        return ""
    begin = max(source.text.rfind(stop, 0, index) for stop in ",[]{}\n") + 1
    key, colon, _ = source.text[begin:index].rpartition(": ")
    start = begin + len(key) + len(colon)
    return torn_remedy(source, start, key.strip()) if source.text[start:index].strip() else ""
