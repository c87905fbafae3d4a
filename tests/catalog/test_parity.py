"""The catalogue's equations walk the paths of torch.optim and Optax, as far as those are not chaotic."""
# ruff: noqa: E501 (lists of names)

import json
from pathlib import Path

import numpy as np
import pytest
from walks import walk

from gdplay.catalog import names, parity
from gdplay.cli.paritytable import parity_rows

DATA = json.loads(Path(__file__).with_name("parity.json").read_text())
STEPS, STARTS = DATA["steps"], DATA["starts"]
CASES = [pytest.param(case, k, id=f"{case['original']}-{k}") for k, case in enumerate(DATA["cases"])]
FORMULAS = {
    "rosenbrock": "f(x, y) = (1 - x)^2 + 100*(y - x^2)^2",
    "ill_quadratic": "f(x, y) = 0.5*(x^2 + 100*y^2)",
    "beale": "f(x, y) = (1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2",
    "himmelblau": "f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2",
}


def compare(case, problem, last):
    """Walk up to a step, and compare with the original at each of its steps that far."""
    original, start = case["paths"][problem], STARTS[problem]
    which = {
        "wrap" if "of" in case["settings"] else "name": case["optimizer"],
        "convention": case["convention"],
    }
    optimizer = {**which, **case["settings"], "lr": case["rates"][problem]}
    last = min(last, original["last"])
    points, _ = walk(FORMULAS[problem], optimizer, start, last)
    assert len(points) == last + 1
    for step, expected in zip(STEPS, original["x"], strict=False):
        if step <= last:
            limit = max(1e-12 if step <= 50 else 1e-9, case["tolerance"])
            found = apart(points[step], np.array(expected), np.array(start))
            assert found <= limit, f"{problem}, step {step}: {found:.2g} apart"


def apart(a, b, start):
    return np.abs(a - b).max() / max(np.abs(b).max(), 0.01 * np.abs(start).max())


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("case", "turn"), CASES)
def test_the_path_is_the_originals(case, turn):
    """Every problem for 50 steps, and one of the four, in turn, to the end."""
    for k, problem in enumerate(case["paths"]):
        compare(case, problem, STEPS[-1] if k == turn % len(FORMULAS) else 50)


@pytest.mark.full
@pytest.mark.parametrize("problem", FORMULAS)
@pytest.mark.parametrize(("case", "turn"), CASES)
def test_the_whole_path_is_the_originals(case, turn, problem):
    compare(case, problem, STEPS[-1])


def test_enough_is_compared():
    """Chaos is the exception: nearly every path is followed to its end, and none is left at once."""
    lasts = np.array([path["last"] for case in DATA["cases"] for path in case["paths"].values()])
    assert (lasts == STEPS[-1]).mean() > 0.8
    assert (lasts >= 100).mean() > 0.98
    assert lasts.min() >= 10


def test_every_original_is_compared_or_left_out():
    compared = {case["original"] for case in DATA["cases"]}
    torch = "SGD Adam AdamW Adamax NAdam RAdam Adagrad Adadelta RMSprop Rprop ASGD Adafactor LBFGS Muon SparseAdam"
    optax = (
        "adabelief adadelta adafactor adagrad adam adamax adamaxw adamw adan amsgrad fromage lamb lars lbfgs lion nadam "
        "nadamw noisy_sgd novograd optimistic_adam optimistic_adam_v2 optimistic_gradient_descent polyak_sgd radam "
        "rmsprop rprop sgd sign_sgd signum sm3 yogi lookahead"
    )
    contributed = (
        "acprop ademamix simplified_ademamix adopt cocob dadapt_adamw dog dowg galore madgrad mechanize momo momo_adam "
        "muon dpsgd prodigy reduce_on_plateau sam schedule_free_sgd schedule_free_adamw sophia"
    )
    known = {f"torch.optim.{name}" for name in torch.split()} | {f"optax.{name}" for name in optax.split()}
    known |= {f"optax.contrib.{name}" for name in contributed.split()}
    assert known - compared - set(DATA["left_out"]) == set()


def test_the_shipped_table_is_that_of_the_numbers():
    versions, rows, left = parity_rows(None)
    assert versions.split(", ")[0] == f"torch {DATA['made_with']['torch'].partition('+')[0]}"
    assert left == DATA["left_out"]
    steps = [" ".join(str(path["last"]) for path in case["paths"].values()) for case in DATA["cases"]]
    assert [row["steps"] for row in rows] == steps
    assert [row["optimizer"] for row in rows] == [case["optimizer"] for case in DATA["cases"]]
    assert {row["optimizer"] for row in rows} <= set(names("optimizers"))
    assert parity().keys() == ("torch", "optax", "compared", "left_out")


def test_the_numbers_are_small_enough_to_ship():
    assert Path(__file__).with_name("parity.json").stat().st_size < 400_000
