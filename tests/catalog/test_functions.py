"""Every fact that an entry of the catalogue states about its function is checked here."""

from __future__ import annotations

import itertools
import math
import random
import time
from contextlib import suppress
from functools import cache

import numpy as np
import pytest
from search import Array, box, descend, points

from gdplay import function
from gdplay.catalog import entry, names
from gdplay.catalog.properties import PROPERTIES
from gdplay.config.family import CATALOGUE
from gdplay.config.values import parse_number
from gdplay.errors import ConfigError
from gdplay.objective import Function

NAMES = names("functions")
FAMILIES = [name for name in NAMES if entry("functions", name).node.get("dimension") is not None]
COUNTED = [name for name in FAMILIES if "^n" in entry("functions", name).text("count")]
SAMPLE = random.Random(1847).sample(NAMES, 25)
EPS = np.finfo(float).eps


@cache
def shipped(name: str) -> Function:
    return function(name)


def words(f: Function) -> set[str]:
    return set(f.known.card["properties"].split(", "))


def stated(f: Function) -> float | None:
    return parse_number(f.known.card.get("minimum", ""))


def known_points(f: Function) -> list[tuple[Array, bool]]:
    """Return every stated minimum, and whether it is one of the best."""
    best = [] if f.known.minima is None else list(f.known.minima)
    local = [] if f.known.local_minima is None else list(f.known.local_minima)
    return [*((x, True) for x in best), *((x, False) for x in local)]


def noise(f: Function, x: Array) -> Array:
    """Return how much rounding may leave of a gradient that is zero, for each coordinate."""
    hessian = np.nan_to_num(np.abs(f.hessian(x)), posinf=0.0)
    typical = np.abs(f.gradient(points(f, 64, np.random.default_rng(5))))
    return 64 * EPS * (hessian @ np.abs(x)) + 1e-13 * np.nanmedian(typical)


@pytest.mark.parametrize("name", NAMES)
def test_an_entry_has_the_catalogues_form(name: str) -> None:
    node, card, f = entry("functions", name).node, shipped(name).known.card, shipped(name)
    assert list(node.keys()) == [key for key in CATALOGUE if node.get(key) is not None], "keys in order"
    squares = node.get("residuals") is not None
    assert squares == (node.get("formula") is None)
    assert card["title"]
    assert card["source"]
    assert words(f) <= PROPERTIES.keys()
    assert ("kinked" in words(f)) != ("smooth" in words(f))
    assert ("kinked" in words(f)) == ("kinks" in card)
    assert ("sum-of-squares" in words(f)) == squares
    assert ("no-minimum" in words(f)) == (f.known.minima is None)
    assert not {"unimodal", "multimodal"} <= words(f)
    assert card.get("at", "kink") in ("kink", "bound")
    assert len(known_points(f)) < 2 or "multimodal" in words(f)
    assert not f.formula.warnings


@pytest.mark.parametrize("name", NAMES)
def test_the_start_is_a_place_to_descend_from(name: str) -> None:
    f = shipped(name)
    low, high = box(f)
    assert f.known.start is not None
    assert ((low[:, 0] <= f.known.start) & (f.known.start <= high[:, 0])).all()
    assert math.isfinite(f(f.known.start))
    gradient = f.gradient(f.known.start)
    assert np.isfinite(gradient).all()
    assert np.abs(gradient).max() > 1e-9


@pytest.mark.parametrize("name", NAMES)
def test_the_stated_minimum_is_the_value_at_each_minimum(name: str) -> None:
    f, least = shipped(name), stated(shipped(name))
    assert (least is None) == (f.known.minima is None)
    low, high = box(f)
    for x, best in known_points(f):
        assert ((low[:, 0] <= x) & (x <= high[:, 0])).all()
        if best:
            assert f(x) == pytest.approx(least, rel=2e-11, abs=2e-12 if least == 0 else 0)
        else:
            assert least is not None
            assert f(x) > least + 1e-6 * abs(least)


@pytest.mark.parametrize("name", [name for name in NAMES if entry("functions", name).text("at") != "kink"])
def test_the_gradient_vanishes_at_each_minimum_and_the_hessian_is_positive(name: str) -> None:
    f = shipped(name)
    low, high = box(f)
    for x, best in known_points(f):
        g, hessian, rounding = f.gradient(x), f.hessian(x), noise(f, x)
        at_low, at_high = x == low[:, 0], x == high[:, 0]
        bound = best and f.known.card.get("at") == "bound"
        free = ~(at_low | at_high) if bound else np.full(f.size, True)
        assert (np.abs(g) <= rounding)[free].all(), (g, rounding)
        if bound:
            assert not free.all()
            assert (g >= -rounding)[at_low].all()
            assert (g <= rounding)[at_high].all()
        curvature = np.linalg.eigvalsh(hessian[np.ix_(free, free)]) if free.any() else np.zeros(1)
        assert curvature.min() >= -1e-9 * curvature.max(), curvature


@pytest.mark.parametrize("name", [name for name in NAMES if entry("functions", name).text("at") == "kink"])
def test_a_minimum_at_a_kink_is_lower_than_all_around_it_and_a_kink(name: str) -> None:
    f = shipped(name)
    low, high = box(f)
    directions = np.random.default_rng(3).normal(size=(f.size, 400)) * (high - low)
    for x, _ in known_points(f):
        near, far = (f(x[:, None] + h * directions) - f(x) for h in (1e-8, 1e-5))
        for h in (1e-2, 1e-4, 1e-6, 1e-8):
            around = f(np.clip(x[:, None] + h * directions / 4, low, high))
            assert around.min() >= f(x) - 1e-12 * abs(f(x))
        # a smooth function would rise a million times less
        assert near.max() > 1e-5 * far.max()


def check_nothing_is_lower(f: Function) -> tuple[Array, Array]:
    """Return where the search began and what it found."""
    starts = points(f, 100 if f.size < 5 else 30, np.random.default_rng(11))
    assert f.known.start is not None
    found = descend(f, np.hstack([starts, f.known.start[:, None]]))
    least = stated(f)
    if least is None:
        still = [x for x in found.T if np.abs(f.gradient(x)).max() < 1e-9]
        assert not any(np.linalg.eigvalsh(f.hessian(x)).min() > 0 for x in still)
    else:
        values = np.asarray(f(found))
        assert np.nanmin(values) >= least - 1e-9 * max(abs(least), 1e-3), found[:, np.nanargmin(values)]
    return starts, found


def check_the_search(f: Function) -> None:
    starts, found = check_nothing_is_lower(f)
    least, said = stated(f), words(f)
    if {"smooth", "unimodal"} <= said:
        assert least is not None
        typical = np.median(np.asarray(f(starts)))
        assert np.max(np.asarray(f(found))) - least <= 1e-5 * (typical - least)
    if {"smooth", "multimodal"} <= said and len(known_points(f)) < 2:
        slope = np.abs(f.gradient(found)).max(axis=0) / np.mean(np.abs(f.gradient(starts)))
        low, high = box(f)
        still = found[:, slope < 1e-6]
        assert (np.ptp(still, axis=1) > 1e-4 * (high - low)[:, 0]).any()


def check_the_properties(name: str) -> None:
    f, generator = shipped(name), np.random.default_rng(13)
    said = words(f)
    a, b = points(f, 600, generator), points(f, 600, generator)
    a[:, :200] = b[:, :200] + 0.02 * (a - b)[:, :200]
    a[:, 200:400], b[:, 200:400] = 0.05 * a[:, 200:400], 0.05 * b[:, 200:400]
    chord = np.asarray(f(a) + f(b)) / 2
    if "convex" in said:
        assert (f((a + b) / 2) <= chord + 1e-9 * np.abs(chord)).all()
    if f.size > 1:
        take = np.arange(f.size)[:, None] % 2 == 0
        mixed = np.asarray(f(np.where(take, a, b)) + f(np.where(take, b, a))) / 2
        assert (np.abs(mixed - chord) <= 1e-9 * np.maximum(np.abs(chord), 1)).all() == ("separable" in said)
    hessians = f.hessian(points(f, 4, generator))
    same = np.allclose(hessians, hessians[..., :1], rtol=1e-9, atol=1e-9 * np.abs(hessians).max())
    assert same == ("quadratic" in said) or "kinked" in said
    if f.known.minima is not None and "smooth" in said and "at" not in f.known.card:
        hessian = f.hessian(f.known.minima[0])
        curvature = np.linalg.eigvalsh(hessian)
        # singular is what no scaling of the coordinates can mend
        scale = 1 / np.sqrt(np.diag(hessian) + 1e-300)
        singular = np.linalg.eigvalsh(scale[:, None] * hessian * scale)[0] <= 1e-9
        assert singular == ("singular" in said)
        assert singular or (curvature[-1] >= 100 * curvature[0]) == ("ill-conditioned" in said)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_search_from_many_starts_finds_nothing_lower(name: str) -> None:
    check_the_search(shipped(name))


@pytest.mark.parametrize("name", SAMPLE)
def test_the_properties_hold(name: str) -> None:
    check_the_properties(name)


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
def test_a_search_in_every_function_finds_nothing_lower(name: str) -> None:
    check_the_search(shipped(name))


@pytest.mark.full
@pytest.mark.parametrize("name", FAMILIES)
def test_a_search_in_a_familys_next_members_finds_nothing_lower(name: str) -> None:
    for n in (4, 5):
        with suppress(ConfigError):  # not every family has a member of each size
            f = function({"name": name, "dimension": n})
            if f.known.minima is not None:
                check_nothing_is_lower(f)


@pytest.mark.full
@pytest.mark.parametrize("name", NAMES)
def test_the_properties_of_every_function_hold(name: str) -> None:
    check_the_properties(name)


def test_the_search_finds_all_four_minima_of_himmelblau() -> None:
    f = shipped("himmelblau")
    found = descend(f, points(f, 60, np.random.default_rng(1)))
    assert f.known.minima is not None
    for minimum in f.known.minima:
        assert np.linalg.norm(found - minimum[:, None], axis=0).min() < 1e-9


@pytest.mark.parametrize("name", FAMILIES)
def test_a_familys_minima_hold_in_other_dimensions(name: str) -> None:
    node = entry("functions", name).node
    step = int(parse_number(entry("functions", name).text("multiple")) or 1)
    least = int(parse_number(entry("functions", name).text("least")) or 1)
    of_each = getattr(node.get("minima"), "keys", tuple)()
    for n in {int(key) for key in of_each} or {max(least, step), 3 * max(least, step)}:
        f = function({"name": name, "dimension": n})
        assert f.size == n
        assert f.known.minima is not None
        value = stated(f)
        assert value is not None
        assert f(f.known.minima[0]) == pytest.approx(value, rel=2e-11, abs=1e-11 * n if value == 0 else 0)


@pytest.mark.parametrize("name", COUNTED)
def test_every_choice_among_the_coordinates_of_the_listed_minima_counts(name: str) -> None:
    f = function({"name": name, "dimension": 3})
    assert f.known.minima is not None
    chosen = np.array(list(itertools.product(*f.known.minima.T)))
    assert len(chosen) == parse_number(f.known.card["count"])
    assert f(chosen.T) == pytest.approx(stated(f), rel=2e-11, abs=1e-11)


def test_a_dimension_that_a_family_lacks_is_refused() -> None:
    for name, n, remedy in (
        ("powell_singular", 6, "write 8"),
        ("watson", 40, "from 2 to 31"),
        ("trid", 1, "from 2"),
    ):
        with pytest.raises(ConfigError, match=remedy):
            function({"name": name, "dimension": n})


def test_what_is_known_is_known_for_the_entrys_own_constants() -> None:
    other = function({"name": "shekel5", "constants": {"b": [1, 1, 1, 1, 1]}})
    assert other.known.minima is None
    assert other([4, 4, 4, 4]) == pytest.approx(-1.0, abs=0.2)


def test_the_whole_catalogue_is_read_in_a_second() -> None:
    entry.cache_clear()
    begun = time.process_time()
    for name in NAMES:
        function(name)
    assert time.process_time() - begun < 5, (
        "one entry takes a few milliseconds; this bound is for slow machines"
    )
    assert len(NAMES) > 100
