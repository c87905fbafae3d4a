"""What gdplay writes into a folder, and therefore all that it may ever delete there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from gdplay.jsontext import loads
from gdplay.places import what_is_at

SUMMARY = "summary.json"
LARGEST_SUMMARY = 64_000_000  # bytes

CHUNKS = "chunks"
"""The folder of a sweep's finished parts, each named by two hashes."""

COMPARED = "compare.csv"
"""What was found of each contender."""

SCANNED = "scan.csv"
"""What a search for the learning rate has seen."""

CHUNK = re.compile(r"\.?[0-9a-f]{32}-[0-9a-f]{32}\.parquet(\.\w+)?")

# The stem of a file's name, and the suffixes that it comes with.
WRITTEN = {
    "config":     ("yaml",),
    "summary":    ("json",),
    "steps":      ("csv", "parquet"),
    "sweep":      ("csv", "parquet"),
    "trajectory": ("png", "svg", "pdf"),
    "curves":     ("parquet", "png", "svg", "pdf"),
    "rates":      ("png", "svg", "pdf"),
    "heat":       ("png", "svg", "pdf"),
    "compare":    ("png", "svg", "pdf", "csv"),
    "stability":  ("png", "svg", "pdf"),
    "scan":       ("csv",),
    "map":        ("png", "svg", "pdf", "npz"),
}  # fmt: skip


def is_ours(path: Path) -> bool:
    """Tell whether gdplay has finished this folder: its summary says a status and gdplay's version."""
    summary = path / SUMMARY
    try:
        if what_is_at(path) != "a folder" or what_is_at(summary) != "a file":
            return False
        if summary.stat().st_size > LARGEST_SUMMARY:
            return False
        said = loads(summary.read_bytes())
    except (OSError, ValueError):
        return False
    return (
        isinstance(said, dict)
        and "status" in said
        and isinstance(said.get("versions"), dict)
        and "gdplay" in said["versions"]
    )


def foreign(path: Path) -> Iterator[str]:
    """Yield the names in a folder that gdplay did not write; a folder of gdplay inside counts as written."""
    for entry in sorted(path.iterdir()):
        found = what_is_at(entry)
        if found == "a folder" and is_ours(entry):
            yield from (f"{entry.name}/{inner}" for inner in foreign(entry))
        elif found == "a folder" and entry.name == CHUNKS:
            yield from (f"{CHUNKS}/{inner.name}" for inner in sorted(entry.iterdir()) if not _is_chunk(inner))
        elif found != "a file" or not _is_written(entry.name):
            yield entry.name


def unfinished(path: Path) -> Iterator[Path]:
    """Yield the files in a folder, and among its chunks, that were to appear whole but have not yet."""
    for entry in sorted((*path.glob(".*"), *(path / CHUNKS).glob(".*"))):
        if _is_chunk(entry) if entry.parent.name == CHUNKS else _is_written(entry.name):
            yield entry


def _is_chunk(path: Path) -> bool:
    return what_is_at(path) == "a file" and CHUNK.fullmatch(path.name) is not None


def _is_written(name: str) -> bool:
    if name.startswith("."):  # what a killed process leaves of a file that was to appear whole
        name = name[1:].rpartition(".")[0]
    stem, _, suffix = name.rpartition(".")
    stem = re.sub("-[0-9]{1,4}$", "", stem)  # of several pictures of a kind each has its number
    return suffix in WRITTEN.get(stem, ())
