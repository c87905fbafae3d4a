"""What gdplay list and show tell of optimizers."""

from __future__ import annotations

import json

import pytest
from calls import call

from gdplay.catalog import conventions, names
from gdplay.cli.optimizercard import latex_card, optimizer_card

NAMES = names("optimizers")


def test_the_list_is_an_aligned_table():
    lines = call("list", "optimizers").out.splitlines()
    assert [line.split()[0] for line in lines] == list(NAMES)
    assert max(map(len, lines)) <= 80
    assert len({len(line) - len(line.split(maxsplit=1)[1]) for line in lines}) == 1
    assert not any(line.endswith("...") for line in lines)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", NAMES)
def test_every_card_fits_the_screen(name):
    lines = call("show", "optimizer", name).out.splitlines()
    assert lines[0] == name
    assert max(map(len, lines)) <= 80
    labels = [line[:16].strip() for line in lines if line[:16].strip()]
    assert {"summary", "equations", "source", "convention", "differences"} <= set(labels)


@pytest.mark.parametrize("name", NAMES)
def test_every_form_has_its_latex(name):
    forms = latex_card(name)
    assert next(iter(forms)) == conventions(name)[0]
    for text in forms.values():
        assert text.startswith("\\begin{aligned}\n")
        assert text.endswith("\n\\end{aligned}")
        assert text.count("{") == text.count("}")
        assert text.count("\\left") - text.count("\\leftarrow") == text.count("\\right")
        assert "\nx &\\leftarrow" in text


def test_the_equations_in_latex():
    assert call("show", "adam", "--latex").out == (
        "% adam, torch\n"
        "\\begin{aligned}\n"
        "m &\\leftarrow \\beta_{1} \\, m + \\left(1 - \\beta_{1}\\right) \\, g \\\\\n"
        "v &\\leftarrow \\beta_{2} \\, v + \\left(1 - \\beta_{2}\\right) \\, g^{2} \\\\\n"
        "\\hat{m} &\\leftarrow \\frac{m}{1 - \\beta_{1}^{t}} \\\\\n"
        "\\hat{v} &\\leftarrow \\frac{v}{1 - \\beta_{2}^{t}} \\\\\n"
        "x &\\leftarrow x - \\frac{\\eta \\, \\hat{m}}{\\sqrt{\\hat{v}} + \\varepsilon}\n"
        "\\end{aligned}\n"
        "% adam, optax\n"
    ) + latex_card("adam")["optax"] + "\n"  # fmt: skip


def test_the_card_as_json():
    card = json.loads(call("show", "RMSprop", "--json").out)
    assert card["name"] == "rmsprop"
    assert card["equations"].splitlines()[0] == "v = decay*v + (1 - decay)*g^2"
    assert card["defaults"] == {
        "learning_rate": 0.01,
        "decay": 0.99,
        "eps": 1e-8,
        "momentum": 0.0,
        "centered": 0.0,
    }
    assert card["optax_defaults"]["decay"] == 0.9
    assert card["differences"] == optimizer_card("rmsprop", raw=True)["differences"]


def test_what_was_compared():
    text = call("show", "--parity").out
    assert text.startswith("compared with torch 2.13.0, optax 0.2.8: up to which step")
    assert max(map(len, text.splitlines())) <= 80
    assert "torch.optim.SparseAdam: for sparse gradients" in " ".join(text.split())
    one = json.loads(call("show", "adam", "--parity", "--json").out)
    assert {row["optimizer"] for row in one["compared"]} == {"adam"}
    assert {row["original"] for row in one["compared"]} == {"torch.optim.Adam", "optax.adam"}


@pytest.mark.parametrize(("word", "name"), [("SGD", "sgd"), ("sign_sgd", "sign_gd"), ("AdamW", "adamw")])
def test_other_libraries_names_are_shown(word, name):
    assert call("show", word).out == call("show", "optimizer", name).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["adagradd"], "there is no entry 'adagradd'; did you mean adagrad?"),
        ([], "show needs a name; write, for example, gdplay show adam"),
        (
            ["beale", "--latex"],
            "--latex and --parity are of optimizers; write, for example, gdplay show adam",
        ),
    ],
)
def test_what_can_not_be_shown(words, said):
    result = call("show", *words)
    assert result.status == 2
    assert said in result.err
