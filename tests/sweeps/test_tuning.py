"""The search for each contender's learning rate: wide enough, the same for all, honest at its ends."""

from __future__ import annotations

import numpy as np
import pytest

from gdplay.sweeps import tuning
from gdplay.sweeps.contest import Contender, contenders
from gdplay.sweeps.request import read_request
from gdplay.sweeps.target import Target
from gdplay.sweeps.track import LOST, Track, Trials
from gdplay.sweeps.trials import FRESH, enter
from gdplay.sweeps.tuning import Tuned, tune


def entrants(function: str, *settings: str) -> list[Contender]:
    return contenders(read_request(function, [*settings, "engine=numpy"], may_be_single=True))


def tuned(function: str, *settings: str) -> list[Tuned]:
    entered = [enter(contender) for contender in entrants(function, *settings)]
    return tune(entered, Target(0.0, known=True), Track())


def test_the_range_is_widened_for_all_until_no_end_is_best() -> None:
    narrow = tuned("f(x,y)=x^2+25*y^2", "optimizer=gd,adam", "steps=40")
    assert {each.rates for each in narrow} == {33}
    steep = tuned("f(x,y)=1e6*(x^2+25*y^2)", "optimizer=gd,adam", "steps=40")
    assert len({each.rates for each in steep}) == 1
    assert steep[0].rates > 33
    assert steep[0].rate < 2 / 5e7  # 2/L: beyond it nothing holds
    assert [each.doubt for each in (*narrow, *steep)] == [""] * 4


def test_a_best_rate_at_the_last_end_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "HIGHEST", 0)
    flat, usual = tuned("f(x,y)=1e-4*(x^2+y^2)", "optimizer=gd,adam", "steps=40")
    assert (flat.rate, flat.rates, flat.doubt) == (1.0, 33, "no rate tried is better than the largest, 1")
    assert usual.doubt == ""


def test_where_every_rate_diverges_nothing_is_best(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "LOWEST", -5)
    (lost,) = tuned("f(x,y)=1e12*(x^2+y^2)", "optimizer=gd", "steps=40")
    assert (lost.rates, lost.doubt) == (41, "no rate tried kept more than half of its runs from diverging")


def test_trials_without_a_domain_start_around_the_start_and_are_fresh() -> None:
    (contender,) = entrants("f(x,y)=x^2+y^2", "start=[3,1]", "noise.gradient=0.1")
    entrant = enter(contender)
    assert entrant.placed.config.function.known.domain == ((0.0, 6.0), (-2.0, 4.0))
    assert contender.config.function.known.domain is None
    (seen, _), (fresh, _) = entrant.axes(8), entrant.axes(16, FRESH)
    assert (len(seen), len(fresh)) == (8, 16)
    assert not np.isin(np.asarray(seen.numeric), np.asarray(fresh.numeric)).any()


def test_trials_that_start_where_f_is_not_finite_are_left_out() -> None:
    (contender,) = entrants("f(x)=log(x)^2", "start=[1]", "steps=5")
    entrant = enter(contender)
    (_, trials) = Track().side_by_side(entrant.placed, entrant.axes(16), Target(0.0, known=True))
    assert 0 < len(trials.steps) <= 16
    (contender,) = entrants("f(x)=log(x-0.9)^2", "start=[1]", "steps=5")
    (_, fewer) = Track().side_by_side(enter(contender).placed, entrant.axes(16), Target(0.0, known=True))
    assert len(fewer.steps) < len(trials.steps)


def test_no_single_trial_decides_a_score() -> None:
    never = np.inf
    half = Trials(np.array([5.0, 9.0, never, never]), np.array([1.0, 1.0, 1.0, 1.0]))
    one = Trials(np.array([1.0, never, never, never]), np.array([1e-30, 1.0, 1.0, 1.0]))
    assert (half.quartiles[1], one.quartiles[1]) == (never, never)
    assert half.score < one.score
    assert Trials(np.array([]), np.array([])).score == LOST
