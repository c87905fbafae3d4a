"""Whole processes from start to exit: gdplay beside the least that could do the same.

python benchmarks/startup.py [ROUNDS]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from clock import compare, machine

HERE = Path(__file__).parent
CONFIG = HERE.parent / "configs" / "rosenbrock.yaml"


def main(rounds: int) -> None:
    """Print the table."""
    python = sys.executable
    gdplay = str(Path(python).with_name("gdplay"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run = [gdplay, "run", str(CONFIG), "--out", str(folder / "run"), "--force"]
        bare = [python, str(HERE / "bare_picture.py"), str(folder)]
        cases = [
            ("gdplay run configs/rosenbrock.yaml : NumPy and Matplotlib", run, bare, "at most 1.3"),
            (
                "gdplay --help : python -c 'import typer'",
                [gdplay, "--help"],
                [python, "-c", "import typer"],
                "under 2.5",
            ),
            (
                "gdplay --version : python -c 'import typer'",
                [gdplay, "--version"],
                [python, "-c", "import typer"],
                "-",
            ),
        ]
        print(f"{machine()}; medians of {rounds} rounds\n")
        print(f"{'':<58} {'gdplay':>11} {'yardstick':>11} {'ratio':>8}   target")
        for title, command, yardstick, target in cases:
            print(compare(command, yardstick, rounds, folder).row(title, target))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
