"""Random formulas: text and graph say the same, values are the witness's, and no text breaks the parser."""

# ruff: noqa: E501 (a row of a table is one line)
from __future__ import annotations

import dumb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import VARIABLES, graphs, point, scope, soups

from gdplay.engines.tape import evaluate
from gdplay.errors import FormulaError
from gdplay.formula.expr import Expr, array, build, order
from gdplay.formula.gradient import flat, gradient
from gdplay.formula.signature import Formula, read
from gdplay.formula.statements import parse
from gdplay.formula.text import to_text
from gdplay.formula.unroll import unroll
from gdplay.formula.words import dot, ravel


@settings(max_examples=400, deadline=None, derandomize=True)
@given(graphs())
def test_text_of_a_graph_reads_back_as_the_same_object(graph: Expr) -> None:
    text = to_text(graph)
    if "reshape(" not in text:  # concat of a stack and a matrix has no text that gives the same object
        assert parse(text, scope()) is graph, text


@settings(max_examples=250, deadline=None, derandomize=True)
@given(graphs(), st.integers(0, 5))
def test_the_tape_gives_the_bits_of_the_dumb_witness(graph: Expr, seed: int) -> None:
    at = point(seed)
    (found,) = evaluate([graph], {node: at[node][..., None] for node in VARIABLES})
    np.testing.assert_array_equal(found[..., 0], dumb.evaluate(graph, at), err_msg=to_text(graph))


def read_or_refused(text: str) -> tuple[Formula | None, FormulaError | None]:
    try:
        return read(text), None
    except FormulaError as refusal:
        return None, refusal


@settings(max_examples=600, deadline=None, derandomize=True)
@given(soups())
def test_shuffled_tokens_are_read_or_refused(text: str) -> None:
    for prefix in ("", "f(x, v[3], W[2, 3]) = "):
        formula, refusal = read_or_refused(prefix + text)
        if refusal is not None:
            assert refusal.message
            assert refusal.remedy
            assert 0 <= refusal.span[0] <= len(refusal.text)
            assert "^" in str(refusal)
        if formula is not None:
            assert formula.expr.shape == ()
            assert {node for node in order([formula.expr]) if node.op == "symbol"} <= set(formula.variables)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_any_characters_are_read_or_refused(text: str) -> None:
    formula, refusal = read_or_refused(text)
    if refusal is not None:
        assert all(character.isprintable() or character == "\n" for character in str(refusal))
    if formula is not None:
        assert formula.variables


@settings(max_examples=200, deadline=None, derandomize=True)
@given(graphs(size=7), st.integers(0, 5))
def test_gradients_are_the_slopes_of_random_graphs(graph: Expr, seed: int) -> None:
    f = dot(ravel(graph), array(np.cos(np.arange(1.0, ravel(graph).shape[0] + 1))))
    slopes = flat(gradient(f, VARIABLES))
    random = np.random.default_rng(seed)
    at = {node: random.uniform(0.3, 1.7, (*node.shape, 1)) for node in VARIABLES}
    found, *values = evaluate([slopes, *order([f])], at)
    if not max(float(np.abs(value).max()) for value in values) < 1e4:
        return  # differences would be noise
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


@settings(max_examples=150, deadline=None, derandomize=True)
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


READABLE = [
    "concat(W, W[1:])", "diag(v)", "sum(diag(v))", "diag(W)", "trace(W)", "softmax(W)", "softmax(x)", "sum(softmax(W))",
    "softmax(softmax(x))", "softmax(W, axis=0)", "softmax(W, axis=1)", "sum(concat(W, W))", "norm(x)", "max(W, axis=1)",
    "cumsum(W, axis=1)", "stack(v, v[::-1])", "[[x, 1], [2, x]]", "x[None]", "v[:, None]*v", "W[1:, None, 0]", "v^0*x",
    "-(x % 2)*v", "x % -(2x)", "-(W @ W)*x", "2^(x < 1 < x)", "not (x < 1)", "(x < 1) < x", "x - (v - x)", "(-x)^v",
    "-(x^v)", "1/3*x*pi", "2*pi % x", "-0*x", "x^-2", "solve(W, v)", "roll(v, 1)", "log_softmax(W, axis=1)", "v @ W @ v",
    "(W + 1).T @ v", "[x] @ [2]", "where(x > 0 and v < 1 or not x, v, -v)", "clip(v, -1, 1)", "W[::-1, 0:2].T",
]  # fmt: skip


@pytest.mark.parametrize("text", READABLE)
def test_every_form_of_the_language_is_written_as_the_language(text: str) -> None:
    graph = parse(text, scope())
    assert parse(to_text(graph), scope()) is graph
