"""Saving a figure: the same bytes for the same picture, whole or not at all."""

from __future__ import annotations

import io
import os
import tempfile
from pathlib import Path as FilePath

from matplotlib.figure import Figure

from gdplay.errors import Complaint, ConfigError, MachineError
from gdplay.plots.figure import own_style

# What each format would otherwise write about the moment and the place of saving.
METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": "gdplay"},
    "svg": {"Date": None, "Creator": "gdplay"},
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": "gdplay", "Producer": "gdplay"},
}


def save_figure(figure: Figure, path: str | os.PathLike[str], format: str) -> None:
    """Write a figure as png, svg or pdf; the file appears whole or not at all.

    Raises ConfigError for another format and MachineError where the file cannot be written.
    """
    if format not in METADATA:
        known = ", ".join(METADATA)
        raise ConfigError(
            Complaint(f"{format!r} is not a picture format", f"write one of {known}", key="plot.format")
        )
    drawn = io.BytesIO()
    with own_style():
        figure.savefig(drawn, format=format, dpi=figure.dpi, metadata=METADATA[format])
    _write(FilePath(path), drawn.getvalue())


def _write(path: FilePath, content: bytes) -> None:
    temporary = None
    try:
        descriptor, temporary = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".part"
        )
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes the file the owner's alone; a picture gets what the user's umask gives.
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
        temporary = None
    except OSError as error:
        raise MachineError(f"{path}: the picture could not be written: {error.strerror or error}") from error
    finally:
        if temporary is not None:
            FilePath(temporary).unlink(missing_ok=True)
