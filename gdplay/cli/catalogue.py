"""gdplay list and gdplay show: what the catalogue holds, and one entry of it as a card."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Annotated, Any

import typer

from gdplay.cli.complete import entries
from gdplay.cli.options import Engine, Force, Json, OutFile

WIDTH = 80
ENTRIES = {"functions": "function", "optimizers": "optimizer", "schedules": "schedule", "searches": "search"}
KINDS = {**ENTRIES, "plots": "plot"}
"""The kinds, each with the word for one of them."""


def list_entries(
    kind: Annotated[str, typer.Argument(metavar="|".join(KINDS), help="What to list.")],
    word: Annotated[
        str | None, typer.Argument(metavar="[WORD]", help="Only entries that contain this word.")
    ] = None,
    properties: Annotated[
        list[str] | None,
        typer.Option(
            "--property", metavar="WORD", help="Only functions of which this word holds, such as valley."
        ),
    ] = None,
    smooth: Annotated[bool, typer.Option("--smooth", help="Short for --property smooth.")] = False,
    convex: Annotated[bool, typer.Option("--convex", help="Short for --property convex.")] = False,
    dimension: Annotated[
        int | None, typer.Option("--dimension", metavar="N", help="Only functions of N variables.")
    ] = None,
    json: Json = False,
) -> None:
    """List the functions, optimizers, schedules, searches or plots by name.

    Examples:

    gdplay list functions --smooth --dimension 2

    gdplay list optimizers momentum
    """
    from gdplay.cli import print_json
    from gdplay.errors import printable

    rows = {
        name: about
        for name, about in _rows(_kind(kind)).items()
        if word is None or word.lower() in f"{name} {about}".lower()
    }
    wanted = [*(properties or ()), *["smooth"] * smooth, *["convex"] * convex]
    if wanted or dimension is not None:
        rows = {name: rows[name] for name in _with_properties(_kind(kind), list(rows), wanted, dimension)}
    if json:
        print_json([{"name": name, "summary": about} for name, about in rows.items()])
        return
    width = max(map(len, rows), default=0) + 2
    for name, about in rows.items():
        print(printable(f"{name:<{width}}{textwrap.shorten(about, WIDTH - width, placeholder=' ...')}"))
    if not rows:
        print(f"no {kind} are like that")


def _with_properties(kind: str, listed: list[str], wanted: list[str], dimension: int | None) -> list[str]:
    """Return the functions of which all properties hold and which have, or may have, so many variables."""
    from gdplay.catalog import entry
    from gdplay.catalog.properties import PROPERTIES
    from gdplay.config.functions import function_from
    from gdplay.errors import Complaint, ConfigError, nearest

    if kind != "functions":
        raise ConfigError(
            Complaint(f"{kind} have no properties to choose by", "list functions, or give a word")
        )
    for word in wanted:
        if word not in PROPERTIES:
            near = nearest(word, PROPERTIES)
            remedy = f"did you mean {near}?" if near else f"the words are {', '.join(PROPERTIES)}"
            raise ConfigError(Complaint(f"there is no property '{word[:60]}'", remedy, key="--property"))
    found: list[str] = []
    for name in listed:
        fits = dimension is None
        if dimension is not None:
            family = entry("functions", name).text("dimension") != ""
            try:
                fits = (
                    function_from({"name": name, "dimension": dimension} if family else name).size
                    == dimension
                )
            except ConfigError:  # a family that begins with more variables
                fits = False
        if fits and entry("functions", name).words("properties") >= set(wanted):
            found.append(name)
    return found


def show(
    kind: Annotated[
        str | None,
        typer.Argument(
            autocompletion=entries,
            metavar="[KIND] NAME|CONFIG",
            help="An entry's name, with its kind before it if need be; a config with --schedule or --code.",
        ),
    ] = None,
    name: Annotated[str | None, typer.Argument(hidden=True)] = None,
    settings: Annotated[list[str] | None, typer.Argument(hidden=True)] = None,
    schedule: Annotated[
        bool, typer.Option("--schedule", help="What a config schedules, step by step, without running it.")
    ] = False,
    code: Annotated[
        bool, typer.Option("--code", help="A config's step as the engine has it, with its equations.")
    ] = False,
    engine: Engine = None,
    latex: Annotated[bool, typer.Option("--latex", help="An optimizer's equations in LaTeX.")] = False,
    parity: Annotated[bool, typer.Option("--parity", help="What was compared with torch and Optax.")] = False,
    out: OutFile = None,
    force: Force = False,
    json: Json = False,
) -> None:
    """Show one entry: its equations, defaults and source; -o draws a function, or what is scheduled.

    Of a config --schedule shows what it schedules, --code the text of a step: NumPy's, or LLVM's.

    Examples:

    gdplay show rosenbrock

    gdplay show optimizer adam --latex

    gdplay show configs/schedule.yaml --schedule -o s.png

    gdplay show rosenbrock optimizer=momentum --code --engine numpy

    gdplay show --parity
    """
    from gdplay.cli import print_json
    from gdplay.errors import Complaint, ConfigError, printable

    further = [word for word in (name, *(settings or ())) if word is not None]
    if engine is not None and not code:
        raise ConfigError(Complaint("--engine chooses a form of --code", "add --code", key="--engine"))
    if code and kind is not None:
        from gdplay.cli.code import show_code

        if schedule or latex or parity:
            message = "--code is shown alone"
            raise ConfigError(Complaint(message, "leave out the other forms", key="--code"))
        show_code([kind, *further], engine, out, force, json)
        return
    if schedule and kind is not None:
        from gdplay.cli.schedule import show_schedule

        show_schedule(kind, further, out, force, json)
        return
    if len(further) > 1:
        raise typer.BadParameter(f"{further[1]} is one name too many")
    if kind is None or latex or parity:
        _show_optimizer(kind, name, latex, parity, json)
        return
    found_kind, found = _find(kind, name)
    is_function = found_kind == "functions"
    card, saved = (
        _function_card(found, out, force) if is_function else (_card(found_kind, found, out, json), {})
    )
    if json:
        print_json({"kind": ENTRIES[found_kind], "name": found, **card, **saved})
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

    for kind, one in KINDS.items():
        if word in (kind, one):
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
    from gdplay.config.schedules import named
    from gdplay.config.spelling import own_name
    from gdplay.errors import Complaint, ConfigError, nearest

    kinds = [_kind(kind)] if name is not None else list(ENTRIES)
    wanted = name if name is not None else kind
    for candidate in kinds:
        if candidate != "plots" and wanted in names(candidate):
            return candidate, wanted
    if "optimizers" in kinds and own_name(wanted) in names("optimizers"):
        return "optimizers", own_name(wanted)
    if "schedules" in kinds and (found := named(wanted)) is not None:
        return "schedules", found[0].name
    known = [entry for candidate in kinds if candidate != "plots" for entry in names(candidate)]
    near = nearest(wanted, known)
    remedy = f"did you mean {near}?" if near else f"gdplay list shows what there is: {', '.join(ENTRIES)}"
    raise ConfigError(Complaint(f"there is no entry '{wanted[:60]}'", remedy))


def _function_card(name: str, out: Path | None, force: bool) -> tuple[dict[str, Any], dict[str, str]]:
    from gdplay.cli.card import draw, function_card
    from gdplay.config.functions import function_from

    function = function_from(name)
    card = function_card(function)
    return card.facts, {"file": draw(function, card, out, force)} if out is not None else {}


def _card(kind: str, name: str, out: Path | None, raw: bool) -> dict[str, Any]:
    from gdplay.cli.optimizercard import optimizer_card
    from gdplay.cli.plans import schedule_card, search_card
    from gdplay.errors import Complaint, ConfigError

    if out is not None:
        message = f"{name} is of the {kind}; -o draws a function, or what a config schedules"
        raise ConfigError(Complaint(message, "leave out -o", key="-o"))
    if kind == "optimizers":
        return optimizer_card(name, raw)
    return schedule_card(name) if kind == "schedules" else search_card(name)


def _show_optimizer(kind: str | None, name: str | None, latex: bool, parity: bool, json: bool) -> None:
    """Print an optimizer's equations in LaTeX, or what was compared with torch and Optax."""
    from gdplay.cli import print_json
    from gdplay.cli.optimizercard import latex_card
    from gdplay.cli.paritytable import parity_lines, parity_rows
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
    print("\n".join(parity_lines(versions, rows, {} if found else left, WIDTH)))
