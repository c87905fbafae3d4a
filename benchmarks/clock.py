"""How two whole processes are compared: in rounds that alternate, by the median of their ratios."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Comparison:
    """Seconds of each round for the command in question and for its yardstick."""

    seconds: list[float]
    yardstick: list[float]

    @property
    def ratio(self) -> float:
        """The median of the rounds' ratios: a slow moment of the machine touches both sides of a round."""
        return statistics.median(a / b for a, b in zip(self.seconds, self.yardstick, strict=True))

    def row(self, title: str, target: str) -> str:
        """Return a row of the table."""
        ours, other = (1e3 * statistics.median(times) for times in (self.seconds, self.yardstick))
        return f"{title:<58} {ours:8.0f} ms {other:8.0f} ms {self.ratio:8.2f}   {target}"


def compare(command: Sequence[str], yardstick: Sequence[str], rounds: int, folder: Path) -> Comparison:
    """Time two commands in alternating rounds, after one round that warms the disk's cache."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds + 1):
        # which of the two comes first changes from round to round
        for side in (0, 1) if number % 2 else (1, 0):
            taken = seconds((command, yardstick)[side], folder)
            if number:
                times[side].append(taken)
    return Comparison(*times)


def seconds(command: Sequence[str], folder: Path) -> float:
    """Return the wall-clock time of a process. Raises CalledProcessError where it fails."""
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def machine() -> str:
    """Describe the machine: its processor, cores, Python and NumPy."""
    model = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        named = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = named[0].split(":", 1)[1].strip() if named else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}"
