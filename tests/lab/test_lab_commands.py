"""The commands explain, check, grad and show: what they print, what they refuse, how they end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "cli"))

from calls import call

WIDTH = 80

EXPLAINED = """\
h(x) = 3(2x^2)^5
at x=1

forward pass: each node from those before it
  x  = (variable)  = 1
  v1 = x^2         = 1
  v2 = 2v1         = 2
  v3 = v2^5        = 32
  v4 = 3v3         = 96

backward pass: incoming gradient * local derivative, summed over all paths
  df/dv4 = 1
    to v3    dv4/dv3 = 3                       1 * 3 = 3
  df/dv3 = 3
    to v2    dv3/dv2 = 5v2^4 = 80              3 * 80 = 240
  df/dv2 = 240
    to v1    dv2/dv1 = 2                       240 * 2 = 480
  df/dv1 = 480
    to x     dv1/dx = 2x = 2                   480 * 2 = 960

gradient: what arrives at the variables
  df/dx = 960

by x, rule by rule
  constant multiple  d/dx[3(2x^2)^5]  = 3 · d/dx[(2x^2)^5]
  chain, power       d/dx[(2x^2)^5]  = 5(2x^2)^4 · d/dx[2x^2]
  constant multiple  d/dx[2x^2]  = 2 · d/dx[x^2]
  power              d/dx[x^2]  = 2x

  df/dx = 15(2x^2)^4 · 4x
        = 960x^9
  (the reverse pass gives the same at 24 random points)

f        = 96
gradient = [960]
"""

CHECKED = """\
f: analytic against central, h = 6.1e-06 * max(1, |x|)

at x=0, y=2
                            analytic             numeric     error  verdict
  x                                0                   2   1.0e+00  differ
      f is smooth here, but a part of the formula may have a kink
  y                                0                   0   0.0e+00  agree

2 components: 1 agree, 1 differ
"""


def test_explain_tells_the_whole_story() -> None:
    said = call("explain", "h(x) = 3(2x^2)^5", "--at", "1")
    assert (said.status, said.out) == (0, EXPLAINED)


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "rosenbrock"),
        ("explain", "f(W[2,3], x[3], b[2]) = sum(tanh(W@x + b)^2)", "--wrt", "b[0]"),
        ("explain", "beale", "--at", "1/3,pi"),
        ("check", "rosenbrock", "--random", "3"),
        ("check", "max(x, 0)*y", "--at", "0,1", "--method", "all"),
        ("check", "rosenbrock", "--curve"),
        ("grad", "himmelblau", "--critical", "--hessian"),
        ("show", "himmelblau"),
    ],
    ids=" ".join,
)
def test_lines_fit_a_terminal(words: tuple[str, ...]) -> None:
    said = call(*words)
    assert said.status == 0, said.err
    own = [row for row in said.out.splitlines() if not row.startswith(("df/d", "d2f/d", "gradient ="))]
    assert max(map(len, own)) <= WIDTH


def test_explain_json_has_all_of_it() -> None:
    document = call("explain", "f(x, y) = x*y + x", "--at", "x=2,y=5", "--json").document
    assert document["gradient"] == {"x": 6.0, "y": 2.0}
    assert [node["formula"] for node in document["forward"]] == [None, None, "x*y", "v1 + x"]
    assert document["backward"][-2] == {"name": "x", "paths": [1.0, 5.0], "incoming": 6.0, "shares": []}
    assert [one["result"] for one in document["derivations"]] == ["y + 1", "x"]
    assert document["derivations"][0]["latex"] == "y + 1"
    assert document["derivations"][0]["steps"][0] == {
        "rule": "sum",
        "before": "d/dx[x*y + x]",
        "after": "d/dx[x*y] + d/dx[x]",
        "latex": r"\frac{\partial}{\partial x}\left[x \, y + x\right] = "
        r"\frac{\partial}{\partial x}\left[x \, y\right] + \frac{\partial}{\partial x}\left[x\right]",
    }


def test_explain_latex_can_be_pasted() -> None:
    lines = call("explain", "x^2", "--latex").out.splitlines()
    assert lines[1] == r"\begin{align*}"
    assert lines[2] == r"  \frac{\partial}{\partial x}\left[x^{2}\right] &= 2x && \text{power} \\"
    assert lines[-1] == r"\end{align*}"


def test_explain_draws_and_says_where(tmp_path: Path) -> None:
    out = tmp_path / "graph.svg"
    said = call("explain", "x*y + sin(x)", "-o", str(out))
    assert said.status == 0
    assert said.out.endswith(f"saved {out}\n")
    assert out.read_bytes().startswith(b"<?xml")
    again = call("explain", "x*y", "-o", str(out))
    assert again.status != 0, "a file that is there is not replaced"
    assert call("explain", "x*y", "-o", str(out), "--force").status == 0


# words, the message on standard error
REFUSED = [
    (("explain", "x^2", "--wrt", "y"), "--wrt: there is no coordinate 'y'; choose from x\n"),
    (("explain", "x^2", "-o", "graph.gif"),
     "-o: graph.gif ends in no picture format; end it in .png, .svg, .pdf\n"),
    (("explain", "x^2", "--step", "3"),
     "x^2 is no saved run: there is no such folder; give the folder that gdplay run wrote\n"),
    (("explain", "x^2", "--step", "3", "--at", "1"),
     "--at: --at does not go with --step; leave one of them out\n"),
    (("check", "x^2", "--method", "centrl"),
     "--method: there is no method 'centrl'; did you mean central?\n"),
    (("check", "x^2", "--step", "-1"),
     "--step: -1 is no step; leave out --step, or write one such as 1e-6\n"),
    (("check", "x^2", "--method", "all", "--step", "1e-5"),
     "--step: each method has a step of its own; leave out --step, or write one such as 1e-6\n"),
    (("check", "abs(x)", "--method", "complex-step"),
     "--method: the complex step needs an analytic function, and abs is none; "
     "choose central, or another of the real methods\n"),
    (("check", "x^2", "-o", "v.png"), "-o: only --curve draws a picture; add --curve\n"),
    (("check", "x^2", "--random", "5000"), "--random: 5000 is out of range; write 0 to 1000\n"),
    (("check", "x^2", "--curve", "--random", "2"), "--curve: --curve is for one point, not 2; give --at\n"),
    (("check", "sqrt(x)", "--curve", "--at", "0"),
     "--curve: f or its gradient is not finite here; choose another point with --at\n"),
    (("grad", "f(x[20]) = sum(x^2)", "--critical"),
     "--critical: --critical is for at most 10 coordinates, not 20; choose a smaller dimension\n"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "message"), REFUSED, ids=[" ".join(row[0]) for row in REFUSED])
def test_refusals_say_what_to_write(words: tuple[str, ...], message: str) -> None:
    said = call(*words)
    assert (said.status, said.out, said.err) == (2, "", message)


def test_check_ends_with_3_where_components_differ() -> None:
    said = call("check", "(max(x, 0) - max(-x, 0))*y", "--at", "x=0,y=2")
    assert (said.status, said.out) == (3, CHECKED)
    assert call("check", "(max(x, 0) - max(-x, 0))*y", "--at", "x=0,y=2", "--method", "all").status == 3
    as_json = call("check", "max(x, 0) - max(-x, 0)", "--at", "0", "--json")
    assert as_json.status == 3
    (compared,) = as_json.document["points"][0]["methods"]["central"]["compared"]
    assert (compared["name"], compared["analytic"], compared["verdict"]) == ("x", 0.0, "differ")


def test_check_accepts_a_kink_and_says_so() -> None:
    said = call("check", "max(x, 0)", "--at", "0")
    assert said.status == 0
    assert "      a kink: the slope is 0 before and 1 behind it; 0 lies between\n" in said.out


def test_check_goes_along_a_run(tmp_path: Path) -> None:
    out = tmp_path / "run"
    assert call("run", "rosenbrock", "optimizer=adam", "steps=40", "--out", str(out), "--quiet").status == 0
    document = call("check", str(out), "--json").document
    assert [point["label"] for point in document["points"]] == [
        "step 0", "step 6", "step 11", "step 17", "step 23", "step 29", "step 34", "step 40"
    ]  # fmt: skip
    told = call("explain", str(out), "--step", "7")
    assert told.status == 0
    assert told.out.startswith("step 7 of adam on rosenbrock\n")
    assert told.out.endswith("row 7 of the log: 11 columns equal, bit for bit\n")


def test_check_at_several_points_and_random_ones() -> None:
    document = call("check", "x^2*y", "--at", "1,2", "--at", "y=3,x=-1", "--random", "1", "--json").document
    assert [point["at"] for point in document["points"][:2]] == [[1.0, 2.0], [-1.0, 3.0]]
    assert [point["label"] for point in document["points"]] == [None, None, "random 1"]


def test_check_along_random_directions_says_so() -> None:
    said = call("check", "rosenbrock", "function.dimension=80", "--method", "five-point")
    assert said.status == 0
    assert "80 coordinates, more than 50: compared along random directions\n" in said.out
    assert said.out.endswith("10 directions: 10 agree\n")


def test_grad_with_hessian() -> None:
    said = call("grad", "f(x, y) = x^4 + 4*y^2 + 3x", "--at", "1,2", "--hessian")
    assert said.out == (
        "f(x, y) = x^4 + 4*y^2 + 3x\n\n"
        "df/dx = 4*x^3 + 3\ndf/dy = 8*y\n\n"
        "d2f/dx^2 = 12*x^2\nd2f/dxdy = 0\nd2f/dy^2 = 8\n\n"
        "at x=1, y=2\nf        = 20\ngradient = [7, 16]\n"
        "hessian  =            12             0\n                       0             8\n"
        "eigenvalues: 8, 12\ncondition number: 1.5\n"
        "largest stable rate of gradient descent here: 2/L = 0.166667, with L = 12\n"
    )


def test_grad_as_the_rules_give_it_or_shortest() -> None:
    partial = lambda *words: call("grad", "h(x) = 3(2x^2)^5", *words).out.splitlines()[2]
    assert partial() == "df/dx = 960*x^9"
    assert partial("--no-simplify") == "df/dx = 2*(3*(5*(2*x^2)^4))*(2*x)"
    assert call("grad", "x^2/y", "--latex").out.splitlines()[1] == (
        r"  \frac{\partial f}{\partial x} &= \frac{2x}{y} \\"
    )


def test_grad_critical() -> None:
    said = call("grad", "f(x, y) = (x^2 - 1)^2 + y^2", "--critical")
    assert said.out.splitlines()[-5:] == [
        "critical points, found from 400 starts, [-5, 5] in all 2 coordinates: 2 minima,",
        "  1 saddle",
        "  minimum      (-1, 0)  f 0  eigenvalues [2, 8]",
        "  minimum      (1, 0)  f 0  eigenvalues [2, 8]",
        "  saddle       (0, 0)  f 1  eigenvalues [-4, 2]",
    ]


def test_card_of_an_optimizer_has_no_picture() -> None:
    said = call("show", "adam", "-o", "a.png")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith("-o: adam is ")


def test_card_of_a_function(tmp_path: Path) -> None:
    out = tmp_path / "card.png"
    said = call("show", "rosenbrock", "-o", str(out))
    assert said.status == 0
    rows = {row[:16].strip(): row[17:] for row in said.out.splitlines() if row[:16].strip()}
    assert rows["L at the minimum"] == "1001.6"
    assert rows["condition number"] == "2508.01"
    assert rows["largest rate"].startswith("0.0019968 (2/L")
    assert rows["critical points"] == "1 minimum: (1, 1)"
    assert rows["gradient"].startswith("df/dx[0] = ")
    assert out.read_bytes()[:4] == b"\x89PNG"
    document = call("show", "ackley", "--json").document
    assert document["curvature"] == "a kink at the minimum: no largest stable rate"
