"""What gdplay explain prints: passes as tables, derivations as lines, for a terminal 80 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from gdplay.backprop import Backprop, Share
from gdplay.digits import factor, short
from gdplay.formula.expr import Array
from gdplay.formula.text import number
from gdplay.lesson import Told
from gdplay.objective import Function

WIDTH = 80
MOST_NODES = 400


def line(left: str, *more: str, indent: int = 6) -> list[str]:
    """Join the pieces on one line where they fit, else break before a piece, and inside one where need be."""
    lines = [left]
    for piece in more:
        if len(lines[-1]) + len(piece) + 2 <= WIDTH:
            lines[-1] += "  " + piece
        else:
            lines.append(" " * indent + piece)
    found: list[str] = []
    for words in lines:
        margin = len(words) - len(words.lstrip())
        found += textwrap.wrap(
            words, WIDTH, subsequent_indent=" " * (margin + 2), break_on_hyphens=False, drop_whitespace=True
        ) or [""]
    return found


def place(function: Function, point: Array) -> str:
    """Name a point: x=1, y=2."""
    shown = [f"{name}={number(float(v))}" for name, v in zip(function.coordinates[:8], point, strict=False)]
    return ", ".join(shown) + (", ..." if function.size > 8 else "")


def forward_table(passes: Backprop) -> list[str]:
    """Return the forward pass: every node in evaluation order with its formula and its value."""
    width = min(12, max(len(node.name) for node in passes.forward))
    inner = [len(node.formula) for node in passes.forward if len(node.formula) <= 40]
    lines = ["forward pass: each node from those before it"]
    for node in passes.forward:
        what = node.formula or f"({node.kind})"
        lines += line(f"  {node.name:<{width}} = {what:<{max([10, *inner])}}", f"= {short(node.value)}")
    return lines


def backward_table(passes: Backprop) -> list[str]:
    """Return the backward pass: what comes in, and incoming * local to each argument."""
    names = {node.name for node in passes.forward if node.kind == "variable"}
    inner = [back for back in passes.backward if back.name not in names]
    lines = ["backward pass: incoming gradient * local derivative, summed over all paths"]
    for back in inner:
        lines += line(f"  df/d{back.name} = {_sum(back.paths, back.incoming)}")
        for share in back.shares:
            lines += _share(back.name, back.incoming, share)
    lines += ["", "gradient: what arrives at the variables"]
    for back in passes.backward:
        if back.name in names:
            lines += line(f"  df/d{back.name} = {_sum(back.paths, back.incoming)}")
    return lines


def _sum(paths: Sequence[Array], total: Array) -> str:
    if len(paths) < 2:
        return short(total) if paths else f"{short(total)} (no path leads here)"
    return " + ".join(factor(path) for path in paths) + f" = {short(total)}"


def _share(name: str, incoming: Array, share: Share) -> list[str]:
    if share.local is None:
        return line(f"    to {share.to:<4}", share.formula, f"= {short(share.value)}", indent=11)
    value = short(share.local)
    local = f"d{name}/d{share.to} = {share.formula}" + (f" = {value}" if value != share.formula else "")
    product = f"{short(incoming)} * {factor(share.local)} = {short(share.value)}"
    return line(f"    to {share.to:<4}", f"{local:<32}", product, indent=11)


def derivation_lines(told: Told) -> list[str]:
    """Return a derivation: what each rule makes of one part, then all of it together."""
    rows = told.derivation.plain()
    notes = [step.note for step in told.derivation.steps]
    width = min(24, max(len(rule) for rule, _, _ in rows[: len(notes)]))
    lines = [f"by {told.coordinate}, rule by rule"]
    for (rule, before, after), note in zip(rows, notes, strict=False):
        lines += line(
            f"  {rule:<{width}}", before, f"= {after}", *([f"({note})"] if note else []), indent=width + 4
        )
    lines.append("")
    for k, (_, _, after) in enumerate(rows[len(notes) :]):
        lines += line(
            f"  df/d{told.coordinate} = {after}"
            if k == 0
            else f"  {'':<{len(told.coordinate) + 4}} = {after}"
        )
    lines += line(f"  ({_checked(told)})")
    return lines


def _checked(told: Told) -> str:
    if not told.compared:
        return "not checked: it is finite at none of the random points tried"
    return f"the reverse pass gives the same at {told.compared} random point{'s' * (told.compared > 1)}"


def latex_lines(told: Iterable[Told]) -> list[str]:
    """Return the derivations as align environments of LaTeX."""
    lines: list[str] = []
    for one in told:
        lines += [f"% by {one.coordinate}: {_checked(one)}", r"\begin{align*}"]
        rows = one.derivation.latex()
        for rule, before, after in rows[: len(one.derivation.steps)]:
            lines.append(rf"  {before} &= {after} && \text{{{rule}}} \\")
        last = rows[len(one.derivation.steps) :]
        lines.append(rf"  {last[0][1]} &= {last[0][2]}" + (rf" \\ &= {last[1][2]}" if len(last) > 1 else ""))
        lines.append(r"\end{align*}")
    return lines
