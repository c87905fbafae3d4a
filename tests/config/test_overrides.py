"""Settings laid over a config: short keys, dotted keys, lists, another optimizer, another function."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import pytest

from gdplay.config.load import Config, load
from gdplay.errors import ConfigError

BASE: dict[str, Any] = {
    "function": "x^2 + y^2",
    "start": [1, 2],
    "optimizer": {"name": "adam", "learning_rate": 0.1, "beta1": 0.8, "clip": {"norm": 1}},
    "stop": {"max_steps": 10, "value": -1},
}
OWN = {
    "step": "v = mu*v + g\nx = x - lr*v",
    "state": {"v": 0},
    "hyperparameters": {"mu": 0.9},
    "learning_rate": 0.2,
}


def over(*settings: str, **changed: Any) -> Config:
    return load({**BASE, **changed}, settings)


def refused(*settings: str, **changed: Any) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        over(*settings, **changed)
    assert {complaint.line for complaint in caught.value.complaints} == {None}
    return str(caught.value).splitlines()


# fmt: off
MEANT = [
    (["lr=0.5"],                       lambda c: c.optimizer.learning_rate, 0.5),
    (["learning_rate=0.5"],            lambda c: c.optimizer.learning_rate, 0.5),
    (["optimizer.learning_rate=0.5"],  lambda c: c.optimizer.learning_rate, 0.5),
    (["lr=0.1*0.5^((t-1)/500)"],       lambda c: c.optimizer.learning_rate, "0.1*0.5^((t-1)/500)"),
    (["lr=0.5", "lr=0.25"],            lambda c: c.optimizer.learning_rate, 0.25),
    ([" lr =0.5"],                     lambda c: c.optimizer.learning_rate, 0.5),
    (["steps=7"],                      lambda c: c.criteria.max_steps, 7),
    (["stop.max_steps=1e2"],           lambda c: c.criteria.max_steps, 100),
    (["stop={max_steps: 7}"],          lambda c: (c.criteria.max_steps, c.criteria.value), (7, -1.0)),
    (["seed=3"],                       lambda c: c.seed, 3),
    (["seed=9223372036854775807"],     lambda c: c.seed, 2**63 - 1),
    (["name=mine"],                    lambda c: c.name, "mine"),
    (["start=[3,4]"],                  lambda c: c.start.tolist(), [3.0, 4.0]),
    (["start={y: 3, x: -pi/2}"],       lambda c: c.start.tolist(), [-1.5707963267948966, 3.0]),
    (["function=x^2 == 1", "start=3"], lambda c: c.function.text, "x^2 == 1"),
    (["function=rosenbrock"],          lambda c: (c.function.name, c.function.size), ("rosenbrock", 2)),
    (["function.name=rosenbrock"],     lambda c: c.function.name, "rosenbrock"),
    (["function=sphere", "function.dimension=3", "start=[1,2,3]"], lambda c: c.function.size, 3),
    (["beta1=0.5"],                    lambda c: c.choices.hyperparameters["beta1"], 0.5),
    (["beta2=0.5"],                    lambda c: c.choices.hyperparameters["beta2"], 0.5),
    (["clip={value: 0.5}"],            lambda c: (c.choices.clip_norm, c.choices.clip_value), (1.0, 0.5)),
    (["clip.norm=3"],                  lambda c: c.choices.clip_norm, 3.0),
    (["weight_decay=0.1"],             lambda c: c.choices.weight_decay, 0.1),
    (["gradient=central"],             lambda c: c.choices.gradient, "central"),
    (["gradient={method: central, step: 1e-4}"], lambda c: (c.choices.gradient, c.choices.gradient_step), ("central", 1e-4)),
    (["noise.gradient=1/t"],           lambda c: c.choices.noise, "1/t"),
    (["noise.gradient=0"],             lambda c: c.choices.noise, 0.0),
    (["plot.x=[-1,2]"],                lambda c: c.plot_options.x, (-1.0, 2.0)),
    (["plot.levels=[1,2,3]"],          lambda c: c.plot_options.levels, [1.0, 2.0, 3.0]),
    (["plot.title=a = b: #c"],         lambda c: c.plot_options.title, "a = b: #c"),
    (["log.every=5", "log.format=parquet"], lambda c: (c.log["every"], c.log["format"]), (5, "parquet")),
]
# fmt: on


@pytest.mark.parametrize(("settings", "read", "value"), MEANT, ids=[" ".join(row[0]) for row in MEANT])
def test_a_setting_is_what_the_key_would_be(settings: list[str], read: Any, value: Any) -> None:
    assert read(over(*settings)) == value


# fmt: off
REFUSED = [
    (["lr"],                       ["'lr' is no setting; write KEY=VALUE, for example lr=0.01"]),
    (["=1"],                       None),
    (["bet1=0.5"],                 ["command line: bet1: unknown key 'bet1'; did you mean beta1?"]),
    (["step=5"],                   ["command line: step: unknown key 'step'; did you mean steps?"]),
    (["stop.maxsteps=5"],          ["command line: stop.maxsteps: unknown key 'maxsteps'; did you mean max_steps?"]),
    (["optimizer.beta3=0.5"],      None),
    (["lr=fast"],                  None),
    (["lr=min(0.1, 1/t"],          None),
    (["steps=1", "sede=2", "lr"],  ["command line: sede: unknown key 'sede'; did you mean seed?",
                                    "'lr' is no setting; write KEY=VALUE, for example lr=0.01"]),
    (["start=[1,2"],               None),
    (["optimizer={name: [gd]}"],   None),
    (["stop" + ".a"*5000 + "=1"],  None),
    (["function.domain" + ".x"*5000 + "=1"], None),
    (["optimizer.step=x = x - g"], ["command line: optimizer.step: step stands beside name; one of them says which rule it is; "
                                    "leave name or step out"]),
]
# fmt: on


@pytest.mark.parametrize(("settings", "said"), REFUSED, ids=[row[0][0][:20] for row in REFUSED])
def test_a_wrong_setting_is_refused(settings: list[str], said: list[str] | None) -> None:
    found = refused(*settings)
    assert said is None or found == said
    assert max(map(len, found)) < 400


def test_an_unknown_key_is_answered_with_the_keys_of_the_optimizer_in_force() -> None:
    (said,) = refused("momentum=0.9")
    assert said.startswith("command line: momentum: unknown key 'momentum'; the keys are ")
    assert {"beta1", "beta2", "clip", "eps", "weight_decay"} <= set(
        said.split("the optimizer's: ")[1].split(", ")
    )
    assert over("optimizer=momentum", "momentum=0.7").choices.hyperparameters == {"momentum": 0.7}


def test_another_optimizer_keeps_what_both_have_and_says_what_it_drops() -> None:
    found = over("optimizer=momentum")
    assert found.optimizer.rule.name == "momentum"
    assert (found.optimizer.learning_rate, found.choices.clip_norm) == (0.1, 1.0)
    assert found.choices.hyperparameters == {}
    assert found.notes == ("optimizer momentum: beta1 of adam dropped",)
    nesterov = load(
        {"function": "x^2", "optimizer": {"name": "momentum", "momentum": 0.5}}, ["optimizer=nesterov"]
    )
    assert nesterov.choices.hyperparameters == {"momentum": 0.5}
    assert nesterov.notes == ("start not given: all ones",)
    assert over("optimizer={name: gd, learning_rate: 3}").optimizer.learning_rate == 3.0


def test_a_rule_of_ones_own_gives_way_to_a_named_one() -> None:
    found = over("optimizer=gd", optimizer=OWN)
    assert found.optimizer.rule.name == "gd"
    assert found.optimizer.learning_rate == 0.2
    assert found.notes == ("optimizer gd: step, state, hyperparameters of the former optimizer dropped",)


def test_the_hyperparameters_of_a_rule_of_ones_own_are_short_keys() -> None:
    assert over("mu=0.5", optimizer=OWN).choices.hyperparameters == {"mu": 0.5}
    assert refused("muu=0.5", optimizer=OWN)[0].endswith("did you mean mu?")


def test_another_function_replaces_the_mapping_as_a_whole() -> None:
    given = {"formula": "a*x^2 + y", "constants": {"a": 3}, "domain": {"x": [0, 1]}}
    assert over("function.constants.a=5", function=given).function([1.0, 0.0]) == 5.0
    assert over("function.domain={y: [2, 3]}", function=given).function.known.domain == (
        (0.0, 1.0),
        (2.0, 3.0),
    )
    replaced = over("function=x^2 + y^2", function=given).function
    assert (replaced([1.0, 2.0]), replaced.known.domain) == (5.0, None)


def test_the_base_is_the_same_afterwards() -> None:
    over("lr=3", "stop.value=5", "optimizer=gd")
    assert over().optimizer.learning_rate == 0.1
    assert BASE["optimizer"]["beta1"] == 0.8
