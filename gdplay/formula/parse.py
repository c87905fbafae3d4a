"""Tokens to graph: an operator-precedence parser with a stack of its own, so depth is no limit."""

from __future__ import annotations

from gdplay.formula import language, words
from gdplay.formula.calls import call, finite, integer, usage
from gdplay.formula.expr import Expr, ShapeError, build, const
from gdplay.formula.frames import Frame, Operand, Operator
from gdplay.formula.operators import AMBIGUOUS, BINARY, PREFIX
from gdplay.formula.refusals import Refusals
from gdplay.formula.scope import Scope
from gdplay.formula.text import COMPARE, POWER, PRODUCT
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
)


class Parser:
    """One statement being read: it alternates between expecting an operand and an operator."""

    def __init__(self, text: str, tokens: list[Token], scope: Scope) -> None:
        self.text, self.tokens, self.scope = text, tokens, scope
        self.say = Refusals(text, tokens, scope)
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
                if token.text == "None" and following.text in (",", "]") and self.frame.awaits_axis:
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
            raise self.say.missing(token, self.at)

    def name(self, token: Token, following: Token) -> bool:
        """Read a name; return False where it opened a call, whose arguments come next."""
        name = language.ALIASES.get(token.text, token.text)
        called = following.text == "("
        if token.text in self.scope.names and not called:
            self.push(self.scope.names[token.text], token)
            return True
        if token.text in self.scope.counters and not called:
            self.push(self.scope.counters[token.text], token)
            return True
        if called and (token.text in self.scope.functions or name in language.FUNCTIONS):
            self.at += 1
            self.frames.append(Frame("call", token.start, token))
            if self.tokens[self.at].text == ")":
                raise self.say.refuse(
                    f"{token.text}() needs an argument", f"write {usage(token.text)}", token
                )
            return False
        if name in language.FUNCTIONS or token.text in self.scope.functions:
            raise self.say.function_without_brackets(token, following, self.at)
        if token.text in language.CONSTANTS:
            self.push(const(language.CONSTANTS[token.text]), token)
            return True
        if called:
            raise self.say.not_a_function(token, following)
        if self.scope.free is not None and token.text not in language.RESERVED:
            self.scope.names[token.text] = self.scope.free(token.text)
            self.push(self.scope.names[token.text], token)
            return True
        raise self.say.unknown(token)

    def operator(self) -> bool:
        """Read an operator, subscript, separator or closing bracket; return False where an operand is due."""
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
                raise self.say.refuse(
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
        raise self.say.misplaced(token)

    def push(self, expr: Expr, token: Token) -> None:
        """Add a finished operand."""
        self.frame.operands.append(Operand(expr, token.start, token.end))

    def implied(self, token: Token) -> None:
        """Read ``2x`` and ``3 (x + 1)``; refuse every other missing operator with its rewrite."""
        before = self.tokens[self.at - 1]
        if before.kind != NUMBER or token.kind == NUMBER:
            operand = self.frame.operands[-1]
            left = self.text[operand.start : operand.end]
            raise self.say.no_operator(before, token, self.at, left)
        operators = [operator for operator in self.frame.operators if not operator.prefix]
        if operators and operators[-1].token.text in AMBIGUOUS and self.directly_after(operators[-1]):
            left, number = self.frame.operands[-2], self.text[operators[-1].token.end : before.end]
            raise self.say.two_ways((left.start, left.end), operators[-1].token, number, token)
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
                operands.append(finite(Operand(expr, operator.token.start, b.end), self.text))
                return
            a = operands.pop()
            left = a.chain if operator.strength == COMPARE and a.chain is not None else a.expr
            expr = (
                words.product(left, b.expr) if operator.op == "matmul" else build(operator.op, left, b.expr)
            )
        except ShapeError as misfit:
            raise self.say.refuse(misfit.message, misfit.remedy, operator.token) from None
        chain = None
        if operator.strength == COMPARE:
            chain = b.expr
            if operator.op == "eq" and self.scope.warn is not None:
                self.scope.warn("'==' compares exactly; its derivative is 0 and it holds almost nowhere")
            expr = build("and", a.expr, expr) if a.chain is not None else expr
        operands.append(finite(Operand(expr, a.start, b.end, chain), self.text))

    def bound(self) -> None:
        """End one bound of a slice; an absent one is None."""
        frame = self.frame
        if len(frame.bounds) == 2:
            raise self.say.refuse(
                "a slice has at most start:stop:step", "remove the extra ':'", self.tokens[self.at]
            )
        frame.bounds.append(self.whole(self.finished(), "a slice's bound") if frame.operands else None)

    def end_item(self) -> None:
        """End an argument, a list's element, one axis of a subscript, or the whole statement."""
        frame = self.frame
        if frame.kind == "subscript":
            if frame.bounds or self.tokens[self.at - 1].kind == COLON:
                frame.bounds.append(
                    self.whole(self.finished(), "a slice's bound") if frame.operands else None
                )
                frame.items.append(slice(*frame.bounds))
            elif frame.operands:
                frame.items.append(self.whole(self.finished(), "a subscript"))
            elif self.tokens[self.at - 1].text != "None":
                raise self.say.missing(self.tokens[self.at], self.at)
            frame.bounds = []
            return
        item = self.finished()
        if frame.reading_axis:
            if frame.axis is not None:
                raise self.say.refuse(
                    "axis is given twice",
                    "remove one; a sum over both axes has none",
                    self.tokens[self.at - 1],
                )
            frame.axis, frame.reading_axis = self.whole(item, "axis"), False
        else:
            frame.items.append(item)

    def finished(self) -> Operand:
        """Return the value of all that was read since the last separator."""
        self.reduce(0)
        return self.frame.operands.pop()

    def whole(self, operand: Operand, what: str) -> int:
        """Return the whole number that an operand is."""
        return integer(operand, what, self.text, self.scope)

    def close(self, token: Token) -> None:
        """End the innermost frame and hand its value to the one around it."""
        frame = self.frames.pop()
        where = (frame.start, token.end)
        try:
            expr = self.closed(frame)
        except ShapeError as misfit:
            assert frame.token is not None
            end = frame.token.end if frame.kind == "call" else token.end
            raise self.say.refuse(misfit.message, misfit.remedy, frame.token._replace(end=end)) from None
        operand = Operand(expr, *where)
        self.frame.operands.append(operand if frame.kind == "bracket" else finite(operand, self.text))

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
                return call(frame, frame.token, self.text, self.scope)
