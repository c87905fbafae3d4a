"""The test between two contenders: exact, and corrected for their number."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from gdplay.sweeps.pairs import LEVEL, holm, sign_test


@pytest.mark.parametrize(("wins", "losses"), [(0, 0), (1, 0), (3, 3), (6, 1), (2, 7), (10, 0)])
def test_the_sign_test_counts_all_ways_in_which_coins_fall(wins: int, losses: int) -> None:
    uneven = abs(wins - losses)
    ways = [abs(sum(coins)) >= uneven for coins in product((-1, 1), repeat=wins + losses)]
    assert sign_test(wins, losses) == pytest.approx(np.mean(ways))


def test_sixteen_trials_need_thirteen_wins() -> None:
    assert sign_test(12, 4) > LEVEL > sign_test(13, 3)


def test_the_correction_keeps_order_and_never_lowers() -> None:
    chances = np.random.default_rng(1).uniform(size=9).tolist()
    corrected = holm(chances)
    order = np.argsort(chances)
    assert (np.diff(np.array(corrected)[order]) >= 0).all()
    assert all(after >= before for before, after in zip(chances, corrected, strict=True))
    assert corrected[order[0]] == pytest.approx(min(1.0, 9 * min(chances)))
    assert holm([]) == []
