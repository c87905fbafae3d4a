"""gdplay validate: all that is wrong with a config, and nothing else done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from gdplay.cli.complete import sources
from gdplay.cli.options import AllowRead, Json, Settings

if TYPE_CHECKING:
    from gdplay.config.load import Config
    from gdplay.errors import Complaint


def validate(
    config: Annotated[
        str,
        typer.Argument(
            autocompletion=sources, metavar="CONFIG", help="The config to check, or - for standard input."
        ),
    ],
    settings: Settings = None,
    allow_read: AllowRead = None,
    json: Json = False,
) -> None:
    """Check configs without running them; every complaint names its file, line and key.

    Example: gdplay validate configs/rosenbrock.yaml
    """
    from gdplay.cli import print_json
    from gdplay.cli.source import further_configs, read_source
    from gdplay.columns import log_columns
    from gdplay.errors import ConfigError, printable

    more, values = further_configs(settings)
    checked: list[tuple[str, Config]] = []
    complaints: list[Complaint] = []
    for text in (config, *more):
        try:
            checked.append((text.strip(), read_source(text, values, roots=allow_read)))
            log_columns(checked[-1][1])
        except ConfigError as error:
            complaints += error.complaints
    if complaints:
        raise ConfigError(*complaints)
    if json:
        found = [{"valid": True, "name": each.name, "notes": list(each.notes)} for _, each in checked]
        print_json(found if more else found[0])
        return
    for text, each in checked:
        for note in each.notes:
            print(f"note: {printable(note)}", file=sys.stderr)
        print(f"{printable(text)}: valid")
