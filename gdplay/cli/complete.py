"""What the shell offers when the user presses the tabulator key."""

from __future__ import annotations

from pathlib import Path


def sources(incomplete: str) -> list[str]:
    """Return the catalogue's functions and the configs below this folder that begin so."""
    from gdplay.catalog import names

    folder = Path(incomplete).parent
    files = [str(path) for pattern in ("*.yaml", "*.yml", "*/*.yaml") for path in folder.glob(pattern)]
    return [text for text in (*files, *names("functions")) if text.startswith(incomplete)]


def entries(incomplete: str) -> list[str]:
    """Return the catalogue's names that begin so."""
    from gdplay.catalog import KINDS, names

    return [name for kind in KINDS for name in names(kind) if name.startswith(incomplete)]
