"""The picture of the graph: layers from left to right, nothing on top of anything else, all numbers on it."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from formulas import formula

from gdplay.backprop import backprop
from gdplay.errors import ConfigError
from gdplay.objective import from_text, function
from gdplay.plots.graph import BOX, MOST_NODES, draw_graph
from gdplay.plots.layers import place_layers
from gdplay.plots.save import figure_bytes


def needs(seed: int) -> dict[str, list[str]]:
    f = from_text(f"f(x, y, z) = {formula(seed, depth=3)} + x")
    passes = backprop(f, np.full(3, 0.7))
    return {node.name: list(node.needs) for node in passes.forward}


@pytest.mark.parametrize("seed", range(40))
def test_layers(seed: int) -> None:
    graph = needs(seed)
    placed = place_layers(graph)
    assert placed.at.keys() == graph.keys()
    for name, sources in graph.items():
        for source in sources:
            assert placed.at[source][0] < placed.at[name][0], "every edge goes to the right"
            # a long edge has a point in each layer it passes
            steps = [placed.at[source][0], *(x for x, _ in placed.routes[source, name]), placed.at[name][0]]
            assert steps == list(np.arange(steps[0], steps[-1] + 1))
    for a, b in combinations(placed.at.values(), 2):
        assert a[0] != b[0] or abs(a[1] - b[1]) >= 1 - 1e-9, "boxes of a layer are a height apart"
    for route in placed.routes.values():
        for x, y in route:
            beside = [abs(y - other) for layer, other in placed.at.values() if layer == x]
            assert min(beside, default=1.0) >= 0.72, "an edge passes beside a box"


def test_two_parallel_chains_do_not_cross() -> None:
    placed = place_layers({"x": [], "y": [], "a": ["y"], "b": ["x"], "c": ["a"], "d": ["b"], "e": ["c", "d"]})
    for first, second in (("x", "y"), ("b", "a"), ("d", "c")):
        above = placed.at["x"][1] < placed.at["y"][1]
        assert (placed.at[first][1] < placed.at[second][1]) is above


def test_picture_carries_formulas_values_and_gradients() -> None:
    passes = backprop(from_text("f(x, y) = x*y + sin(x)"), np.array([2.0, 5.0]))
    figure = draw_graph(passes, "f(x, y) = x*y + $in(x)")
    (axes,) = figure.axes
    words = [text.get_text() for text in axes.texts]
    for wanted in ("x", "y", "v1 = x*y", "v2 = sin(x)", "v3 = v1 + v2", "10", "10.9093", "4.58385"):
        assert any(word.startswith(wanted) for word in words), wanted
    assert "f(x, y) = x*y + $in(x)" in words
    boxes = [patch for patch in axes.patches if hasattr(patch, "get_boxstyle")]
    assert len(boxes) == 5
    low, high = axes.get_xlim(), axes.get_ylim()
    for box in boxes:
        assert low[0] <= box.get_x() <= box.get_x() + BOX[0] <= low[1]
        assert high[0] <= box.get_y() <= box.get_y() + BOX[1] <= high[1]


def test_same_graph_gives_the_same_file() -> None:
    passes = backprop(function("himmelblau"), np.array([1.0, 2.0]))
    assert figure_bytes(draw_graph(passes, "f"), "svg") == figure_bytes(draw_graph(passes, "f"), "svg")
    assert figure_bytes(draw_graph(passes, "f"), "png")[:4] == b"\x89PNG"


def test_graph_that_cannot_be_read_is_refused() -> None:
    long = from_text("f(x) = " + " + ".join(f"sin({k}x)" for k in range(2, 30)))
    passes = backprop(long, np.array([1.0]))
    count = len(passes.forward)
    assert count > MOST_NODES
    with pytest.raises(ConfigError) as caught:
        draw_graph(passes, "f")
    assert str(caught.value) == (
        f"-o: the graph has {count} nodes; a picture of more than 40 can't be read; "
        "draw a smaller formula, or take the tables"
    )
