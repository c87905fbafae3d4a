"""Coverage-guided fuzzing of whole configs: ``python tests/fuzz/fuzz_config.py -max_total_time=600``.

Needs Atheris (``pip install gdplay[fuzz]``). The bytes that come in are a config as it would be read from
a file, and settings in the lines after a line of ``%%``. Nothing but GdplayError may be raised; a config that
is accepted runs three steps. Inputs that break this are written to the current folder as crash-... files.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gdplay"]):
    from gdplay.config.document import read_document
    from gdplay.config.load import check
    from gdplay.errors import GdplayError, printable
    from gdplay.simulation import simulate

FOLDER = Path(__file__).resolve().parents[2]
SEPARATOR = b"\n%%\n"
MOST_SIZE = 2_000
"""Larger problems are the business of the tests of limits; here they would only be slow."""


def one_input(data: bytes) -> None:
    """Read one config, and run it where it is accepted."""
    text, _, rest = data.partition(SEPARATOR)
    settings = rest.decode("utf-8", "surrogateescape").split("\n") if rest else []
    try:
        config = check(read_document(text, "fuzz.yaml"), settings, "fuzz")
        if config.function.size <= MOST_SIZE:
            short = replace(config.criteria, max_steps=min(3, config.criteria.max_steps))
            trace = simulate(
                replace(config, criteria=short, stop={**config.stop, "max_steps": short.max_steps})
            )
            assert trace.status
    except GdplayError as error:
        said = str(error)
        assert said
        assert printable(said) == said


def seeds() -> list[bytes]:
    """Return what to start from: every shipped config, and every catalogue entry as a config's optimizer."""
    shipped = sorted(FOLDER.glob("configs/*.yaml"))
    entries = sorted(path.stem for path in FOLDER.glob("gdplay/catalog/optimizers/*.yaml"))
    named = [f"function: x^2 + y^2\noptimizer: {{name: {name}}}".encode() for name in entries]
    return (
        [path.read_bytes() for path in shipped] + named + [b"function: x^2" + SEPARATOR + b"lr=0.1\nsteps=3"]
    )


def main() -> None:
    """Write the seeds where the fuzzer finds them, and start it."""
    import tempfile

    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(seeds()):
            Path(corpus, f"seed-{number}").write_bytes(seed)
        words = FOLDER / "tests" / "fuzz" / "config.dict"
        atheris.Setup([*sys.argv, f"-dict={words}", "-timeout=20", "-rss_limit_mb=4096", corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
