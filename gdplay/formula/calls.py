"""What is asked of a part of a formula once it is read: a call's arguments, a whole number, a finite one."""

from __future__ import annotations

import numpy as np

from gdplay.errors import FormulaError
from gdplay.formula import language, words
from gdplay.formula.expr import Expr, constant_value, is_constant, substitute
from gdplay.formula.frames import Frame, Operand
from gdplay.formula.refusals import wrong
from gdplay.formula.scope import Scope
from gdplay.formula.tokens import Token


def call(frame: Frame, token: Token, text: str, scope: Scope) -> Expr:
    """Return the value of the function that a token names, for a closed frame's arguments.

    Raises FormulaError where their number or the axis is wrong, ShapeError where they do not fit.
    """
    args = [item.expr for item in frame.items]
    if token.text in scope.functions:
        return scope.functions[token.text](*args)
    word = language.FUNCTIONS[language.ALIASES.get(token.text, token.text)]
    if len(args) < word.least or (word.most is not None and len(args) > word.most):
        remedy = f"write {word.usage}"
        if word.axis and len(args) == 2:
            remedy = f"write {token.text}(v), or {token.text}(W, axis=0) along an axis of a matrix"
        raise wrong(f"{token.text} takes {_arguments(word)}; here are {len(args)}", remedy, text, token)
    if frame.axis is not None:
        if not word.axis or len(args) > 1:
            several = " of several arguments" if word.axis else ""
            raise wrong(f"{token.text}{several} takes no axis", f"write {word.usage}", text, token)
        if frame.axis not in (0, 1):
            remedy = "write axis=0 (down the rows) or axis=1"
            raise wrong(f"axis={frame.axis} does not exist", remedy, text, token)
        return word.build(*args, axis=frame.axis)
    for k in word.integers:
        args[k] = integer(frame.items[k], f"argument {k + 1} of {token.text}", text, scope)
    return word.build(*args)


def integer(operand: Operand, what: str, text: str, scope: Scope) -> int:
    """Return the whole number that an operand is known to be when the formula is read."""
    (expr,) = substitute([operand.expr], scope.known)
    value = words.integer_value(expr)
    if value is None:
        found = text[operand.start : operand.end]
        raise FormulaError(
            f"{what} must be a whole number that is known beforehand, not '{found[:40]}'",
            "use digits, n, or an integer constant",
            text,
            (operand.start, operand.end),
        )
    return value


def finite(operand: Operand, text: str) -> Operand:
    """Return an operand, refusing a constant that is infinite or not a number."""
    if is_constant(operand.expr) and not np.isfinite(constant_value(operand.expr)).all():
        what = "an infinite constant" if np.isinf(constant_value(operand.expr)).any() else "not a number"
        where = (operand.start, operand.end)
        raise FormulaError(f"this part is {what}", "write a finite number", text, where)
    return operand


def usage(name: str) -> str:
    """Return how a function is called."""
    word = language.FUNCTIONS.get(language.ALIASES.get(name, name))
    return word.usage if word else f"{name}(x)"


def _arguments(word: language.Word) -> str:
    if word.most is None:
        return f"at least {word.least} argument" + "s" * (word.least > 1)
    return f"{word.most} argument" + "s" * (word.most > 1)
