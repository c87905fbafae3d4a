"""Every option of every command refuses a value in words: the tests walk what the commands declare."""

# ruff: noqa: E501 (a row of a table is read along its columns)
from __future__ import annotations

from pathlib import Path

import pytest
import typer
from calls import call, content

from gdplay.cli.app import app

# By option: a command line beside a saved run, and what it says. A flag refuses a value.
# fmt: off
REFUSED: dict[str, tuple[list[str], str]] = {
    "--out":        (["run", "x^2", "--out", "saved"],      "--out: saved exists; choose another --out, or --force to replace"),
    "--force":      (["run", "x^2", "--force=1"],           "gdplay: Option '--force' does not take a value; gdplay --help shows how"),
    "--json":       (["run", "x^2", "--json=1"],            "gdplay: Option '--json' does not take a value; gdplay --help shows how"),
    "--quiet":      (["run", "x^2", "--quiet=1"],           "gdplay: Option '--quiet' does not take a value; gdplay --help shows how"),
    "--allow-read": (["run", "x^2", "--allow-read"],        "gdplay: Option '--allow-read' requires an argument; gdplay --help shows how"),
    "-o":           (["plot", "saved", "-o", "a.bmp"],      "-o: a.bmp ends in no picture format; end it in .png, .svg, .pdf"),
    "--at":         (["grad", "x^2", "--at", "1,2"],        "command line: --at: 2 values for 1 variable; give 1, in the order x"),
    "--method":     (["check", "x^2", "--method", "exact"], "--method: there is no method 'exact'; choose one of forward, central, five-point, richardson, complex-step, all"),
    "--step":       (["explain", "saved", "--step", "9"],   "--step: the run has no step 9; choose a step from 1 to 1"),
    "--random":     (["check", "x^2", "--random", "1001"],  "--random: 1001 is out of range; write 0 to 1000"),
    "--wrt":        (["explain", "x^2", "--wrt", "z"],      "--wrt: there is no coordinate 'z'; choose from x"),
    "--format":     (["sweep", "x^2", "lr=1,2", "--format", "xls"], "--format: there is no table format 'xls'; choose parquet or csv"),
    "--resume":     (["sweep", "x^2", "lr=1,2", "--resume"], "--resume: --resume needs the folder to go on in; add --out DIR"),
    "--dask":       (["sweep", "x^2", "lr=1,2", "--dask", "far"], "--dask: 'far' is no address of a Dask scheduler; write tcp://HOST:PORT or tls://HOST:PORT, or local for a cluster on this machine"),
    "--engine":     (["run", "x^2", "--engine", "fast"],    "--engine: there is no engine 'fast'; choose one of auto, numpy, compiled"),
    "--threads":    (["run", "x^2", "--threads", "0"],      "--threads: '0' is no number of threads; write 1 to 1024"),
    "--target":     (["compare", "x^2", "optimizer=gd,adam", "--target", "nan"], "--target: 'nan' is no value of f; write a number"),
    "--x":          (["map", "rates", "x^2", "--x", "q"],   "--x: unknown key 'q'; name a setting, such as lr or momentum"),
    "--y":          (["map", "rates", "x^2", "--y", "q"],   "--y: unknown key 'q'; name a setting, such as lr or momentum"),
    "--window":     (["map", "basins", "x^2 + y^2", "--window", "1"], "--window: expected 4 numbers, found '1'; write --window -2,2,-1,3"),
    "--zoom":       (["map", "basins", "x^2 + y^2", "--zoom", "1"], "--zoom: expected 3 numbers, found '1'; write --zoom 0.01,0.9,10"),
    "--size":       (["map", "basins", "x^2 + y^2", "--size", "100000x100000"], "--size: 100000x100000 pixels are 10,000,000,000 runs; write 2 to 10,000 a side and 16,000,000 in all"),
    "--seed":       (["check", "x^2", "--seed", "-1"],      "gdplay: Invalid value for '--seed': Input should be greater than or equal to 0; gdplay check --help shows how"),
    "--property":   (["list", "functions", "--property", "q"], "--property: there is no property 'q'; the words are smooth, kinked, convex, quadratic, separable, sum-of-squares, unimodal, multimodal, no-minimum, bowl, plate, valley, steep, flat, ill-conditioned, singular"),
    "--dimension":  (["list", "functions", "--dimension", "q"], "gdplay: Invalid value for '--dimension': Input should be a valid integer, unable to parse string as an integer; gdplay list --help shows how"),
}
MORE: dict[str, tuple[list[str], str]] = {
    "no value for --out":   (["run", "x^2", "--out"],       "gdplay: Option '--out' requires an argument; gdplay --help shows how"),
    "no value for --at":    (["grad", "x^2", "--at"],       "gdplay: Option '--at' requires an argument; gdplay --help shows how"),
    "an unknown name":      (["grad", "x^2", "--at", "y=1"], "command line: --at.y: unknown key 'y'; the keys here are x\ncommand line: --at: no value for x; give every variable one"),
    "a point of nan":       (["grad", "x^2", "--at", "nan"], "command line: --at: expected a number, found 'nan'; write a number such as 0.01"),
    "a step of nothing":    (["check", "x^2", "--step", "0"], "--step: 0 is no step; leave out --step, or write one such as 1e-6"),
    "a folder for a file":  (["schema", "-o", "saved"],     "-o: saved is a folder; choose another file"),
    "threads below none":   (["sweep", "x^2", "lr=1,2", "--threads", "-1"], "--threads: '-1' is no number of threads; write 1 to 1024"),
    "threads in words":     (["map", "basins", "x^2 + y^2", "--threads", "many"], "--threads: 'many' is no number of threads; write 1 to 1024"),
    "more threads than any": (["compare", "x^2", "lr=1,2", "--threads", "99999"], "--threads: '99999' is no number of threads; write 1 to 1024"),
    "two engines":          (["sweep", "x^2", "lr=1,2", "--engine", "numpy,compiled"], "--engine: there is no engine 'numpy,compiled'; choose one of auto, numpy, compiled"),
    "an unknown option":    (["grad", "x^2", "--zzzz", "1"], "gdplay: No such option: --zzzz; gdplay grad --help shows how"),
}
# fmt: on
TABLE = {**REFUSED, **MORE}


def options() -> dict[str, bool]:
    """Return the first name of every option, and whether it is a flag."""
    commands = typer.main.get_command(app).commands.values()  # type: ignore[attr-defined]
    found = [p for command in commands for p in command.params if p.param_type_name == "option"]
    return {p.opts[0]: bool(getattr(p, "is_flag", False)) for p in found if p.name != "help"}


def test_the_table_has_every_option_that_takes_a_value() -> None:
    declared = options()
    assert declared
    assert [name for name, is_flag in declared.items() if not is_flag and name not in REFUSED] == []
    assert [name for name in REFUSED if name not in declared] == []


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", TABLE)
@pytest.mark.parametrize("json", [False, True], ids=["text", "json"])
def test_what_an_option_refuses(
    name: str, json: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if "saved" in TABLE[name][0]:
        assert call("run", "x^2", "steps=1", "--quiet", "--out", "saved").status == 0
    before = content(tmp_path)
    words, message = TABLE[name]
    said = call(*words[:1], "--json", *words[1:]) if json and words[0] != "schema" else call(*words)
    assert said.status == 2
    if said.out:
        first = message.partition("\n")[0]
        assert said.err == ""
        assert said.document["error"]["message"].partition("\n")[0] == first.removeprefix("gdplay: ")
    else:
        assert said.err.rstrip("\n") == message
    assert content(tmp_path) == before
