"""What the commands print: one JSON document, lines of at most 80 columns, help with examples."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

import json
from pathlib import Path

import pytest
from calls import Said, call, process

from gdplay.cli.app import app

COMMANDS = sorted(command.name for command in app.registered_commands if command.name)

# A line for every command, and the keys of its document.
# fmt: off
DOCUMENTS: dict[str, tuple[list[str], set[str]]] = {
    "run":      (["run", "x^2 + y^2", "steps=3", "--out", "new"], {"status", "reason", "steps", "start", "best", "final", "evaluations", "seed", "versions", "engine", "seconds", "result_hash", "folder", "notes"}),
    "grad":     (["grad", "x^2*y", "--at", "1,2"],      {"function", "variables", "partials", "at", "f", "gradient"}),
    "plot":     (["plot", "saved", "-o", "a.png"],      {"file", "notes"}),
    "show":     (["show", "optimizer", "adam"],         {"kind", "name", "summary", "equations", "defaults", "source"}),
    "validate": (["validate", "rosenbrock"],            {"valid", "name", "notes"}),
}
# fmt: on


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def saved() -> Path:
    assert call("run", "x^2 + y^2", "steps=3", "--quiet", "--out", "saved").status == 0
    return Path("saved")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_json_is_one_document_and_nothing_else(name: str, saved: Path) -> None:
    words, keys = DOCUMENTS[name]
    said = call(*words, "--json")
    assert (said.status, said.err) == (0, "")
    assert keys <= set(said.document)
    assert "NaN" not in said.out
    assert "Infinity" not in said.out


def test_lists_are_documents_too() -> None:
    for kind in ("functions", "optimizers", "plots"):
        found = call("list", kind, "--json").document
        assert {frozenset(row) for row in found} >= {frozenset({"name", "summary"})} or all(
            "name" in row for row in found
        )
        assert [row["name"] for row in found] == sorted(row["name"] for row in found) or kind == "plots"
    assert "rosenbrock" in [row["name"] for row in call("list", "functions", "valley", "--json").document]
    assert call("list", "functions", "no such word", "--json").document == []


def test_an_error_is_a_document_with_its_place() -> None:
    Path("a.yaml").write_text("function: x^2\nstop:\n  max_steps: -1\nseed: 0777\n")
    said = call("run", "a.yaml", "--json")
    assert (said.status, said.err) == (2, "")
    error = said.document["error"]
    assert {key: error[key] for key in ("kind", "file", "line", "column", "key")} == {
        "kind": "config", "file": "a.yaml", "line": 3, "column": 14, "key": "stop.max_steps",
    }  # fmt: skip
    assert [(other["line"], other["key"]) for other in error["others"]] == [(4, "seed")]
    formula = call("grad", "x^2 + sinn(x)", "--json").document["error"]
    assert (formula["column"], formula["key"]) == (7, "function")


def test_numbers_that_are_not_finite_are_words_in_json() -> None:
    said = call("grad", "1/x", "--at", "0", "--json")
    assert said.document["f"] == "inf"
    assert said.document["gradient"] == ["-inf"]


def test_the_gradient_as_formulas_and_as_a_vector() -> None:
    words = ("grad", "f(x, y, z) = 3x^3*z - y^2 + 5z + 2y*z", "--at", "x=1,y=2,z=3")
    said = call(*words)
    assert said.status == 0
    assert "gradient = [27, 2, 12]" in said.out.splitlines()
    assert [line.split(" = ")[0] for line in said.out.splitlines() if line.startswith("df/")] == [
        "df/dx",
        "df/dy",
        "df/dz",
    ]
    assert call(*words, "--json").document["gradient"] == [27.0, 2.0, 12.0]
    assert call("grad", "1/(x - 1)").status == 0
    assert "at x=3" in call("grad", "f(x) = x^2", "start=3", "--at", "3").out


def test_a_leading_minus_is_no_option() -> None:
    said = call("grad", "-x^2 + y", "--at", "-1,-2")
    assert (said.status, said.err) == (0, "")
    assert "gradient = [2, 1]" in said.out
    assert call("run", "-x^2 + y", "steps=1", "--json", "--out", "o").document["start"]["f"] == 0.0
    assert call("run", "x^2", "-q").err.startswith("'-q' is no setting")


def test_what_a_run_prints() -> None:
    said = call("run", "rosenbrock", "optimizer=adam", "lr=0.02", "steps=30", "--out", "o")
    assert said.status == 0
    assert said.err == "note: start not given: the catalogue's, [-1.2, 1]\n"
    lines = said.out.splitlines()
    assert [line.split()[0] for line in lines if not line.startswith("  ")] == [
        "rosenbrock",
        "adam",
        "max_steps",
        "best",
        "saved",
    ]
    assert [int(line.split()[1]) for line in lines if line.startswith("  step")] == [0, 1, 2, 5, 10, 20, 30]
    assert lines[-1] == "saved       o/   steps.csv, 31 rows, trajectory.png"


def test_quiet_prints_how_it_ended_only() -> None:
    lines = call("run", "x^2 + y^2", "steps=30", "--quiet", "--out", "o").out.splitlines()
    assert [line.split()[0] for line in lines] == ["max_steps", "best", "saved"]


LONG = " + ".join(f"variable_{k}^2*{k}.123456789012345" for k in range(1, 30))
WIDE = [
    ["run", "rosenbrock", "steps=20"],
    [
        "run",
        "himmelblau",
        "optimizer=adam",
        "lr=0.01",
        "clip={norm: 1, value: 2}",
        "weight_decay=0.01",
        "noise.gradient=0.1",
        "steps=20",
    ],
    ["run", "rosenbrock", "lr=10"],
    ["run", LONG, "steps=3"],
    ["run", "exp(x) + 1e-300*y", "start=[-700,1e200]", "steps=3"],
    ["list", "functions"],
    ["list", "optimizers"],
    ["show", "rosenbrock"],
    ["show", "adam"],
]


@pytest.mark.parametrize("words", WIDE, ids=lambda words: " ".join(words)[:40])
def test_lines_have_at_most_80_columns(words: list[str]) -> None:
    said = call(*words)
    assert said.status == 0, said.err
    assert [line for line in said.out.splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_examples_and_fits(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    said = call(command, "--help")
    assert said.status == 0
    assert said.out.startswith(f"Usage: gdplay {command} ")
    assert f"gdplay {command}" in said.out.split("\n", 1)[1], "an example"
    assert [line for line in said.out.splitlines() if len(line) > 80] == []


def test_help_and_version() -> None:
    said = call("--help")
    assert all(f"  {command}" in said.out for command in COMMANDS)
    assert call("-h").out == said.out
    assert call("--version").out.startswith("gdplay ")
    bare = call()
    assert (bare.status, bare.out) == (2, "")
    assert bare.err.startswith("Usage: gdplay")


def test_a_config_from_standard_input() -> None:
    done = process("run", "-", "steps=2", "--out", "o", "--json", input="function: x^2\nstart: 3\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["start"]["x"] == [3.0]
    done = process("validate", "-", input="function: [x]\n")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("standard input:1: function: expected a formula")
    done = process("validate", "-", input="")
    assert done.stderr.startswith("standard input:1: the file is empty")


def test_what_a_word_means_is_told_by_its_form(saved: Path) -> None:
    Path("bowl.yaml").write_text("function: x^4\nstart: 3\n")
    Path("configs").mkdir()
    Path("configs/bowl.yml").write_text("function: x^6\nstart: 3\n")
    formulas = {
        "bowl.yaml": "x^4",
        "./bowl.yaml": "x^4",
        "configs/bowl.yml": "x^6",
        "saved": "x^2 + y^2",
        "saved/": "x^2 + y^2",
        "sphere": call("grad", "sphere", "--json").document["function"],
        "x/y": "x/y",
        "(x/y)^2": "(x/y)^2",
        " x^2 ": "x^2",
    }
    for word, formula in formulas.items():
        assert call("grad", word, "--json").document["function"] == formula, word
    assert (
        call("run", "configs/bowl").err == "'configs/bowl' does not exist; did you mean 'configs/bowl.yml'?\n"
    )


def escaped(said: Said) -> bool:
    """Tell whether nothing of an answer can act on a terminal."""
    return all(character == "\n" or character.isprintable() for character in said.out + said.err)


SLY = ["\x1b]0;title\x07", "a\u202etxt\r\x9b31m\u2066\udcff"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("sly", SLY, ids=ascii)
def test_what_could_act_on_a_terminal_is_escaped(sly: str, saved: Path) -> None:
    lines = [
        ["run", sly],
        ["run", f"{sly}.yaml"],
        ["run", "x^2", f"{sly}=1"],
        ["run", "x^2", f"optimizer={sly}"],
        ["run", "x^2", f"name={sly}"],
        ["run", "x^2", f"lr={sly}"],
        ["run", "x^2", f"plot.title={sly}", "steps=1"],
        ["run", "x^2", "--out", f"saved/{sly}/x/y", "steps=1"],
        ["run", "x^2", "--out", f"saved{sly}", "steps=1"],
        ["run", "x^2", f"--{sly}"],
        ["grad", "x^2", "--at", f"{sly}=1"],
        ["plot", f"saved{sly}2"],
        ["plot", "saved", "-o", f"{sly}.jpg"],
        ["plot", "saved", "-o", f"{sly}.svg"],
        ["list", sly],
        ["list", "functions", sly],
        ["show", sly],
        ["validate", f"x + {sly}"],
        [sly],
    ]
    for words in lines:
        said = call(*words)
        assert escaped(said), (words, said)
        assert said.status in (0, 1, 2), words
    assert call("run", "x^2", "steps=1", f"plot.title={sly}", "--json").out.isascii()


def test_the_coordinates_that_are_printed_are_those_that_are_named() -> None:
    Path("a.yaml").write_text(
        "function: {formula: sum(x^2), variables: {x: 150}}\nplot: {variables: ['x[9]', 'x[7]']}\nstop: {max_steps: 0}\n"
        "start: [" + ", ".join(str(k) for k in range(150)) + "]\n"
    )
    (line,) = (line for line in call("run", "a.yaml").out.splitlines() if line.startswith("  step"))
    assert line.split("x[", 1)[1].split() == ["9]", "9", "x[7]", "7"]


def test_a_dropped_key_is_escaped_too() -> None:
    Path("a.yaml").write_text('function: x^2\noptimizer: {name: adam, "a\\u202eb\\nnote: all is well": 1}\n')
    said = call("run", "a.yaml", "optimizer=gd", "steps=1")
    assert escaped(said)
    assert not any(line.startswith("note: all is well") for line in said.err.splitlines())
