"""A rule's equations as mathematics: in a terminal's characters, and in LaTeX."""

from __future__ import annotations

import re
from collections.abc import Callable

from gdplay.formula.expr import Expr, Shape, symbol
from gdplay.formula.notation import GREEK, latex_name, to_latex
from gdplay.formula.scope import Scope
from gdplay.formula.statements import parse
from gdplay.formula.text import ATOM
from gdplay.formula.tokens import Token, statements, tokenize
from gdplay.method import Method
from gdplay.rule import GIVEN, last_values

LETTERS: dict[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ",
    "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
SIGNS = {"sqrt": "√", "cbrt": "∛", "grad": "∇f", "hess": "∇²f", "eps": "ε", "lr": "η"}
ACCENTS = {"hat": r"\hat{%s}", "bar": r"\bar{%s}", "max": r"%s_{\max}", "next": r"%s_{\mathrm{next}}",
           "root": r"%s_{\mathrm{root}}", "inf": r"%s_{\infty}"}  # fmt: skip
LATEX = {"lr": r"\eta", "eps": r"\varepsilon", "noise": r"\xi"}
LOWER, UPPER = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"), str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def pretty(step: str) -> list[str]:
    """Return a rule's equations, one a line, with Greek letters, small digits and mathematics' signs.

    >>> pretty("v = beta2*v + (1 - beta2)*g^2; x = x - lr*g/sqrt(v)")
    ['v = β₂·v + (1 - β₂)·g²', 'x = x - η·g/√(v)']
    """
    return [
        _signs(" ".join(step[line[0].start : line[-1].start].split())) for line in statements(tokenize(step))
    ]


def _signs(text: str) -> str:
    text = re.sub(r"[A-Za-z][A-Za-z0-9_]*", lambda found: _word(found.group()), text)
    text = re.sub(r"\^([0-9])(?![0-9.])", lambda found: found.group(1).translate(UPPER), text)
    for plain, sign in (("*", "·"), ("<=", "≤"), (">=", "≥"), ("!=", "≠")):
        text = text.replace(plain, sign)
    return text


def _word(word: str) -> str:
    if word in SIGNS:
        return SIGNS[word]
    stem, digits = re.fullmatch(r"(.*?)([0-9]*)", word).groups()  # type: ignore[union-attr]
    if stem in LETTERS or len(stem) == 1:
        return LETTERS.get(stem, stem) + digits.translate(LOWER)
    head, _, tail = word.partition("_")
    return f"{LETTERS[head]}_{tail}" if head in LETTERS and tail else word


def latex(method: Method) -> str:
    r"""Return a rule's equations as LaTeX, an aligned environment for mathematics mode.

    The method gives the shapes. A line for which there is no mathematical form (it takes arrays
    apart) stays as its text.
    """
    rule, point = method.rule, method.point.shape
    shapes: dict[str, Shape] = dict.fromkeys((*GIVEN, *rule.defaults), ())
    shapes |= {"x": point, "g": point, "noise": point, "inner": point}
    shapes |= {memory.name: memory.before.shape for memory in method.memory}
    after = last_values(method.statements)
    known = {name: symbol(name, shape) for name, shape in shapes.items() if name not in ("n", "i")}
    known |= {"n": symbol("n"), "I": symbol("I", (point[0], point[0]))}
    leaves = {node: (_name(name), ATOM) for name, node in known.items()}
    lines: list[str] = []
    for line in statements(tokenize(rule.step)):
        name = line[0].text
        lines.append(f"{_name(name)} &\\leftarrow {_right_side(rule.step, line[2:], known, leaves)}")
        known[name] = symbol(name, after[name].shape)
        leaves[known[name]] = (_name(name), ATOM)
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


Leaves = dict[Expr, tuple[str, int]]


def _right_side(step: str, tokens: list[Token], known: dict[str, Expr], leaves: Leaves) -> str:
    text = " ".join(step[tokens[0].start : tokens[-1].start].split()).replace("eye(n)", "I")
    if re.search(r"\b(range|concat)\(|\[", text):
        return r"\texttt{" + re.sub(r"([_^&#%$])", r"\\\1{}", text) + "}"
    return to_latex(parse(text, Scope(dict(known), _calls(leaves))), leaves)


Shaper = Callable[..., Shape]


def _vector(a: Expr, *_: Expr) -> Shape:
    return a.shape[:1]


def _square(a: Expr, *_: Expr) -> Shape:
    return (a.shape[0], a.shape[0])


def _diagonal(a: Expr) -> Shape:
    return _vector(a) if len(a.shape) == 2 else _square(a)


def _scalar(*_: Expr) -> Shape:
    return ()


CALLS: dict[str, tuple[str, Shaper]] = {
    "f":         (r"f\left({0}\right)",                      _scalar),
    "grad":      (r"\nabla f\left({0}\right)",               _vector),
    "hess":      (r"\nabla^2 f\left({0}\right)",             _square),
    "hvp":       (r"\nabla^2 f\left({0}\right) {1}",         _vector),
    "residuals": (r"r\left({0}\right)",                      _vector),
    "jacobian":  (r"J\left({0}\right)",                      _square),
    "dot":       (r"\left\langle {0}, {1} \right\rangle",    _scalar),
    "outer":     (r"\left({0}\right) \otimes \left({1}\right)", _square),
    "solve":     (r"\left({0}\right)^{{-1}} \left({1}\right)", lambda a, b: b.shape),
    "diag":      (r"\operatorname{{diag}}\left({0}\right)",  _diagonal),
    "clip":      (r"\operatorname{{clip}}\left({0}, {1}, {2}\right)", lambda a, *_: a.shape),
}  # fmt: skip
"""How calls are written, and their shapes; they stand in the graph as symbols."""


def _calls(leaves: Leaves) -> dict[str, Callable[..., Expr]]:
    def make(name: str) -> Callable[..., Expr]:
        form, shape = CALLS[name]

        def call(*args: Expr) -> Expr:
            written = form.format(*(to_latex(arg, leaves) for arg in args))
            node = symbol(f"\\{written}", shape(*args))
            leaves[node] = (written, ATOM)
            return node

        return call

    return {name: make(name) for name in CALLS}


def _name(name: str) -> str:
    r"""Return a name in LaTeX: \hat{m}, \beta_{1}, v_{\max}."""
    if name in LATEX:
        return LATEX[name]
    stem, _, accent = name.rpartition("_")
    known = stem in GREEK or len(stem) == 1
    return ACCENTS[accent] % latex_name(stem) if known and accent in ACCENTS else latex_name(name)
