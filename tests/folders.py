"""Folders and files as the tests of the disk see them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gdplay.errors import ConfigError
from gdplay.folder import claim
from gdplay.jsontext import dumps

ROOT = Path(__file__).parents[1]
SUMMARY = dumps({"status": "converged", "versions": {"gdplay": "0.1.0"}})


def content(folder: Path) -> dict[str, bytes]:
    """Every file and link below a folder, with what it holds."""
    return {
        str(path.relative_to(folder)): os.readlink(path).encode() if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


def finished(path: Path, text: str = "old") -> Path:
    """A run's folder, as gdplay leaves it."""
    with claim(path, "run", path.parent, force=False) as folder:
        folder.write("config.yaml", text)
        folder.write("summary.json", SUMMARY)
    return path


def refused(out: Path, force: bool = False) -> str:
    """The text of the refusal of a folder."""
    with pytest.raises(ConfigError) as caught:
        claim(out, "run", out.parent, force)
    (complaint,) = caught.value.complaints
    assert complaint.key == "--out"
    assert "choose another --out" in complaint.remedy or "name the new folder" in complaint.remedy
    return str(caught.value)


def run_python(code: str, *arguments: str) -> subprocess.Popen[str]:
    """Start another process that can import gdplay."""
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def umask() -> int:
    """The bits that new files and folders of this process lack."""
    os.umask(mask := os.umask(0))
    return mask
