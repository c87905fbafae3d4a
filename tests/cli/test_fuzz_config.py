"""Whole configs, sound and broken: each is refused in words or run, and a saved one gives the same result.

The long, coverage-guided form is ``python tests/fuzz/fuzz_config.py -max_total_time=600``.
"""

# ruff: noqa: E501 (a row of a table is read along its columns)
from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from calls import call
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdplay.catalog import names
from gdplay.config.keys import SECTIONS, SINGLE, TOP
from gdplay.config.load import load
from gdplay.errors import GdplayError
from gdplay.save import resolved
from gdplay.simulation import simulate

KEYS = sorted({*TOP, *SINGLE, *(key for section in SECTIONS.values() for key in section)})
KEYS += [
    "name",
    "formula",
    "variables",
    "constants",
    "domain",
    "minima",
    "shift",
    "rotate",
    "scale",
    "step",
    "state",
]
KEYS += [
    "learning_rate",
    "clip",
    "norm",
    "value",
    "weight_decay",
    "hyperparameters",
    "momentum",
    "lr",
    "steps",
    "wrap",
    "of",
]
TEXTS = [
    "1e-3", "-.5", "-pi/2", "nan", ".inf", "1e400", "0777", "1:30", "0x1F", "1_000", "2024-01-01", "no", "y", "~", "",
    "x^2 + y^2", "f(x[3]) = sum(x^2)", "x*", "sinn(x)", "1/2x", "9^9^9", "x = 1", "random", "all", "analytic", "central",
    "complex-step", "adam", "SGD", "bfgs", "newton", "rosenbrock", "x = x - lr*g", "os.system", "../a", "viridis", "[", "{x",
]  # fmt: skip

scalars = st.one_of(
    st.sampled_from(TEXTS),
    st.integers(-5, 10**19),
    st.floats(),
    st.booleans(),
    st.none(),
    st.text(max_size=8),
)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=5)), inner, max_size=4),
    ),
    max_leaves=8,
)
broken = st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text(max_size=5)), trees, max_size=6)

FORMULAS = (
    "x^2 + 3*y^2",
    "abs(x) + abs(y - 1)",
    "exp(x) - y",
    "1/(x^2 + y^2)",
    "-x^4 + y",
    "sqrt(x^2 + y^2 - 1)",
)
sound = st.fixed_dictionaries(
    {
        "function": st.sampled_from([*FORMULAS, *names("functions")[:40]]),
        "optimizer": st.fixed_dictionaries(
            {"name": st.sampled_from(names("optimizers"))},
            optional={
                "learning_rate": st.floats(1e-12, 1e12),
                "clip": st.just({"norm": 0.5}),
                "weight_decay": st.floats(-1, 1),
            },
        ),
    },
    optional={
        "stop": st.fixed_dictionaries(
            {}, optional={"stall": st.integers(1, 9), "gradient_norm": st.floats(0, 1e300)}
        ),
        "noise": st.fixed_dictionaries({"gradient": st.floats(0, 1e3)}),
        "gradient": st.sampled_from(["analytic", "central", "forward", "richardson"]),
        "seed": st.integers(0, 2**63 - 1),
    },
)

budget = settings(
    deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def answered(*words: str) -> None:
    """Check that a command line is answered, in words and without a traceback."""
    said = call(*words)
    assert said.status in (0, 2), said
    assert said.status == 0 or said.err.strip()
    assert "Traceback" not in said.err
    assert all(c.isprintable() or c == "\n" for c in said.out + said.err)


@settings(budget, max_examples=80)
@given(broken)
def test_a_broken_config_is_refused_in_words(data: dict[str, Any]) -> None:
    try:
        config = load(data)
    except GdplayError as error:
        said = str(error)
    else:
        said = config.name
    assert said


@settings(budget, max_examples=60)
@given(
    st.text(alphabet=" \n\t:-#[]{}&*!|>'\"%@`,?xy01.^+()=$\\~éfunctio", max_size=60),
    st.sampled_from(["", "function: "]),
)
def test_yaml_punctuation_is_read_or_refused(text: str, before: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "a.yaml")
        path.write_text(before + text)
        answered("validate", str(path))


@settings(budget, max_examples=60)
@given(
    st.sampled_from([*KEYS, "plot.title", "stop.value", "a.b", ""]),
    st.sampled_from(TEXTS),
    st.text(max_size=6),
)
def test_any_setting_is_read_or_refused(key: str, value: str, tail: str) -> None:
    answered("validate", "f(x, y) = x^2 + y^2", f"{key}={value}{tail}")


@settings(budget, max_examples=60)
@given(sound)
def test_a_sound_config_gives_its_result_again_from_what_is_saved(data: dict[str, Any]) -> None:
    refused = ""
    try:
        config = load(data, ["stop.max_steps=4"])
    except GdplayError as error:
        refused = str(error)
    if refused:  # Gauss-Newton methods take residuals only, and wrappers need what they wrap
        assert refused.startswith("optimizer")
        return
    first = simulate(config)
    again = simulate(load(resolved(config, first.engine)))
    assert again.summary()["result_hash"] == first.summary()["result_hash"]
