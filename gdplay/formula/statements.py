"""Texts of several statements: a formula that ends in its value, a rule that updates names."""

from __future__ import annotations

from dataclasses import dataclass

from gdplay.errors import FormulaError
from gdplay.formula.expr import Expr
from gdplay.formula.parse import Parser
from gdplay.formula.refusals import check_name, wrong
from gdplay.formula.scope import Scope
from gdplay.formula.tokens import ASSIGN, CLOSE, NAME, OPEN, OPERATOR, Token, statements, tokenize


def parse(text: str, scope: Scope, tokens: list[Token] | None = None) -> Expr:
    """Return the value of the last statement of a formula; earlier ones define names, each once.

    ``tokens`` is what to read where it is not the whole text. Raises FormulaError, with the place
    and the remedy.
    """
    result: Expr | None = None
    lines = statements(tokenize(text) if tokens is None else tokens)
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        if line[0].kind == NAME and line[1].kind == ASSIGN:
            if line[2].text in ("<", ">") and line[2].start == line[1].end:
                found = Token(OPERATOR, "", line[1].start, line[2].end)
                raise wrong(f"'={line[2].text}' is no comparison", f"write {line[2].text}=", text, found)
            if second := _second_assignment(line):
                remedy = "end each statement with ';' or a new line; compare with =="
                raise wrong("a second '=' in one statement", remedy, text, second)
            if last:
                raise wrong(
                    "the last statement gives no value",
                    f"add a line with an expression, such as {line[0].text}",
                    text,
                    line[0],
                )
            name = line[0]
            check_name(text, name)
            if name.text in scope.names:
                raise wrong(
                    f"'{name.text}' is assigned, but it already has a meaning",
                    "choose another name",
                    text,
                    name,
                )
            scope.names[name.text] = Parser(text, line[2:], scope).run()
        elif not last:
            raise wrong(
                "a statement that is not the last gives a name to a value",
                "write name = expression, or join two lines by a bracket around both",
                text,
                line[0],
            )
        else:
            result = Parser(text, line, scope).run()
    if result is None:
        end = len(text.rstrip())
        raise FormulaError(
            "the formula is empty", "write an expression, such as x^2 + y^2", text, (end, end + 1)
        )
    return result


def _second_assignment(line: list[Token]) -> Token | None:
    depth = 0
    for token in line[2:]:
        depth += (token.kind == OPEN) - (token.kind == CLOSE)
        if token.kind == ASSIGN and depth == 0:
            return token
    return None


@dataclass(frozen=True)
class Statement:
    """One line of a rule: the name it assigns, its text, its value."""

    name: str
    text: str
    value: Expr


def parse_updates(text: str, scope: Scope, fixed: frozenset[str]) -> list[Statement]:
    """Return the statements of a rule, in order.

    They may assign a name as often as they like, but ``x`` once and the ``fixed`` names never. Raises
    FormulaError.
    """
    found: list[Statement] = []
    for line in statements(tokenize(text)):
        name = line[0]
        if name.kind != NAME or line[1].kind != ASSIGN:
            raise wrong("a rule's statement assigns a name", "write name = expression", text, name)
        check_name(text, name)
        if name.text in fixed or name.text in scope.functions:
            raise wrong(
                f"'{name.text}' is given to the rule and can't be assigned",
                "use a name of your own",
                text,
                name,
            )
        if name.text == "x" and any(earlier.name == "x" for earlier in found):
            raise wrong("x is assigned a second time", "assign x once, with the final point", text, name)
        value = Parser(text, line[2:], scope).run()
        scope.names[name.text] = value
        found.append(Statement(name.text, " ".join(text[name.start : line[-1].start].split()), value))
    return found
