"""What is written reads back to the same texts."""

import math

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from gdplay.config.document import Mapping, Scalar, read_document
from gdplay.config.dump import WIDTH, dump
from gdplay.errors import ConfigError

TEXTS = st.text(
    st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from("\n\n \t\r\x85\ufeff\u2028:#'\"\\-"),
    max_size=30,
)
SCALARS = TEXTS | st.integers() | st.floats() | st.booleans() | st.none()
KEYS = st.from_regex(r"[A-Za-z_][A-Za-z0-9_.]*", fullmatch=True)
DATA = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=40,
)


def texts(node):
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Mapping):
        return {key.text: texts(value) for key, value in node}
    return [texts(item) for item in node]


def expected(data):
    if isinstance(data, dict):
        return {key: expected(value) for key, value in data.items()}
    if isinstance(data, list):
        return [expected(item) for item in data]
    if isinstance(data, bool) or data is None:
        return {True: "true", False: "false", None: "null"}[data]
    return data if isinstance(data, str) else repr(data)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEYS, DATA, max_size=4))
def test_plain_data_reads_back(data):
    assert texts(read_document(dump(data), None)) == expected(data)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(KEYS, TEXTS | st.lists(TEXTS), min_size=1))
def test_another_reader_sees_the_same_strings(data):
    assert list(yaml.safe_load(dump(data)).values()) == list(data.values())


def test_the_written_form():
    data = {
        "function": {"formula": "f(x) = x^2 # no", "variables": {"w": [3], "b": []}, "constants": {}},
        "optimizer": {"name": "gd", "learning_rate": 1e-8, "step": "v = mu*v + g\n\nx = x - lr*v\n"},
        "start": [[1, -0.5], [math.nan, -math.inf]],
        "names": ["no", "1e-3", "five-point", "a\nb", "", " x", "2024-01-01", "~"],
        "sweep": [{"lr": 0.1, "of": {"name": "adam"}}, {"lr": None}],
        "flags": [True, False],
        "last": "a\nb",
    }
    assert dump(data) == (
        'function:\n  formula: "f(x) = x^2 # no"\n  variables:\n    w: [3]\n    b: []\n  constants: {}\n'
        "optimizer:\n  name: gd\n  learning_rate: 1e-08\n"
        "  step: |\n    v = mu*v + g\n\n    x = x - lr*v\n"
        "start: [[1, -0.5], [nan, -inf]]\n"
        'names:\n  - "no"\n  - "1e-3"\n  - five-point\n  - |-\n    a\n    b\n'
        '  - ""\n  - " x"\n  - "2024-01-01"\n  - "~"\n'
        "sweep:\n  - lr: 0.1\n    of:\n      name: adam\n  - lr: null\n"
        "flags: [true, false]\n"
        "last: |-\n  a\n  b\n"
    )


def test_long_lists_wrap_and_long_formulas_do_not():
    formula = " + ".join(f"x[{n}]^2" for n in range(200))
    text = dump({"levels": [n / 7 for n in range(60)], "function": formula})
    *listed, last = text.splitlines()
    assert len(listed) > 5
    assert max(map(len, listed)) <= WIDTH
    assert last == f'function: "{formula}"'


def test_nothing_is_still_a_mapping():
    assert dump({}) == "{}\n"


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\x7f", "\ud800"])
def test_characters_that_no_config_may_hold_are_refused(character):
    with pytest.raises(ConfigError, match=r"the character .* cannot be saved in a config; remove it"):
        dump({"title": f"a{character}"})


@pytest.mark.parametrize("data", [{"a": 1j}, {"a": [b"x"]}, {1: "a"}])
def test_other_data_is_a_mistake_of_the_caller(data):
    with pytest.raises(TypeError):
        dump(data)
