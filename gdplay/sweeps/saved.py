"""A saved sweep read back from its folder, and its pictures drawn again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gdplay.errors import Complaint, ConfigError
from gdplay.sweeps.curves import read_curves
from gdplay.sweeps.gallery import Gallery
from gdplay.sweeps.pictures import pictures
from gdplay.sweeps.request import read_request
from gdplay.sweeps.tablefile import SavedTable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def load_sweep(folder: Path) -> Gallery:
    """Return what is drawn of a saved sweep. Raises ConfigError where it is damaged."""
    request = read_request(folder / "config.yaml")
    return Gallery.of(request, SavedTable.of(request, folder))


def draw_sweep(folder: Path, kind: str | None = None) -> Figure:
    """Draw a picture of a saved sweep, the first unless ``kind`` names another. Raises ConfigError."""
    gallery = load_sweep(folder)
    found = pictures(gallery, lambda: read_curves(folder))
    if not found:
        message = "no swept key of this sweep has numbers, so there is no picture of it"
        raise ConfigError(Complaint(message, "sweep the learning rate, for example", file=str(folder)))
    if kind is not None and kind not in found:
        message = f"this sweep has no picture '{kind[:40]}'"
        raise ConfigError(Complaint(message, f"choose one of {', '.join(found)}", key="plot.kind"))
    return found[kind or next(iter(found))]()
