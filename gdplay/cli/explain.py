"""gdplay explain: the chain rule step by step for a function, the equations with numbers for a run."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gdplay.cli.complete import sources
from gdplay.cli.options import At, Force, Json, Latex, OutFile, Settings

if TYPE_CHECKING:
    from gdplay.backprop import Backprop
    from gdplay.lesson import Told
    from gdplay.objective import Function

MOST_SHOWN = 20


def explain(
    source: Annotated[
        str,
        typer.Argument(
            autocompletion=sources,
            metavar="FORMULA|CONFIG|RUN",
            help="A formula, a catalogue name, a config, or a saved run.",
        ),
    ],
    settings: Settings = None,
    at: At = None,
    wrt: Annotated[
        str | None,
        typer.Option("--wrt", metavar="x", help="Only the partial derivatives by these coordinates."),
    ] = None,
    step: Annotated[
        int | None, typer.Option("--step", metavar="K", help="Which step of a saved run.")
    ] = None,
    latex: Latex = False,
    out: OutFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Tell the chain rule step by step, or one step of a saved run.

    Examples:

    gdplay explain "h(x) = 3(2x^2)^5" --at 1

    gdplay explain "relu(w*x + b)" --at w=1,x=2,b=-1 -o graph.svg

    gdplay explain runs/rosenbrock-1 --step 3
    """
    from gdplay.errors import Complaint, ConfigError

    if step is not None:
        for name, given in {"--at": at, "--wrt": wrt, "-o": out, "--latex": latex or None}.items():
            if given is not None:
                raise ConfigError(
                    Complaint(f"{name} does not go with --step", "leave one of them out", key=name)
                )
        _explain_step(source, settings or [], step, json)
        return
    _explain_function(source, settings, at, wrt, latex, out, force, json)


def _explain_function(
    source: str, settings: list[str] | None, at: str | None, wrt: str | None, latex: bool, out: Any,
    force: bool, json: bool,
) -> None:  # fmt: skip
    from gdplay.backprop import backprop
    from gdplay.cli import print_json
    from gdplay.cli.lecture import latex_lines
    from gdplay.cli.point import read_at
    from gdplay.cli.source import read_source
    from gdplay.errors import printable

    config = read_source(source, settings, to_run=False)
    function = config.function
    point = config.start if at is None else read_at(at, function)
    told, left_out = _told(function, wrt)
    passes = backprop(function, point)
    saved = None if out is None else _draw(function, passes, out, force)
    if json:
        print_json({**_document(function, passes, told), **({"file": saved} if saved else {})})
        return
    if latex:
        lines = latex_lines(told)
    else:
        lines = _lines(function, passes, told, "" if at is not None else " (the start)")
    if left_out:
        print(f"note: {printable(left_out)}", file=sys.stderr)
    print(printable("\n".join(lines)))
    if saved:
        print(f"saved {printable(saved)}")


def _told(function: Function, wrt: str | None) -> tuple[list[Told], str]:
    """Return the derivations; where none was asked for and none can be given, why."""
    from gdplay.errors import ConfigError
    from gdplay.lesson import choose, derivations

    which = choose(function, wrt)
    if not which:
        named = f"--wrt '{function.coordinates[0]}'"
        return [], f"{function.size} coordinates: a derivation is told for those that {named} names"
    try:
        return derivations(function, which), ""
    except ConfigError as error:
        if wrt is not None:
            raise
        return [], f"no derivation: {error}"


def _lines(function: Function, passes: Backprop, told: list[Told], which: str) -> list[str]:
    from gdplay.cli import lecture

    lines = lecture.line(function.line)
    lines += [*lecture.line(f"at {lecture.place(function, passes.point)}{which}"), ""]
    if len(passes.forward) > lecture.MOST_NODES:
        count = f"{len(passes.forward)} nodes are too many for tables of {lecture.MOST_NODES}"
        lines += [f"{count}; --json has them all", ""]
    else:
        lines += [*lecture.forward_table(passes), "", *lecture.backward_table(passes), ""]
    for one in told:
        lines += [*lecture.derivation_lines(one), ""]
    lines += lecture.line(f"f        = {lecture.number(passes.value)}")
    return lines + lecture.line(
        f"gradient = [{', '.join(lecture.number(float(v)) for v in passes.gradient)}]"
    )


def _document(function: Function, passes: Backprop, told: list[Told]) -> dict[str, Any]:
    from gdplay.formula.notation import to_latex

    return {
        "function": function.text,
        "at": dict(zip(function.coordinates, passes.point, strict=True)),
        "f": passes.value,
        "gradient": dict(zip(function.coordinates, passes.gradient, strict=True)),
        "forward": [
            {
                "name": n.name,
                "kind": n.kind,
                "formula": n.formula or None,
                "needs": list(n.needs),
                "value": n.value,
            }
            for n in passes.forward
        ],
        "backward": [
            {
                "name": b.name,
                "paths": list(b.paths),
                "incoming": b.incoming,
                "shares": [
                    {"to": s.to, "formula": s.formula, "local": s.local, "value": s.value} for s in b.shares
                ],
            }
            for b in passes.backward
        ],
        "derivations": [
            {
                "by": one.coordinate,
                "steps": [
                    {"rule": rule, "before": before, "after": after, "latex": f"{lb} = {la}"}
                    for (rule, before, after), (_, lb, la) in zip(
                        one.derivation.plain(), one.derivation.latex(), strict=True
                    )
                ],
                "result": one.derivation.plain()[-1][2],
                "latex": to_latex(one.derivation.shortest),
                "checked_at": one.compared,
            }
            for one in told
        ],
    }


def _draw(function: Function, passes: Backprop, out: Any, force: bool) -> str:
    from gdplay.cli.picture import save_picture
    from gdplay.plots import PICTURES

    return save_picture(lambda: PICTURES["graph"].load()(passes, function.line), out, force)


def _explain_step(source: str, settings: list[str], step: int, json: bool) -> None:
    from gdplay.cli import print_json
    from gdplay.cli.recital import step_document, step_lines
    from gdplay.cli.source import saved_run
    from gdplay.errors import Complaint, ConfigError, printable
    from gdplay.onestep import explain_step

    if settings:
        raise ConfigError(
            Complaint("a saved step takes no settings", "leave out KEY=VALUE", key=settings[0][:60])
        )
    told = explain_step(saved_run(source), step)
    if json:
        print_json(step_document(told))
    else:
        print(printable("\n".join(step_lines(told))))
