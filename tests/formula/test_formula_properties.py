"""Random formulas: text and graph say the same, values are the witness's, and no text breaks the parser."""

from __future__ import annotations

import dumb
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from random_graphs import VARIABLES, graphs, point, scope, soups

from gdplay.engines.tape import evaluate
from gdplay.errors import FormulaError
from gdplay.formula.expr import Expr
from gdplay.formula.parse import parse
from gdplay.formula.signature import read
from gdplay.formula.text import to_text


@settings(max_examples=400, deadline=None, derandomize=True)
@given(graphs())
def test_text_of_a_graph_reads_back_as_the_same_object(graph: Expr) -> None:
    text = to_text(graph)
    assert parse(text, scope()) is graph, text


@settings(max_examples=250, deadline=None, derandomize=True)
@given(graphs(), st.integers(0, 5))
def test_the_tape_gives_the_bits_of_the_dumb_witness(graph: Expr, seed: int) -> None:
    at = point(seed)
    (found,) = evaluate([graph], {node: at[node][..., None] for node in VARIABLES})
    np.testing.assert_array_equal(found[..., 0], dumb.evaluate(graph, at), err_msg=to_text(graph))


@settings(max_examples=600, deadline=None, derandomize=True)
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


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=40))
def test_any_characters_are_read_or_refused(text: str) -> None:
    try:
        formula = read(text)
    except FormulaError as refusal:
        assert str(refusal).isprintable() or "\n" in str(refusal)
    else:
        assert formula.expr.varies
