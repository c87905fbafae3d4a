"""The arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Settings = Annotated[
    list[str] | None,
    typer.Argument(metavar="[KEY=VALUE]...", help="Settings laid over the config, such as lr=0.01."),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON document on standard output, and nothing else.")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print no steps and no progress.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="The results' folder itself [default: runs/NAME-N]."),
]
Force = Annotated[bool, typer.Option("--force", help="Replace what gdplay wrote there before.")]
OutFile = Annotated[Path | None, typer.Option("-o", metavar="FILE", help="The file to write.")]
At = Annotated[
    str | None, typer.Option("--at", metavar="x=1,y=2", help="The point, by name or in variable order.")
]
AllowRead = Annotated[
    list[Path] | None,
    typer.Option(
        "--allow-read", metavar="DIR", help="A folder that configs may read from besides their own."
    ),
]
Latex = Annotated[bool, typer.Option("--latex", help="Write mathematics in LaTeX.")]
