"""gdplay validate: all that is wrong with a config, and nothing else done."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from gdplay.cli.options import Json, Settings


def validate(
    config: Annotated[
        str, typer.Argument(metavar="CONFIG", help="The config to check, or - for standard input.")
    ],
    settings: Settings = None,
    json: Json = False,
) -> None:
    """Check a config without running it; every complaint names its file, line and key.

    Example: gdplay validate configs/rosenbrock.yaml
    """
    from gdplay.cli import print_json
    from gdplay.cli.source import read_source
    from gdplay.columns import log_columns
    from gdplay.errors import printable

    checked = read_source(config, settings)
    log_columns(checked)
    if json:
        print_json({"valid": True, "name": checked.name, "notes": list(checked.notes)})
        return
    for note in checked.notes:
        print(f"note: {printable(note)}", file=sys.stderr)
    print(f"{printable(config.strip())}: valid")
