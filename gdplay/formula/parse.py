"""Tokens to graph: an operator-precedence parser with a stack of its own, so depth is no limit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gdplay.errors import FormulaError, nearest
from gdplay.formula import words
from gdplay.formula.expr import Expr, ShapeError, build, const, constant_value, is_constant, substitute
from gdplay.formula.text import AND, COMPARE, MINUS, NOT, OR, POWER, PRODUCT, SUM
from gdplay.formula.tokens import (
    ASSIGN,
    CLOSE,
    COLON,
    COMMA,
    END,
    NAME,
    NUMBER,
    OPEN,
    OPERATOR,
    TRANSPOSE,
    Token,
    statements,
    tokenize,
)

BINARY: dict[str, tuple[str, int]] = {
    "or": ("or", OR), "and": ("and", AND),
    "<": ("lt", COMPARE), "<=": ("le", COMPARE), ">": ("gt", COMPARE), ">=": ("ge", COMPARE),
    "==": ("eq", COMPARE), "!=": ("ne", COMPARE),
    "+": ("add", SUM), "-": ("sub", SUM),
    "*": ("mul", PRODUCT), "/": ("div", PRODUCT), "//": ("floordiv", PRODUCT), "%": ("mod", PRODUCT),
    "@": ("matmul", PRODUCT),
    "^": ("pow", POWER), "**": ("pow", POWER),
}  # fmt: skip
PREFIX = {"-": ("neg", MINUS), "+": ("plus", MINUS), "not": ("not", NOT)}
LONGEST_QUOTE = 60
LONGEST_PART = 24
LONGEST_PRODUCT = 60
AMBIGUOUS = frozenset(("/", "//", "%", "^", "**", "@"))
"""After these, an implied multiplication reads two ways."""


@dataclass
class Scope:
    """The names that a formula may use.

    ``names`` are expressions, ``functions`` build one from arguments (``grad(x)`` in a rule),
    ``counters`` are ``i`` and ``n``, which a user's own name hides, ``known`` gives the values of
    constants that may stand where an integer is due, ``free`` makes an unknown name into a new
    symbol instead of an error.
    """

    names: dict[str, Expr]
    functions: Mapping[str, Callable[..., Expr]] = field(default_factory=dict[str, Callable[..., Expr]])
    known: Mapping[Expr, Expr] = field(default_factory=dict[Expr, Expr])
    counters: Mapping[str, Expr] = field(default_factory=dict[str, Expr])
    free: Callable[[str], Expr] | None = None
    warn: Callable[[str], None] | None = None


@dataclass
class Operand:
    """A finished part of a formula and where it stands; ``chain`` is the last operand of a comparison."""

    expr: Expr
    start: int
    end: int
    chain: Expr | None = None


@dataclass
class Operator:
    """A binary or prefix operator waiting for its right side."""

    op: str
    strength: int
    token: Token
    prefix: bool = False


@dataclass
class Frame:
    """What is open: the whole statement, a bracket, a list, the arguments of a call, a subscript."""

    kind: str
    start: int
    token: Token | None = None
    operands: list[Operand] = field(default_factory=list[Operand])
    operators: list[Operator] = field(default_factory=list[Operator])
    items: list[Any] = field(default_factory=list[Any])
    bounds: list[int | None] = field(default_factory=list[int | None])
    axis: int | None = None
    reading_axis: bool = False
    base: Operand | None = None


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
                raise _wrong(f"'={line[2].text}' is no comparison", f"write {line[2].text}=", text, found)
            if second := _second_assignment(line):
                remedy = "end each statement with ';' or a new line; compare with =="
                raise _wrong("a second '=' in one statement", remedy, text, second)
            if last:
                raise _wrong(
                    "the last statement gives no value",
                    f"add a line with an expression, such as {line[0].text}",
                    text,
                    line[0],
                )
            name = line[0]
            check_name(text, name)
            if name.text in scope.names:
                raise _wrong(
                    f"'{name.text}' is assigned, but it already has a meaning",
                    "choose another name",
                    text,
                    name,
                )
            scope.names[name.text] = Parser(text, line[2:], scope).run()
        elif not last:
            raise _wrong(
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


def check_name(text: str, token: Token) -> None:
    """Refuse a name that belongs to the language."""
    if token.text in words.RESERVED:
        what = "a function" if token.text in words.FUNCTIONS or token.text in words.ALIASES else "a word"
        raise _wrong(f"'{token.text}' is {what} of the language", "choose another name", text, token)


class Parser:
    """One statement being read: it alternates between expecting an operand and an operator."""

    def __init__(self, text: str, tokens: list[Token], scope: Scope) -> None:
        self.text, self.tokens, self.scope = text, tokens, scope
        self.at = 0
        self.frames = [Frame("statement", tokens[0].start)]

    def run(self) -> Expr:
        """Return the statement's value."""
        while True:
            self.operand()
            while self.operator():
                pass
            if self.at >= len(self.tokens):
                return self.frames[0].items[0].expr

    @property
    def frame(self) -> Frame:
        """The innermost open frame."""
        return self.frames[-1]

    def operand(self) -> None:
        """Read prefixes, opening brackets and one operand; stop where an operator is due."""
        while True:
            token = self.tokens[self.at]
            self.at += 1
            following = self.tokens[min(self.at, len(self.tokens) - 1)]
            if token.kind == NUMBER:
                self.push(const(float(token.text)), token)
                return
            if token.kind == NAME and token.text not in PREFIX:
                if self.frame.kind == "call" and token.text == "axis" and following.kind == ASSIGN:
                    self.at += 1
                    self.frame.reading_axis = True
                    continue
                if self.frame.kind == "subscript" and token.text == "None" and following.text in (",", "]"):
                    self.frame.items.append(None)
                    return
                if self.name(token, following):
                    return
                continue
            if token.text in PREFIX:
                op, strength = PREFIX[token.text]
                self.frame.operators.append(Operator(op, strength, token, prefix=True))
                continue
            if token.kind == OPEN:
                kind = "bracket" if token.text == "(" else "list"
                self.frames.append(Frame(kind, token.start, token))
                continue
            if (
                self.frame.kind == "subscript"
                and not self.frame.operators
                and token.kind in (COLON, CLOSE, COMMA)
            ):
                self.at -= 1
                return
            raise self.missing(token)

    def name(self, token: Token, following: Token) -> bool:
        """Read a name; return False where it opened a call, whose arguments come next."""
        name = words.ALIASES.get(token.text, token.text)
        called = following.text == "("
        if token.text in self.scope.names and not called:
            self.push(self.scope.names[token.text], token)
            return True
        if token.text in self.scope.counters and not called:
            self.push(self.scope.counters[token.text], token)
            return True
        if called and (token.text in self.scope.functions or name in words.FUNCTIONS):
            self.at += 1
            self.frames.append(Frame("call", token.start, token))
            if self.tokens[self.at].text == ")":
                raise self.error(f"{token.text}() needs an argument", f"write {self.usage(token)}", token)
            return False
        if name in words.FUNCTIONS or token.text in self.scope.functions:
            raise self.function_without_brackets(token, following)
        if token.text in words.CONSTANTS:
            self.push(const(words.CONSTANTS[token.text]), token)
            return True
        if called:
            raise self.not_a_function(token, following)
        if self.scope.free is not None and token.text not in words.RESERVED:
            self.scope.names[token.text] = self.scope.free(token.text)
            self.push(self.scope.names[token.text], token)
            return True
        raise self.unknown(token)

    def operator(self) -> bool:
        """Read one operator, subscript, separator or closing bracket; return False where an operand is due."""
        token = self.tokens[self.at]
        text = token.text
        if text in BINARY and token.kind in (OPERATOR, NAME):
            op, strength = BINARY[text]
            self.reduce(strength, right=strength == POWER)
            self.frame.operators.append(Operator(op, strength, token))
            self.at += 1
            return False
        if token.kind == OPEN and text == "[" and self.tokens[self.at - 1].kind != NUMBER:
            self.at += 1
            base = self.frame.operands.pop()
            self.frames.append(Frame("subscript", base.start, token, base=base))
            return False
        if token.kind == TRANSPOSE:
            self.at += 1
            base = self.frame.operands.pop()
            self.frame.operands.append(Operand(base.expr.T, base.start, token.end))
            return True
        if token.kind == OPEN or token.kind == NAME or token.kind == NUMBER:
            self.implied(token)
            return False
        if token.kind == COLON and self.frame.kind == "subscript":
            self.bound()
            self.at += 1
            return False
        if token.kind == COMMA and self.frame.kind in ("call", "list", "subscript"):
            self.end_item()
            self.at += 1
            if self.frame.kind != "subscript" and self.tokens[self.at].kind == CLOSE:
                raise self.error(
                    "nothing stands after ','", "remove the comma, or write what is missing", token
                )
            return False
        if token.kind == CLOSE:
            self.end_item()
            self.at += 1
            self.close(token)
            return True
        if token.kind == END:
            self.end_item()
            self.at += 1
            return False
        raise self.misplaced(token)

    def push(self, expr: Expr, token: Token) -> None:
        """Add a finished operand."""
        self.frame.operands.append(Operand(expr, token.start, token.end))

    def implied(self, token: Token) -> None:
        """Read ``2x`` and ``3 (x + 1)``; refuse every other missing operator with its rewrite."""
        before = self.tokens[self.at - 1]
        if before.kind != NUMBER or token.kind == NUMBER:
            raise self.no_operator(before, token)
        operators = [operator for operator in self.frame.operators if not operator.prefix]
        if operators and operators[-1].token.text in AMBIGUOUS and self.directly_after(operators[-1]):
            left, sign = self.frame.operands[-2], operators[-1].token
            a, n = self.text[left.start : left.end], self.text[sign.end : before.end].strip()
            rest = {"(": "(...)", "[": "[...]"}.get(token.text, token.text)
            a = a if len(a) < 20 else "(...)"
            raise FormulaError(
                f"'{a}{sign.text}{n}{rest}' reads two ways",
                f"write {a}{sign.text}({n}*{rest}) or ({a}{sign.text}{n})*{rest}",
                self.text,
                (left.start, token.end),
            )
        self.reduce(PRODUCT)
        self.frame.operators.append(Operator("mul", PRODUCT, token))

    def directly_after(self, operator: Operator) -> bool:
        """Tell whether only signs stand between the operator and the number just read."""
        k = self.at - 2
        while self.tokens[k].text in ("-", "+") and self.tokens[k] is not operator.token:
            k -= 1
        return self.tokens[k] is operator.token

    def reduce(self, strength: int, right: bool = False) -> None:
        """Apply the waiting operators that bind tighter (or as tightly, where they go left to right)."""
        frame = self.frame
        while frame.operators:
            top = frame.operators[-1]
            if top.strength < strength or (right and top.strength == strength):
                return
            frame.operators.pop()
            self.apply(top)

    def apply(self, operator: Operator) -> None:
        """Build the node of one operator from the operands on top."""
        operands = self.frame.operands
        b = operands.pop()
        try:
            if operator.prefix:
                expr = b.expr if operator.op == "plus" else build(operator.op, b.expr)
                operands.append(
                    self.checked(expr, operator.token, Operand(expr, operator.token.start, b.end))
                )
                return
            a = operands.pop()
            left = a.chain if operator.strength == COMPARE and a.chain is not None else a.expr
            expr = (
                words.product(left, b.expr) if operator.op == "matmul" else build(operator.op, left, b.expr)
            )
        except ShapeError as misfit:
            raise self.error(misfit.message, misfit.remedy, operator.token) from None
        chain = None
        if operator.strength == COMPARE:
            chain = b.expr
            if operator.op == "eq" and self.scope.warn is not None:
                self.scope.warn("'==' compares exactly; its derivative is 0 and it holds almost nowhere")
            expr = build("and", a.expr, expr) if a.chain is not None else expr
        operands.append(self.checked(expr, operator.token, Operand(expr, a.start, b.end, chain)))

    def checked(self, expr: Expr, token: Token, operand: Operand) -> Operand:
        """Refuse a constant that is infinite or not a number."""
        if is_constant(expr) and not np.isfinite(constant_value(expr)).all():
            what = "an infinite constant" if np.isinf(constant_value(expr)).any() else "not a number"
            raise FormulaError(
                f"this part is {what}", "write a finite number", self.text, (operand.start, operand.end)
            )
        return operand

    def bound(self) -> None:
        """End one bound of a slice; an absent one is None."""
        frame = self.frame
        if len(frame.bounds) == 2:
            raise self.error(
                "a slice has at most start:stop:step", "remove the extra ':'", self.tokens[self.at]
            )
        frame.bounds.append(self.integer(self.finished(), "a slice's bound") if frame.operands else None)

    def end_item(self) -> None:
        """End an argument, a list's element, one axis of a subscript, or the whole statement."""
        frame = self.frame
        if frame.kind == "subscript":
            if frame.bounds or self.tokens[self.at - 1].kind == COLON:
                frame.bounds.append(
                    self.integer(self.finished(), "a slice's bound") if frame.operands else None
                )
                frame.items.append(slice(*frame.bounds))
            elif frame.operands:
                frame.items.append(self.integer(self.finished(), "a subscript"))
            elif self.tokens[self.at - 1].text != "None":
                raise self.missing(self.tokens[self.at])
            frame.bounds = []
            return
        item = self.finished()
        if frame.reading_axis:
            if frame.axis is not None:
                raise self.error(
                    "axis is given twice",
                    "remove one; a sum over both axes has none",
                    self.tokens[self.at - 1],
                )
            frame.axis, frame.reading_axis = self.integer(item, "axis"), False
        else:
            frame.items.append(item)

    def finished(self) -> Operand:
        """Return the value of all that was read since the last separator."""
        self.reduce(0)
        return self.frame.operands.pop()

    def close(self, token: Token) -> None:
        """End the innermost frame and hand its value to the one around it."""
        frame = self.frames.pop()
        where = (frame.start, token.end)
        try:
            expr = self.closed(frame)
        except ShapeError as misfit:
            assert frame.token is not None
            end = frame.token.end if frame.kind == "call" else token.end
            raise self.error(misfit.message, misfit.remedy, frame.token._replace(end=end)) from None
        operand = Operand(expr, *where)
        if frame.kind != "bracket":
            assert frame.token is not None
            self.checked(expr, frame.token, operand)
        self.frame.operands.append(operand)

    def closed(self, frame: Frame) -> Expr:
        """Return what a closed frame means."""
        assert frame.token is not None
        match frame.kind:
            case "bracket":
                return frame.items[0].expr
            case "list":
                return words.stack(*(item.expr for item in frame.items))
            case "subscript":
                assert frame.base is not None
                return words.subscript(frame.base.expr, tuple(frame.items))
            case _:
                return self.called(frame, frame.token)

    def called(self, frame: Frame, token: Token) -> Expr:
        """Return the value of a function call."""
        args = [item.expr for item in frame.items]
        if token.text in self.scope.functions:
            return self.scope.functions[token.text](*args)
        word = words.FUNCTIONS[words.ALIASES.get(token.text, token.text)]
        if len(args) < word.least or (word.most is not None and len(args) > word.most):
            remedy = f"write {word.usage}"
            if word.axis and len(args) == 2:
                remedy = f"write {token.text}(v), or {token.text}(W, axis=0) along an axis of a matrix"
            raise self.error(f"{token.text} takes {_arguments(word)}; here are {len(args)}", remedy, token)
        if frame.axis is not None:
            if not word.axis or len(args) > 1:
                several = " of several arguments" if word.axis else ""
                raise self.error(f"{token.text}{several} takes no axis", f"write {word.usage}", token)
            if frame.axis not in (0, 1):
                raise self.error(
                    f"axis={frame.axis} does not exist", "write axis=0 (down the rows) or axis=1", token
                )
            return word.build(*args, axis=frame.axis)
        for k in word.integers:
            args[k] = self.integer(frame.items[k], f"argument {k + 1} of {token.text}")
        return word.build(*args)

    def integer(self, operand: Operand, what: str) -> int:
        """Return the whole number that an operand is known to be when the formula is read."""
        (expr,) = substitute([operand.expr], self.scope.known)
        value = words.integer_value(expr)
        if value is None:
            found = self.text[operand.start : operand.end]
            raise FormulaError(
                f"{what} must be a whole number that is known beforehand, not '{found[:40]}'",
                "use digits, n, or an integer constant",
                self.text,
                (operand.start, operand.end),
            )
        return value

    def usage(self, token: Token) -> str:
        """Return how a function is called."""
        word = words.FUNCTIONS.get(words.ALIASES.get(token.text, token.text))
        return word.usage if word else f"{token.text}(x)"

    def error(self, message: str, remedy: str, token: Token) -> FormulaError:
        """Return the refusal that points at a token."""
        return _wrong(message, remedy, self.text, token)

    def missing(self, token: Token) -> FormulaError:
        """Say that an operand is due."""
        if token.kind == END:
            if self.at < 2:
                return self.error("a value is due here", "write an expression behind '='", token)
            before = self.tokens[self.at - 2]
            return self.error(
                "the formula ends where a value is due", f"complete it after '{before.text}'", before
            )
        if token.text == "=":
            return self.error(
                "'=' stands where a value is due",
                "compare with ==, or name a value on a line of its own",
                token,
            )
        return self.error(
            f"'{token.text}' stands where a value is due", "write a number, a name or a bracket here", token
        )

    def misplaced(self, token: Token) -> FormulaError:
        """Say that a token cannot stand behind a value."""
        remedy = {
            "=": "compare with ==, or name a value on a line of its own",
            ",": "write a function's name before the bracket",
            ":": "slices stand in square brackets",
        }
        return self.error(
            f"'{token.text}' cannot stand here", remedy.get(token.text, "write an operator here"), token
        )

    def no_operator(self, before: Token, token: Token) -> FormulaError:
        """Say what is missing between two values, with the rewrite."""
        for word in (before, token):
            if word.text in ("if", "else"):
                return self.error(
                    "'if' and 'else' are not part of the language", "write where(condition, a, b)", word
                )
        if token.text == "not":
            return self.error("'not' cannot stand behind a value", "write 'and not', 'or not' or !=", token)
        operand = self.frame.operands[-1]
        left = self.text[operand.start : operand.end]
        left = left if len(left) <= LONGEST_PART and "\n" not in left else "(...)"
        right = self.bracket(self.at) if token.text in ("(", "[") else token.text
        return self.error(
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

    def function_without_brackets(self, token: Token, following: Token) -> FormulaError:
        """Say how ``sin x`` and ``sin^2(x)`` are written."""
        if following.text in ("^", "**") and self.at + 1 < len(self.tokens):
            power, opening = (
                self.tokens[self.at + 1].text,
                self.tokens[min(self.at + 2, len(self.tokens) - 1)],
            )
            argument = self.bracket(self.at + 2) if opening.text == "(" else "(x)"
            return self.error(
                f"'{token.text}' is a function and has no power of its own",
                f"write {token.text}{argument}^{power}",
                token,
            )
        argument = following.text if following.kind in (NAME, NUMBER) else "x"
        return self.error(
            f"'{token.text}' is a function and needs brackets", f"write {token.text}({argument})", token
        )

    def not_a_function(self, token: Token, following: Token) -> FormulaError:
        """Say that a name in front of a bracket is no function."""
        if token.text in self.scope.names or token.text in self.scope.counters:
            return self.error(
                f"'{token.text}' is not a function",
                f"write {token.text}*(...) to multiply, {token.text}[...] for an item",
                token,
            )
        near = nearest(token.text, [*words.FUNCTIONS, *words.ALIASES, *self.scope.functions])
        remedy = f"did you mean {near}(...)?" if near else f"write {token.text}*(...) to multiply"
        return self.error(f"there is no function '{token.text}'", remedy, token)

    def unknown(self, token: Token) -> FormulaError:
        """Say that a name has no meaning here, with the likely intention."""
        if token.text in words.KEYWORDS:
            return self.error(
                f"'{token.text}' stands where a value is due", "write a comparison before and after it", token
            )
        known = [*self.scope.names, *self.scope.counters]
        parts = split_product(token.text, known)
        if parts:
            return self.error(f"unknown name '{token.text}'", f"write {'*'.join(parts)} to multiply", token)
        near = nearest(token.text, [*known, *words.FUNCTIONS])
        if near:
            return self.error(f"unknown name '{token.text}'", f"did you mean {near}?", token)
        shown = ", ".join(known[:12]) or "none"
        return self.error(f"unknown name '{token.text}'", f"the names known here: {shown}", token)


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


def _arguments(word: words.Word) -> str:
    if word.most is None:
        return f"at least {word.least} argument" + "s" * (word.least > 1)
    return f"{word.most} argument" + "s" * (word.most > 1)


def _wrong(message: str, remedy: str, text: str, token: Token) -> FormulaError:
    # A word may have a million characters; what was found is under the caret anyway.
    if len(token.text) > LONGEST_QUOTE:
        short = token.text[:LONGEST_QUOTE] + "..."
        message, remedy = message.replace(token.text, short), remedy.replace(token.text, short)
    return FormulaError(message, remedy, text, (token.start, max(token.end, token.start + 1)))


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
            raise _wrong("a rule's statement assigns a name", "write name = expression", text, name)
        check_name(text, name)
        if name.text in fixed or name.text in scope.functions:
            raise _wrong(
                f"'{name.text}' is given to the rule and can't be assigned",
                "use a name of your own",
                text,
                name,
            )
        if name.text == "x" and any(earlier.name == "x" for earlier in found):
            raise _wrong("x is assigned a second time", "assign x once, with the final point", text, name)
        value = Parser(text, line[2:], scope).run()
        scope.names[name.text] = value
        found.append(Statement(name.text, " ".join(text[name.start : line[-1].start].split()), value))
    return found
