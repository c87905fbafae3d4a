"""gdplay plot: a saved run drawn again, onto new files only."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

from pathlib import Path

import pytest
from calls import call, content

STARTS = {"png": b"\x89PNG\r\n", "svg": b"<?xml", "pdf": b"%PDF-"}


@pytest.fixture(autouse=True)
def _saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert call("run", "x^2 + y^2", "steps=3", "--quiet", "--out", "run").status == 0


@pytest.mark.sampled(2)
@pytest.mark.parametrize("format", STARTS)
def test_the_format_is_the_files_suffix(format: str) -> None:
    before = content(Path("run"))
    said = call("plot", "run", "-o", f"a.{format}")
    assert (said.status, said.out, said.err) == (0, f"saved a.{format}\n", "")
    assert Path(f"a.{format}").read_bytes().startswith(STARTS[format])
    assert content(Path("run")) == before


def test_the_picture_is_that_of_the_run_and_settings_change_it() -> None:
    assert call("plot", "run").out == "saved run.png\n"
    assert Path("run.png").read_bytes() == Path("run/trajectory.png").read_bytes()
    assert call("plot", "run", "size=[5,4]", "plot.dpi=50", "-o", "small.png").status == 0
    width, height = (int.from_bytes(Path("small.png").read_bytes()[k : k + 4]) for k in (16, 20))
    assert (width, height) == (250, 200)


# fmt: off
REFUSED = [
    (["run", "-o", "there.png"],         "-o: there.png exists; choose another file, or --force to replace it"),
    (["run", "-o", "link.png"],          "-o: link.png is a symbolic link; choose another file"),
    (["run", "-o", "link.png", "--force"], "-o: link.png is a symbolic link; choose another file"),
    (["run", "-o", "run.svg", "--force"], "-o: run.svg is a folder; choose another file"),
    (["run", "-o", "no/a.png"],          "-o: no: No such file or directory; choose another file"),
    (["run", "-o", "a.jpg"],             "-o: a.jpg ends in no picture format; end it in .png, .svg, .pdf"),
    (["run", "-o", "a"],                 "-o: a ends in no picture format; end it in .png, .svg, .pdf"),
    (["no"],                             "no is no saved run: there is no such folder; give the folder that gdplay run wrote"),
    (["there.png"],                      "there.png is no saved run: there is no such folder; give the folder that gdplay run wrote"),
    (["run.svg"],                        "run.svg is no saved run: it has no summary.json: the run was not finished; "
                                         "give the folder that gdplay run wrote"),
    (["run", "levels=1"],                "command line: plot.levels: expected a whole number from 2 to 200, found '1'; write a number such as 100"),
    (["run", "level=3"],                 "command line: plot.level: unknown key 'level'; did you mean levels?"),
]
# fmt: on


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("words", "message"), REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_what_is_refused_changes_nothing(words: list[str], message: str) -> None:
    Path("there.png").write_text("mine")
    Path("link.png").symlink_to("elsewhere.png")
    Path("run.svg").mkdir()
    before = content(Path())
    said = call("plot", *words)
    assert (said.status, said.out, said.err) == (2, "", message + "\n")
    assert content(Path()) == before


def test_force_replaces_a_file() -> None:
    Path("there.png").write_text("mine")
    assert call("plot", "run", "-o", "there.png", "--force").status == 0
    assert Path("there.png").read_bytes().startswith(STARTS["png"])


def test_a_torn_last_line_is_said() -> None:
    with Path("run/steps.csv").open("a") as log:
        log.write("4,0.")
    note = "the log's last line was torn and is left out"
    assert call("plot", "run", "-o", "a.png").err == f"note: {note}\n"
    assert call("plot", "run", "-o", "b.png", "--json").document == {"file": "b.png", "notes": [note]}


def test_a_damaged_run_is_refused_without_a_file() -> None:
    Path("run/summary.json").write_text("{}")
    said = call("plot", "run", "-o", "a.png")
    assert said.status == 2
    assert said.err.startswith("run/summary.json: the saved run is damaged: ")
    assert not Path("a.png").exists()
