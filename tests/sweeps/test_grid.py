"""Which runs a sweep asks for, and what it refuses before any work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gdplay.errors import ConfigError
from gdplay.sweeps.request import Request, read_request

BOWL = "x^2 + 10*y^2"
FORMS = {
    # on the command line          the same in a config
    "lr=0.1,0.2,0.3":              [0.1, 0.2, 0.3],
    "lr=logspace(1e-4,1,5)":       {"logspace": [1e-4, 1, 5]},
    "lr=geomspace(1e-4, 1, 5)":    {"geomspace": [1e-4, 1, 5]},
    "lr=linspace(0.1,1,4)":        {"linspace": [0.1, 1, 4]},
    "learning_rate=log:1e-4:1:5":  {"logspace": [1e-4, 1, 5]},
    "lr=lin:0.1:1:4":              {"linspace": [0.1, 1, 4]},
    "lr=[0.1, 0.2]":               [0.1, 0.2],
    "lr={linspace: [0.1, 1, 4]}":  {"linspace": [0.1, 1, 4]},
}  # fmt: skip
REFUSALS = {
    "lr=logspace(0,1,5)":
        "command line: sweep.optimizer.learning_rate.logspace: both ends must have one sign, found 0 and 1; "
        "write [1e-4, 1, 61]: the ends themselves, not their logarithms",
    "lr=logspace(1,2)":
        "command line: sweep.optimizer.learning_rate.logspace: expected [from, to, count], "
        "found a list of 2; write [1e-4, 1, 61]",
    "lr=lin:0:1:1000000000000":
        "command line: sweep.optimizer.learning_rate.linspace: expected a whole number from 1 to 10,000,000, "
        "found '1000000000000'; write a number such as 100",
    "lr=0.1":
        "command line: sweep: no key has several values; give some, as in optimizer=gd,adam or "
        '"lr=logspace(1e-4,1,61)"',
    "lr=":
        "command line: sweep.optimizer.learning_rate: no value is given; write lr=A or A,B,C",
    "lr=[]":
        "command line: sweep.optimizer.learning_rate: an empty list; give at least one value",
    "lr=0.1,0.2,1e-1":
        "command line: sweep.optimizer.learning_rate: 1e-1 is given twice; give each value once",
    "start=[1, 2],[1,2]":
        "command line: sweep.start: [1, 2] is given twice; give each value once",
    "lr=lin:1:1:3":
        "command line: sweep.optimizer.learning_rate.linspace: 3 values from 1 to 1 are not all different; "
        "take fewer, or ends that are further apart",
}  # fmt: skip


def rates(request: Request) -> Any:
    (grid,) = request.grids
    (axis,) = grid.axes
    assert axis.key == "optimizer.learning_rate"
    return axis.numeric


@pytest.mark.parametrize("text", FORMS)
def test_the_command_line_means_what_a_config_means(text: str) -> None:
    from_config = read_request({"function": BOWL, "sweep": {"learning_rate": FORMS[text]}})
    assert rates(read_request(BOWL, [text])).tolist() == rates(from_config).tolist()


def test_the_ends_of_a_spacing_are_the_ends_themselves() -> None:
    found = rates(read_request(BOWL, ["lr=log:1e-4:1:61"]))
    assert (found[0], found[-1], len(found)) == (1e-4, 1.0, 61)
    assert np.allclose(found[1:] / found[:-1], 10 ** (4 / 60))


def test_keys_multiply_and_the_command_line_replaces() -> None:
    config = {"function": BOWL, "sweep": {"learning_rate": [0.1, 0.2], "seed": [1, 2, 3]}}
    assert read_request(config).runs == 6
    assert read_request(config, ["lr=0.1,0.2,0.3,0.4"]).runs == 12


def test_a_list_of_mappings_gives_chosen_combinations() -> None:
    chosen = [
        {"optimizer": ["gd"], "learning_rate": [0.1]},
        {"optimizer": ["adam"], "learning_rate": [0.2, 0.3]},
    ]
    request = read_request({"function": BOWL, "sweep": chosen})
    assert [(group.fixed["optimizer"], group.runs) for group in request.groups] == [("gd", 1), ("adam", 2)]


def test_commas_inside_brackets_do_not_split() -> None:
    request = read_request(BOWL, ["start=[1, 2],[3, 4]", "optimizer.learning_rate=min(0.1, 1/t),0.1/t"])
    assert request.runs == 4


TWICE = {
    ("lr=0.1,0.2", "lr=0.3,0.4"): "optimizer.learning_rate: 'lr' is given twice",
    ("lr=0.1,0.2", "optimizer.learning_rate=0.3"): "'optimizer.learning_rate' and 'lr' are the same key",
    ("optimizer.learning_rate=0.3", "lr=0.1,0.2"): "'optimizer.learning_rate' and 'lr' are the same key",
    ("optimizer=gd,adam", "optimizer.name=nag"): "'optimizer.name' and 'optimizer' are the same key",
    ("optimizer.lr=0.1,0.2", "lr=lin:1:2:2"): "'optimizer.lr' and 'lr' are the same key",
    ("optimizer=rmsprop", "optimizer.alpha=0.9,0.8", "decay=0.5"): "'decay' and 'optimizer.alpha' are the",
}  # fmt: skip


@pytest.mark.parametrize("words", TWICE)
def test_a_key_is_given_once(words: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError) as caught:
        read_request(BOWL, words)
    assert TWICE[words] in str(caught.value)
    assert str(caught.value).endswith("; give it once, with all its values")


def test_a_key_stands_once_in_a_config() -> None:
    swept = {"learning_rate": [0.1, 0.2], "optimizer.learning_rate": [0.3, 0.4]}
    with pytest.raises(ConfigError, match=r"the same key as optimizer.learning_rate; give it once"):
        read_request({"function": BOWL, "sweep": swept})


def test_one_value_on_the_command_line_replaces_those_of_the_config() -> None:
    config = {"function": BOWL, "sweep": {"learning_rate": [0.1, 0.2], "seed": [1, 2, 3]}}
    request = read_request(config, ["lr=0.5"])
    assert (request.keys, request.runs) == (("seed",), 3)
    (group,) = request.groups
    assert group.config is not None
    assert group.config.optimizer.learning_rate == 0.5
    with pytest.raises(ConfigError, match="no key has several values"):
        read_request(config, ["lr=0.5", "seed=1"])


@pytest.mark.parametrize("text", REFUSALS)
def test_a_refusal_says_what_to_write(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_request(BOWL, [text])
    assert str(caught.value) == REFUSALS[text]


def test_too_many_runs_are_counted_before_work() -> None:
    words = ["lr=lin:0.1:1:1000000", "seed=lin:1:1000000:1000000"]
    with pytest.raises(ConfigError, match="1000000000000 runs; the limit is 1000000000; sweep fewer values"):
        read_request(BOWL, words)


def test_too_many_structures_are_counted_before_work() -> None:
    words = ["stop.max_steps=lin:1:20000:20000"]
    with pytest.raises(ConfigError, match="20000 combinations that differ in more than numbers"):
        _ = read_request(BOWL, words).groups


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(ConfigError, match=r"sweep.learning_rat: unknown key 'learning_rat'; did you mean le"):
        read_request({"function": BOWL, "sweep": {"learning_rat": [1, 2]}})
    with pytest.raises(ConfigError, match=r"sweep.optimiser: unknown key 'optimiser'; did you mean opti"):
        read_request({"function": BOWL, "sweep": {"optimiser": ["gd", "adam"]}})


SPACED = [text for text in FORMS if "[0.1, 0.2]" not in text]


@pytest.mark.parametrize("text", [*SPACED, "lr=log:-1e-4:-1:9", "lr=lin:1:1e6:1000000"])
def test_a_saved_axis_is_the_axis_and_short(text: str) -> None:
    config = {"function": BOWL, "optimizer": "adam", "sweep": {"optimizer.eps": [1, 2]}}
    request = read_request(config, [text.replace("lr", "eps").replace("learning_rate", "eps")])
    saved = request.source()
    assert len(str(saved)) < 500
    (again,) = read_request(saved).grids
    (asked,) = request.grids
    assert again.axes[0].numeric is not None
    assert np.array_equal(again.axes[0].numeric, np.asarray(asked.axes[0].numeric))
