"""How a formula that cannot be read is refused: what was found, and what to write instead."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gdplay.errors import FormulaError, nearest
from gdplay.formula import language
from gdplay.formula.scope import Scope
from gdplay.formula.tokens import CLOSE, END, NAME, NUMBER, OPEN, Token

LONGEST_QUOTE = 60
LONGEST_PART = 24
LONGEST_PRODUCT = 60


def wrong(message: str, remedy: str, text: str, token: Token) -> FormulaError:
    """Return the refusal that points at a token of a text."""
    # A word may have a million characters; what was found is under the caret anyway.
    if len(token.text) > LONGEST_QUOTE:
        short = token.text[:LONGEST_QUOTE] + "..."
        message, remedy = message.replace(token.text, short), remedy.replace(token.text, short)
    return FormulaError(message, remedy, text, (token.start, max(token.end, token.start + 1)))


def check_name(text: str, token: Token) -> None:
    """Refuse a name that belongs to the language."""
    if token.text in language.RESERVED:
        what = (
            "a function" if token.text in language.FUNCTIONS or token.text in language.ALIASES else "a word"
        )
        raise wrong(f"'{token.text}' is {what} of the language", "choose another name", text, token)


@dataclass(frozen=True)
class Refusals:
    """The refusals of one statement; ``at`` is where its reader stands."""

    text: str
    tokens: list[Token]
    scope: Scope

    def refuse(self, message: str, remedy: str, token: Token) -> FormulaError:
        """Return the refusal that points at a token."""
        return wrong(message, remedy, self.text, token)

    def two_ways(self, left: tuple[int, int], sign: Token, number: str, token: Token) -> FormulaError:
        """Say that ``a/2b`` is a/(2*b) to some and (a/2)*b to others; ``left`` is where a stands."""
        a, n = self.text[left[0] : left[1]], number.strip()
        rest = {"(": "(...)", "[": "[...]"}.get(token.text, token.text)
        a = a if len(a) < 20 else "(...)"
        return FormulaError(
            f"'{a}{sign.text}{n}{rest}' reads two ways",
            f"write {a}{sign.text}({n}*{rest}) or ({a}{sign.text}{n})*{rest}",
            self.text,
            (left[0], token.end),
        )

    def missing(self, token: Token, at: int) -> FormulaError:
        """Say that an operand is due."""
        if token.kind == END:
            if at < 2:
                return self.refuse("a value is due here", "write an expression behind '='", token)
            before = self.tokens[at - 2]
            return self.refuse(
                "the formula ends where a value is due", f"complete it after '{before.text}'", before
            )
        if token.text == "=":
            return self.refuse(
                "'=' stands where a value is due",
                "compare with ==, or name a value on a line of its own",
                token,
            )
        return self.refuse(
            f"'{token.text}' stands where a value is due", "write a number, a name or a bracket here", token
        )

    def misplaced(self, token: Token) -> FormulaError:
        """Say that a token cannot stand behind a value."""
        remedy = {
            "=": "compare with ==, or name a value on a line of its own",
            ",": "write a function's name before the bracket",
            ":": "slices stand in square brackets",
        }
        return self.refuse(
            f"'{token.text}' cannot stand here", remedy.get(token.text, "write an operator here"), token
        )

    def no_operator(self, before: Token, token: Token, at: int, left: str) -> FormulaError:
        """Say what is missing between two values, with the rewrite."""
        for word in (before, token):
            if word.text in ("if", "else"):
                return self.refuse(
                    "'if' and 'else' are not part of the language", "write where(condition, a, b)", word
                )
        if token.text == "not":
            return self.refuse("'not' cannot stand behind a value", "write 'and not', 'or not' or !=", token)
        left = left if len(left) <= LONGEST_PART and "\n" not in left else "(...)"
        right = self.bracket(at) if token.text in ("(", "[") else token.text
        return self.refuse(
            f"no operator between '{before.text}' and '{token.text}'", f"write {left}*{right}", token
        )

    def bracket(self, at: int) -> str:
        """Return the text of the bracket that opens at a token, shortened where it is long."""
        depth = 0
        for token in self.tokens[at:]:
            depth += (token.kind == OPEN) - (token.kind == CLOSE)
            if depth == 0:
                written = self.text[self.tokens[at].start : token.end]
                short = len(written) <= LONGEST_PART and "\n" not in written
                return written if short else f"{written[0]}...{written[-1]}"
        raise AssertionError("brackets match: the tokenizer saw to it")

    def function_without_brackets(self, token: Token, following: Token, at: int) -> FormulaError:
        """Say how ``sin x`` and ``sin^2(x)`` are written."""
        if following.text in ("^", "**") and at + 1 < len(self.tokens):
            power, opening = (
                self.tokens[at + 1].text,
                self.tokens[min(at + 2, len(self.tokens) - 1)],
            )
            argument = self.bracket(at + 2) if opening.text == "(" else "(x)"
            return self.refuse(
                f"'{token.text}' is a function and has no power of its own",
                f"write {token.text}{argument}^{power}",
                token,
            )
        argument = following.text if following.kind in (NAME, NUMBER) else "x"
        return self.refuse(
            f"'{token.text}' is a function and needs brackets", f"write {token.text}({argument})", token
        )

    def not_a_function(self, token: Token, following: Token) -> FormulaError:
        """Say that a name in front of a bracket is no function."""
        if token.text in self.scope.names or token.text in self.scope.counters:
            return self.refuse(
                f"'{token.text}' is not a function",
                f"write {token.text}*(...) to multiply, {token.text}[...] for an item",
                token,
            )
        near = nearest(token.text, [*language.FUNCTIONS, *language.ALIASES, *self.scope.functions])
        remedy = f"did you mean {near}(...)?" if near else f"write {token.text}*(...) to multiply"
        return self.refuse(f"there is no function '{token.text}'", remedy, token)

    def unknown(self, token: Token) -> FormulaError:
        """Say that a name has no meaning here, with the likely intention."""
        if token.text in language.KEYWORDS:
            return self.refuse(
                f"'{token.text}' stands where a value is due", "write a comparison before and after it", token
            )
        if token.text == "None":
            return self.refuse("None stands only as a whole axis of a subscript", "write v[:, None]", token)
        known = [*self.scope.names, *self.scope.counters]
        parts = split_product(token.text, known)
        if parts:
            return self.refuse(f"unknown name '{token.text}'", f"write {'*'.join(parts)} to multiply", token)
        near = nearest(token.text, [*known, *language.FUNCTIONS])
        if near:
            return self.refuse(f"unknown name '{token.text}'", f"did you mean {near}?", token)
        shown = ", ".join(known[:12]) or "none"
        return self.refuse(f"unknown name '{token.text}'", f"the names known here: {shown}", token)


def split_product(name: str, known: Collection[str]) -> list[str]:
    """Return known names that stand side by side in a word, as ``y`` and ``z`` do in ``yz``, or nothing."""
    if len(name) > LONGEST_PRODUCT:
        return []
    reached: dict[int, list[str]] = {0: []}
    for end in range(1, len(name) + 1):
        for start in reached:
            if 0 < end - start < len(name) and name[start:end] in known and end not in reached:
                reached[end] = [*reached[start], name[start:end]]
                break
    return reached.get(len(name), [])
