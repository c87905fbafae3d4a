"""gdplay sweep --find-rate: the edge of stability against theory."""

from __future__ import annotations

from pathlib import Path

import pytest
from calls import call

BOWL = ("f(x, y) = 0.5*(x^2 + 25*y^2)", "start=[2,1]")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_the_edge_is_where_theory_puts_it() -> None:
    found = call("sweep", "--find-rate", *BOWL, "optimizer=gd,momentum", "steps=400", "--json").document[
        "found"
    ]
    for row in found:
        low, middle, high = row["edge"]
        assert low == middle == high
        # a finite number of steps ends a little beyond the limit
        assert row["theory"] < middle < 1.1 * row["theory"]
    assert found[0]["best_rate"][1] == pytest.approx(2 / 26, rel=0.05)


def test_quantiles_are_over_starts() -> None:
    said = call("sweep", "--find-rate", "himmelblau", "steps=100", "--out", "out")
    assert said.status == 0
    assert said.out.startswith("unstable from")
    assert "over        9 trials with starts and seeds of their own" in said.out
    assert (Path("out") / "summary.json").exists()


def test_what_has_no_rate_is_refused() -> None:
    said = call("sweep", "--find-rate", "rosenbrock", "optimizer=newton", "steps=10")
    assert (said.status, "has no learning rate to find" in said.err) in ((0, False), (2, True))
