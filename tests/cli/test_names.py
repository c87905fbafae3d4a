"""Names, texts and paths of the user: terminals, pictures and tables show them, and act on none of them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from calls import call

TITLE, RED, RETURN, C1, BIDI = "\x1b]0;owned\x07", "\x1b[31m", "\rok", "\x9b31m", "\u202e"
SLY = TITLE + RED + RETURN + C1 + BIDI
MARKUP = "[red]$\\frac{$</title><script>{0.__class__}%s"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


# A command line that holds SLY, and the exit status.
# fmt: off
LINES: dict[str, tuple[list[str], int]] = {
    "a command":              ([SLY], 2),
    "an option":              (["run", "x^2", "--" + SLY], 2),
    "a formula":              (["run", SLY], 2),
    "a comment of a formula": (["grad", "x^2 # " + SLY], 0),
    "a config":               (["run", SLY + ".yaml"], 2),
    "a config to check":      (["validate", SLY + ".yaml"], 2),
    "a key":                  (["run", "x^2", SLY + "=1"], 2),
    "a part of a key":        (["run", "x^2", "plot." + SLY + "=1"], 2),
    "a rate":                 (["run", "x^2", "lr=" + SLY], 2),
    "a name":                 (["run", "x^2", "name=" + SLY], 2),
    "a title":                (["run", "x^2", "plot.title=" + SLY], 2),
    "an optimizer":           (["run", "x^2", "optimizer=" + SLY], 2),
    "a key in braces":        (["run", "x^2", "stop={" + SLY + ": 1}"], 2),
    "an escape in quotes":    (["run", "x^2", 'stop={"\\e[31m": 1}'], 2),
    "a folder for results":   (["run", "x^2", "steps=1", "--out", "o" + SLY], 0),
    "a folder to read":       (["run", "x^2", "steps=1", "--allow-read", SLY], 0),
    "a saved run":            (["plot", SLY], 2),
    "a picture":              (["plot", "saved", "-o", SLY + ".svg"], 0),
    "a picture's format":     (["plot", "saved", "-o", "a." + SLY], 2),
    "a file":                 (["schema", "-o", SLY + ".json"], 0),
    "a new config":           (["new", SLY], 2),
    "a point":                (["grad", "x^2", "--at", SLY], 2),
    "a point's name":         (["grad", "x^2", "--at", SLY + "=1"], 2),
    "something to check":     (["check", SLY], 2),
    "something to explain":   (["explain", SLY], 2),
    "something to list":      (["list", SLY], 2),
    "a word to look for":     (["list", "functions", SLY], 0),
    "something to show":      (["show", SLY], 2),
    "something to sweep":     (["sweep", "x^2", SLY + "=1,2"], 2),
    "values to sweep":        (["sweep", "x^2", "lr=" + SLY], 2),
}
# fmt: on


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", LINES)
@pytest.mark.parametrize("json", [False, True], ids=["text", "json"])
def test_a_terminal_gets_no_character_that_it_acts_on(name: str, json: bool) -> None:
    if "saved" in LINES[name][0]:
        assert call("run", "x^2", "steps=1", "--quiet", "--out", "saved").status == 0
    words, status = LINES[name]
    said = call(*words, *(["--json"] if json and words[0] != "schema" else []))
    assert said.status == status, said.err
    acting = {c for c in said.out + said.err if not c.isprintable() and c != "\n"}
    assert acting == set()
    assert "Traceback" not in said.err


def test_a_file_with_such_keys_is_refused_without_them() -> None:
    for k, text in enumerate(
        ('"\\e]0;owned\\a": 1', '"\\r\\n\\x9b": 1', '"\\u202e": 1', '"a\\nb.yaml:1: fine": 1')
    ):
        Path(f"{k}.yaml").write_text(f"function: x^2\n{text}\n")
        said = call("run", f"{k}.yaml")
        assert said.status == 2
        assert said.err.startswith(f"{k}.yaml:2: ")
        assert said.err.count("\n") == 1
        assert all(c.isprintable() for c in said.err.rstrip("\n"))


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "title",
    [
        MARKUP,
        "$$",
        "$\\frac{$",
        "$\\undefined{x}$",
        "$x_{1}_{2}$",
        "$x^2^3$",
        "$",
        "\\",
        "{}",
        "%s %n",
        "<b>&amp;",
    ],
)
def test_a_title_is_a_text(title: str) -> None:
    # mathtext would fail while it draws, and a failure there would lose the run
    quoted = title.replace("'", "''")
    Path("a.yaml").write_text(
        f"function: x^2\nstart: 1\nstop: {{max_steps: 2}}\nplot: {{format: svg, title: '{quoted}'}}\n"
    )
    said = call("run", "a.yaml", "--quiet", "--out", "o")
    assert (said.status, said.err) == (0, "")
    picture = Path("o", "trajectory.svg").read_bytes()
    assert b"</svg>" in picture
    assert b"<script>" not in picture
    assert b"<b>" not in picture


def test_a_table_for_spreadsheets_computes_nothing() -> None:
    rates = ['"-1+2*t"', '"+0.1*t"', "0.5", '"0.1/t"']
    Path("a.yaml").write_text(
        "function: x^2\nstop: {max_steps: 1}\nsweep:\n  learning_rate: [" + ", ".join(rates) + "]\n"
    )
    said = call("sweep", "a.yaml", "--format", "csv", "--quiet", "--out", "o")
    assert said.status == 0, said.err
    with open("o/sweep.csv", newline="") as file:
        cells = [row["optimizer.learning_rate"] for row in csv.DictReader(file)]
    assert cells == ["'-1+2*t", "'+0.1*t", "0.5", "0.1/t"]


@pytest.mark.parametrize("name", ["=cmd", "@x", "+y", "-y", "a b", "é", "x\u200b", "ｘ", "a.b", "1x"])
def test_a_column_is_never_called_so(name: str) -> None:
    named = "{'" + name + "': []}"
    for words in (f"f({name}) = 1",), ("x^2", f"function.variables={named}"), ("x^2", f"log.columns={named}"):
        said = call("run", *words, "steps=1")
        assert said.status == 2
        assert said.err
    assert not Path("runs").exists()
