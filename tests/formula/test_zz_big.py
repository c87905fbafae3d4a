"""Random formulas: text and graph say the same, values are the witness's, and no text breaks the parser."""

from __future__ import annotations

import dumb
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import VARIABLES, graphs, point, scope, soups

from gdplay.engines.tape import evaluate
from gdplay.errors import FormulaError
from gdplay.formula.expr import Expr, array, build
from gdplay.formula.gradient import flat, gradient
from gdplay.formula.parse import parse
from gdplay.formula.signature import read
from gdplay.formula.text import to_text
from gdplay.formula.unroll import unroll
from gdplay.formula.words import dot, ravel


@settings(max_examples=1500, deadline=None, database=None)
@given(graphs())
def test_text_of_a_graph_reads_back_as_the_same_object(graph: Expr) -> None:
    text = to_text(graph)
    assert parse(text, scope()) is graph, text


@settings(max_examples=1500, deadline=None, database=None)
@given(graphs(), st.integers(0, 5))
def test_the_tape_gives_the_bits_of_the_dumb_witness(graph: Expr, seed: int) -> None:
    at = point(seed)
    (found,) = evaluate([graph], {node: at[node][..., None] for node in VARIABLES})
    np.testing.assert_array_equal(found[..., 0], dumb.evaluate(graph, at), err_msg=to_text(graph))


@settings(max_examples=1500, deadline=None, database=None)
@given(soups())
def test_shuffled_tokens_are_read_or_refused(text: str) -> None:
    for prefix in ("", "f(x, v[3], W[2, 3]) = "):
        try:
            formula = read(prefix + text)
        except FormulaError as refusal:
            assert refusal.message
            assert refusal.span[0] <= len(refusal.text)
            assert str(refusal).count("^") >= 1
        else:
            assert formula.expr.shape == ()
            declared = {node.params[0]: node for node in formula.variables}
            assert set(declared) >= {n.params[0] for n in [formula.expr] if n.op == "symbol"}


@settings(max_examples=1500, deadline=None, database=None)
@given(st.text(max_size=40))
def test_any_characters_are_read_or_refused(text: str) -> None:
    try:
        formula = read(text)
    except FormulaError as refusal:
        assert str(refusal).isprintable() or "\n" in str(refusal)
    else:
        assert formula.expr.varies


@settings(max_examples=1500, deadline=None, database=None)
@given(graphs(size=7), st.integers(0, 5))
def test_gradients_are_the_slopes_of_random_graphs(graph: Expr, seed: int) -> None:
    f = dot(ravel(graph), array(np.cos(np.arange(1.0, ravel(graph).shape[0] + 1))))
    slopes = flat(gradient(f, VARIABLES))
    random = np.random.default_rng(seed)
    at = {node: random.uniform(0.3, 1.7, (*node.shape, 1)) for node in VARIABLES}
    (found,) = evaluate([slopes], at)
    rough, fine = (differences(f, at, h) for h in (2e-5, 1e-5))
    # where differences settle, nothing jumps or overflows nearby, so the gradient has to be their limit
    settled = np.isclose(rough, fine, rtol=1e-6, atol=1e-7) & (np.abs(fine) < 1e8)
    error = np.abs(found[:, 0] - fine)
    scale = np.maximum(1.0, np.abs(fine).max(where=settled, initial=1.0))
    assert (error[settled] <= 1e-4 * scale).all(), to_text(graph)


def differences(f: Expr, at: dict[Expr, np.ndarray], h: float) -> np.ndarray:
    result: list[float] = []
    for node in VARIABLES:
        for place in np.ndindex(*node.shape, 1):
            ends: list[float] = []
            for sign in (1, -1):
                moved = {**at, node: at[node].copy()}
                moved[node][place] += sign * h
                ends.append(float(evaluate([f], moved)[0][0]))
            with np.errstate(all="ignore"):
                result.append(float(np.float64(ends[0]) - ends[1]) / (2 * h))
    return np.array(result)


@settings(max_examples=1500, deadline=None, database=None)
@given(graphs(size=8))
def test_every_derivative_can_be_written_and_differentiated_again(graph: Expr) -> None:
    f = build("sum", ravel(graph))
    first = gradient(f, VARIABLES)
    second = gradient(dot(flat(first), flat(first)), VARIABLES)
    for node, slope, bend in zip(VARIABLES, first, second, strict=True):
        assert slope.shape == bend.shape == node.shape
        assert to_text(slope)
        assert to_text(bend)
        assert unroll(slope) is None or unroll(slope).shape == node.shape  # type: ignore[union-attr]
