"""The command line as the tests call it: in this process, or as a process of its own."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gdplay.cli import execute

COMMAND = (sys.executable, "-m", "gdplay")


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output."""
        return json.loads(self.out)


def call(*words: str) -> Said:
    """Carry out one command line in this process and folder."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = execute(words)
    return Said(status, out.getvalue(), err.getvalue())


def process(*words: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """Carry out one command line as a process, and wait for it."""
    return subprocess.run(
        [*COMMAND, *words], capture_output=True, text=True, timeout=60, check=False, **options
    )


def start(*words: str, **options: Any) -> subprocess.Popen[str]:
    """Start a process that carries out one command line."""
    return subprocess.Popen(
        [*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def content(folder: Path) -> dict[str, bytes]:
    """Every file, link and folder below a folder, with what it holds."""
    return {
        str(path.relative_to(folder)): os.readlink(path).encode()
        if path.is_symlink()
        else path.read_bytes()
        if path.is_file()
        else b"a folder"
        for path in sorted(folder.rglob("*"))
    }
