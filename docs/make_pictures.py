"""The README's pictures, made by gdplay itself.

python docs/make_pictures.py
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from gdplay.cli import execute

HERE = Path(__file__).parent
PICTURES = {
    "rosenbrock.png": ("rosenbrock", ["plot.dpi=80"]),
    "diverges.png": ("diverges", ["plot.dpi=80"]),
}


def main() -> None:
    """Run the configs and save their pictures beside this file."""
    with tempfile.TemporaryDirectory() as folder:
        for file, (config, settings) in PICTURES.items():
            out = Path(folder) / config
            path = HERE.parent / "configs" / f"{config}.yaml"
            status = execute(["run", str(path), *settings, "--quiet", "--out", str(out)])
            if status:
                raise SystemExit(status)
            (HERE / file).write_bytes((out / "trajectory.png").read_bytes())


if __name__ == "__main__":
    main()
