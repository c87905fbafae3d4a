"""The commands' names, and what ``gdplay --help`` says."""

from __future__ import annotations

from typing import Annotated

import typer

from gdplay.cli.catalogue import list_entries, show
from gdplay.cli.check import check
from gdplay.cli.compare import compare
from gdplay.cli.explain import explain
from gdplay.cli.grad import grad
from gdplay.cli.make import new, schema
from gdplay.cli.map import draw_map
from gdplay.cli.plot import plot
from gdplay.cli.run import run
from gdplay.cli.sweep import sweep
from gdplay.cli.validate import validate
from gdplay.cli.words import Commands
from gdplay.version import VERSION

app = typer.Typer(
    name="gdplay",
    cls=Commands,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help="A playground for gradient descent: describe a function and an optimizer, watch every step.\n\n"
    "Start with: gdplay run rosenbrock, or gdplay run configs/rosenbrock.yaml.",
)

app.command("run")(run)
app.command("sweep")(sweep)
app.command("compare")(compare)
app.command("map")(draw_map)
app.command("grad")(grad)
app.command("check")(check)
app.command("explain")(explain)
app.command("plot")(plot)
app.command("list")(list_entries)
app.command("show")(show)
app.command("new")(new)
app.command("validate")(validate)
app.command("schema")(schema)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"gdplay {VERSION}")
        raise typer.Exit


@app.callback()
def top(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Hold the options that stand before a command."""
