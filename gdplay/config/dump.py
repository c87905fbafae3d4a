"""How plain data is written as YAML that reads back to the same texts."""

from __future__ import annotations

import json
import re
from typing import Any

from gdplay.config.source import UNFIT, UNSEEN
from gdplay.errors import Complaint, ConfigError, describe_character

WIDTH = 100

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
# Words that some YAML reader takes for a boolean, a number or nothing.
_TAKEN = {"true", "false", "yes", "no", "on", "off", "null", "none", "nan", "inf", "infinity"}


def dump(data: dict[str, Any]) -> str:
    """Write plain data (dict, list, str, int, float, bool, None) as a YAML text.

    Floats have their shortest exact form, ``nan``, ``inf`` and ``-inf`` included; a text of several lines is
    a literal block, any other stays on one line. Raises ConfigError for text with control characters or lone
    surrogates, which no config may hold, and TypeError for other data.

    >>> print(dump({"function": "x^2", "start": [1, 0.5], "stop": {"value": 1e-8}}), end="")
    function: "x^2"
    start: [1, 0.5]
    stop:
      value: 1e-08
    """
    return "\n".join(_mapping(data, 0)) + "\n" if data else "{}\n"


def _mapping(data: dict[str, Any], indent: int) -> list[str]:
    lines: list[str] = []
    for key, value in data.items():
        if not isinstance(key, str):
            raise TypeError(f"a key of a config is text, not {type(key).__name__}")
        lines += _attached(" " * indent + _text(key) + ":", value, indent)
    return lines


def _attached(head: str, value: Any, indent: int) -> list[str]:
    # The value after `key:` on its line or, indented, on those below.
    if isinstance(value, dict) and value:
        return [head, *_mapping(value, indent + 2)]
    if isinstance(value, str) and _is_block(value):
        return _block(head, value, indent + 2)
    if isinstance(value, list) and not _is_flow(value, WIDTH - len(head) - 1):
        if all(not isinstance(item, dict | list) for item in value) and not any(map(_is_block, value)):
            return _wrapped(head, value, indent + 2)
        return [head, *_items(value, indent + 2)]
    return [f"{head} {_flow(value)}"]


def _items(values: list[Any], indent: int) -> list[str]:
    lines: list[str] = []
    for value in values:
        if isinstance(value, dict) and value:
            # The first key stands beside the dash.
            inner = _mapping(value, indent + 2)
            lines += [" " * indent + "- " + inner[0].lstrip(" "), *inner[1:]]
        else:
            lines += _attached(" " * indent + "-", value, indent)
    return lines


def _is_flow(values: list[Any], room: int) -> bool:
    # A list, also a matrix, that fits on its line.
    inner = [item for value in values for item in (value if isinstance(value, list) else [value])]
    plain = all(not isinstance(item, dict | list) or not item for item in inner)
    return plain and not any(map(_is_block, inner)) and len(_flow(values)) <= room


def _wrapped(head: str, values: list[Any], indent: int) -> list[str]:
    lines, line = [], head + " ["
    for number, value in enumerate(values):
        item = _flow(value) + ("," if number < len(values) - 1 else "]")
        if len(line) + 1 + len(item) > WIDTH and line.strip():
            lines.append(line.rstrip(" "))
            line = " " * indent + item
        else:
            line += item if line.endswith("[") else " " + item
    return [*lines, line]


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, dict) and not value:
        return "{}"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        return float.__repr__(value)
    if isinstance(value, str):
        return _text(value)
    raise TypeError(f"a config holds no {type(value).__name__}")


def _text(text: str) -> str:
    if found := UNFIT.search(text):
        message = f"the character {describe_character(found.group())} cannot be saved in a config"
        raise ConfigError(Complaint(message, "remove it"))
    if _WORD.fullmatch(text) and text.lower() not in _TAKEN:
        return text
    # JSON's strings are YAML's, but for what an editor cannot show.
    return UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", json.dumps(text, ensure_ascii=False))


def _is_block(value: Any) -> bool:
    # A literal block can't begin with a blank (it would be taken for indentation) and ends in one newline
    # or none.
    return (
        isinstance(value, str)
        and "\n" in value.rstrip("\n")
        and value[0] not in " \t\n"
        and not value.endswith("\n\n")
        and "\r" not in value
        and not UNSEEN.search(value)
    )


def _block(head: str, text: str, indent: int) -> list[str]:
    sign = "|" if text.endswith("\n") else "|-"
    lines = text.removesuffix("\n").split("\n")
    return [f"{head} {sign}", *(" " * indent + line if line else "" for line in lines)]
