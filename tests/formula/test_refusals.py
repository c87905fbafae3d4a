"""What the language refuses: refusals.txt holds each text with its whole message, and limits stand here."""

# ruff: noqa: E501 (a row of a table is one line)
from __future__ import annotations

import ast
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gdplay.errors import FormulaError
from gdplay.formula.signature import read

Row = tuple[str, str]


def _rows() -> list[Row]:
    """Return each ``>>> text`` of refusals.txt (or a Python string of it) with the message below it."""
    blocks = (Path(__file__).parent / "refusals.txt").read_text(encoding="utf-8").split("\n>>> ")[1:]
    rows: list[Row] = []
    for block in blocks:
        shown, message = block.split("\n", 1)
        text = shown if shown[:1] not in ("'", '"') else _string(shown)
        rows.append((text, message.split("\n\n# ")[0].rstrip("\n")))
    return rows


def _string(shown: str) -> str:
    literal, _, rest = shown.partition("*")
    if rest.startswith("401 + "):
        return ast.literal_eval(literal) * 401 + ast.literal_eval(rest.removeprefix("401 + "))
    return ast.literal_eval(shown)


ROWS = _rows()


def refusal(text: str, **options: object) -> FormulaError:
    with pytest.raises(FormulaError) as found:
        read(text, **options)  # type: ignore[arg-type]
    return found.value


def test_the_table_is_whole() -> None:
    assert len(ROWS) >= 200
    assert len({text for text, _ in ROWS}) == len(ROWS)


@pytest.mark.parametrize(("text", "message"), ROWS, ids=[repr(text)[:60] for text, _ in ROWS])
def test_the_whole_message(text: str, message: str) -> None:
    error = refusal(text)
    assert str(error) == message
    assert error.message
    assert error.remedy
    assert 0 <= error.span[0] < error.span[1]


OPTIONS: list[tuple[str, dict[str, object], str]] = [
    ("f(x) = x", {"variables": {"y": ()}}, "the signature and 'variables' declare different variables\ndeclare them once"),
    ("f(x) = x", {"variables": {"x": (2,)}}, "the signature and 'variables' declare different variables\ndeclare them once"),
    ("x + yy", {"variables": {"x": (), "y": ()}}, "unknown name 'yy'\nwrite y*y to multiply"),
    ("k = 2\nx*k", {"constants": {"k": np.array(1.0)}}, "'k' is assigned, but it already has a meaning\nchoose another name"),
    ("v[k]", {"variables": {"v": (3,)}, "constants": {"k": np.array(3.0)}},
     "the subscript 3 is out of range for a vector of 3\nitems count from 0 to 2"),
    ("v[k]", {"variables": {"v": (3,)}, "constants": {"k": np.array(0.5)}},
     "a subscript must be a whole number that is known beforehand, not 'k'\nuse digits, n, or an integer constant"),
    ("x + 1", {"residuals": True}, "residuals are a vector; this is a scalar\nwrite [r1, r2, ...]"),
    ("x^2", {"variables": {"x": (3,)}}, "an objective is a scalar; this is a vector of 3\nreduce it, for example with sum(...)"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "options", "message"), OPTIONS)
def test_messages_that_depend_on_what_is_declared(
    text: str, options: dict[str, object], message: str
) -> None:
    error = refusal(text, **options)
    assert f"{error.message}\n{error.remedy}" == message


SHORTER = "shorten it: sum, range and constants with many values say much in few characters"
LIMITS: list[tuple[str, Callable[[], str], str]] = [
    (
        "characters",
        lambda: "x" + " " * 999_999 + "+",
        "the formula has 1000001 characters; the limit is 1000000",
    ),
    ("tokens", lambda: "+".join(["x"] * 100_001), "the formula has more than 200000 tokens"),
    ("brackets", lambda: "(" * 10_001 + "x" + ")" * 10_001, "more than 10000 nested brackets"),
    ("lists", lambda: "[" * 10_001 + "x" + "]" * 10_001, "more than 10000 nested brackets"),
    ("calls", lambda: "sin(" * 10_001 + "x" + ")" * 10_001, "more than 10000 nested brackets"),
]


@pytest.mark.parametrize(("text", "message"), [row[1:] for row in LIMITS], ids=[row[0] for row in LIMITS])
def test_limits_are_stated(text: Callable[[], str], message: str) -> None:
    error = refusal(text())
    assert (error.message, error.remedy) == (message, SHORTER)


def test_just_within_the_limits() -> None:
    assert read("x" + " " * 999_999).expr.op == "symbol"
    assert read("(" * 10_000 + "x" + ")" * 10_000).expr.op == "symbol"
    assert read("9" * 300 + "." + "0" * 99 + "*x").expr.args[0].value == float("9" * 300)


def test_towers_of_powers_are_refused_at_once() -> None:
    begun = time.perf_counter()
    for text in ("9^9^9^9*x", "x + 9**9**9**9**9", "^".join(["9"] * 10_000), "prod(range(1, 999999))*x"):
        assert refusal(text).message == "this part is an infinite constant"
    assert time.perf_counter() - begun < 5


def test_a_message_is_safe_to_print_and_points_into_long_lines() -> None:
    error = str(refusal("x*" + "y" * 200 + "\x1b[31m\u202e" + " + z" * 50))
    assert all(character.isprintable() or character == "\n" for character in error)
    excerpt, carets = error.splitlines()[:2]
    assert len(excerpt) < 100
    assert excerpt[carets.index("^") :].startswith("\\x1b")


def test_the_place_of_a_refusal_counts_lines() -> None:
    error = refusal("t = x + 1\nt*(2 +* x)")
    assert (error.line, error.column) == (2, 7)
    assert str(error).splitlines()[:2] == ["t*(2 +* x)", "      ^"]
