# ruff: noqa: E501  (tables: aligned rows are read down their columns)
"""Every schedule of the catalogue: against torch and Optax step by step, and against loops written out."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gdplay.catalog import names
from gdplay.config.complaints import Complaints
from gdplay.config.document import read_document
from gdplay.config.dump import dump
from gdplay.config.nodes import Mapping
from gdplay.config.schedules import Context, form, named, read_schedule_node
from gdplay.engines.tape import Tape
from gdplay.formula.expr import Array, symbol
from gdplay.schedule import Schedule, preview, read_schedule

STORED = json.loads(Path(__file__).with_name("schedules.json").read_text())["cases"]
NEEDED: dict[str, dict[str, Any]] = {
    "multistep": {"milestones": [30, 60]},
    "warmup": {"then": "0.1/t"},
    "joined": {"boundaries": [40], "schedules": [0.1, {"schedule": "cosine"}]},
    "chained": {"schedules": [{"schedule": "step"}, {"schedule": "exponential", "gamma": 0.9}]},
    "piecewise_constant": {"boundaries": [30, 60], "factors": [0.5, 0.1]},
    "piecewise_interpolate": {"boundaries": [30, 60], "factors": [0.5, 0.1]},
}
"""What a schedule can't do without."""


def schedule(max_steps: float = 1000, default: float = 0.01, **data: Any) -> Schedule:
    node = read_document(dump({"learning_rate": data}), None).get("learning_rate")
    assert isinstance(node, Mapping)
    complaints = Complaints()
    found = read_schedule_node(node, "learning_rate", Context(default, max_steps), complaints)
    complaints.raise_any()
    assert found is not None
    return found


def values(found: Schedule, steps: int) -> Array:
    shown = preview(found, np.arange(1.0, steps + 1))
    assert shown is not None
    return shown


def followed(found: Schedule, losses: list[float]) -> list[float]:
    """Return the values of a schedule that watches f, played by hand."""
    t, f = symbol("t", (), "step"), symbol("f", (), "seen")
    read = read_schedule(found, {"t": t, "f": f, "g": symbol("g", (1,), "seen")}, "learning_rate")
    state = dict(
        zip(
            (m.before for m in read.memory),
            Tape([m.start for m in read.memory])(read.parameters),
            strict=True,
        )
    )
    tape = Tape([read.value, *(m.after for m in read.memory)])
    result: list[float] = []
    for k, loss in enumerate(losses):
        value, *after = tape({**read.parameters, **state, t: np.array([k + 1.0]), f: np.array([loss])})
        result.append(float(value[0]))
        state = dict(zip(state, after, strict=True))
    return result


@pytest.mark.parametrize("case", STORED, ids=lambda case: f"{case['from']}-{case['config']['schedule']}")
def test_the_values_are_those_of_torch_and_optax(case: dict[str, Any]) -> None:
    found = schedule(**case["config"])
    stored = case["values"]
    ours = followed(found, case["f"]) if "f" in case else values(found, len(stored)).tolist()
    assert ours == pytest.approx(stored, rel=case["tolerance"], abs=case["tolerance"] * max(stored))


def test_enough_was_compared() -> None:
    compared = {named(case["config"]["schedule"])[0].name for case in STORED}  # type: ignore[index]
    claimed = {name for name in names("schedules") if form(name).names and name != "warmup_stable_decay"}
    assert claimed <= compared
    assert len(STORED) >= 60
    assert len(names("schedules")) >= 18


@pytest.mark.parametrize("name", names("schedules"))
def test_a_saved_schedule_is_the_same_schedule(name: str) -> None:
    found = schedule(100, 0.3, schedule=name, **NEEDED.get(name, {}))
    again = schedule(7, 0.9, **found.data())
    if preview(found, np.arange(1.0, 3.0)) is None:
        losses = (1 + np.cos(np.arange(60.0))).tolist()
        if name == "plateau":
            assert followed(again, losses) == followed(found, losses)
    else:
        assert values(again, 130).tolist() == values(found, 130).tolist()
    assert again.data() == found.data()


@pytest.mark.parametrize("name", names("schedules"))
def test_every_card_is_complete(name: str) -> None:
    card = form(name).card
    assert card["summary"]
    assert not card["summary"].endswith(".")
    assert card["cite"]
    assert bool(form(name).formula) != bool(form(name).step)


def decays(steps: int) -> dict[str, tuple[dict[str, Any], Callable[[int], float]]]:
    """Return settings and the value at k = t - 1 in plain Python, for what torch and Optax lack."""
    a, end = 0.3, 0.02

    def stable(k: int) -> float:
        if k < 10:
            return a * k / 10
        left = 1.0 if k < 60 else max(0.0, 1 - math.sqrt((k - 60) / 20))
        return end + (a - end) * (left if k < 80 else 0.0)

    def fast(k: int) -> float:
        z = min(k, 50) / 50
        return end + (a - end) * (1 - z) / (0.5 + 0.5 * (1 - z))

    def roots(k: int) -> float:
        order = [0]
        while len(order) < 16:
            order = [i for p in order for i in (p, 2 * len(order) - 1 - p)]
        i = order[k % 16]
        return 1 / ((8 + 2) / 2 - (8 - 2) / 2 * math.cos(math.pi * (2 * i + 1) / 32))

    # fmt: off
    return {
        "noam":                ({"value": a, "warmup": 10},                       lambda k: a*min((k + 1)**-0.5, (k + 1)*10**-1.5)),
        "inverse_sqrt":        ({"value": a, "shift": 8},                         lambda k: a if k < 8 else a*math.sqrt(8/(k + 1))),
        "inverse_time":        ({"value": a, "decay": 0.2, "every": 3, "staircase": True}, lambda k: a/(1 + 0.2*(k//3))),
        "rex":                 ({"value": a, "steps": 50, "end": end},            fast),
        "chebyshev":           ({"largest": 8, "smallest": 2, "levels": 4},       roots),
        "warmup_stable_decay": ({"value": a, "steps": 80, "warmup": 10, "decay": 20, "end": end, "shape": "root"}, stable),
        "warmup":              ({"steps": 5, "start": 0.1, "then": {"schedule": "exponential", "value": a, "gamma": 0.9}},
                                lambda k: a*(0.1 + 0.9*k/5) if k < 5 else a*0.9**(k - 5)),
    }
    # fmt: on


@pytest.mark.parametrize("name", decays(100))
def test_the_others_are_what_a_loop_gives(name: str) -> None:
    settings, dumb = decays(100)[name]
    found = schedule(schedule=name, **settings)
    assert values(found, 100) == pytest.approx([dumb(k) for k in range(100)], rel=1e-12)


def test_a_chebyshev_cycle_is_the_best_that_gradient_descent_can_do() -> None:
    # Young 1953: over a cycle of N steps every error shrinks at least by 1/T_N((L + mu)/(L - mu))
    rates = values(schedule(schedule="chebyshev", largest=10, smallest=1, levels=4), 16)
    curvatures = np.linspace(1, 10, 1001)
    left = np.abs(np.prod(1 - rates[:, None] * curvatures, axis=0)).max()
    assert left == pytest.approx(1 / math.cosh(16 * math.acosh(11 / 9)), rel=1e-9)


def test_defaults_follow_the_run() -> None:
    assert schedule(80, 0.5, schedule="cosine").data()["steps"] == 80
    assert schedule(80, 0.5, schedule="cosine").data()["value"] == 0.5
    down = schedule(schedule="cyclic", value=0.1, up=7)
    assert (down.data()["down"], down.data()["high"]) == (7, 0.4)


def test_a_library_s_name_brings_its_defaults_but_not_its_convention() -> None:
    assert schedule(schedule="PolynomialLR").data()["steps"] == 5
    assert schedule(schedule="polynomial").data()["steps"] == 1000
    assert schedule(schedule="Cosine_Decay_Schedule").data()["convention"] == "torch"


def test_the_cosine_rises_again_in_torch_s_convention_only() -> None:
    torch, optax = (
        values(schedule(schedule="cosine", value=1, steps=10, convention=c), 21) for c in ("torch", "optax")
    )
    assert torch[20] == pytest.approx(1)
    assert optax[20] == pytest.approx(0)
    assert torch[:11].tolist() == optax[:11].tolist()
