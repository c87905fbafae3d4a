"""gdplay show CONFIG --code: the form of the engine that the run would use, or the one that is asked for."""

# ruff: noqa: E501 (a row of a table is read along its columns)
from __future__ import annotations

import json
from pathlib import Path

import pytest
from calls import call, content

pytest.importorskip("llvmlite")

LONG = ["rosenbrock", "steps=100000"]
SHORT = ["rosenbrock", "steps=10"]
REFUSED = {
    "an optimizer":        (["adam"], "--code: adam is of the optimizers, and --code is of a step that a config describes; write gdplay show rosenbrock --code optimizer=adam"),
    "its name elsewhere":  (["SGD"], "--code: SGD is of the optimizers, and --code is of a step that a config describes; write gdplay show rosenbrock --code optimizer=sgd"),
    "its kind before it":  (["optimizer", "adam"], "--code: adam is of the optimizers, and --code is of a step that a config describes; write gdplay show rosenbrock --code optimizer=adam"),
    "a schedule":          (["cosine"], '--code: cosine is of the schedules, and --code is of a step that a config describes; write gdplay show rosenbrock --code "lr={schedule: cosine}"'),
    "a search":            (["armijo"], '--code: armijo is of the searches, and --code is of a step that a config describes; write gdplay show rosenbrock --code "lr={search: armijo}"'),
    "a slip":              (["rosenbrok"], "--code: 'rosenbrok' is no config; did you mean rosenbrock?"),
    "a word":              (["nosuchthing"], "--code: 'nosuchthing' is no config; write a config's path, a function's name or a formula"),
    "no file":             (["none.yaml"], "'none.yaml' does not exist; check the path"),
    "a wrong setting":     (["rosenbrock", "lr=fast"], "command line: optimizer.learning_rate: unknown name 'fast'"),
    "an engine":           (["rosenbrock", "--engine", "fast"], "--engine: there is no engine 'fast'; choose one of auto, numpy, compiled"),
    "one that can't":      (["rosenbrock", "gradient=central", "--engine", "compiled"], "engine: this run can't be compiled: numeric gradients are left to NumPy; write engine: auto, which takes NumPy here"),
    "two forms":           (["rosenbrock", "--latex"], "--code: --code is shown alone; leave out the other forms"),
    "a very long step":    (["f(x[60000]) = " + " + ".join(f"x[{k}]^2" for k in range(13000)), "--engine", "numpy"], "--code: a step of this config has "),
    "nothing":             ([], "show needs a name; write, for example, gdplay show adam"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("words", [LONG, SHORT], ids=["long", "short"])
def test_it_is_the_form_of_the_engine_of_the_run(words: list[str]) -> None:
    shown = call("show", *words, "--code", "--json").document
    assert call("run", *words, "--quiet", "--out", "out").status == 0
    summary = json.loads((Path("out") / "summary.json").read_text(encoding="utf-8"))
    assert shown["engine"] == summary["engine"] == ("compiled" if words is LONG else "numpy")
    assert shown["code"] == call("show", *words, "--code").out
    # what a run has saved says it too
    assert call("show", "out", "--code", "--json").document == shown


@pytest.mark.parametrize(("engine", "mark"), [("numpy", "def step("), ("compiled", "define void @steps(")])
@pytest.mark.parametrize("words", [LONG, SHORT], ids=["long", "short"])
def test_an_engine_can_be_asked_for(words: list[str], engine: str, mark: str) -> None:
    said = call("show", *words, "optimizer=adam", "--code", "--engine", engine)
    assert (said.status, said.err) == (0, "")
    assert mark in said.out
    assert "m = beta1*m + (1 - beta1)*g" in said.out
    assert "v_hat = v/(1 - beta2^t)" in said.out
    by_key = call("show", *words, "optimizer=adam", f"engine={engine}", "--code")
    assert by_key == said


def test_it_goes_into_a_file_whole_or_not_at_all() -> None:
    said = call("show", *SHORT, "--code", "-o", "step.py")
    assert (said.status, said.out) == (0, "saved step.py\n")
    text = Path("step.py").read_text(encoding="utf-8")
    assert text == call("show", *SHORT, "--code").out
    before = content(Path())
    assert call("show", *SHORT, "--code", "-o", "step.py").status == 2
    assert content(Path()) == before
    found = call("show", *SHORT, "optimizer=adam", "--code", "-o", "step.py", "--force", "--json").document
    assert found == {
        "engine": "numpy",
        "code": Path("step.py").read_text(encoding="utf-8"),
        "file": "step.py",
    }
    assert found["code"] != text


def test_a_formula_and_a_kind_before_the_name_do() -> None:
    assert "# f(x) = x^2\n    f = x*x\n" in call("show", "f(x) = x^2", "--code", "--engine", "numpy").out
    assert call("show", "function", "booth", "--code") == call("show", "booth", "--code")


VERY_LONG = "a very long step"


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.full) if name == VERY_LONG else name for name in REFUSED]
)
def test_what_is_no_config_is_refused(name: str) -> None:
    words, message = REFUSED[name]
    said = call("show", *words, "--code")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(message)
    assert content(Path()) == {}


def test_an_engine_without_code_chooses_nothing() -> None:
    said = call("show", "rosenbrock", "--engine", "numpy")
    assert (said.status, said.err) == (2, "--engine: --engine chooses a form of --code; add --code\n")
