"""A picture that a command writes with ``-o``: its format is the file's suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gdplay.errors import Complaint, ConfigError


def save_picture(draw: Callable[[], Any], path: Path, force: bool) -> str:
    """Draw a figure into a png, svg or pdf file and return its name. Raises ConfigError."""
    from gdplay.files import write_file
    from gdplay.plots import FORMATS

    format = path.suffix.lstrip(".").lower()
    if format not in FORMATS:
        known = ", ".join(f".{f}" for f in FORMATS)
        raise ConfigError(Complaint(f"{path} ends in no picture format", f"end it in {known}", key="-o"))
    from gdplay.plots.save import figure_bytes

    write_file(path, figure_bytes(draw(), format), force)
    return str(path)
