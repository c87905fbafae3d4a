"""The operators of the language: the primitive each stands for, and how strongly it binds."""

from __future__ import annotations

from gdplay.formula.text import AND, COMPARE, MINUS, NOT, OR, POWER, PRODUCT, SUM

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
AMBIGUOUS = frozenset(("/", "//", "%", "^", "**", "@"))
"""After these, an implied multiplication reads two ways."""
