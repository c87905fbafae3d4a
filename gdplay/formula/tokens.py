"""Text cut into tokens; what no formula may contain is refused here, with the remedy."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from gdplay.errors import FormulaError, describe_character

MOST_CHARACTERS = 1_000_000
MOST_TOKENS = 200_000
MOST_BRACKETS = 10_000
LONGEST_NUMBER = 400

NUMBER, NAME, OPERATOR, OPEN, CLOSE, COMMA, COLON, ASSIGN, END, TRANSPOSE = range(10)


class Token(NamedTuple):
    """One token: its kind, its text, and the half-open range of characters it covers."""

    kind: int
    text: str
    start: int
    end: int


SCAN = re.compile(
    r"""(?P<space>[ \t\r\f\v]+|\#[^\n]*)
      | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)
      | (?P<name>[A-Za-z][A-Za-z0-9_]*)
      | (?P<transpose>\.T(?![A-Za-z0-9_]))
      | (?P<operator>\*\*|//|<=|>=|==|!=|[-+*/%@^<>])
      | (?P<open>[(\[])
      | (?P<close>[)\]])
      | (?P<comma>,)
      | (?P<colon>:)
      | (?P<assign>=)
      | (?P<end>[\n;])""",
    re.VERBOSE,
)

KINDS = {
    "number": NUMBER, "name": NAME, "operator": OPERATOR, "open": OPEN, "close": CLOSE, "comma": COMMA,
    "colon": COLON, "assign": ASSIGN, "end": END, "transpose": TRANSPOSE,
}  # fmt: skip

REMEDIES = {
    "&": "write 'and' (or where(...))", "|": "write 'or', and abs(x) for a magnitude", "~": "write 'not'",
    "!": "write 'not', or prod(range(1, n + 1)) for a factorial", "'": "the language has no strings",
    '"': "the language has no strings", "{": "write round brackets", "}": "write round brackets",
    "×": "write *", "·": "write *", "⋅": "write *", "∗": "write *", "÷": "write /", "−": "write -",
    "–": "write -", "—": "write -", "‐": "write -", "‑": "write -",
    "²": "write ^2", "³": "write ^3", "½": "write 0.5", "√": "write sqrt(...)",
    "π": "write pi", "≤": "write <=", "≥": "write >=", "≠": "write !=", "∞": "there is no infinity",
    "_": "names start with a letter; numbers are written without _",
    "\\": "write formulas without TeX commands", "$": "write formulas without $",
    ".": "write 0.5 for .5 and 2.0 for 2.; attributes are not part of the language",
    "`": "write formulas without quotes", "?": "write where(condition, a, b)",
}  # fmt: skip

SHORTER = "shorten it: sum, range and constants with many values say much in few characters"
MATCHING = {")": "(", "]": "["}


def tokenize(text: str) -> list[Token]:
    """Return the tokens of text, the last one an END.

    A newline ends a statement except inside brackets or after an operator; ``#`` starts a comment.
    Raises FormulaError for a foreign character, brackets that do not match, or a limit exceeded.
    """
    if len(text) > MOST_CHARACTERS:
        raise FormulaError(
            f"the formula has {len(text)} characters; the limit is {MOST_CHARACTERS}",
            SHORTER,
            text[:60],
            (0, 60),
        )
    tokens: list[Token] = []
    brackets: list[Token] = []
    at, length = 0, len(text)
    while at < length:
        found = SCAN.match(text, at)
        if found is None:
            raise _foreign(text, at)
        kind, at = found.lastgroup, found.end()
        if kind == "space":
            continue
        assert kind is not None
        token = Token(KINDS[kind], found.group(), found.start(), at)
        if token.kind == NUMBER:
            _check_number(text, token)
        elif token.kind == OPEN:
            brackets.append(token)
            if len(brackets) > MOST_BRACKETS:
                raise _over(f"more than {MOST_BRACKETS} nested brackets", text, token, SHORTER)
        elif token.kind == CLOSE:
            if not brackets:
                raise _over(
                    f"'{token.text}' closes nothing", text, token, "remove it, or open a bracket before"
                )
            opened = brackets.pop()
            if opened.text != MATCHING[token.text]:
                raise _over(
                    f"'{opened.text}' is closed by '{token.text}'", text, token, "close the inner one first"
                )
        elif token.kind == END and (brackets or (token.text == "\n" and tokens and _goes_on(tokens[-1]))):
            if token.text == "\n":
                continue
            raise _over("';' inside brackets", text, token, "close the bracket before the statement ends")
        tokens.append(token)
        if len(tokens) > MOST_TOKENS:
            raise _over(f"the formula has more than {MOST_TOKENS} tokens", text, token, SHORTER)
    if brackets:
        opened = brackets[-1]
        closing = next(close for close, open_ in MATCHING.items() if open_ == opened.text)
        raise _over(f"'{opened.text}' is never closed", text, opened, f"add the missing '{closing}'")
    tokens.append(Token(END, "", length, length))
    return tokens


def statements(tokens: list[Token]) -> list[list[Token]]:
    """Return the tokens of each statement that has any, each with its closing END."""
    result: list[list[Token]] = [[]]
    for token in tokens:
        result[-1].append(token)
        if token.kind == END:
            result.append([])
    return [statement for statement in result if len(statement) > 1]


def _goes_on(last: Token) -> bool:
    """Tell whether a statement cannot end behind this token."""
    return last.kind in (OPERATOR, ASSIGN) or last.text in ("and", "or", "not")


def _check_number(text: str, token: Token) -> None:
    if len(token.text) > LONGEST_NUMBER:
        found = f"a number of {len(token.text)} characters; the limit is {LONGEST_NUMBER}"
        raise _over(found, text, token, "17 digits say all that a number can hold")
    if float(token.text) == float("inf"):
        raise _over(
            f"{token.text[:40]} is larger than the largest number, 1.8e308",
            text,
            token,
            "write a smaller one",
        )
    if foreign := re.compile("0[xXoObB][0-9a-fA-F]+").match(text, token.start):
        written = token._replace(end=foreign.end())
        found = "hexadecimal, octal and binary numbers are not part of the language"
        raise _over(found, text, written, "write it in decimal")


def _over(message: str, text: str, token: Token, remedy: str) -> FormulaError:
    return FormulaError(message, remedy, text, (token.start, token.end))


def _foreign(text: str, at: int) -> FormulaError:
    character = text[at]
    shown = f"'{character}'" if " " < character <= "~" else describe_character(character)
    remedy = REMEDIES.get(character) or _plain(character)
    return FormulaError(f"{shown} is not part of the language", remedy, text, (at, at + 1))


def _plain(character: str) -> str:
    """Say what to write for a character: the ASCII one that Unicode knows it to stand for."""
    category = unicodedata.category(character)
    if category == "Zs":
        return "write an ordinary space"
    if category in ("Cc", "Cf"):
        return "remove this invisible character"
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and SCAN.fullmatch(plain):
        return f"write {plain}"
    return "formulas are written in ASCII letters, digits and operators"
