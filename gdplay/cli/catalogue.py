"""gdplay list and gdplay show: what the catalogue holds, and one entry of it as a card."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated, Any

import typer

from gdplay.cli.complete import entries
from gdplay.cli.options import Force, Json, OutFile

WIDTH = 80
KINDS = {"functions": "functions", "optimizers": "optimizers", "plots": "plots"}


def list_entries(
    kind: Annotated[str, typer.Argument(metavar="functions|optimizers|plots", help="What to list.")],
    word: Annotated[
        str | None, typer.Argument(metavar="[WORD]", help="Only entries that contain this word.")
    ] = None,
    json: Json = False,
) -> None:
    """List the functions, optimizers or plots by name.

    Examples:

    gdplay list functions

    gdplay list optimizers momentum
    """
    from gdplay.cli import print_json
    from gdplay.errors import printable

    rows = {
        name: about
        for name, about in _rows(_kind(kind)).items()
        if word is None or word.lower() in f"{name} {about}".lower()
    }
    if json:
        print_json([{"name": name, "summary": about} for name, about in rows.items()])
        return
    width = max(map(len, rows), default=0) + 2
    for name, about in rows.items():
        print(
            printable(
                textwrap.shorten(f"{name:<{width}}" + about, WIDTH, placeholder=" ...", drop_whitespace=False)
                if len(name) + len(about) > WIDTH - 2
                else f"{name:<{width}}{about}"
            )
        )
    if not rows:
        print(f"no {kind} contain {word!r}")


def show(
    kind: Annotated[
        str,
        typer.Argument(
            autocompletion=entries, metavar="[KIND] NAME",
            help="A function's or optimizer's name, with its kind before it if need be.",
        ),
    ],
    name: Annotated[str | None, typer.Argument(hidden=True)] = None,
    out: OutFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Show one function or optimizer: its equations, defaults and source; -o draws a function.

    Examples:

    gdplay show rosenbrock

    gdplay show optimizer adam
    """
    from gdplay.cli import print_json
    from gdplay.errors import printable

    found_kind, found = _find(kind, name)
    card, saved = _function_card(found, out, force) if found_kind == "functions" else (_optimizer_card(found, out), {})
    if json:
        print_json({"kind": found_kind.removesuffix("s"), "name": found, **card, **saved})
        return
    lines: list[str] = [found]
    for label, value in card.items():
        text = str(value)
        parts = text.splitlines() if "\n" in text else textwrap.wrap(text, WIDTH - 17, break_on_hyphens=False)
        lines += [
            f"{label.replace('_', ' ') if k == 0 else '':<16} {part}" for k, part in enumerate(parts or [""])
        ]
    lines += [f"saved {path}" for path in saved.values()]
    print(printable("\n".join(lines)))


def _kind(word: str) -> str:
    from gdplay.errors import Complaint, ConfigError, nearest

    for kind in KINDS:
        if word in (kind, kind.removesuffix("s")):
            return kind
    near = nearest(word, KINDS)
    remedy = f"did you mean {near}?" if near else f"choose one of {', '.join(KINDS)}"
    raise ConfigError(Complaint(f"there is nothing called '{word[:60]}' to list", remedy))


def _rows(kind: str) -> dict[str, str]:
    from gdplay.catalog import entry, names
    from gdplay.plots import PICTURES

    if kind == "plots":
        return {name: picture.shows for name, picture in PICTURES.items()}
    key = "title" if kind == "functions" else "summary"
    return {name: entry(kind, name).text(key) for name in names(kind)}


def _find(kind: str, name: str | None) -> tuple[str, str]:
    from gdplay.catalog import names
    from gdplay.errors import Complaint, ConfigError, nearest

    kinds = [_kind(kind)] if name is not None else ["functions", "optimizers"]
    wanted = name if name is not None else kind
    for candidate in kinds:
        if candidate != "plots" and wanted in names(candidate):
            return candidate, wanted
    known = [entry for candidate in kinds if candidate != "plots" for entry in names(candidate)]
    near = nearest(wanted, known)
    remedy = (
        f"did you mean {near}?"
        if near
        else "gdplay list functions and gdplay list optimizers show what there is"
    )
    raise ConfigError(Complaint(f"there is no entry '{wanted[:60]}'", remedy))


def _function_card(name: str, out: Path | None, force: bool) -> tuple[dict[str, Any], dict[str, str]]:
    from gdplay.cli.card import draw, function_card
    from gdplay.config.functions import function_from

    function = function_from(name)
    card = function_card(function)
    return card.facts, {"file": draw(function, card, out, force)} if out is not None else {}


def _optimizer_card(name: str, out: Path | None) -> dict[str, Any]:
    from gdplay.config.optimizers import catalogued
    from gdplay.errors import Complaint, ConfigError

    if out is not None:
        raise ConfigError(Complaint(f"{name} is an optimizer; -o draws a function", "leave out -o", key="-o"))

    rule = catalogued(name)
    defaults = {"learning_rate": rule.learning_rate, **rule.hyperparameters}
    card: dict[str, Any] = {"summary": rule.summary, "equations": rule.step.rstrip()}
    if rule.state:
        card["state"] = ", ".join(
            f"{key} = {value} before the first step" for key, value in rule.state.items()
        )
    card["defaults"] = ", ".join(f"{key} {value:g}" for key, value in defaults.items())
    return card | {"source": rule.cite}
