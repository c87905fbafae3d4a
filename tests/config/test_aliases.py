"""Settings written for torch or Optax are understood, and saved in gdplay's own words."""
# ruff: noqa: E501 (a row of a table is one line)

import pytest

from gdplay.catalog import names, optimizer_keys
from gdplay.config.aliases import BY_OPTIMIZER, EVERYWHERE, NAMES, REFUSED, VARIANTS
from gdplay.config.load import load
from gdplay.config.spelling import own_name, targets
from gdplay.errors import ConfigError
from gdplay.save import resolved

BOWL = "f(x, y) = x^2 + y^2"


def saved(optimizer, *overrides):
    """Return the optimizer as a run's config.yaml has it."""
    return resolved(load({"function": BOWL, "optimizer": optimizer}, overrides), "numpy")["optimizer"]


def refusal(optimizer, *overrides):
    with pytest.raises(ConfigError) as caught:
        load({"function": BOWL, "optimizer": optimizer}, overrides)
    return str(caught.value)


UNDERSTOOD = [
    ({"name": "SGD", "lr": 0.1, "momentum": 0.9, "nesterov": True, "dampening": 0},
     {"name": "sgd", "learning_rate": 0.1, "momentum": 0.9, "nesterov": 1}),
    ({"name": "Adam", "lr": 0.1, "betas": [0.8, 0.99], "epsilon": 1e-3, "amsgrad": False},
     {"name": "adam", "learning_rate": 0.1, "beta1": 0.8, "beta2": 0.99, "eps": 1e-3}),
    ({"name": "Adam", "amsgrad": True, "weight_decay": 0.1}, {"name": "amsgrad", "weight_decay": 0.1}),
    ({"name": "AdamW", "amsgrad": "true"}, {"name": "amsgradw", "weight_decay": 0.01}),
    ({"name": "adam", "b1": 0.7, "b2": 0.8}, {"name": "adam", "beta1": 0.7, "beta2": 0.8, "convention": "torch"}),
    ({"name": "adamw", "wd": 0.5}, {"name": "adamw", "weight_decay": 0.5}),
    ({"name": "NAdam", "decoupled_weight_decay": True, "weight_decay": 0.1}, {"name": "nadamw", "weight_decay": 0.1}),
    ({"name": "RMSprop", "alpha": 0.9, "centered": True}, {"name": "rmsprop", "decay": 0.9, "centered": 1}),
    ({"name": "rmsprop", "rho": 0.8}, {"name": "rmsprop", "decay": 0.8}),
    ({"name": "Adadelta", "rho": 0.8}, {"name": "adadelta", "rho": 0.8}),
    ({"name": "adadelta", "decay": 0.7}, {"name": "adadelta", "rho": 0.7}),
    ({"name": "Rprop", "etas": [0.4, 1.3], "step_sizes": [1e-3, 2]},
     {"name": "rprop", "eta_minus": 0.4, "eta_plus": 1.3, "min_step_size": 1e-3, "max_step_size": 2}),
    ({"name": "Adafactor", "eps": ["None", 0.01]}, {"name": "adafactor", "eps1": 2.220446049250313e-16, "eps2": 0.01}),
    ({"name": "adafactor", "convention": "optax", "eps": 1e-20}, {"convention": "optax", "eps": 1e-20}),
    ({"name": "sign_sgd"}, {"name": "sign_gd"}),
    ({"name": "optimistic_gradient_descent", "alpha": 0.5}, {"name": "optimistic_gd", "alpha": 0.5}),
    ({"name": "polyak_sgd", "max_learning_rate": 0.3}, {"name": "polyak_step", "learning_rate": 0.3}),
    ({"name": "adan", "betas": [0.9, 0.8, 0.7]}, {"beta1": 0.9, "beta2": 0.8, "beta3": 0.7}),
    ({"name": "qhadam", "nus": [0.5, 0.6], "betas": [0.9, 0.99]}, {"nu1": 0.5, "nu2": 0.6, "beta1": 0.9}),
    ({"name": "prodigy", "estim_lr0": 1e-3}, {"d0": 1e-3}),
    ({"name": "momentum", "beta": 0.8}, {"momentum": 0.8}),
    ({"name": "momentum", "nesterov": True}, {"name": "nesterov"}),
    ({"wrap": "Lookahead", "of": {"name": "Adam", "betas": [0.8, 0.9], "lr": 0.2}, "k": 6, "alpha": 0.4},
     {"wrap": "lookahead", "sync_period": 6, "slow_step_size": 0.4, "learning_rate": 0.2}),
]  # fmt: skip


@pytest.mark.parametrize(("written", "expected"), UNDERSTOOD)
def test_a_setting_is_carried_over(written, expected):
    found = saved(written)
    assert {key: found[key] for key in expected} == expected
    assert not {"lr", "betas", "b1", "wd", "etas", "amsgrad", "k"} & found.keys()


@pytest.mark.parametrize(("written", "expected"), UNDERSTOOD)
def test_what_is_saved_reads_as_the_same(written, expected):
    found = saved(written)
    assert saved(found) == found


def test_a_spelling_never_changes_the_convention():
    for name, convention in (
        ("RMSprop", "torch"),
        ("rmsprop", "torch"),
        ("yogi", "optax"),
        ("BFGS", "paper"),
    ):
        assert saved(name)["convention"] == convention
    assert saved({"name": "adam", "b1": 0.8, "eps": 1e-4})["convention"] == "torch"


def test_a_convention_brings_its_own_hyperparameters():
    assert saved({"name": "rmsprop", "convention": "optax"})["decay"] == 0.9
    assert saved({"name": "adamw", "convention": "optax"})["weight_decay"] == 1e-4
    assert saved({"name": "adam", "convention": "optax", "eps_root": 0.1})["eps_root"] == 0.1
    assert saved("rmsprop", "convention=paper")["learning_rate"] == 0.001


def test_overrides_are_understood():
    adam = {"name": "adam", "beta1": 0.5}
    assert saved(adam, "b1=0.6")["beta1"] == 0.6
    found = saved(adam, "betas=[0.6, 0.7]", "lr=0.3")
    assert (found["beta1"], found["beta2"], found["learning_rate"]) == (0.6, 0.7, 0.3)
    assert saved(adam, "optimizer.b2=0.9")["beta2"] == 0.9
    assert saved(adam, "optimizer=RMSprop", "alpha=0.8")["decay"] == 0.8
    assert saved("momentum", "nesterov=true")["name"] == "nesterov"
    assert saved(adam, "amsgrad=true") == {**saved({"name": "amsgrad", "beta1": 0.5})} | {
        "learning_rate": 0.001
    }
    wrapped = {"wrap": "lookahead", "of": "adam"}
    assert saved(wrapped, "k=3")["sync_period"] == 3
    assert saved(wrapped, "b1=0.3")["of"]["beta1"] == 0.3
    assert saved(wrapped, "optimizer.of.beta2=0.4")["of"]["beta2"] == 0.4


def test_a_rule_of_ones_own_keeps_its_words():
    own = {
        "step": "v = b1*v + g; x = x - lr*alpha*v",
        "state": {"v": "0"},
        "hyperparameters": {"b1": 0.9, "alpha": 1},
    }
    found = saved({**own, "lr": 0.3})
    assert found == {**own, "learning_rate": 0.3}
    assert saved(found) == found
    assert saved(own, "b1=0.5")["b1"] == 0.5
    assert saved({**own, "b1": 0.4})["b1"] == 0.4


REFUSALS = [
    ({"name": "adam", "maximize": True}, "gdplay minimises"),
    ({"name": "adam", "fused": True}, "it does not change the numbers"),
    ({"name": "adam", "lr": 0.1, "learning_rate": 0.2}, "'lr' says the same as learning_rate, which is given too"),
    ({"name": "adam", "betas": [0.1, 0.2, 0.3]}, "'betas' has too many values; write beta1, beta2 one by one"),
    ({"name": "adam", "betas": [0.1, 0.2], "beta1": 0.1}, "'betas' says the same as beta1"),
    ({"name": "adam", "eps_root": 0.1}, "adam has eps_root in the convention optax only; write convention: optax"),
    ({"name": "gd", "amsgrad": True}, "amsgrad and amsgradw are entries of their own"),
    ({"name": "momentum", "dampening": 0.1}, "choose the optimizer sgd"),
    ({"name": "adam", "convention": "optx"}, "there is no convention 'optx'; adam has torch and optax and paper"),
    ({"name": "bfgs", "convention": "torch"}, "bfgs has no convention 'torch'; bfgs has paper"),
    ({"name": "addam"}, "there is no optimizer 'addam'; did you mean adam?"),
    ({"name": "lookahead"}, "lookahead is no optimizer; write wrap: lookahead and of: {name: adam}"),
    ({"wrap": "adam", "of": "gd"}, "adam is no wrapper; choose one of ema, lookahead, polyak_average"),
    ({"wrap": "lookahead"}, "expected the wrapped optimizer, found nothing; write of: {name: adam}"),
    ({"wrap": "lookahead", "name": "adam"}, "name stands beside wrap; one of them says which rule it is"),
    ({"wrap": "ema", "of": "asgd"}, "'average' is a name of ema and of the optimizer that it wraps"),
    ({"wrap": "lookahead", "of": {"name": "adam", "clip": {"norm": 1}}}, "optimizer.of.clip: unknown key 'clip'"),
    ({"name": "levenberg_marquardt"}, "is not written as a sum of squares; give the function as residuals"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "said"), REFUSALS)
def test_what_has_no_meaning_is_refused_with_the_remedy(written, said):
    assert said in refusal(written)


def test_an_override_without_meaning_is_refused():
    assert "it does not change the numbers" in refusal("adam", "foreach=true")
    assert "unknown key 'bteas'" in refusal("adam", "bteas=[0.1, 0.2]")


def test_the_tables_point_at_what_exists():
    known = names("optimizers")
    assert {own_name(word) for word in NAMES} <= set(known)
    assert not set(NAMES) & set(known)
    assert {*VARIANTS.values(), *(name for name, _ in VARIANTS), *BY_OPTIMIZER} <= set(known)
    for name, rows in BY_OPTIMIZER.items():
        for key, words in rows.items():
            assert targets(key, name, listed=True) == words, (name, key)
    declared = frozenset().union(*(optimizer_keys(name) for name in known)) | {
        "learning_rate",
        "weight_decay",
    }
    assert {word for words in EVERYWHERE.values() for word in words} <= declared
    assert not set(REFUSED) & set(EVERYWHERE)
