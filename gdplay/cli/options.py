"""The arguments and options that several commands share."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated

import typer

from gdplay.errors import Complaint, ConfigError

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
Resume = Annotated[
    bool, typer.Option("--resume", help="Go on in the folder --out: only what is missing is run.")
]
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

Engine = Annotated[
    str | None,
    typer.Option(
        "--engine",
        metavar="auto|numpy|compiled",
        help="What carries out the steps [default: the config's; auto weighs the work].",
    ),
]
Threads = Annotated[
    str | None,
    typer.Option(
        "--threads",
        metavar="N",
        help="How many processors to use [default: all]; no result depends on it.",
    ),
]
Latex = Annotated[bool, typer.Option("--latex", help="Write mathematics in LaTeX.")]


def with_engine(settings: list[str] | None, engine: str | None) -> list[str]:
    """Return the settings with that of --engine, which wins, behind them. Raises ConfigError."""
    from gdplay.config.keys import ENGINES

    if engine is None:
        return list(settings or ())
    if engine not in ENGINES:
        message, remedy = f"there is no engine '{engine[:40]}'", f"choose one of {', '.join(ENGINES)}"
        raise ConfigError(Complaint(message, remedy, key="--engine"))
    return [*(settings or ()), f"engine={engine}"]


def on(threads: str | None) -> AbstractContextManager[None]:
    """Return the context in which so many threads work as --threads says. Raises ConfigError."""
    from gdplay.engines.compiled.threads import MOST, at_most

    if threads is None:
        return at_most(None)
    text = threads.strip()  # a leading minus is shielded by a space
    if not (text.isascii() and text.isdigit() and len(text) < 9 and 1 <= int(text) <= MOST):
        message = f"'{text[:40]}' is no number of threads"
        raise ConfigError(Complaint(message, f"write 1 to {MOST}", key="--threads"))
    return at_most(int(text))
