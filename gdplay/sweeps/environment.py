"""What the last bits of a result depend on: the versions, the C library and the processor behind it."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from typing import Any

import numpy as np

from gdplay.version import VERSION

ARITHMETIC = ("avx", "fma", "sse", "neon", "sve", "fp", "vsx")
"""How the names of processor features begin that numbers are computed with."""

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Environment:
    """Where runs were carried out. Two places that are equal in all of this give the same bits."""

    gdplay: str = UNKNOWN
    numpy: str = UNKNOWN
    llvmlite: str = UNKNOWN
    libm: str = UNKNOWN
    processor: str = UNKNOWN
    instructions: str = UNKNOWN

    @staticmethod
    def of(said: Mapping[str, Any]) -> Environment:
        """Return what was recorded; whatever is missing there is unknown."""
        return Environment(**{row.name: str(said.get(row.name, UNKNOWN)) for row in fields(Environment)})

    def as_data(self) -> dict[str, str]:
        """Return it as plain data."""
        return asdict(self)


@cache
def here() -> Environment:
    """Return what this process computes with."""
    llvmlite, processor, features = _compiler()
    return Environment(VERSION, np.__version__, llvmlite, _libm(), processor, features)


def differences(found: Iterable[Environment]) -> list[str]:
    """Return in words what several environments do not share.

    >>> differences([Environment(numpy="2.3.1"), Environment(numpy="2.4.0")])
    ['numpy 2.3.1 and 2.4.0']
    """
    rows = [each.as_data() for each in found]
    values = {name: list(dict.fromkeys(row[name] for row in rows)) for name in (rows[0] if rows else {})}
    return [
        "instructions" if name == "instructions" else f"{name} {' and '.join(several)}"
        for name, several in values.items()
        if len(several) > 1
    ]


def _libm() -> str:
    name, version = platform.libc_ver()
    return f"{name} {version}" if name else f"{platform.system()} {platform.release()}"


def _compiler() -> tuple[str, str, str]:
    """Return llvmlite's version and what it knows of the processor."""
    from gdplay.engines.compiled.jit import available, host

    if available():
        return "none", platform.processor() or platform.machine(), UNKNOWN
    from importlib.metadata import version

    features = [name[1:] for name in host().features.split(",") if name.startswith("+")]
    used = sorted(name for name in features if name.startswith(ARITHMETIC))
    return version("llvmlite"), host().name, " ".join(used)
