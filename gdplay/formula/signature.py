"""What a formula's text declares: its name, its variables with their shapes, and which names are free."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from gdplay.errors import FormulaError
from gdplay.formula import language, words
from gdplay.formula.expr import Array, Expr, Shape, array, const, symbol
from gdplay.formula.refusals import check_name, split_product
from gdplay.formula.scope import Scope
from gdplay.formula.shapes import say
from gdplay.formula.statements import parse
from gdplay.formula.tokens import ASSIGN, CLOSE, COMMA, END, NAME, NUMBER, OPEN, Token, tokenize
from gdplay.formula.words import along

MOST_ELEMENTS = 1_000_000


@dataclass(frozen=True)
class Formula:
    """A function that was read: its graph over the symbols of its variables and constants."""

    text: str
    name: str
    expr: Expr
    variables: tuple[Expr, ...]
    constants: dict[str, Expr] = field(default_factory=dict[str, Expr])
    residuals: Expr | None = None
    warnings: tuple[str, ...] = ()
    named: Mapping[str, Expr] = field(default_factory=dict[str, Expr])
    """The user's own names for parts: ``name = expression`` in a formula of several lines."""


def natural(name: str) -> list[tuple[int, int, str]]:
    """Return the key that sorts x2 before x10, ignoring case."""
    parts = re.findall(r"0*([0-9]+)|([^0-9]+)", name.lower())
    return [(0, len(digits), digits) if digits else (1, 0, word) for digits, word in parts]


def read(
    text: str,
    variables: Mapping[str, Shape] | None = None,
    constants: Mapping[str, Array] | None = None,
    length: int | None = None,
    residuals: bool = False,
) -> Formula:
    """Read a function, with or without its signature.

    ``variables`` are declared shapes, ``constants`` named arrays, ``length`` the number of values in
    the start, which an undeclared vector takes as its own. With ``residuals`` the formula is a vector
    and the function the sum of its squares. Raises FormulaError.
    """
    constants = constants or {}
    tokens = tokenize(text)
    name, declared, body = _signature(text, tokens)
    if variables is not None:
        if declared is not None and dict(variables) != declared:
            raise FormulaError(
                "the signature and 'variables' declare different variables",
                "declare them once",
                text,
                (0, body[0].start),
            )
        declared = dict(variables)
    fixed = {key: symbol(key, value.shape, "constant") for key, value in constants.items()}
    undeclared = declared is None
    if declared is None:
        declared = _undeclared(text, body, set(fixed), length)
    symbols = {key: symbol(key, shape) for key, shape in declared.items()}
    warnings: list[str] = []
    scope = Scope({**fixed, **symbols}, counters=_counters(declared), warn=warnings.append)
    scope.known = {fixed[key]: array(value) for key, value in constants.items()}
    expr = parse(text, scope, body)
    result, squares = expr, None
    if residuals:
        if len(expr.shape) != 1:
            raise _shape_error(
                text, body, f"residuals are a vector; this is {say(expr.shape)}", "write [r1, r2, ...]"
            )
        result, squares = along("sum", expr**2), expr
    elif expr.shape:
        remedy = "reduce it, for example with sum(...)"
        raise _shape_error(text, body, f"an objective is a scalar; this is {say(expr.shape)}", remedy)
    if not symbols:
        raise _shape_error(text, body, "the formula has no variable", "write, for example, x^2 + y^2")
    used = {token.text for token in body}
    warnings += [f"the variable '{key}' is never used" for key in symbols if key not in used]
    if undeclared:
        warnings += _run_together(frozenset(symbols))
    named = {key: value for key, value in scope.names.items() if key not in fixed and key not in symbols}
    return Formula(
        text, name, result, tuple(symbols.values()), fixed, squares, tuple(dict.fromkeys(warnings)), named
    )


def _run_together(names: frozenset[str]) -> list[str]:
    """Return a warning for each undeclared name that looks like a product or a call without its sign."""
    warnings: list[str] = []
    for name in sorted(names, key=natural):
        if parts := split_product(name, names):
            warnings.append(f"'{name}' is a variable of its own; write {'*'.join(parts)} to multiply")
        elif call := next(
            (f for f in language.FUNCTIONS if name.startswith(f) and name[len(f) :] in names), None
        ):
            warnings.append(
                f"'{name}' is a variable of its own; write {call}({name[len(call) :]}) for the function"
            )
    return warnings


def _counters(declared: Mapping[str, Shape]) -> dict[str, Expr]:
    """Return ``n`` and ``i`` where exactly one vector is declared."""
    vectors = [shape for shape in declared.values() if len(shape) == 1]
    if len(vectors) != 1:
        return {}
    (n,) = vectors[0]
    return {"n": const(float(n)), "i": array(np.arange(1.0, n + 1.0))}


def _signature(text: str, tokens: list[Token]) -> tuple[str, dict[str, Shape] | None, list[Token]]:
    """Return the function's name, what it declares (None without a signature), and the tokens behind it."""
    if len(tokens) < 4 or tokens[0].kind != NAME or tokens[1].text != "(":
        return "f", None, tokens
    close = next(k for k, token in enumerate(tokens) if token.text == ")" and token.kind == CLOSE)
    if tokens[close + 1].kind != ASSIGN:
        return "f", None, tokens
    check_name(text, tokens[0])
    return tokens[0].text, _parameters(text, tokens[2 : close + 1]), tokens[close + 2 :]


def _parameters(text: str, tokens: list[Token]) -> dict[str, Shape]:
    declared: dict[str, Shape] = {}
    k = 0
    while True:
        token = tokens[k]
        if token.kind != NAME:
            raise _point(
                text, token, "a variable's name is due here", "write f(x, y) = ... or f(x[10], W[4, 2]) = ..."
            )
        check_name(text, token)
        if token.text in declared:
            raise _point(text, token, f"the variable '{token.text}' is declared twice", "declare it once")
        k += 1
        shape: Shape = ()
        if tokens[k].text == "[":
            # f(x[2, g(1) = ... closes its bracket only behind what looks like the signature's end
            end = next((j for j in range(k, len(tokens)) if tokens[j].text == "]"), len(tokens) - 1)
            shape = _lengths(text, tokens[k + 1 : end], tokens[end])
            k = end + 1
        declared[token.text] = shape
        if tokens[k].kind == CLOSE:
            return declared
        if tokens[k].kind != COMMA:
            raise _point(
                text,
                tokens[k],
                f"'{tokens[k].text}' cannot stand in a signature",
                "separate variables by commas",
            )
        k += 1


def _lengths(text: str, tokens: list[Token], close: Token) -> Shape:
    numbers = tokens[::2]
    good = len(tokens) in (1, 3) and all(
        t.kind == NUMBER and t.text.isdigit() and int(t.text) > 0 for t in numbers
    )
    if not good or any(t.kind != COMMA for t in tokens[1::2]):
        at = tokens[0] if tokens else close
        raise _point(text, at, "a shape is one or two whole numbers of at least 1", "write x[10] or W[4, 2]")
    shape = tuple(int(t.text) for t in numbers)
    if words.count(shape) > MOST_ELEMENTS:
        raise _point(
            text, tokens[0], f"{words.count(shape)} elements; the limit is {MOST_ELEMENTS}", "declare fewer"
        )
    return shape


def _undeclared(text: str, tokens: list[Token], fixed: set[str], length: int | None) -> dict[str, Shape]:
    """Return the free names of a formula without a signature, in natural order, with their shapes."""
    free, vectors = _free(tokens, fixed)
    names = sorted(free, key=natural)
    subscripted = _subscripted(tokens)
    main = [name for name in names if name not in ("i", "n")]
    if len(main) == 1 and main[0] in vectors:
        counted = len(names) > 1 or main[0] in subscripted
        if length is None and counted:
            raise _unknown_length(text, vectors[main[0]])
        # sum(x^2) of one undeclared number stays a number
        return {main[0]: (length,) if length is not None and (length > 1 or counted) else ()}
    for name in names:
        if name in subscripted:
            raise _unknown_length(text, vectors[name])
    return dict.fromkeys(names, ())


BEHIND_A_VECTOR = ("[", ".T", "@")


def _free(tokens: list[Token], fixed: set[str]) -> tuple[dict[str, Token], dict[str, Token]]:
    """Return where each free name stands first, and where those used as vectors are first used so."""
    taken = fixed | _assigned(tokens) | language.RESERVED
    free: dict[str, Token] = {}
    vectors: dict[str, Token] = {}
    makes: dict[str, list[Token]] = {}
    target = ""
    reduces, reducing = _reducing(tokens), [False]
    for k, token in enumerate(tokens[:-1]):
        before, after = tokens[k - 1].text if k else "", tokens[k + 1].text
        if token.kind == OPEN:
            reducing.append(reducing[-1] or k in reduces)
        elif token.kind == CLOSE:
            reducing.pop()
        elif token.kind == END:
            target = ""
        elif token.kind == NAME and tokens[k + 1].kind == ASSIGN and len(reducing) == 1:
            target = token.text
        elif token.kind == NAME and after != "(" and not _is_notation(token.text, after):
            makes.setdefault(target, []).append(token)
            if reducing[-1] or after in BEHIND_A_VECTOR or before == "@":
                vectors.setdefault(token.text, token)
            if token.text not in taken:
                free.setdefault(token.text, token)
    for target in reversed(makes):  # what makes a name that is used as a vector is one itself
        if target in vectors:
            for token in makes[target]:
                vectors.setdefault(token.text, token)
    return free, vectors


def _is_notation(word: str, after: str) -> bool:
    """Tell whether the word is part of a subscript or an argument, not a name: v[:, None], axis=0."""
    return (word == "None" and after in (",", "]")) or (word == "axis" and after == "=")


def _assigned(tokens: list[Token]) -> set[str]:
    depth = 0
    names: set[str] = set()
    for token, after in pairwise(tokens):
        depth += (token.kind == OPEN) - (token.kind == CLOSE)
        if token.kind == NAME and after.kind == ASSIGN and depth == 0:
            names.add(token.text)
    return names


def _reducing(tokens: list[Token]) -> set[int]:
    """Return which brackets open a call that reduces a vector; those of max(x, 0) do not."""
    opened: list[int] = []
    several: set[int] = set()
    found: set[int] = set()
    for k, token in enumerate(tokens):
        if token.kind == OPEN:
            opened.append(k)
            name = tokens[k - 1].text if k and token.text == "(" else ""
            word = language.FUNCTIONS.get(language.ALIASES.get(name, name))
            if word is not None and word.reduces:
                found.add(k)
                if word.most is None:
                    several.add(k)
        elif token.kind == CLOSE:
            opened.pop()
        elif token.kind == COMMA and opened and opened[-1] in several and tokens[k + 1].text != "axis":
            found.discard(opened[-1])
    return found


def _subscripted(tokens: list[Token]) -> set[str]:
    pairs = pairwise(tokens)
    return {t.text for t, after in pairs if t.kind == NAME and after.text in BEHIND_A_VECTOR}


def _unknown_length(text: str, token: Token) -> FormulaError:
    remedy = f"declare it, for example f({token.text}[10]) = ..., or give a start of its length"
    return _point(text, token, f"'{token.text}' is used as a vector, but its length is not known", remedy)


def _point(text: str, token: Token, message: str, remedy: str) -> FormulaError:
    return FormulaError(message, remedy, text, (token.start, max(token.end, token.start + 1)))


def _shape_error(text: str, body: list[Token], message: str, remedy: str) -> FormulaError:
    last = [token for token in body if token.kind != END]
    span = (last[0].start, last[-1].end) if last else (0, 1)
    return FormulaError(message, remedy, text, span)
