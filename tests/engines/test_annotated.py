"""The compiled engine's text as it is shown: the equations are in it, and it is the text that is compiled."""

from __future__ import annotations

import re
from typing import Any

import pytest

pytest.importorskip("llvmlite")

from gdplay.columns import log_columns
from gdplay.config.load import load
from gdplay.engines.choose import choose
from gdplay.engines.compiled.annotate import annotated
from gdplay.engines.compiled.columns import CompiledColumns
from gdplay.engines.compiled.jit import Code
from gdplay.simulation import work_of

VALLEY = "f(x, y) = (1 - x)^2 + 100*(y - x^2)^2"
CONFIGS: dict[str, dict[str, Any]] = {
    "gd": {},
    "adam": {"optimizer": "adam", "stop": {"gradient_norm": 1e-6}},
    "newton": {"optimizer": "newton"},
    "schedule": {"optimizer": {"name": "momentum", "learning_rate": {"schedule": "cosine"}}},
    "search": {"optimizer": {"name": "bfgs", "learning_rate": {"search": "armijo"}}},
    "simplified away": {"optimizer": "rk4"},
    "wrapper": {"optimizer": {"wrap": "lookahead", "of": {"name": "adam"}}},
    "noise": {"noise": {"gradient": 0.1}, "optimizer": {"name": "gd", "clip": {"norm": 1}}},
    "long": {"function": "f(x[100]) = sum(i*(x - 1)^2)", "start": [2.0] * 100, "optimizer": "adam"},
    "hostile": {
        "function": "f(x, y) = x^2 + (y # \u2028define void @evil()\n)^2",
        "optimizer": {"step": "ret = (g # \u2028ret void\n)\nx = x - lr*ret"},
    },
}


def engine(name: str) -> CompiledColumns:
    config = load({"function": VALLEY, "start": [1, 2], "engine": "compiled", **CONFIGS[name]})
    found = choose(config.engine, work_of(config, log_columns(config)))[1]
    assert isinstance(found, CompiledColumns)
    return found


@pytest.fixture(params=CONFIGS)
def both(request: pytest.FixtureRequest) -> tuple[CompiledColumns, str, str]:
    """An engine, the text of its step, and the text that is shown."""
    plain = engine(request.param)
    return plain, plain.plan.kernel(True, plain.widths, plain.workers).text, annotated(engine(request.param))


def test_only_comments_are_added(both: tuple[CompiledColumns, str, str]) -> None:
    _, plain, shown = both
    lines = [line for line in shown.splitlines() if not line.lstrip().startswith(";")]
    assert "\n".join(lines).strip() == plain.strip()
    assert ";" not in plain
    # what ends a line elsewhere must not end a comment
    assert shown.splitlines() == shown.rstrip("\n").split("\n")


def test_every_equation_of_the_rule_is_in_it(both: tuple[CompiledColumns, str, str]) -> None:
    found, _, shown = both
    assert found.method.statements
    for line in found.method.statements:
        assert line.text.replace("\u2028", " ") in " ".join(shown.replace("\n;", "").split())


def test_a_comment_names_the_value_that_an_instruction_gives(both: tuple[CompiledColumns, str, str]) -> None:
    _, _, shown = both
    given: set[str] = set()
    comments = 0
    for line in shown.splitlines():
        if line.startswith("define"):
            given = set(re.findall(r"%[\w.]+", line))
        elif (comment := re.match(r"  ; (%v\d+) is \w+(\[\d+\])?: ", line)) is not None:
            comments += 1
            assert comment[1] in given
        elif (instruction := re.match(r"  (%[\w.]+) = ", line)) is not None:
            given.add(instruction[1])
    assert comments > 3


@pytest.mark.parametrize("name", ["adam", "hostile"])
def test_comments_do_not_change_the_machine_code(name: str) -> None:
    plain = engine(name)
    text = plain.plan.kernel(True, plain.widths, plain.workers).text
    assert Code(annotated(engine(name))).assembly == Code(text).assembly


def test_what_stands_where_is_said() -> None:
    shown = annotated(engine("adam"))
    assert "; %shared: beta1, 1 - beta1, lr, beta2, 1 - beta2, eps\n" in shown
    assert "; %table, a row for each step: 1 - beta1^t, 1 - beta2^t" in shown
    assert "; %data, places of a block: 0 point, 2 m, 4 v, " in shown
    assert re.search(r"  %v\d+ = fadd .*\n  ; %v\d+ is m_new\[1\]: m = beta1\*m \+ \(1 - beta1\)\*g\n", shown)
    assert "no instruction gives k2: k2 = -grad(x + lr/2*k1)" in annotated(engine("simplified away"))


def test_a_search_says_where_it_ends_and_what_it_tries_next() -> None:
    shown = annotated(engine("search"))
    for said in (
        "first_lr: begin: lr = ",
        "done: until: phi(lr) <= ",
        "next_lr: next: lr = shrink*lr",
        "s_new[1]: s = ",
    ):
        assert re.search(rf"  ; %v\d+ is {re.escape(said)}", shown), said


def test_notes_are_for_shown_texts_only() -> None:
    plain = engine("adam")
    plain.advance(3, lambda step, row: None)
    assert plain.plan.logging.program.notes == {}
    assert "; " not in plain.kernels[True].text
