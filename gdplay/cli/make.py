"""gdplay new and gdplay schema: help with writing configs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gdplay.cli.options import Force, Json, OutFile


def new(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The config's name.")] = "config",
    force: Force = False,
    json: Json = False,
) -> None:
    """Write a commented config to start from: NAME.yaml in this folder.

    Example: gdplay new valley, then gdplay run valley.yaml
    """
    from gdplay.cli import print_json
    from gdplay.config.template import template
    from gdplay.files import write_file
    from gdplay.places import component

    file = component(name.strip().removesuffix(".yaml"), "NAME") + ".yaml"
    write_file(Path(file), template(file), force, "NAME")
    if json:
        print_json({"file": file})
    else:
        print(f"saved {file}; run it with: gdplay run {file}")


def schema(out: OutFile = None, force: Force = False) -> None:
    """Print the JSON Schema of a config, from which editors complete keys.

    Example: gdplay schema -o gdplay.schema.json, and in the config's first line:
    # yaml-language-server: $schema=gdplay.schema.json
    """
    from gdplay.cli import print_json
    from gdplay.config.schema import schema as config_schema
    from gdplay.errors import printable
    from gdplay.files import write_file
    from gdplay.jsontext import dumps

    if out is None:
        print_json(config_schema())
    else:
        write_file(out, dumps(config_schema(), indent=2) + "\n", force)
        print(f"saved {printable(str(out))}")
