"""The command line: read a request, make one call, print one thing."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from io import TextIOWrapper
from typing import Any, NoReturn

from gdplay.errors import ConfigError, GdplayError, printable

OPTION = re.compile(r"--[a-z][a-z-]*(=.*)?|-[ovh]|--", re.DOTALL)


def main() -> NoReturn:
    """Run the command that the process was started with, and exit with its status."""
    for stream in (sys.stdout, sys.stderr):
        # a terminal that cannot show a character gets its escape, never an exception
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    status = execute(sys.argv[1:])
    try:
        if sys.stdout is not None:  # as it is where the shell has closed it
            sys.stdout.flush()
    except BrokenPipeError:
        forget_output()
    except OSError as error:
        forget_output()
        status = say_failure("machine", f"standard output: {error.strerror or error}", 1, False)
    sys.exit(status)


def forget_output() -> None:
    """Send what is still printed nowhere: nobody reads it, and Python would complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def execute(arguments: Sequence[str]) -> int:
    """Carry out one command line and return its exit status; what goes wrong is said, not raised."""
    words = [shield(word) for word in arguments]
    as_json = "--json" in words
    try:
        from gdplay.cli.app import app

        result = app(words, prog_name="gdplay", standalone_mode=False)
    except GdplayError as error:
        report(error, as_json)
        return error.exit_status
    except KeyboardInterrupt:
        return say_failure("interrupted", "interrupted", 130, as_json)
    except SystemExit:
        # so typer leaves, without a word, when the reader of what is printed has gone away
        return 0
    except MemoryError:
        return say_failure("machine", "there is not enough memory for this", 1, as_json)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return say_failure("machine", f"{where}{error.strerror or error}", 1, as_json)
    except Exception as error:
        if not hasattr(error, "format_message"):
            raise
        return usage(error, as_json)
    return result if isinstance(result, int) else 0


def shield(word: str) -> str:
    """Keep a formula with a leading minus from being taken for an option."""
    return " " + word if word.startswith("-") and len(word) > 1 and not OPTION.fullmatch(word) else word


def usage(error: Any, as_json: bool) -> int:
    """Say what is wrong with the command line itself."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError" and not as_json:
        print(error.format_message(), file=sys.stderr)
        return 2
    command = f" {context.info_name}" if context is not None and context.parent else ""
    said = str(error.format_message()).partition("\n")[0].rstrip(".")
    return say_failure("usage", f"{said}; gdplay{command} --help shows how", 2, as_json)


def say_failure(kind: str, message: str, status: int, as_json: bool) -> int:
    """Print one failure and return its exit status."""
    if as_json:
        print_json(
            {
                "error": {
                    "kind": kind,
                    "message": message,
                    "file": None,
                    "line": None,
                    "column": None,
                    "key": None,
                }
            }
        )
    else:
        print(f"gdplay: {printable(message)}", file=sys.stderr)
    return status


def report(error: GdplayError, as_json: bool) -> None:
    """Print what was refused, or what failed."""
    if not as_json:
        who = "" if isinstance(error, ConfigError) else "gdplay: "
        print(who + printable(str(error)), file=sys.stderr)
        return
    place: dict[str, Any] = {"file": None, "line": None, "column": None, "key": None}
    found: dict[str, Any] = {"kind": error.kind, "message": str(error), **place}
    if isinstance(error, ConfigError):
        first = error.complaints[0]
        found |= {name: getattr(first, name) for name in place}
        if len(error.complaints) > 1:
            found["others"] = [
                {"message": c.message, **{name: getattr(c, name) for name in place}}
                for c in error.complaints[1:]
            ]
    print_json({"error": found})


def print_json(value: Any) -> None:
    """Print one JSON document on standard output."""
    from gdplay.jsontext import dumps

    print(dumps(value, indent=2))
