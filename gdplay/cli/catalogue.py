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
        print(printable(f"{name:<{width}}{textwrap.shorten(about, WIDTH - width, placeholder=' ...')}"))
    if not rows:
        print(f"no {kind} contain {word!r}")


def show(
    kind: Annotated[
        str | None,
        typer.Argument(
            autocompletion=entries, metavar="[KIND] NAME",
            help="A function's or optimizer's name, with its kind before it if need be.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Argument(hidden=True)] = None,
    latex: Annotated[bool, typer.Option("--latex", help="An optimizer's equations in LaTeX.")] = False,
    parity: Annotated[bool, typer.Option("--parity", help="What was compared with torch and Optax.")] = False,
    out: OutFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Show one function or optimizer: its equations, defaults and source; -o draws a function.

    Examples:

    gdplay show rosenbrock

    gdplay show optimizer adam --latex

    gdplay show --parity
    """
    from gdplay.cli import print_json
    from gdplay.errors import printable

    if kind is None or latex or parity:
        _show_optimizer(kind, name, latex, parity, json)
        return
    found_kind, found = _find(kind, name)
    is_function = found_kind == "functions"
    card, saved = _function_card(found, out, force) if is_function else (_optimizer_card(found, out, json), {})
    if json:
        print_json({"kind": found_kind.removesuffix("s"), "name": found, **card, **saved})
        return
    lines: list[str] = [found]
    for label, value in card.items():
        text = str(value)
        hang = "    " if "\n" in text else ""
        parts = [
            part
            for line in text.splitlines()
            for part in textwrap.wrap(line, WIDTH - 17, break_on_hyphens=False, subsequent_indent=hang)
        ]
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
    from gdplay.config.spelling import own_name
    from gdplay.errors import Complaint, ConfigError, nearest

    kinds = [_kind(kind)] if name is not None else ["functions", "optimizers"]
    wanted = name if name is not None else kind
    for candidate in kinds:
        if candidate != "plots" and wanted in names(candidate):
            return candidate, wanted
    if "optimizers" in kinds and own_name(wanted) in names("optimizers"):
        return "optimizers", own_name(wanted)
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


def _optimizer_card(name: str, out: Path | None, raw: bool) -> dict[str, Any]:
    from gdplay.cli.optimizercard import optimizer_card
    from gdplay.errors import Complaint, ConfigError

    if out is not None:
        raise ConfigError(Complaint(f"{name} is an optimizer; -o draws a function", "leave out -o", key="-o"))
    return optimizer_card(name, raw)


def _show_optimizer(kind: str | None, name: str | None, latex: bool, parity: bool, json: bool) -> None:
    """Print an optimizer's equations in LaTeX, or what was compared with torch and Optax."""
    from gdplay.cli import print_json
    from gdplay.cli.optimizercard import latex_card, parity_rows
    from gdplay.errors import Complaint, ConfigError

    found_kind, found = _find(kind, name) if kind is not None else ("optimizers", None)
    if found_kind != "optimizers" or (found is None and not parity):
        message = "--latex and --parity are of optimizers" if kind is not None else "show needs a name"
        raise ConfigError(Complaint(message, "write, for example, gdplay show adam"))
    if latex and found is not None:
        forms = latex_card(found)
        if json:
            print_json({"kind": "optimizer", "name": found, "latex": forms})
            return
        for convention, text in forms.items():
            print(f"% {found}, {convention}\n{text}")
        return
    versions, rows, left = parity_rows(found)
    if json:
        print_json({"versions": versions, "compared": rows, "left_out": left})
        return
    print(f"compared with {versions}; the paths agree up to these steps on Rosenbrock, an")
    print("ill-conditioned quadratic, Beale and Himmelblau (of 500; less where a path is chaotic)")
    for row in rows:
        print(f"{row['optimizer']:<20}{row['original']:<40}{row['steps']}")
        if row["settings"]:
            print(textwrap.fill(row["settings"], WIDTH, initial_indent=" " * 20, subsequent_indent=" " * 20))
    if found is None:
        print("left out, or compared less strictly")
    for original, reason in left.items() if found is None else ():
        print(textwrap.fill(f"{original}: {reason}", WIDTH, initial_indent="  ", subsequent_indent="    "))
