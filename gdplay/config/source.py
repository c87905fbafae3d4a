"""The characters of a config: which bytes and characters are accepted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from gdplay.config.nodes import Place
from gdplay.errors import Complaint, ConfigError, describe_character

MOST_BYTES = 1_000_000

# What a file may not hold as it stands. Beside the characters that YAML refuses there are three that an
# editor shows as nothing or as a line's end, so that the lines counted here would not be the lines seen:
# U+0085, U+2028 and U+2029, and the byte order mark anywhere but at the start.
UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
# What a value may not hold even when it is written as an escape ("\x1b", "\ud800").
UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")

_FOREIGN = (
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"PAR1", "a Parquet table"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
)


@dataclass(frozen=True)
class Source:
    """A config's text with ``\\n`` as its only line end, and the name to complain under."""

    text: str
    file: str | None

    @cached_property
    def lines(self) -> list[str]:
        """The text's lines without their ends."""
        return self.text.split("\n")

    def place(self, line: int, column: int) -> Place:
        """Return the place at a line and column, both counted from 1."""
        return Place(self.file, line, column)

    def error(self, place: Place, message: str, remedy: str = "") -> ConfigError:
        """Return the error with one complaint at the place."""
        return ConfigError(Complaint(message, remedy, place.file, place.line, place.column))


def read_source(data: bytes | str, file: str | None) -> Source:
    """Return the text of a config's bytes.

    Raises ConfigError for more than MOST_BYTES, for bytes that are no UTF-8 and for characters that cannot
    be seen; a byte order mark at the start is dropped.
    """

    def refuse(message: str, remedy: str) -> ConfigError:
        return ConfigError(Complaint(message, remedy, file))

    size = len(data) if isinstance(data, bytes) else len(data.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        raise refuse(
            f"this config has {size:,} bytes; at most {MOST_BYTES:,} are read",
            "keep data in CSV files and name them under function.data",
        )
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            kind = next((kind for start, kind in _FOREIGN if data.startswith(start)), "")
            raise refuse(
                f"this is no UTF-8 text: byte 0x{data[error.start]:02X} at offset {error.start}"
                + (f" (it looks like {kind})" if kind else ""),
                "save the config as UTF-8 text" if "text" in kind or not kind else "name a YAML file",
            ) from None
    else:
        text = data
    text = text.removeprefix("\ufeff")
    if found := UNSEEN.search(text):
        lines = re.split("\r\n|\r|\n", text[: found.start()])
        offset = len(text[: found.start()].encode("utf-8")) + (size - _size(text))
        raise ConfigError(
            Complaint(
                f"the character {describe_character(found.group())} at byte offset {offset} is refused",
                "remove it"
                if UNFIT.match(found.group())
                else "remove it, or write it as an escape in quotes",
                file,
                len(lines),
                len(lines[-1]) + 1,
            )
        )
    return Source(text.replace("\r\n", "\n").replace("\r", "\n"), file)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
