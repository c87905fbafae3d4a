"""A graph written back as text of the language: reading it again gives the same graph."""

from __future__ import annotations

import math
from collections.abc import Mapping

from gdplay.formula.expr import Expr, build, constant_value, order
from gdplay.formula.shapes import Axis

OR, AND, NOT, COMPARE, SUM, PRODUCT, MINUS, POWER, ATOM = range(1, 10)

INFIX = {
    "or": (" or ", OR), "and": (" and ", AND),
    "lt": (" < ", COMPARE), "le": (" <= ", COMPARE), "gt": (" > ", COMPARE), "ge": (" >= ", COMPARE),
    "eq": (" == ", COMPARE), "ne": (" != ", COMPARE),
    "add": (" + ", SUM), "sub": (" - ", SUM),
    "mul": ("*", PRODUCT), "div": ("/", PRODUCT), "floordiv": ("//", PRODUCT), "mod": (" % ", PRODUCT),
    "matmul": (" @ ", PRODUCT),
    "pow": ("^", POWER),
}  # fmt: skip

REDUCTIONS = {"sum": "sum", "prod": "prod", "norm": "norm", "reduce_max": "max", "reduce_min": "min",
              "logsumexp": "logsumexp"}  # fmt: skip

LONGEST_TREE = 2_000
"""A graph whose tree would be longer than this many nodes is written with names for shared parts."""


_POSITIVE = {
    math.pi: "pi",
    math.e: "e",
    **{k * math.pi: f"{k}*pi" for k in range(2, 13)},
    **{math.pi / k: f"pi/{k}" for k in range(2, 13)},
}
NAMED_NUMBERS = _POSITIVE | {-value: f"-{text}" for value, text in _POSITIVE.items()}


def number(value: float) -> str:
    """Write a number so that it reads back the same: 3 for 3.0, 2*pi, else the shortest exact form.

    >>> number(3.0), number(0.1), number(2 * math.pi)
    ('3', '0.1', '2*pi')
    """
    if value in NAMED_NUMBERS:
        return NAMED_NUMBERS[value]
    if value.is_integer() and abs(value) < 1e15:
        return "-0" if value == 0 and math.copysign(1, value) < 0 else str(int(value))
    shortest = repr(float(value))
    if len(shortest) > 12:
        for q in (3, 6, 7, 9, 11, 12):
            p = round(value * q) if abs(value) < 1e6 else 0
            if p and p / q == value:
                return f"{p}/{q}"
    return shortest


def plain(output: Expr) -> Expr:
    """Return a derivative without the guards that only matter at kinks, for reading by people."""
    replaced: dict[Expr, Expr] = {}
    for node in order([output]):
        args = [replaced[arg] for arg in node.args]
        replaced[node] = (
            args[1] if node.op == "guard" else build(node.op, *args, params=node.params) if args else node
        )
    return replaced[output]


def to_text(output: Expr) -> str:
    """Write the expression as a formula; parts used often in a large graph are named on lines of their own.

    >>> from gdplay.formula.expr import symbol
    >>> x = symbol("x")
    >>> to_text((1 - x) ** 2 * -3)
    '-3*(1 - x)^2'
    """
    nodes = order([output])
    size: dict[Expr, int] = {}
    uses: dict[Expr, int] = {}
    for node in nodes:
        size[node] = min(LONGEST_TREE + 1, 1 + sum(size[arg] for arg in node.args))
        for arg in node.args:
            uses[arg] = uses.get(arg, 0) + 1
    named = size[output] > LONGEST_TREE
    taken = {node.params[0] for node in nodes if node.op == "symbol"}
    text: dict[Expr, tuple[str, int]] = {}
    lines: list[str] = []
    for node in nodes:
        written = write_node(node, text)
        # In a tree this large every inner node gets a name: no line grows beyond one operation.
        if named and node.args and node is not output and (uses[node] > 1 or len(written[0]) > 200):
            name = next(f"t{k}" for k in range(len(lines) + 1, 10**9) if f"t{k}" not in taken)
            taken.add(name)
            lines.append(f"{name} = {written[0]}")
            written = (name, ATOM)
        text[node] = written
    return "\n".join([*lines, text[output][0]])


def write_node(node: Expr, text: Mapping[Expr, tuple[str, int]]) -> tuple[str, int]:
    """Return the node's text and how tightly it binds."""

    def inner(arg: Expr, least: int) -> str:
        words, strength = text[arg]
        return words if strength >= least else f"({words})"

    match node.op:
        case "const":
            written = number(node.value)
            if written.startswith("-"):
                return written, MINUS
            return written, PRODUCT if "*" in written or "/" in written else ATOM
        case "array":
            return _literal(node), ATOM
        case "symbol":
            return node.params[0], ATOM
        case "neg":
            # -a*b is read as (-a)*b, which is the same node: signs are kept outside products
            if _leftmost(node.args[0]):
                return "-" + text[node.args[0]][0], PRODUCT
            return "-" + inner(node.args[0], POWER), MINUS
        case "not":
            return "not " + inner(node.args[0], NOT), NOT
        case "powi":
            return f"{inner(node.args[0], ATOM)}^{number(float(node.params[0]))}", POWER
        case "pow":
            return f"{inner(node.args[0], ATOM)}^{inner(node.args[1], POWER)}", POWER
        case "index":
            (base,) = node.args
            side = base.args[0].shape[0] if base.op == "reshape" and len(base.args[0].shape) == 2 else 0
            if side and base.args[0].shape == (side, side) and node.params == ((0, side + 1, side),):
                return f"diag({inner(base.args[0], OR)})", ATOM
            return f"{inner(base, ATOM)}[{_axes(node)}]", ATOM
        case "transpose":
            return inner(node.args[0], ATOM) + ".T", ATOM
        case "reshape":
            return _reshaped(node, text), ATOM
        case "concat":
            vectors = any(arg.shape for arg in node.args)
            items = ", ".join(inner(arg, OR) for arg in node.args)
            return (f"concat({items})" if vectors else f"[{items}]"), ATOM
        case "place" | "broadcast":
            return _internal(node, [inner(arg, OR) for arg in node.args]), ATOM
        case op if op in INFIX:
            symbol, strength = INFIX[op]
            left = strength + (strength == COMPARE)
            return symbol.join((inner(node.args[0], left), inner(node.args[1], strength + 1))), strength
        case op if op in REDUCTIONS:
            (arg,) = node.args
            shown = _laid_flat(arg, text) or inner(arg, OR)
            axis = ", axis=0" if len(arg.shape) == 2 else ""
            return f"{REDUCTIONS[op]}({shown}{axis})", ATOM
        case op:
            axis = ", axis=0" if op in ("cumsum", "softmax") and len(node.shape) == 2 else ""
            return f"{op}({', '.join(inner(arg, OR) for arg in node.args)}{axis})", ATOM


def _literal(node: Expr) -> str:
    values = constant_value(node)
    if values.ndim == 2:
        return "[" + ", ".join("[" + ", ".join(map(number, row.tolist())) + "]" for row in values) + "]"
    return "[" + ", ".join(map(number, values.tolist())) + "]"


def _axes(node: Expr) -> str:
    written: list[str] = []
    axes: tuple[Axis, ...] = node.params
    for axis, length in zip(axes, node.args[0].shape, strict=False):
        if not isinstance(axis, tuple):
            written.append(str(axis))
            continue
        start, step, count = axis
        stop = start + step * count
        low = "" if start == (0 if step > 0 else length - 1) else str(start)
        high = "" if stop >= length or stop < 0 else str(stop)
        written.append(f"{low}:{high}" + (f":{step}" if step != 1 else ""))
    return ", ".join(written)


def _leftmost(node: Expr) -> bool:
    """Tell whether a sign in front of the node's text is that of the whole: of products and quotients."""
    if node.op not in ("mul", "div"):
        return False
    while node.op in ("mul", "div"):
        node = node.args[0]
    return node.op not in ("matmul", "mod", "floordiv", "array")


def _reshaped(node: Expr, text: Mapping[Expr, tuple[str, int]]) -> str:
    (base,) = node.args
    old, new = base.shape, node.shape
    inner = text[base][0] if text[base][1] == ATOM else f"({text[base][0]})"
    if not old:
        return inner + ("[None]" if len(new) == 1 else "[None, None]")
    if len(old) == 1 and new == (old[0], 1):
        return f"{inner}[:, None]"
    if len(old) == 1 and new == (1, old[0]):
        return f"{inner}[None, :]"
    if not new:
        return f"{inner}[0]"
    if base.op == "concat" and len(base.args) == new[0] and all(row.shape == new[1:] for row in base.args):
        return f"stack({', '.join(text[row][0] for row in base.args)})"
    if (matrix := _laid_flat(base, text)) is not None:
        return matrix
    return f"reshape({inner}, {list(new)})"


def _laid_flat(flat: Expr, text: Mapping[Expr, tuple[str, int]]) -> str | None:
    """Write a vector that is a scalar or a matrix laid flat as what it was; None for any other."""
    if flat.op == "reshape" and len(flat.shape) == 1 and len(flat.args[0].shape) != 1:
        return text[flat.args[0]][0]
    if flat.op == "place" and len(flat.args[0].shape) == 1:
        n = flat.args[0].shape[0]
        if flat.params == ((n * n,), (((0, n + 1, n),),)):
            return f"diag({text[flat.args[0]][0]})"
    if flat.op == "concat" and all(piece.op == "reshape" for piece in flat.args):
        matrices = [piece.args[0] for piece in flat.args]
        if {len(matrix.shape) for matrix in matrices} == {2} and len(
            {matrix.shape[1] for matrix in matrices}
        ) == 1:
            return f"concat({', '.join(text[matrix][0] for matrix in matrices)})"
    return None


def _internal(node: Expr, args: list[str]) -> str:
    """Write the two forms that only derivatives contain, for reading by people."""
    if node.op == "broadcast":
        return f"fill({args[0]}, {list(node.shape)})"
    pieces = (f"{_target(axes)}: {arg}" for axes, arg in zip(node.params[1], args, strict=True))
    return f"place({list(node.params[0])}, {', '.join(pieces)})"


def _target(axes: tuple[object, ...]) -> str:
    return ",".join(f"{a[0]}:{a[0] + a[1] * a[2]}:{a[1]}" if isinstance(a, tuple) else str(a) for a in axes)
