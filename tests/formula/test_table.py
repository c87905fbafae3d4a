"""Every row of the table: its value, its adjoint, the adjoint's adjoint, and that columns don't mix."""

from __future__ import annotations

import math

import dumb
import numpy as np
import pytest
from feeds import CONDITIONED, Feed, feeds

from gdplay.engines.tape import evaluate
from gdplay.formula.expr import Array, Expr, array, symbol
from gdplay.formula.gradient import gradient, pullback
from gdplay.formula.ops import TABLE
from gdplay.formula.words import dot, ravel

FEEDS = [feed for op in TABLE for feed in feeds(op)]
SMALL_FEEDS = [feed for feed in FEEDS if sum(math.prod(shape) for shape in feed.shapes) <= 15]
every_feed = pytest.mark.parametrize("feed", FEEDS, ids=str)

LINEAR = (
    "add",
    "sub",
    "neg",
    "sum",
    "cumsum",
    "index",
    "place",
    "concat",
    "reshape",
    "broadcast",
    "transpose",
)
COUNTS = (1, 2, 3, 8, 17)


def compute(outputs: list[Expr], arguments: tuple[Expr, ...], values: list[Array]) -> list[Array]:
    runs = values[0].shape[-1]
    found = evaluate(outputs, dict(zip(arguments, values, strict=True)))
    return [np.broadcast_to(value, (*value.shape[:-1], runs)) for value in found]


def weighted(node: Expr) -> Expr:
    """Return a scalar in which every element of the node counts differently."""
    flat = ravel(node)
    return dot(flat, array(np.cos(np.arange(1.0, flat.shape[0] + 1))))


def differences(outputs: list[Expr], arguments: tuple[Expr, ...], values: list[Array], k: int) -> list[Array]:
    """Return each output's derivative by every element of argument k, to fourth order."""
    h = 2e-4
    total: list[list[Array]] = []
    for at in np.ndindex(values[k].shape[:-1]):
        parts = [np.zeros(1) for _ in outputs]
        for offset, weight in ((1, 8), (-1, -8), (2, -1), (-2, 1)):
            moved = [value.copy() for value in values]
            moved[k][at] += offset * h
            found = compute(outputs, arguments, moved)
            parts = [part + weight * value for part, value in zip(parts, found, strict=True)]
        total.append([part / (12 * h) for part in parts])
    return [np.stack([row[j] for row in total], axis=-2) for j in range(len(outputs))]


@pytest.mark.parametrize("op", TABLE)
def test_every_row_is_fed(op: str) -> None:
    assert any(feed.op == op for feed in SMALL_FEEDS), f"feeds.py does not know {op}"


@every_feed
def test_value_is_the_witness(feed: Feed) -> None:
    node, arguments, values = feed.node(), feed.arguments(), feed.values(3)
    (found,) = compute([node], arguments, values)
    for run in range(3):
        point = {a: value[..., run] for a, value in zip(arguments, values, strict=True)}
        np.testing.assert_array_almost_equal_nulp(
            found[..., run], dumb.evaluate(node, point), 8 if feed.op == "solve" else 0
        )


@every_feed
def test_adjoint_is_the_slope(feed: Feed) -> None:
    node, arguments, values = feed.node(), feed.arguments(), feed.values(2)
    f = weighted(node)
    wanted = range(feed.op in CONDITIONED, len(arguments))
    for k in wanted:
        (slope,) = gradient(f, [arguments[k]])
        (found,) = compute([ravel(slope)], arguments, values)
        (expected,) = differences([f], arguments, values, k)
        scale = max(1.0, float(np.abs(expected).max()))
        np.testing.assert_allclose(found, expected, rtol=2e-7, atol=2e-8 * scale)


@pytest.mark.parametrize("feed", SMALL_FEEDS, ids=str)
def test_adjoint_of_the_adjoint_is_the_slope_of_the_slope(feed: Feed) -> None:
    node, arguments, values = feed.node(), feed.arguments(), feed.values(2, seed=1)
    f = weighted(node)
    wanted = range(feed.op in CONDITIONED, len(arguments))
    for k in wanted:
        slopes = [ravel(part) for part in gradient(f, [arguments[j] for j in wanted])]
        expected = differences(slopes, arguments, values, k)
        for slope, expect in zip(slopes, expected, strict=True):
            for j in range(slope.shape[0]):
                (second,) = compute([ravel(gradient(slope[j], [arguments[k]])[0])], arguments, values)
                scale = max(1.0, float(np.abs(expect).max()))
                np.testing.assert_allclose(second, expect[j], rtol=1e-6, atol=1e-7 * scale)


@pytest.mark.parametrize("feed", [f for f in FEEDS if f.op in LINEAR], ids=str)
def test_linear_rows_have_their_transpose_as_adjoint(feed: Feed) -> None:
    node, arguments, values = feed.node(), feed.arguments(), feed.values(4)
    u = symbol("u", node.shape)
    cotangent = np.random.default_rng(5).uniform(-1, 1, (*node.shape, 4))
    back = pullback([(node, u)], arguments)
    found = compute([node, *back], (*arguments, u), [*values, cotangent])
    left = (cotangent * found[0]).reshape(-1, 4).sum(axis=0)
    right = sum((v * b).reshape(-1, 4).sum(axis=0) for v, b in zip(values, found[1:], strict=True))
    np.testing.assert_allclose(left, right, rtol=1e-12, atol=1e-13)


def test_matmul_is_linear_in_each_factor() -> None:
    for feed in feeds("matmul"):
        node, arguments, values = feed.node(), feed.arguments(), feed.values(4)
        u = symbol("u", node.shape)
        cotangent = np.random.default_rng(5).uniform(-1, 1, (*node.shape, 4))
        found = compute([node, *pullback([(node, u)], arguments)], (*arguments, u), [*values, cotangent])
        left = (cotangent * found[0]).reshape(-1, 4).sum(axis=0)
        for value, back in zip(values, found[1:], strict=True):
            np.testing.assert_allclose(left, (value * back).reshape(-1, 4).sum(axis=0), rtol=1e-12)


def wide(feed: Feed, runs: int) -> list[Array]:
    """Return arguments of every magnitude, with zeros, infinities and nan among them."""
    random = np.random.default_rng(3)
    arrays: list[Array] = []
    for shape in feed.shapes:
        numbers = random.normal(size=(*shape, runs)) * 10.0 ** random.uniform(-9, 9, (*shape, runs))
        special = random.integers(0, 40, numbers.shape)
        for k, value in enumerate((0.0, -0.0, np.inf, -np.inf, np.nan, 1e-310, 2.0, 0.5, -1.0, 1.0)):
            numbers[special == k] = value
        arrays.append(numbers)
    return arrays


def bits(a: Array) -> bytes:
    # which nan it is (its sign, its payload) says nothing
    return np.where(np.isnan(a), np.nan, a).tobytes()


@every_feed
def test_a_column_does_not_depend_on_its_neighbours(feed: Feed) -> None:
    node, arguments, runs = feed.node(), feed.arguments(), 40
    for values in (feed.values(runs), wide(feed, runs)):
        (alone,) = compute([node], arguments, values)
        for count in COUNTS:
            for start in (0, 5):
                part = slice(start, start + count)
                (found,) = compute([node], arguments, [value[..., part] for value in values])
                assert bits(found) == bits(alone[..., part]), (count, start)
                (copied,) = compute([node], arguments, [value[..., part].copy() for value in values])
                assert bits(copied) == bits(alone[..., part]), (count, start)
        strided = [np.repeat(value, 3, axis=-1)[..., ::3] for value in values]
        assert bits(compute([node], arguments, strided)[0]) == bits(alone)
        transposed = [np.ascontiguousarray(np.moveaxis(value, -1, 0)) for value in values]
        turned = [np.moveaxis(value, 0, -1) for value in transposed]
        assert bits(compute([node], arguments, turned)[0]) == bits(alone)


@every_feed
def test_a_shared_argument_may_have_one_column(feed: Feed) -> None:
    node, arguments, values = feed.node(), feed.arguments(), feed.values(3)
    values[0] = np.repeat(values[0][..., :1], 3, axis=-1)
    (expected,) = compute([node], arguments, values)
    found = evaluate([node], dict(zip(arguments, [values[0][..., :1], *values[1:]], strict=True)))[0]
    np.testing.assert_array_equal(np.broadcast_to(found, expected.shape), expected)
