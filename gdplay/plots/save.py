"""A figure as the bytes of a file: the same bytes for the same picture."""

from __future__ import annotations

import io

from matplotlib.figure import Figure

from gdplay.errors import Complaint, ConfigError
from gdplay.plots.figure import own_style

# What each format would otherwise write about the moment and the place of saving.
METADATA: dict[str, dict[str, str | None]] = {
    "png": {"Software": "gdplay"},
    "svg": {"Date": None, "Creator": "gdplay"},
    "pdf": {"CreationDate": None, "ModDate": None, "Creator": "gdplay", "Producer": "gdplay"},
}


def figure_bytes(figure: Figure, format: str) -> bytes:
    """Return a figure as a png, svg or pdf file. Raises ConfigError for another format."""
    if format not in METADATA:
        known = ", ".join(METADATA)
        raise ConfigError(
            Complaint(f"{format!r} is not a picture format", f"write one of {known}", key="plot.format")
        )
    drawn = io.BytesIO()
    with own_style():
        figure.savefig(drawn, format=format, dpi=figure.dpi, metadata=METADATA[format])
    return drawn.getvalue()
