"""How a command imports Matplotlib: without the docstrings that nobody reads."""

from __future__ import annotations

import sys


def import_quickly() -> None:
    """Import Matplotlib's classes without writing their lists of properties into their docstrings.

    Matplotlib composes those of some hundred classes while it is imported, a fifth of the time that takes.
    Only a process that ends with its command may do so: in a notebook the docstrings are read.
    """
    if "matplotlib.artist" in sys.modules:
        return
    from matplotlib import artist

    written = artist.kwdoc
    artist.kwdoc = lambda artist: ""
    try:
        import matplotlib.figure  # noqa: F401 - for what it imports
    finally:
        artist.kwdoc = written
