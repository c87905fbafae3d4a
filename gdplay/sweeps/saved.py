"""A saved sweep read back from its folder, and its pictures drawn again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gdplay.errors import Complaint, ConfigError
from gdplay.sweeps.curves import read_curves
from gdplay.sweeps.pictures import Gallery, pictures
from gdplay.sweeps.request import read_request
from gdplay.sweeps.result import Table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILES = ("sweep.parquet", "sweep.csv")


def is_sweep(folder: Path) -> bool:
    """Tell whether a folder holds a sweep's table."""
    return any((folder / name).is_file() for name in FILES)


def load_sweep(folder: Path) -> Gallery:
    """Return a saved sweep. Raises ConfigError where it is damaged."""
    import pyarrow as pa
    import pyarrow.csv as pc
    import pyarrow.parquet as pq

    path = next(folder / name for name in FILES if (folder / name).is_file())
    try:
        table = pq.read_table(path) if path.suffix == ".parquet" else pc.read_csv(path)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, str(error).partition("\n")[0]) from error
    request = read_request(folder / "config.yaml")
    needed = ("run", *request.keys, "status", "steps", "best_f", "final_f")
    missing = [name for name in needed if name not in table.column_names]
    if missing:
        raise _damaged(path, f"it has no column {missing[0]}")
    columns = {name: table[name].to_numpy() for name in table.column_names}
    return Gallery(request, Table(columns))


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


def _damaged(path: Path, what: str) -> ConfigError:
    return ConfigError(Complaint(f"the saved sweep is damaged: {what}", "carry it out again", file=str(path)))
