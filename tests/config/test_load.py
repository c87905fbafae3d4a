"""A config that is read: every key refuses something, all complaints come at once, in the file's order."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from refusals import REFUSED

from gdplay.config.functions import NAMED, WRITTEN
from gdplay.config.keys import SECTIONS, SINGLE, TOP
from gdplay.config.load import from_formula, load
from gdplay.config.optimizers import AROUND, OWN
from gdplay.errors import MOST_COMPLAINTS, ConfigError

KEYS = {
    *TOP,
    *SINGLE,
    *(f"{section}.{key}" for section, table in SECTIONS.items() for key in table),
    *(f"function.{key}" for key in (*NAMED, *WRITTEN)),
    *(f"optimizer.{key}" for key in ("name", *AROUND, *OWN)),
    "optimizer.clip.norm",
    "optimizer.clip.value",
}


def refusal(text: str, *settings: str) -> str:
    """What is said about a config, given as a file named c.yaml."""
    Path("c.yaml").write_text(text + "\n")
    with pytest.raises(ConfigError) as caught:
        load(Path("c.yaml"), settings)
    return str(caught.value)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("key", sorted(KEYS | set(REFUSED)))
def test_every_key_refuses_a_value_with_its_own_message(key: str) -> None:
    assert key in REFUSED, "add a row with a value that this key refuses"
    text, message = REFUSED[key]
    assert refusal(text) == message


def test_all_complaints_come_at_once_in_the_order_of_the_file() -> None:
    text = (
        "stop: {max_steps: -1}\nfunction: x^2 +\nlog: {every: 0, format: xls}\noptimizer: {name: adm}\nsed: 1"
    )
    lines = [line for line in refusal(text).splitlines() if line.startswith("c.yaml:")]
    assert [line.split(": ")[:2] for line in lines] == [
        ["c.yaml:1", "stop.max_steps"],
        ["c.yaml:2", "function"],
        ["c.yaml:3", "log.every"],
        ["c.yaml:3", "log.format"],
        ["c.yaml:4", "optimizer.name"],
        ["c.yaml:5", "sed"],
    ]


def test_at_most_so_many_complaints_are_shown_and_all_are_in_the_error() -> None:
    text = "function: x^2\n" + "\n".join(f"key{k}: 1" for k in range(30))
    assert refusal(text).splitlines()[MOST_COMPLAINTS:] == ["... and 10 more"]
    with pytest.raises(ConfigError) as caught:
        load(Path("c.yaml"))
    assert [complaint.line for complaint in caught.value.complaints] == list(range(2, 32))


def test_a_formula_of_several_lines_is_placed_at_its_own_line() -> None:
    said = refusal("function: |\n  a = x^2\n  b = y^2\n  a + sinn(b)\n")
    assert said.splitlines()[0] == "c.yaml:4: function: there is no function 'sinn'; did you mean sin(...)?"


def test_python_data_has_no_lines_to_name() -> None:
    with pytest.raises(ConfigError) as caught:
        load({"stop": {"max_steps": -1}, "function": "x^2 + zeta(y)"})
    assert [str(complaint).split(": ")[0] for complaint in caught.value.complaints] == [
        "stop.max_steps",
        "function",
    ]
    assert {(complaint.file, complaint.line) for complaint in caught.value.complaints} == {(None, None)}
    with pytest.raises(ConfigError, match="a config holds no object"):
        load({"function": object()})


def test_numbers_are_text_until_a_number_is_due() -> None:
    text = "function: (x + y*pi)^2\nstart: [-.5, -pi/2]\noptimizer: {learning_rate: 1e-3}\nseed: 9007199254740993"
    Path("c.yaml").write_text(text)
    config = load(Path("c.yaml"))
    assert config.start.tolist() == [-0.5, -np.pi / 2]
    assert config.optimizer.learning_rate == 1e-3
    assert config.seed == 9007199254740993
    Path("c.yaml").write_text("function: {formula: no + y, variables: [no, y]}")
    assert load(Path("c.yaml")).function.variables == ("no", "y")


@pytest.mark.parametrize(
    "text", ["1:30", "0777", "0x10", "1_000", "2024-01-01", "nan", ".inf", "yes", "", "1e400"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    assert refusal(f"function: x^2\nseed: '{text}'").startswith("c.yaml:2: seed: expected a whole number")
    assert refusal(f"function: x^2\nstart: '{text}'").startswith("c.yaml:2: start: expected a number")


def test_control_characters_and_bidi_text_are_shown_as_escapes() -> None:
    for sly in ("\x1b[31m", "\u202e", "\x9b"):
        with pytest.raises(ConfigError) as caught:
            from_formula("x^2", [f"{sly}=1"])
        assert sly not in str(caught.value)
    said = refusal(
        'function: x^2\n"a\\nc.yaml:1: all is well": "b\\nc"\nseed: "1\\n2"\nengine: "\u202enumpy"'
    )
    assert len(said.splitlines()) == 3
    assert "\u202e" not in said


def test_what_stands_at_its_default_is_noted() -> None:
    assert from_formula("x^2").notes == ("start not given: all ones",)
    assert from_formula("rosenbrock").notes == ("start not given: the catalogue's, [-1.2, 1]",)
    assert from_formula("x^2", ["start=3"]).notes == ()
    with_unused = load({"function": {"formula": "x^2", "variables": ["x", "y"]}, "start": [1, 2]})
    assert any("y" in note for note in with_unused.notes)


def test_a_config_that_is_not_run_may_start_where_f_is_not_finite() -> None:
    assert from_formula("1/(x - 1)", to_run=False).start.tolist() == [1.0]
    with pytest.raises(ConfigError, match="f is inf at the start"):
        from_formula("1/(x - 1)")


# fmt: off
NASTY = [
    "", "nan", "-1", "0", "1e400", "[]", "[1]", "[[1]]", "[1, [2]]", "[[1, 2], [3]]", "{}", "{a: 1}", "{name: [x]}", "x", "x^2",
    "random", "rosenbrock", "adam", "[x, y]", "[x, x]", "{x: 1}", "{x: [1, 2]}", "{x: [2, 1]}", "1e308", "-0", "0777", "true", "null",
    "1/t", "eye(2)", "{norm: 1}", "{v: 0}", "{schedule: [x]}", "{search: {a: 1}}", "99999999999999999999", "\u202e",
    "{wrap: lookahead, of: adam}", "{wrap: [x]}", "{name: adam, of: gd}", "{name: adam, convention: [1]}", "{step: 3}", "{step: [x]}",
    "{step: x = g, state: {x: 0}}", "{step: x = g, state: {v: [1]}}", "{step: 'x = v', state: {v: eye(3)}}",
]
# fmt: on
BASES: list[dict[str, Any]] = [
    {"function": "x^2 + y^2"},
    {"function": {"name": "rosenbrock"}},
    {"function": {"formula": "a*x^2 + y^2", "constants": {"a": 1}}, "optimizer": {"name": "adam"}},
    {"function": "x^2", "optimizer": {"step": "v = v + g\nx = x - lr*v", "state": {"v": 0}}},
]


def test_no_value_of_any_key_ends_in_anything_but_complaints() -> None:
    random = Random(5)
    cases = [(base, f"{key}={value}") for base in BASES for key in sorted(KEYS) for value in NASTY]
    said: list[str] = []
    for base, setting in random.sample(cases, 800):
        try:
            load(base, [setting])
        except ConfigError as error:
            said.append(str(error))
        except Exception as error:
            raise AssertionError(f"{setting} over {base}") from error
    assert 400 < len(said) < 800
    assert all(said)
    assert not any("\u202e" in text for text in said)
