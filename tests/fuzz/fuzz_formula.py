"""Coverage-guided fuzzing of formulas: ``python tests/fuzz/fuzz_formula.py -max_total_time=600``.

Needs Atheris (``pip install gdplay[fuzz]``). A text is refused with FormulaError, or it is a scalar whose
value and gradient have the right shapes and whose graph can be written as text.
"""

from __future__ import annotations

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gdplay.formula", "gdplay.objective", "gdplay.engines"]):
    from gdplay.errors import FormulaError
    from gdplay.formula.text import to_text
    from gdplay.objective import from_text

import numpy as np

FOLDER = Path(__file__).resolve().parents[2]
MOST_SIZE = 2_000


def one_input(data: bytes) -> None:
    """Read one formula; where it is accepted, evaluate and differentiate it."""
    text = data.decode("utf-8", "surrogateescape")
    try:
        function = from_text(text)
    except FormulaError as refusal:
        check(refusal)
        return
    if function.size > MOST_SIZE:
        return
    at = np.linspace(0.5, 1.5, function.size)
    assert isinstance(function(at), float)
    assert function.gradient(at).shape == (function.size,)
    assert to_text(function.formula.expr)


def check(refusal: FormulaError) -> None:
    """Check that a refusal can be printed, and points into its text."""
    assert refusal.message
    assert 0 <= refusal.span[0] <= len(refusal.text)
    assert all(c.isprintable() or c == "\n" for c in str(refusal))


def main() -> None:
    """Write the seeds where the fuzzer finds them, and start it."""
    import tempfile

    refused = (FOLDER / "tests" / "formula" / "refusals.txt").read_text().splitlines()
    formulas = [line for line in refused if line and not line.startswith("#")]
    formulas += [
        "f(x, W[4, 2]) = sum(W @ [x, 1])",
        "f(x[5]) = sum(100*(x[1:] - x[:-1]^2)^2 + (1 - x[:-1])^2)",
    ]
    with tempfile.TemporaryDirectory() as corpus:
        for number, formula in enumerate(formulas):
            Path(corpus, f"seed-{number}").write_bytes(formula.encode())
        words = FOLDER / "tests" / "fuzz" / "formula.dict"
        atheris.Setup([*sys.argv, f"-dict={words}", "-timeout=20", "-rss_limit_mb=4096", corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
