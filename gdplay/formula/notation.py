"""A graph written as mathematics: 15(2x^2)^4 in plain text, and LaTeX."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from gdplay.formula.expr import Expr, constant_value, intern, order
from gdplay.formula.text import ATOM, INFIX, MINUS, POWER, PRODUCT, SUM, number, write_node

LARGEST_TREE = 5_000
"""Written mathematics has no names for shared parts: a formula longer than this is not written out."""

Written = tuple[str, int]
"""A text and how tightly it binds."""

GREEK = frozenset(
    [
        "alpha",
        "beta",
        "gamma",
        "delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "iota",
        "kappa",
        "lambda",
        "mu",
        "nu",
        "xi",
        "rho",
        "sigma",
        "tau",
        "phi",
        "chi",
        "psi",
        "omega",
    ]
)
NAMED = frozenset(["sin", "cos", "tan", "sinh", "cosh", "tanh", "exp", "log", "max", "min"])
"""The functions that LaTeX has under the same name."""
RENAMED = {"asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan", "log2": r"\log_{2}",
           "log10": r"\log_{10}",
           "reduce_max": r"\max", "reduce_min": r"\min", "sum": r"\sum"}  # fmt: skip
LATEX_INFIX = {
    "or": r" \lor ", "and": r" \land ", "lt": " < ", "le": r" \le ", "gt": " > ", "ge": r" \ge ", "eq": " = ",
    "ne": r" \ne ", "add": " + ", "sub": " - ",
    "floordiv": r" \mathbin{//} ", "mod": r" \bmod ", "matmul": r" \, ",
}  # fmt: skip
AROUND = {"abs": (r"\left|", r"\right|"), "norm": (r"\left\|", r"\right\|"),
          "floor": (r"\left\lfloor ", r"\right\rfloor"),
          "ceil": (r"\left\lceil ", r"\right\rceil"), "sqrt": (r"\sqrt{", "}"), "cbrt": (r"\sqrt[3]{", "}"),
          "transpose": (r"\left(", r"\right)^{\top}")}  # fmt: skip


def pending(u: Expr, wrt: Expr) -> Expr:
    """Return the derivative of u as a node that is only written, never computed: d/dx[u]."""
    return intern("pending", (u,), (wrt,), u.shape, True)


def to_plain(output: Expr, leaves: Mapping[Expr, Written] | None = None) -> str:
    """Write an expression as one does by hand; ``leaves`` gives the texts of some nodes.

    >>> from gdplay.formula.expr import symbol
    >>> x = symbol("x")
    >>> to_plain(15 * (2 * x**2) ** 4 * (4 * x))
    '15(2x^2)^4 · 4x'
    """
    return (_Plain({}) if leaves is None else _Numbers(dict(leaves))).write(output)


def to_latex(output: Expr, leaves: Mapping[Expr, Written] | None = None) -> str:
    r"""Write an expression in LaTeX, for mathematics mode; ``leaves`` gives the texts of some nodes.

    >>> from gdplay.formula.expr import symbol
    >>> print(to_latex((1 - symbol("x")) ** 2 / 3))
    \frac{\left(1 - x\right)^{2}}{3}
    """
    return _Latex(dict(leaves or {})).write(output)


def latex_name(name: str) -> str:
    r"""Return a name in LaTeX: x_{1}, \beta_{2}, W_{0,1}, \mathrm{rate}.

    >>> print(latex_name("x12"), latex_name("beta1"), latex_name("W[0,1]"), latex_name("the_rate"))
    x_{12} \beta_{1} W_{0,1} \mathrm{the\_rate}
    """
    stem, _, subscript = name.rstrip("]").partition("[")
    found = re.fullmatch(r"([A-Za-z]+?)_?([0-9]+)", stem)
    if found:
        stem, digits = found.groups()
        subscript = f"{digits},{subscript}" if subscript else digits
    if stem in GREEK:
        word = "\\" + stem
    else:
        word = stem if len(stem) == 1 else r"\mathrm{" + stem.replace("_", r"\_") + "}"
    return f"{word}_{{{subscript}}}" if subscript else word


def too_long(output: Expr) -> bool:
    """Tell whether an expression has more parts than are written out."""
    size: dict[Expr, int] = {}
    for node in order([output]):
        size[node] = min(LARGEST_TREE + 1, 1 + sum(size[arg] for arg in node.args))
    return size[output] > LARGEST_TREE


@dataclass
class _Plain:
    """Plain text. A product is written without a sign after a number, with a dot before one."""

    known: dict[Expr, Written]
    dot, star = " · ", "*"

    def write(self, output: Expr) -> str:
        for node in order([output]):
            if node not in self.known:
                self.known[node] = self.node(node)
        return self.known[output][0]

    def inner(self, node: Expr, least: int) -> str:
        words, strength = self.known[node]
        return words if strength >= least else self.bracket(words)

    def bracket(self, words: str) -> str:
        return f"({words})"

    def node(self, node: Expr) -> Written:
        match node.op:
            case "mul":
                return self.product(node)
            case "add" | "sub":
                sign = " + " if node.op == "add" else " - "
                return self.inner(node.args[0], SUM) + sign + self.inner(
                    node.args[1], SUM + (node.op == "sub")
                ), SUM
            case "neg":
                return "-" + self.inner(node.args[0], PRODUCT), MINUS if self.known[node.args[0]][
                    1
                ] > PRODUCT else SUM
            case "pending":
                return self.derivative(node), ATOM
            case "guard":
                return self.known[node.args[1]]
            case _:
                return self.other(node)

    def product(self, node: Expr) -> Written:
        left, right = (self.inner(node.args[0], PRODUCT), self.inner(node.args[1], PRODUCT))
        if right[0] == "-" or (self.known[node.args[1]][1] == PRODUCT and node.args[1].op != "mul"):
            right = self.bracket(right)  # a*(b/c) is not (a*b)/c
        if right[0].isdigit() or right.startswith("d/d"):
            return left + self.dot + right, PRODUCT
        # 2*e3 without its sign would be the number 2000
        close = (
            node.args[0].op == "const"
            and left[-1].isdigit()
            and "e" not in left
            and not re.match(r"[eE][-+0-9]", right)
        )
        return left + ("" if close else self.star) + right, PRODUCT

    def derivative(self, node: Expr) -> str:
        (wrt,) = node.params
        name = to_plain(wrt) if wrt.op == "symbol" else f"({to_plain(wrt)})"
        return f"d/d{name}[{self.known[node.args[0]][0]}]"

    def other(self, node: Expr) -> Written:
        # a quotient's lower part binds tighter than a product written without its sign
        if node.op == "div":
            return f"{self.inner(node.args[0], PRODUCT)}/{self.inner(node.args[1], POWER)}", PRODUCT
        return write_node(node, self.known)


class _Numbers(_Plain):
    """Plain text in which numbers stand for names: every product has its sign."""

    dot = "*"


class _Latex(_Plain):
    """LaTeX in mathematics mode."""

    dot, star = r" \cdot ", r" \, "

    def bracket(self, words: str) -> str:
        return rf"\left({words}\right)"

    def derivative(self, node: Expr) -> str:
        (wrt,) = node.params
        return rf"\frac{{\partial}}{{\partial {to_latex(wrt)}}}\left[{self.known[node.args[0]][0]}\right]"

    def other(self, node: Expr) -> Written:
        args = [self.known[arg][0] for arg in node.args]
        match node.op:
            case "const":
                return _number(node.value)
            case "array":
                return _matrix(node), ATOM
            case "symbol":
                return latex_name(node.params[0]), ATOM
            case "div":
                return rf"\frac{{{args[0]}}}{{{args[1]}}}", ATOM
            case "powi" | "pow":
                power = str(node.params[0]) if node.op == "powi" else args[1]
                return f"{self.inner(node.args[0], ATOM)}^{{{power}}}", POWER
            case "index":
                subscript = write_node(node, {node.args[0]: ("", ATOM)})[0].strip("[]")
                plain = node.args[0].op == "symbol"
                return (
                    latex_name(f"{node.args[0].params[0]}[{subscript}]")
                    if plain
                    else f"{args[0]}_{{{subscript}}}"
                ), ATOM
            case "where":
                rows = rf"{args[1]} & \text{{if }} {args[0]} \\ {args[2]} & \text{{otherwise}}"
                return rf"\begin{{cases}} {rows} \end{{cases}}", ATOM
            case "exp":
                return f"e^{{{args[0]}}}", POWER
            case "not":
                return rf"\lnot {self.inner(node.args[0], ATOM)}", POWER
            case op if op in AROUND:
                return args[0].join(AROUND[op]), ATOM
            case op if op in LATEX_INFIX:
                strength = INFIX[op][1]
                return LATEX_INFIX[op].join(self.inner(arg, strength + 1) for arg in node.args), strength
            case op:
                word = RENAMED.get(op) or ("\\" if op in NAMED else r"\operatorname") + (
                    op if op in NAMED else f"{{{op}}}"
                )
                return word.replace(
                    "_", r"\_"
                ) if not args else rf"{word}\left({', '.join(args)}\right)", ATOM


def _number(value: float) -> Written:
    words = number(value)
    if "e" in words and words not in ("e", "-e"):
        digits, _, power = words.partition("e")
        shown = rf"10^{{{int(power)}}}" if digits == "1" else rf"{digits} \cdot 10^{{{int(power)}}}"
        return shown, MINUS if words.startswith("-") else PRODUCT
    words = words.replace("*", " ").replace("pi", r"\pi").replace("inf", r"\infty")
    if "/" in words:
        sign, (top, _, low) = "-" * words.startswith("-"), words.lstrip("-").partition("/")
        return rf"{sign}\frac{{{top}}}{{{low}}}", MINUS if sign else ATOM
    return words, MINUS if words.startswith("-") else ATOM


def _matrix(node: Expr) -> str:
    rows = constant_value(node).reshape(-1, node.shape[-1] if len(node.shape) == 2 else 1)
    body = r" \\ ".join(" & ".join(_number(float(v))[0] for v in row) for row in rows)
    return rf"\begin{{pmatrix}} {body} \end{{pmatrix}}"
