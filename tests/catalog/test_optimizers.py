"""Every optimizer of the catalogue is read, runs, keeps its shapes, and comes down a bowl."""
# ruff: noqa: E501 (a row of a table is one line)

import re

import numpy as np
import pytest
from walks import method_of, walk

from gdplay.catalog import CONVENTIONS, conventions, entry, in_convention, is_wrapper, names
from gdplay.cli.optimizercard import differences
from gdplay.config.rules import catalogued
from gdplay.config.spelling import own_name

NAMES = names("optimizers")
FORMS = [(name, convention) for name in NAMES for convention in conventions(name)]
ROSENBROCK = {"residuals": "[1 - x, 10*(y - x^2)]", "variables": ["x", "y"]}
ONE = {"residuals": "[x - 1, 0.3*x^2]", "variables": ["x"]}
BOWL = {"residuals": "[x, 1.5*(y - 0.25*x)]", "variables": ["x", "y"]}

RATES = {
    # what brings f from 4.6 below 2e-3 within 400 steps; 0.05 where there is no row
    "acprop": 0.02, "adadelta": 20, "adagrad": 0.5, "adafactor": 0.05, "aggmo": 0.01, "dadapt_adamw": 1, "dog": 1,
    "dowg": 1, "fromage": 0.03, "lars": 3, "levenberg_marquardt": 1, "lbfgs": 1, "bfgs": 0.5, "dfp": 0.5, "sr1": 0.5,
    "lion": 0.005, "madgrad": 0.05, "momo": 1, "newton": 1, "damped_newton": 1, "normalized_gd": 0.01, "novograd": 0.01,
    "pid": 0.003, "polyak_step": 1, "prodigy": 1, "qhm": 0.1, "schedule_free_adamw": 0.05, "schedule_free_sgd": 0.3,
    "sign_gd": 0.01, "signum": 0.01, "simplified_ademamix": 0.001, "sm3": 0.3, "sophia": 0.01, "trust_region": 1,
    "yogi": 0.1, "adahessian": 0.1, "adopt": 0.05, "ademamix": 0.02, "cg_dy": 0.01, "cg_hs": 0.05, "cg_fr": 0.01,
    "adabound": 0.05, "amsgrad": 0.1,
}  # fmt: skip
NUMBERS = {
    # the remembered quantities that are one number, whatever the number of variables
    "nadam": {"mu_product"}, "nadamw": {"mu_product"}, "novograd": {"v"}, "prodigy": {"r", "d_k"},
    "dadapt_adamw": {"r", "d_k"}, "dog": {"r", "q"}, "dowg": {"r", "q"}, "momo": {"f_bar", "gamma"},
    "schedule_free_sgd": {"weights", "lr_max"}, "schedule_free_adamw": {"weights", "lr_max"}, "lbfgs": {"gamma"},
    "trust_region": {"radius"}, "levenberg_marquardt": {"damping"},
}  # fmt: skip


def chosen(name, convention=None, **settings):
    given = {"convention": convention} if convention else {}
    which = {"wrap": name, "of": {"name": "gd"}} if is_wrapper(name) else {"name": name}
    return which | given | settings


def test_there_are_enough():
    assert len(NAMES) >= 70


@pytest.mark.parametrize("name", NAMES)
def test_the_entry_is_complete(name):
    found = entry("optimizers", name)
    about = {"summary", "cite", "conventions", "differences", "wraps"}
    assert set(found.node.keys()) <= about | {"learning_rate", "hyperparameters", "state", "step"}
    assert 10 < len(found.text("summary")) <= 58
    assert re.search(r"(1[89]|20)[0-9][0-9]", found.text("cite"))
    assert differences(name)
    assert found.text("learning_rate") or is_wrapper(name)
    assert conventions(name)[0] in CONVENTIONS
    assert is_wrapper(name) == bool(re.search(r"\binner\b", found.text("step")))
    for convention in conventions(name):
        replaced = set(in_convention(name, convention).node.keys()) - set(found.node.keys())
        assert replaced <= {"hyperparameters", "state"}
    assert own_name(name.upper()) == name


@pytest.mark.parametrize(("name", "convention"), FORMS)
def test_every_form_runs(name, convention):
    for function, start in ((ROSENBROCK, [-1.2, 1.0]), (ONE, [2.0])):
        rate = 0.5 if name in ("newton", "lbfgs", "bfgs", "dfp", "sr1") else 1e-4
        points, _ = walk(function, chosen(name, convention, learning_rate=rate), start, 12)
        assert points.shape == (13, len(start))
        assert np.isfinite(points).all()
        assert not np.array_equal(points[0], points[-1])


@pytest.mark.parametrize(("name", "convention"), FORMS)
def test_numbers_stay_numbers(name, convention):
    for function, start in ((ROSENBROCK, [-1.2, 1.0]), (ONE, [2.0])):
        method = method_of(function, chosen(name, convention), start)
        shapes = {memory.name: memory.before.shape for memory in method.memory}
        assert {key for key, shape in shapes.items() if not shape} == NUMBERS.get(name, set()) & shapes.keys()
        assert all(memory.after.shape == memory.before.shape for memory in method.memory)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("name", "convention"), FORMS)
def test_nothing_breaks_where_the_gradient_is_zero(name, convention):
    for function, start in ((BOWL, [0.0, 0.0]), (ROSENBROCK, [1.0, 1.0])):
        points, _ = walk(function, chosen(name, convention, learning_rate=0.01), start, 3)
        assert points.shape == (4, 2)
        assert np.isfinite(points).all()


@pytest.mark.sampled(2)
@pytest.mark.parametrize(("name", "convention"), FORMS)
def test_it_comes_down_a_bowl(name, convention):
    points, _ = walk(BOWL, chosen(name, convention, learning_rate=RATES.get(name, 0.05)), [2.0, 1.0], 400)
    x, y = points.T
    f = x**2 + (1.5 * (y - 0.25 * x)) ** 2
    assert f[0] > 4.5
    assert f.min() < 2e-3


def test_the_default_is_torch_then_optax_then_paper():
    assert catalogued("rmsprop").convention == "torch"
    assert catalogued("rmsprop") is not catalogued("rmsprop", "optax")
    assert catalogued("yogi").convention == "optax"
    assert catalogued("bfgs").convention == "paper"


@pytest.mark.parametrize("name", [name for name in NAMES if conventions(name)[1:]])
def test_the_entry_has_its_first_conventions_equations(name):
    steps = {catalogued(name, convention).step for convention in conventions(name)}
    own = entry("optimizers", name).text("step")
    replaced = [c for c in conventions(name) if in_convention(name, c).text("step") != own]
    assert len(steps) == 1 + len({catalogued(name, c).step for c in replaced})
    assert conventions(name)[0] not in replaced
