"""A saved run: its config gives the same result again, and what was damaged is named."""

# The rows of tables are read down their columns.
# ruff: noqa: E501

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gdplay
from gdplay.catalog import names
from gdplay.columns import log_columns
from gdplay.config.dump import dump
from gdplay.config.load import from_formula, load
from gdplay.errors import ConfigError
from gdplay.files import WholeFile
from gdplay.save import resolved, save_run
from gdplay.saved import load_run
from gdplay.simulation import simulate
from gdplay.steplog.writer import FORMATS
from gdplay.version import VERSION

OWN = {"state": {"v": 0, "M": "eye(n)"}, "hyperparameters": {"mu": 0.9}, "learning_rate": "0.01/sqrt(t)",
       "step": "v = mu*v + M @ g\nM = 0.99*M\nx = x - lr*v\n"}  # fmt: skip

# fmt: off
CONFIGS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "short":      ({"function": "x^2 + 3*y^2"}, []),
    "signature":  ({"function": "f(b, a) = (b - 1)^2 + exp(a)", "start": {"a": 0.1, "b": "1/3"}}, []),
    "lines":      ({"function": "r = x^2 - y\nr^2 + x^2", "start": [0.1, 0.7]}, []),
    "vector":     ({"function": {"formula": "sum((x - i)^2*i)", "variables": {"x": 4}}}, ["optimizer=adam"]),
    "matrix":     ({"function": {"formula": "sum((A @ W - 1)^2)", "variables": {"W": [2, 2]}, "constants": {"A": [[1, 0.1], [0.3, 2]]}}}, []),
    "residuals":  ({"function": {"residuals": "[10*(y - x^2), a - x]", "variables": ["x", "y"], "constants": {"a": "1/3"}}}, ["lr=1e-3"]),
    "domain":     ({"function": {"formula": "x^4 - x", "domain": {"x": [-1, 2]}, "minima": [[0.62996052494743658]]}}, []),
    "own rule":   ({"function": "x^2 + y^4", "optimizer": OWN}, ["mu=0.8", "lr=0.02/t"]),
    "formulas":   ({"function": "x^2 + y^4", "optimizer": {"name": "momentum", "learning_rate": "0.1*0.5^(t/100)", "momentum": "min(0.9, 1 - 1/t)"}}, []),
    "transforms": ({"function": "x^2 + y^4", "optimizer": {"clip": {"norm": 1, "value": "2/t"}, "weight_decay": "0.01"}, "noise": {"gradient": "0.1/t"}, "seed": 2**63 - 1}, []),
    "numeric":    ({"function": "cosh(x) + y^2", "gradient": {"method": "central", "step": 1e-3}}, []),
    "stops":      ({"function": "x^2", "stop": {"max_steps": 50, "gradient_norm": 0.1, "step_norm": 1e-3, "stall": 7, "value": 1e-4, "diverged": 5}}, []),
    "log":        ({"function": "x^2 + y^2", "log": {"every": 7, "format": "parquet", "columns": "all"}}, ["optimizer=bfgs"]),
    "plot":       ({"function": "x^2 + y^2 + z^2", "plot": {"variables": ["z", "x"], "x": [-1, 1], "levels": [1, 2], "title": "a: 'b' # c", "size": [5, 4], "format": "svg", "colormap": "cividis"}}, []),
    "name":       ({"function": "x^2", "name": "my-run_1.2"}, []),
    "diverging":  ({"function": "x^4 - exp(y)"}, ["lr=3"]),
    "overridden": ({"function": "rosenbrock", "optimizer": {"name": "adam", "beta1": 0.5}}, ["optimizer=nesterov", "momentum=0.3", "lr=1e-4", "function.dimension=3"]),
}
# fmt: on
FEW = ["stop.max_steps=20"]


def saved(folder: Path, config: Any, settings: list[str]) -> gdplay.Trace:
    return save_run(load(config, settings), folder)[0]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", CONFIGS)
def test_the_saved_config_gives_the_same_result_bit_for_bit(name: str, tmp_path: Path) -> None:
    config, settings = CONFIGS[name]
    first = saved(tmp_path / "a", config, [*FEW, *settings])
    again = load(tmp_path / "a" / "config.yaml")
    assert dump(resolved(again, "numpy")) == (tmp_path / "a" / "config.yaml").read_text()
    rows = tmp_path / f"again.{first.config.log['format']}"
    with FORMATS[first.config.log["format"]].write(WholeFile(rows), log_columns(again).names) as log:
        assert simulate(again, log).result_hash == first.result_hash
    assert rows.read_bytes() == (tmp_path / "a" / f"steps{rows.suffix}").read_bytes()
    assert {path.name for path in (tmp_path / "a").iterdir()} == {
        "config.yaml", "summary.json", f"steps.{first.config.log['format']}", f"trajectory.{first.config.plot['format']}",
    }  # fmt: skip


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", names("functions"))
def test_the_saved_config_of_every_function_gives_the_same_result(name: str) -> None:
    config = from_formula(name, ["steps=3", "lr=1e-5"])
    again = load(json.loads(json.dumps(resolved(config, "numpy"))))
    assert simulate(again).result_hash == simulate(config).result_hash
    assert dump(resolved(again, "numpy")) == dump(resolved(config, "numpy"))


def test_the_log_is_read_back_exactly(tmp_path: Path) -> None:
    for format in ("csv", "parquet"):
        config = {"function": "x^2*y + exp(y)", "start": [0.1, 1 / 3], "log": {"format": format}}
        trace = saved(tmp_path / format, config, ["steps=50"])
        again = load_run(tmp_path / format)
        assert list(again.columns) == list(trace.columns)
        for key, values in trace.columns.items():
            np.testing.assert_array_equal(again.columns[key], values)
        np.testing.assert_array_equal(again.x, trace.x)
        same = ("status", "reason", "steps", "result_hash", "evaluations", "diagnosis", "engine", "logged")
        assert [getattr(again, key) for key in same] == [getattr(trace, key) for key in same]


def test_a_trace_of_nan_and_inf_is_read_back(tmp_path: Path) -> None:
    trace = saved(
        tmp_path / "run", {"function": "exp(x)", "start": [1]}, ["lr=-1000*(0-1)", "stop.diverged=1e300"]
    )
    again = load_run(tmp_path / "run")
    assert again.result_hash == trace.result_hash
    assert json.loads((tmp_path / "run" / "summary.json").read_text())["status"] == trace.status


def test_the_summary_says_what_the_run_did(tmp_path: Path) -> None:
    trace = saved(tmp_path / "run", {"function": "x^2", "start": [1], "seed": 7}, ["steps=2", "lr=0.25"])
    summary = json.loads((tmp_path / "run" / "summary.json").read_text())
    assert (summary["status"], summary["reason"], summary["steps"], summary["seed"]) == (
        "max_steps",
        "2 steps done",
        2,
        7,
    )
    assert summary["start"] == {"step": 0, "x": [1.0], "f": 1.0, "grad_norm": 2.0}
    assert summary["best"] == summary["final"] == {"step": 2, "x": [0.25], "f": 0.0625, "grad_norm": 0.5}
    assert summary["evaluations"] == {"function": 3, "gradient": 3, "hessian": 0}
    assert summary["engine"] == "numpy"
    assert summary["versions"]["gdplay"] == VERSION
    assert summary["result_hash"] == trace.result_hash
    assert len(summary["result_hash"]) == 64
    assert summary["seconds"] > 0


def edited(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """A change of the summary."""

    def apply(folder: Path) -> None:
        summary = json.loads((folder / "summary.json").read_text())
        change(summary)
        (folder / "summary.json").write_text(json.dumps(summary))

    return apply


def text(name: str, old: str, new: str) -> Callable[[Path], None]:
    """A change of one text in a file."""

    def apply(folder: Path) -> None:
        found = (folder / name).read_text()
        assert old in found
        (folder / name).write_text(found.replace(old, new, 1))

    return apply


def newer(change: Callable[[Path], None]) -> Callable[[Path], None]:
    def apply(folder: Path) -> None:
        edited(lambda s: s["versions"].update(gdplay="99.1.0"))(folder)
        change(folder)

    return apply


# What is done to the folder "run", and what is said.
# fmt: off
DAMAGED: dict[str, tuple[Callable[[Path], Any], str]] = {
    "no config":          (lambda f: (f / "config.yaml").unlink(),               "'run/config.yaml' does not exist"),
    "no log":             (lambda f: (f / "steps.csv").unlink(),                 "run/steps.csv: there is no such file"),
    "empty log":          (lambda f: (f / "steps.csv").write_bytes(b""),         "run/steps.csv: the log has no rows"),
    "header only":        (text("steps.csv", "\n", "\n#"),                       "run/steps.csv:2: "),
    "a word in the log":  (text("steps.csv", "nan", "none"),                     "run/steps.csv:2: 'none' in column 'learning_rate' is no number"),
    "a line twice":       (lambda f: (f / "steps.csv").write_text((f / "steps.csv").read_text() * 2), "run/steps.csv:"),
    "other columns":      (text("steps.csv", ",x,", ",z,"),                      "run/steps.csv: the saved run is damaged: it has no column x"),
    "edited config":      (text("config.yaml", "max_steps: 3", "max_step: 3"),   "run/config.yaml:"),
    "another function":   (text("config.yaml", "x^2", "x^2 + y^2"),              "run/config.yaml:"),
    "half a summary":     (lambda f: (f / "summary.json").write_text((f / "summary.json").read_text()[:100]), "run/summary.json: the saved run is damaged: it is no JSON"),
    "a list":             (lambda f: (f / "summary.json").write_text("[]"),      "run/summary.json: the saved run is damaged: it is no JSON object"),
    "bytes":              (lambda f: (f / "summary.json").write_bytes(b"\xff\0"), "run/summary.json: the saved run is damaged: it is no JSON"),
    "nested":             (lambda f: (f / "summary.json").write_text("[" * 10**5), "run/summary.json: the saved run is damaged: it is no JSON"),
    "NaN":                (text("summary.json", '"steps": 3', '"steps": NaN'),   "run/summary.json: the saved run is damaged: it is no JSON"),
    "no status":          (edited(lambda s: s.pop("status")),                    "run/summary.json: the saved run is damaged: it has no status"),
    "status of 3":        (edited(lambda s: s.update(status=3)),                 "run/summary.json: the saved run is damaged: it has no status"),
    "seconds in words":   (edited(lambda s: s.update(seconds="long")),           "run/summary.json: the saved run is damaged: it has no seconds"),
    "evaluations":        (edited(lambda s: s.update(evaluations=3)),            "run/summary.json: the saved run is damaged: it has no evaluations"),
    "no best":            (edited(lambda s: s.pop("best")),                      "run/summary.json: the saved run is damaged: its best is no point"),
    "best in words":      (edited(lambda s: s["best"].update(x="here")),         "run/summary.json: the saved run is damaged: its best is no point"),
    "best of two":        (edited(lambda s: s["best"].update(x=[1, 2])),         "run/summary.json: the saved run is damaged: its best is no point"),
    "best at 1e400":      (text("summary.json", '"step": 3', '"step": 1e400'),   "run/summary.json: the saved run is damaged: its best is no point"),
    "best far away":      (edited(lambda s: s["best"].update(step=10**30)),      "run/summary.json: the saved run is damaged: its best is no point"),
    "newer config":       (newer(text("config.yaml", "engine: numpy", "engine: quantum")), f"run: gdplay 99.1.0 wrote this run, and this is {VERSION}; update gdplay\nrun/config.yaml:"),
    "newer log":          (newer(text("steps.csv", "step,", "row,")),            f"run: gdplay 99.1.0 wrote this run, and this is {VERSION}; update gdplay\nrun/steps.csv:1:"),
}
# fmt: on


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    saved(Path("run"), {"function": "x^2", "start": [1]}, ["steps=3", "name=run"])
    return Path("run")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", DAMAGED)
def test_what_was_damaged_is_named(name: str, folder: Path) -> None:
    change, said = DAMAGED[name]
    change(folder)
    with pytest.raises(ConfigError) as caught:
        load_run(folder)
    assert str(caught.value).startswith(said)
    assert len(str(caught.value)) < 600


def test_a_torn_last_line_is_left_out_and_said(folder: Path) -> None:
    with (folder / "steps.csv").open("a") as log:
        log.write("4,0.1,0.")
    trace = load_run(folder)
    assert trace.step.tolist() == [0, 1, 2, 3]
    assert trace.notes == ("the log's last line was torn and is left out",)


def test_a_run_of_a_newer_version_that_can_be_read_is_read(folder: Path) -> None:
    newer(lambda folder: None)(folder)
    assert load_run(folder).status == "max_steps"


def test_files_elsewhere_are_not_read(folder: Path, tmp_path: Path) -> None:
    for name in ("config.yaml", "summary.json"):
        os.rename(folder / name, tmp_path / name)
        (folder / name).symlink_to(tmp_path / name)
        with pytest.raises(ConfigError, match=f"'run/{name}' leads to '.*', which is not below"):
            load_run(folder)
        os.replace(tmp_path / name, folder / name)


def test_coordinates_that_were_not_logged_cannot_be_drawn(tmp_path: Path) -> None:
    config = {
        "function": {"formula": "sum(x^2)", "variables": {"x": 150}},
        "plot": {"variables": ["x[7]", "x[9]"]},
    }
    saved(tmp_path / "run", config, ["steps=3"])
    assert load_run(tmp_path / "run").x.shape == (4, 150)
    with pytest.raises(ConfigError, match=r"it has no column x\[0\]"):
        load_run(tmp_path / "run", ['plot.variables=["x[0]","x[7]"]'])
