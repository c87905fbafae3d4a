"""The NumPy text of a step is what the tape does: the tests execute it, and no one else does."""

from __future__ import annotations

import ast
import builtins
import keyword
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "formula"))
from feeds import Feed, feeds

from gdplay.catalog import names
from gdplay.columns import log_columns
from gdplay.config.load import load
from gdplay.engines.columns import Columns
from gdplay.engines.tape import Tape, bind, evaluate
from gdplay.engines.text.calls import call, literal, numeric_name
from gdplay.engines.text.identifiers import RESERVED, SEARCH, identifier
from gdplay.engines.text.listing import listing
from gdplay.engines.text.sources import definitions
from gdplay.errors import ConfigError
from gdplay.formula.expr import Expr, array, build, const
from gdplay.formula.ops import TABLE
from gdplay.simulation import work_of

VALLEY = "f(x, y) = (1 - x)^2 + 100*(y - x^2)^2"
ROWS = [feed for op in TABLE for feed in feeds(op)]
NASTY = np.array([0.0, -0.0, 1.0, -1.0, 2.0, 0.5, -3.0, np.inf, -np.inf, np.nan, 1e300, 5e-324])
HOSTILE = (
    "lambda",
    "None",
    "print",
    "np",
    "ordered",
    "look",
    "import",
    "exec",
    "w1",
    "row",
    "point",
    "ended",
)


def bits(a: Any) -> tuple[tuple[int, ...], bytes]:
    values = np.asarray(a, dtype=np.float64)
    return values.shape, np.where(np.isnan(values), np.nan, values).tobytes()


def computed(node: Expr, texts: list[str], values: dict[str, np.ndarray]) -> Any:
    text = call(node, texts)
    scope: dict[str, Any] = {}
    exec("\n".join(definitions([text])), scope)
    with np.errstate(all="ignore"):
        return eval(text, scope, values)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("feed", ROWS, ids=str)
def test_the_text_of_every_primitive_is_its_function(feed: Feed) -> None:
    node, arguments = feed.node(), feed.arguments()
    random = np.random.default_rng(len(str(feed)))
    for values in (feed.values(5), [random.choice(NASTY, (*a.shape, 5)) for a in arguments]):
        (expected,) = evaluate([node], dict(zip(arguments, values, strict=True)))
        texts = [argument.params[0] for argument in arguments]
        found = computed(node, texts, dict(zip(texts, values, strict=True)))
        assert found.dtype == np.float64
        assert bits(found) == bits(expected)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("number", [2.5, -1.0, -0.0, float("inf"), float("-inf"), float("nan")])
@pytest.mark.parametrize("op", [feed.op for feed in ROWS if feed.shapes == ((), ())])
def test_a_number_may_stand_for_an_argument(op: str, number: float) -> None:
    x = Feed(op, ((),)).arguments()[0]
    for args in ((x, const(number)), (const(number), x)):
        node = build(op, *args)
        if node.op != op or len(node.args) != 2:
            continue  # it is rewritten: minus a number is plus its negative
        (expected,) = evaluate([node], {x: NASTY})
        texts = [literal(arg) if arg.op == "const" else "a0" for arg in node.args]
        assert bits(computed(node, texts, {"a0": NASTY})) == bits(expected)


def test_arrays_are_written_with_an_axis_of_runs() -> None:
    values = np.array([[1.0, -0.0, np.nan], [np.inf, -np.inf, 0.1]])
    assert bits(eval(literal(array(values)), {"np": np})) == bits(values[..., None])


def engine_of(settings: dict[str, Any]) -> Columns:
    config = load({"start": [0.3, 0.8], **settings})
    return work_of(config, log_columns(config)).numpy()


def module(engine: Columns) -> tuple[str, dict[str, Any]]:
    """Return an engine's text and what executing it gives; numeric gradients are gdplay's own."""
    text = listing(engine)
    tapes = [engine.tape, *(engine.seeker.tapes if engine.seeker else ())]
    numeric = [node for tape in tapes for node in tape.nodes if node.op == "difference"]
    scope: dict[str, Any] = {numeric_name(node.params[0].method): bind(node, {}) for node in numeric}
    exec(compile(text, "listing", "exec"), scope)
    return text, scope


def assert_true(engine: Columns) -> str:
    """Compare the functions of an engine's text with its tapes, for numbers of any kind; return the text."""
    text, scope = module(engine)
    functions = ["step"] if engine.seeker is None else list(SEARCH)
    tapes: list[Tape] = [engine.tape, *(engine.seeker.tapes if engine.seeker else ())]
    random = np.random.default_rng(7)
    for name, tape in zip(functions, tapes, strict=True):
        for draw in (
            lambda shape: random.uniform(0.1, 2.0, shape),
            lambda shape: random.choice(NASTY, shape),
        ):
            values = {symbol: draw((*symbol.shape, 3)) for symbol, _ in tape.symbols}
            with np.errstate(all="ignore"):
                expected = tape(values)
                found = scope[name](*values.values())
            for a, b in zip(found, expected, strict=True):
                a, b = np.broadcast_arrays(a, b)
                assert bits(a) == bits(b)
    return text


@pytest.mark.sampled(3)
@pytest.mark.parametrize("optimizer", names("optimizers"))
def test_the_text_of_every_optimizer_is_its_tape(optimizer: str) -> None:
    function = {"formula": "[1 - x, 10*(y - x^2)]", "residuals": True}
    for settings in ({"function": VALLEY}, {"function": {"residuals": function["formula"]}}):
        try:
            engine = engine_of({**settings, "optimizer": optimizer})
        except ConfigError:  # wrappers, and methods that need residuals
            continue
        text = assert_true(engine)
        for line in engine.method.statements:
            assert f"{line.name} = " in text


FORMS: dict[str, dict[str, Any]] = {
    "search": {"optimizer": {"name": "bfgs", "learning_rate": {"search": "armijo"}}},
    "bracket": {"optimizer": {"name": "gd", "learning_rate": {"search": "wolfe"}}},
    "numeric": {"gradient": "five-point"},
    "transforms": {
        "optimizer": {"name": "adam", "clip": {"norm": 1, "value": 0.5}, "weight_decay": 0.1},
        "noise": {"gradient": 0.5},
    },
    "schedule": {"optimizer": {"name": "gd", "learning_rate": {"schedule": "plateau"}}},
    "formula": {"optimizer": {"name": "momentum", "momentum": "min(0.9, 1 - 1/t)", "learning_rate": "0.1/t"}},
    "wrapper": {"optimizer": {"wrap": "lookahead", "of": {"name": "adam"}}},
    "stops": {"stop": {"step_norm": 1e-9, "stall": 20, "value": 0.1, "formula": "norm(point) < 0.1"}},
    "vectors": {
        "function": "f(x[3], W[2,3]) = sum(softmax(W @ x)^2) + norm(x)^1.5 + max(x) + cumsum(x)[2]",
        "start": [1, 2, 3, 1, 1, 1, 1, 1, 1],
    },
    "long": {
        "function": {"formula": "f(x[40]) = sum(a*x^4) + prod(x)", "constants": {"a": 2}},
        "start": [1] * 40,
    },
    "literals": {"function": f"f(x, y) = sum({[k / 7 for k in range(30)]}*x) + y^2"},
}


@pytest.mark.parametrize("name", FORMS)
def test_the_text_of_every_form_is_its_tape(name: str) -> None:
    text = assert_true(engine_of({"function": VALLEY, **FORMS[name]}))
    assert max(map(len, text.partition("\n\n\ndef _")[0].splitlines())) <= 100


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", names("functions"))
def test_the_text_of_every_function_is_its_tape(name: str) -> None:
    config = load({"function": name, "optimizer": "adam"})
    assert_true(work_of(config, log_columns(config)).numpy())


def test_the_text_takes_the_step_that_the_engine_takes() -> None:
    engine = engine_of({"function": VALLEY, "optimizer": "adam"})
    engine.advance(3)
    _, scope = module(engine)
    values = {**engine.values, engine.method.t: np.full(1, 4.0)}
    *_, rate, point, m, v = scope["step"](*(values[symbol] for symbol, _ in engine.tape.symbols))
    engine.advance(1)
    after = [engine.method.point, *(memory.before for memory in engine.method.memory)]
    for found, symbol in zip((point, m, v), after, strict=True):
        assert bits(found) == bits(engine.values[symbol])
    assert np.asarray(rate).item() == 0.001


def test_the_rule_speaks_in_its_own_names() -> None:
    text = listing(engine_of({"function": VALLEY, "optimizer": "adam"}))
    for line in (
        "    # f(x, y) = (1 - x)^2 + 100*(y - x^2)^2",
        "    # g: the gradient of f\n    g = ",
        "    # m = beta1*m + (1 - beta1)*g\n    m_new = ",
        "    # v_hat = v/(1 - beta2^t)\n    v_hat = v_new/",
        "    # x = x - lr*m_hat/(sqrt(v_hat) + eps)\n    point_new = point - ",
        "    lr,       # 0.001",
        "    x = point[0]\n",
        "    ends_max_steps = (",
    ):
        assert line in text, line


def test_names_can_do_no_harm(tmp_path: Path) -> None:
    function = f"f({', '.join(HOSTILE)}) = {' + '.join(f'{name}^2' for name in HOSTILE)}"
    step = r"class = 0.5*class + ( # \u2028import os \u202e\n g)\nyield = class\nx = x - lr*yield"
    file = tmp_path / "hostile.yaml"
    file.write_text(
        f"function: {function}\nstart: {[1] * len(HOSTILE)}\n"
        f'optimizer:\n  learning_rate: 0.1\n  state: {{class: 0, sum2: 0}}\n  step: "{step}"\n',
        encoding="utf-8",
    )
    config = load(file)
    engine = work_of(config, log_columns(config)).numpy()
    text = assert_true(engine)
    assert all(character == "\n" or character.isprintable() for character in text)
    tree = ast.parse(text)
    (step,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "step")
    written = [n.id for n in ast.walk(step) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    given = [argument.arg for argument in step.args.args]
    assert len(set(written + given)) == len(written + given)
    assert RESERVED.isdisjoint(written + given)
    assert {"lambda_", "None_", "print_", "np_", "ordered_", "look_", "class_"} <= {*written, *given}
    # nothing is called but NumPy and the functions that the text brings
    calls = [node.func for node in ast.walk(step) if isinstance(node, ast.Call)]
    assert {call.id for call in calls if isinstance(call, ast.Name)} <= {"_concat", "_norm", "ordered"}
    attributes = [call for call in calls if isinstance(call, ast.Attribute)]
    assert {ast.unparse(call.value) for call in attributes if call.attr not in ("astype", "reshape")} == {
        "np"
    }


@pytest.mark.parametrize(
    "name",
    [
        "\x1b[31m",
        "é",
        "a b",
        "__import__",
        "",
        "9",
        "x" * 1000,
        "lr.part[0].x",
        "a\nimport os",
        "step",
        *HOSTILE,
    ],
)
def test_an_identifier_is_one(name: str) -> None:
    taken: set[str] = set()
    for _ in range(3):
        found = identifier(name, taken)
        assert found.isidentifier()
        assert found.isascii()
        assert len(found) < 50
        assert found not in taken
        assert not keyword.iskeyword(found)
        assert not hasattr(builtins, found)
        taken.add(found)
