"""What would take too much memory or time is counted, and refused in words before any work starts."""

# ruff: noqa: E501 (a row of a table is read along its columns)
from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest
from calls import call

SECONDS, BYTES = 20.0, 200_000_000
WHOLE = "expected a whole number from"

# A command line, and what it says: the number that was asked for, and the limit.
# fmt: off
TABLE: dict[str, tuple[list[str], str]] = {
    "elements":      (["run", "f(x[1000000000000]) = sum(x)"],   "1000000000000 elements; the limit is 1000000"),
    "a shape":       (["run", "x^2", "function.variables={x: 1e12}"], f"{WHOLE} 1 to 1,000,000, found '1e12'"),
    "dimension":     (["run", "rosenbrock", "function.dimension=1e12"], f"{WHOLE} 2 to 100,000, found '1e12'"),
    "a matrix":      (["run", "f(x[100000]) = sum(outer(x, x))"], "10,000,000,000 elements; the limit is 4,000,000"),
    "broadcasting":  (["run", "f(x[3000]) = sum(x[:, None]*x)"], "a 3000 x 3000 matrix has 9,000,000 elements; the limit is 4,000,000"),
    "many matrices": (["run", "f(x[2000]) = " + " + ".join(f"sum(outer(x, x)^{k})" for k in range(2, 30))],
                      "numbers at once; the limit is 100,000,000"),
    "eye":           (["run", "f(x) = trace(eye(1000000))*x^2"], "write a size from 1 to 2000"),
    "range":         (["run", "f(x) = sum(range(1, 10^12))*x"],   "write one of 1 to 1000000 values"),
    "a Hessian":     (["run", "f(x[5000]) = sum(x^2)", "optimizer=newton"],
                      "optimizer: newton: a 5000 x 5000 matrix has 25,000,000 elements; the limit is 4,000,000"),
    "state":         (["run", "f(x[5000]) = sum(x^2)", "optimizer=bfgs"], "optimizer: bfgs: the size of eye(5000)"),
    "own Hessian":   (["run", "f(x[3000]) = sum(x^2)", "optimizer={step: 'x = x - lr*hess(x) @ g'}"],
                      "9,000,000 elements; the limit is 4,000,000"),
    "characters":    (["grad", "x" + "+x" * 600_000],            "1200001 characters; the limit is 1000000"),
    "brackets":      (["grad", "(" * 10_001 + "x" + ")" * 10_001], "more than 10000 nested brackets"),
    "digits":        (["grad", "9" * 5_000 + "*x"],               "400"),
    "a tower":       (["grad", "9^9^9^9*x"],                      "infinite constant"),
    "resolution":    (["run", "x^2", "plot.resolution=1e7"],      f"{WHOLE} 10 to 2,000, found '1e7'"),
    "levels":        (["run", "x^2", "plot.levels=1e9"],          f"{WHOLE} 2 to 200, found '1e9'"),
    "dots":          (["run", "x^2", "plot.dpi=1e8"],             f"{WHOLE} 20 to 600, found '1e8'"),
    "inches":        (["run", "x^2", "plot.size=[70000, 70000]"], "expected a number from 1 to 50, found '70000'"),
    "pixels":        (["run", "x^2", "plot.size=[50, 50]", "plot.dpi=600"], "30000 x 30000 pixels are more than 100,000,000"),
    "a title":       (["run", "x^2", "plot.title=" + "a" * 1_000_000], "expected a text of 1 to 300 characters, found 1000000"),
    "level values":  (["run", "x^2", f"plot.levels={list(range(20_001))}"], "more than 20,000 keys and values"),
    "depth":         (["run", "x^2", "start=" + "[" * 100_000],   "nested more than 32 deep"),
    "steps":         (["run", "x^2", "steps=1e13"],               f"{WHOLE} 0 to 1,000,000,000,000, found '1e13'"),
    "a sweep":       (["sweep", "x^2", "lr=lin:0.1:1:1000000000000"], f"{WHOLE} 1 to 10,000,000, found '1000000000000'"),
    "a product":     (["sweep", "x^2", "lr=lin:0.1:1:100000", "seed=lin:1:100000:100000"], "10000000000 runs; the limit is 1000000000"),
    "random starts": (["sweep", "x^2", "start={random: 1e12}"],   f"{WHOLE} 1 to 10,000,000, found '1e12'"),
    "random points": (["check", "x^2", "--random", "1000000000"], "--random: 1000000000 is out of range; write 0 to 1000"),
    "a name":        (["run", "x^2", "name=" + "a" * 5_000],      "use at most 100 of the characters"),
    "a path":        (["run", "a" * 300 + "/b.yaml"],             "has a name that is too long"),
    "a long key":    (["run", "x^2", "a." * 10_000 + "b=1"],      "unknown key 'a.a.a."),
}
# fmt: on


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", TABLE)
def test_too_much_is_refused_with_the_limit(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, message = TABLE[name]
    monkeypatch.chdir(tmp_path)
    began = time.monotonic()
    tracemalloc.start()
    try:
        said = call(*words)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert message in said.err
    assert (said.status, said.out) == (2, "")
    assert most < BYTES
    assert time.monotonic() - began < SECONDS
    assert list(tmp_path.iterdir()) == []


def test_the_number_of_steps_is_never_a_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    words = (
        "steps=1e12",
        "stop.stall=1e12",
        "log.every=1e12",
        "lr=0.5",
        "stop.gradient_norm=1e-9",
        "--quiet",
    )
    for engine in ("numpy", "auto"):
        said = call("run", "x^2", *words, f"engine={engine}", "--out", engine)
        assert (said.status, said.out.split()[0]) == (0, "converged")


def test_many_columns_are_logged_in_bounded_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    monkeypatch.chdir(tmp_path)
    before = pa.default_memory_pool().max_memory()
    said = call("run", "f(x[50000]) = sum(x^2)", "log.columns=all", "steps=1", "--quiet", "--out", "o")
    assert said.status == 0
    # 64 kB a column would be 6 GB
    assert pa.default_memory_pool().max_memory() < max(before, 0) + 500_000_000
    assert Path("o/steps.csv").read_text().count(",") == 3 * (3 + 2 * 50_000)


def test_more_variables_than_a_config_may_hold_can_be_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.yaml").write_text(
        "function: {formula: 'f(x[25000]) = sum(x^2)', domain: [-1, 2]}\nstart: random\n"
    )
    for k, source in enumerate(("f(x[25000]) = sum(x^2)", "a.yaml")):
        first = call("run", source, "steps=1", "--json", "--out", f"o{k}").document
        again = call("run", f"o{k}/config.yaml", "--json", "--out", f"again{k}").document
        assert first["result_hash"] == again["result_hash"]


def test_numeric_gradients_of_wide_formulas_take_bounded_memory() -> None:
    from gdplay.objective import from_text

    f = from_text("f(x[300]) = sum(outer(x, x))")
    x = [1.0] * 300
    expected = f.gradient(x, "central")
    tracemalloc.start()
    try:
        f.gradient(x, "central")
        assert tracemalloc.get_traced_memory()[1] < 4 * BYTES
    finally:
        tracemalloc.stop()
    assert abs(expected - 600).max() < 1e-3


def test_many_points_of_a_wide_function_take_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy as np

    from gdplay import objective

    points = np.linspace(0, 1, 40 * 50).reshape(40, 50)
    at_once = objective.from_text("f(x[40]) = sum(outer(x, x^2)*cos(x))")(points)
    monkeypatch.setattr(objective, "MOST_NUMBERS", 30_000)
    in_pieces = objective.from_text("f(x[40]) = sum(outer(x, x^2)*cos(x))")(points)
    assert np.array_equal(at_once, in_pieces)
