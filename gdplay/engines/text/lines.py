"""Lines of code for reading, 80 columns wide: comments that stay comments, statements that may be long."""

from __future__ import annotations

import textwrap

from gdplay.errors import printable

WIDTH, INDENT = 80, "    "


def short(text: str, most: int) -> str:
    """Return a text on one line, cut to so many characters."""
    words = printable(" ".join(text.split()))
    return words if len(words) <= most else words[: most - 4] + " ..."


def comment(text: str, first: str, further: str) -> list[str]:
    """Return a comment's lines, with what begins the first and the others.

    Nothing in the text ends a line: every space becomes a plain one, what is not printable an escape.
    """
    plain = printable(" ".join(text.split()))
    return textwrap.wrap(
        plain, WIDTH, initial_indent=first, subsequent_indent=further, break_on_hyphens=False
    )


def statement(name: str, value: str) -> list[str]:
    """Return an assignment in Python; a long one stands in brackets, where it may be broken at its spaces."""
    if len(INDENT) + len(name) + len(" = ") + len(value) <= WIDTH:
        return [f"{INDENT}{name} = {value}"]
    lines = textwrap.wrap(value, WIDTH - 2 * len(INDENT), break_long_words=False, break_on_hyphens=False)
    return [f"{INDENT}{name} = (", *(f"{INDENT * 2}{line}" for line in lines), f"{INDENT})"]
