"""What FORMULA|CONFIG|RUN on a command line means: by its form alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from gdplay.catalog import names
from gdplay.config.load import Config, check, from_formula, load
from gdplay.config.source import MOST_BYTES
from gdplay.errors import Complaint, ConfigError


def kind_of(text: str) -> str:
    """Return stdin, config, run, function or formula."""
    text = text.strip()
    if text == "-":
        return "stdin"
    if text.endswith((".yaml", ".yml")):
        return "config"
    if os.path.isfile(os.path.join(text, "summary.json")):
        return "run"
    if text in names("functions"):
        return "function"
    return "config" if _is_path(text) else "formula"


def _is_path(text: str) -> bool:
    """Tell a path from a formula with a division: a path has no spaces or brackets, and begins like one."""
    if not any(separator in text for separator in {"/", os.sep}):
        return False
    return text.startswith(("/", "./", "../", "~")) or os.path.isdir(os.path.dirname(text))


def read_source(
    text: str, settings: Sequence[str] | None = None, to_run: bool = True, roots: Sequence[Path] | None = None
) -> Config:
    """Return the config that an argument means; to be run, f is finite at its start.

    Files below ``roots`` may be read besides those below the config's own folder. Raises ConfigError.
    """
    overrides = list(settings or ())
    match kind_of(text):
        case "stdin":
            from gdplay.config.document import read_document

            data = sys.stdin.buffer.read(MOST_BYTES + 1) if sys.stdin is not None else b""
            return check(read_document(data, "standard input"), overrides, "stdin", to_run=to_run)
        case "config":
            return load(Path(text.strip()), overrides, roots or (), to_run=to_run)
        case "run":
            return load(Path(text.strip()) / "config.yaml", overrides, to_run=to_run)
        case _:
            return from_formula(text.strip(), overrides, to_run)


def further_configs(words: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Split what stands behind the first config into more configs and KEY=VALUE settings."""
    configs = [word for word in words or () if word.endswith((".yaml", ".yml")) and "=" not in word]
    return configs, [word for word in words or () if word not in configs]


def saved_run(text: str) -> Path:
    """Return the folder of a finished run. Raises ConfigError where it is none."""
    path = Path(text.strip())
    if kind_of(text) != "run":
        what = (
            "it has no summary.json: the run was not finished" if path.is_dir() else "there is no such folder"
        )
        raise ConfigError(
            Complaint(f"{text.strip()} is no saved run: {what}", "give the folder that gdplay run wrote")
        )
    return path
