"""The arrays of a sweep: numbers of any kind, or texts."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

Column = NDArray[Any]
