"""gdplay: a playground for gradient descent."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gdplay import version

if TYPE_CHECKING:
    from gdplay.errors import ConfigError, GdplayError, MachineError
    from gdplay.objective import Function, function
    from gdplay.simulation import run
    from gdplay.sweeps.run import sweep
    from gdplay.trace import Trace

__version__ = version.VERSION

HOMES = {
    "function": "gdplay.objective",
    "Function": "gdplay.objective",
    "run": "gdplay.simulation",
    "sweep": "gdplay.sweeps.run",
    "Trace": "gdplay.trace",
    "ConfigError": "gdplay.errors",
    "GdplayError": "gdplay.errors",
    "MachineError": "gdplay.errors",
}
"""Where each public name lives; it is imported at its first use, so that the command starts fast."""

__all__ = [
    "ConfigError",
    "Function",
    "GdplayError",
    "MachineError",
    "Trace",
    "__version__",
    "function",
    "run",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module 'gdplay' has no attribute '{name}'")
    value = getattr(import_module(HOMES[name]), name)
    globals()[name] = value
    return value
