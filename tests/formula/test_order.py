"""A gradient's bits depend on its formula alone, not on what the process has read before."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import hashlib, sys
import numpy as np
from gdplay import function
for text in sys.argv[1:]:
    function(text).gradient(np.ones(2))
f = function("f(x, y) = 100*(y - x^2)^2 + sin(x*y)*y^2 + 8*x*y + sqrt(x^2 + y^2)*x + (x + y)*(x - y)*x")
points = np.random.default_rng(0).normal(size=(2, 500))
print(hashlib.sha256(f.gradient(points).tobytes()).hexdigest())
"""


def gradient_after(*texts: str) -> str:
    run = subprocess.run([sys.executable, "-c", PROGRAM, *texts], check=True, capture_output=True, text=True)
    return run.stdout


def test_what_was_read_before_does_not_change_a_gradient() -> None:
    alone = gradient_after()
    assert alone == gradient_after("y^2*sin(x)", "(x - y)*x + y", "sqrt(x)*y", "f(x, y) = x*y + sin(x*y)")
