"""What is claimed follows from the trials: a table of outcomes and the words they allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from gdplay.simulation import simulate
from gdplay.sweeps.claim import claim_of, limits_of
from gdplay.sweeps.contest import contenders
from gdplay.sweeps.protocol import Contest, Entry, Protocol
from gdplay.sweeps.request import read_request
from gdplay.sweeps.target import Target
from gdplay.sweeps.track import Trials
from gdplay.sweeps.tuning import Tuned

NAMES = ("gd", "adam", "newton")
NEVER, MANY = np.inf, 12
OPEN = "no rate tried is better than the largest, 1e+06"


def contest_of(steps: Sequence[Sequence[float]], doubts: Sequence[str] = ("", "", "")) -> Contest:
    """A contest of gd, adam and newton, ranked, in which trials took so many steps."""
    request = read_request("x^2+y^2", [f"optimizer={','.join(NAMES[: len(steps)])}", "steps=3"])
    entries = [
        Entry(
            contender,
            simulate(contender.config),
            Trials(np.array(taken, dtype=float), np.zeros(len(taken))),
            Tuned(0.1, 33, 8, doubt),
        )
        for contender, taken, doubt in zip(contenders(request), steps, doubts, strict=False)
    ]
    ranked = sorted(entries, key=lambda entry: entry.trials.score)
    return Contest("f", tuple(ranked), Target(0.0, True), "from random starts in the domain")


CLAIMS = {
    "all sooner": (
        ([3] * MANY, [5] * MANY, [7] * MANY), ("", "", ""),
        "gd reached the target in fewer steps than adam (12 of 12 trials) and newton (12 of 12 trials)",
    ),
    "even ones are said": (
        ([3] * 11 + [9], [5] * 11 + [9]), ("", ""),
        "gd reached the target in fewer steps than adam (11 of 12 trials, 1 even)",
    ),
    "half of each": (
        ([3, 6] * 6, [4, 5] * 6), ("", ""),
        "gd can't be told apart from adam (6 sooner, 6 later)",
    ),
    "a lower median, and later in most trials": (
        ([1] * 5 + [5] * 8 + [50] * 8, [100] * 5 + [4] * 8 + [49] * 8), ("", ""),
        "gd, though it is ranked first, took more steps than adam (16 of 21 trials)",
    ),
    "never there in some": (
        ([2] * 10 + [NEVER] * 2, [7] * 10 + [NEVER] * 2), ("", ""),
        "gd reached the target in fewer steps than adam (10 of 12 trials, 2 even); "
        "in 2 trials gd never reached it",
    ),
    "exactly half there": (
        ([2] * 6 + [NEVER] * 6, [NEVER] * MANY), ("", ""),
        "gd reached the target in fewer steps than adam (6 of 12 trials, 6 even); "
        "in 6 trials gd never reached it",
    ),
    "less than half there": (
        ([2] * 5 + [NEVER] * 7, [NEVER] * MANY), ("", ""),
        "none reached the target in half of its trials: nothing may be claimed",
    ),
    "one in doubt": (
        ([1] * MANY, [3] * MANY, [5] * MANY), (OPEN, "", ""),
        "adam reached the target in fewer steps than newton (12 of 12 trials); "
        f"nothing is claimed of gd: {OPEN}",
    ),
    "the others not there": (
        ([1] * MANY, [NEVER] * MANY, [NEVER] * MANY), (OPEN, "", ""),
        f"nothing is claimed of gd: {OPEN}; "
        "no other reached the target in half of its trials: nothing may be claimed",
    ),
    "one left": (
        ([1] * MANY, [3] * MANY), (OPEN, ""),
        f"nothing is claimed of gd: {OPEN}; so nothing may be claimed",
    ),
    "one trial": (
        ([1], [3]), ("", ""),
        "too few trials, as there are no other starts: nothing may be claimed; "
        "give the function a domain, such as function.domain=[-2, 2]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CLAIMS)
def test_the_claim_follows_from_the_trials(case: str) -> None:
    steps, doubts, expected = CLAIMS[case]
    assert claim_of(contest_of(steps, doubts), Protocol(tune=True)) == expected


def test_limits_say_what_the_claim_rests_on() -> None:
    three = limits_of(contest_of([[3] * MANY, [5] * MANY, [7] * MANY]), Protocol(tune=True))
    assert three.startswith(
        "medians (quartiles) of 12 fresh trials of at most 3 steps each, from random starts"
    )
    assert "Holm's correction for 3 pairs" in three
    assert "steps are counted, and a step is not the same work for all" in three
    two = limits_of(contest_of([[3] * MANY, [5] * MANY]), Protocol(tune=True))
    assert "Holm" not in two
    assert "same work" not in two
    assert limits_of(contest_of([[3] * MANY, [5] * MANY]), Protocol(tune=True, stop=lambda: True)) == ""


def test_what_was_interrupted_claims_nothing() -> None:
    contest = contest_of([[3] * MANY, [5] * MANY])
    assert claim_of(contest, Protocol(tune=True, stop=lambda: True)) == "interrupted: nothing may be claimed"
    shown = replace(contest, entries=tuple(replace(entry, tuned=None) for entry in contest.entries))
    assert "not which is better" in claim_of(shown, Protocol())
