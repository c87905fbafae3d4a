"""gdplay compare: several settings from the same start, on one map and in one table."""

from __future__ import annotations

import sys
import textwrap
from typing import Annotated, Any

import typer

from gdplay.cli.complete import sources
from gdplay.cli.options import Force, Json, Out


def compare(
    config: Annotated[
        str,
        typer.Argument(
            autocompletion=sources, metavar="CONFIG", help="A config, a formula or a catalogue name."
        ),
    ],
    settings: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=A,B,C...", help="Several values are compared, a single one is set."),
    ] = None,
    tune: Annotated[
        bool,
        typer.Option("--tune", help="Find each one's learning rate first, with the same effort for all."),
    ] = False,
    target: Annotated[
        str | None,
        typer.Option(
            "--target", metavar="F", help="The value of f to reach [default: f* + (f(start) - f*)/1000]."
        ),
    ] = None,
    out: Out = None,
    force: Force = False,
    json: Json = False,
) -> int:
    """Compare settings: the same start and budget, one map, a ranked table.

    Examples:

    gdplay compare configs/rosenbrock.yaml optimizer=gd,momentum,adam

    gdplay compare himmelblau optimizer=gd,adam,rmsprop --tune steps=300

    gdplay compare "x^2 + 10*y^2" lr=0.01,0.05,0.09
    """
    from gdplay.cli import print_json
    from gdplay.cli.ranking import ranking
    from gdplay.cli.run import signals
    from gdplay.cli.sweep import request_of
    from gdplay.config.values import parse_number
    from gdplay.errors import Complaint, ConfigError, printable
    from gdplay.plots.quick import import_quickly
    from gdplay.sweeps.compare import save_comparison, terminal_columns
    from gdplay.sweeps.contest import Protocol

    goal = None if target is None else parse_number(target)
    if target is not None and goal is None:
        raise ConfigError(Complaint(f"'{target[:40]}' is no value of f", "write a number", key="--target"))
    import_quickly()
    request = request_of(config, settings, True)
    with signals() as caught:
        protocol = Protocol(tune, goal, lambda: bool(caught))
        rows, summary, folder = save_comparison(request, protocol, out, force)
    if json:
        print_json({**summary, "folder": str(folder.path)})
    else:
        lines = [*ranking(terminal_columns(rows)), ""]
        lines += [f"{'claim' if tune else 'note':<12}{claim}" for claim in summary["claim"]]
        lines += _parted(rows, summary["partings"])
        files = ", ".join(sorted(path.name for path in folder.path.glob("compare*")))
        lines.append(f"{'saved':<12}{folder.path}/   {files}")
        print(printable("\n".join(lines)), file=sys.stdout)
    return {2: 130, 15: 143}[int(caught[0])] if caught else 0


def _parted(rows: list[dict[str, Any]], partings: dict[str, int | None]) -> list[str]:
    """Say at which step each path has left the first one."""
    first = [row["setting"] for row in rows if row["setting"] not in partings]
    if not partings or len(first) != 1:
        return []
    said = [f"{name} {'never' if step is None else f'at step {step}'}" for name, step in partings.items()]
    lines = textwrap.wrap(f"from {first[0]}: {', '.join(said)}", 68)
    return [f"{'parts' if number == 0 else '':<12}{line}" for number, line in enumerate(lines)]
