"""Every way in which gdplay can refuse or fail.

    GdplayError
    |- ConfigError      a config, a formula or a command line is wrong; nothing was done   (exit status 2)
    |  `- FormulaError  one text of the formula language is wrong, with the place in it
    |- MachineError     the machine failed: disk full, file unreadable                     (exit status 1)
    `- Interrupted      stopped by a signal; what was finished is kept                     (130 or 143)

A ``Complaint`` is one finding: where, what was found, what to write instead.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

MOST_COMPLAINTS = 20
EXCERPT_WIDTH = 72


def printable(text: str) -> str:
    """Return text with every character that a terminal could act on written as an escape.

    >>> printable("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


def describe_character(character: str) -> str:
    """Name one character by its code point.

    >>> describe_character("×")
    "'×' (U+00D7, MULTIPLICATION SIGN)"
    """
    name = unicodedata.name(character, "")
    return f"'{printable(character)}' (U+{ord(character):04X}{', ' + name if name else ''})"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that a misspelled one most likely means, or None."""
    import difflib

    lowered = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong: where it is, what was found, what to write instead."""

    message: str
    remedy: str = ""
    file: str | None = None
    line: int | None = None
    column: int | None = None
    key: str | None = None
    excerpt: str = ""

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        head = ": ".join(part for part in (place, self.key) if part)
        said = self.message + (f"; {self.remedy}" if self.remedy else "")
        lines = [f"{head}: {said}" if head else said]
        if self.excerpt:
            lines += ["    " + line for line in self.excerpt.splitlines()]
        return printable("\n".join(lines))


class GdplayError(Exception):
    """The root: everything gdplay raises on purpose."""

    exit_status = 1
    kind = "error"


class ConfigError(GdplayError):
    """A config, a formula or a command line that gdplay refuses; ``complaints`` has every finding."""

    exit_status = 2
    kind = "config"

    def __init__(self, *complaints: Complaint) -> None:
        super().__init__(*complaints)
        self.complaints = complaints

    def __str__(self) -> str:
        shown = [str(complaint) for complaint in self.complaints[:MOST_COMPLAINTS]]
        if len(self.complaints) > MOST_COMPLAINTS:
            shown.append(f"... and {len(self.complaints) - MOST_COMPLAINTS} more")
        return "\n".join(shown)


class FormulaError(ConfigError):
    """A text of the formula language that gdplay refuses.

    ``span`` is the half-open range of characters in ``text`` that the caret points at.
    """

    kind = "formula"

    def __init__(self, message: str, remedy: str, text: str, span: tuple[int, int]) -> None:
        start = min(span[0], len(text))
        self.text, self.span, self.message, self.remedy = text, span, message, remedy
        self.line = text.count("\n", 0, start) + 1
        self.column = start - (text.rfind("\n", 0, start) + 1) + 1
        super().__init__(
            Complaint(message, remedy, line=None, column=self.column, excerpt=caret(text, (start, span[1])))
        )

    def __str__(self) -> str:
        return printable("\n".join([self.complaints[0].excerpt, self.message, self.remedy]).strip("\n"))

    def placed(self, **place: object) -> Complaint:
        """Return the complaint with the file, line and key of the config that holds the formula."""
        return replace(self.complaints[0], **place)  # type: ignore[arg-type]


def caret(text: str, span: tuple[int, int]) -> str:
    """Return the line of text that holds the span, cut to the screen's width, with carets under the span.

    >>> print(caret("x^2 + yz", (6, 8)))
    x^2 + yz
          ^^
    """
    start = min(span[0], len(text))
    begin = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    line = text[begin : end if end >= 0 else len(text)]
    at, width = start - begin, max(1, min(span[1], begin + len(line)) - start)
    left = max(0, at - EXCERPT_WIDTH // 2) if len(line) > EXCERPT_WIDTH else 0
    window = line[left : left + EXCERPT_WIDTH]
    shown = ("..." if left else "") + window + ("..." if left + EXCERPT_WIDTH < len(line) else "")
    at = at - left + (3 if left else 0)
    # A character that is not printable takes more columns once escaped: the caret moves along.
    before = printable(shown[:at].replace("\t", " "))
    under = printable(shown[at : at + width].replace("\t", " ")) or " "
    return (
        f"{printable(shown.replace(chr(9), ' '))}\n{' ' * len(before)}{'^' * min(len(under), EXCERPT_WIDTH)}"
    )


class MachineError(GdplayError):
    """The machine failed, not the config: a full disk, an unreadable file."""

    kind = "machine"


class Interrupted(GdplayError):
    """A signal ended the work; what was finished is kept."""

    kind = "interrupted"

    def __init__(self, message: str, exit_status: int) -> None:
        super().__init__(message)
        self.exit_status = exit_status
