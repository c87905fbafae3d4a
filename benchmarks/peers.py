"""The same sweeps as people write them: NumPy, PyTorch, JAX, JAX with Optax, C, each as a timed call."""

from __future__ import annotations

import ctypes
import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Timed = Callable[[], float]
TAU = 2 * np.pi


@dataclass(frozen=True)
class Sweep:
    """One piece of work: a function of two variables, a rule, starts (2, runs), rates (runs,), steps."""

    function: str
    rule: str
    starts: np.ndarray
    rates: np.ndarray
    steps: int


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "rosenbrock": lambda m, x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "himmelblau": lambda m, x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    "rastrigin": lambda m, x, y: 20 + x**2 - 10 * m.cos(TAU * x) + y**2 - 10 * m.cos(TAU * y),
    "ackley": lambda m, x, y: (
        -20 * m.exp(-0.2 * m.sqrt((x**2 + y**2) / 2))
        - m.exp((m.cos(TAU * x) + m.cos(TAU * y)) / 2)
        + 20
        + np.e
    ),
}
"""Of a module with exp, sqrt and cos, and of the two variables."""


def long_rosenbrock(x: Any) -> Any:
    """Return Rosenbrock's function of many variables."""
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def _ackley_slope(m: Any, x: Any, y: Any) -> tuple[Any, Any]:
    r = m.sqrt((x**2 + y**2) / 2)
    a, b = 2 * m.exp(-0.2 * r) / r, np.pi * m.exp((m.cos(TAU * x) + m.cos(TAU * y)) / 2)
    return a * x + b * m.sin(TAU * x), a * y + b * m.sin(TAU * y)


SLOPES: dict[str, Callable[..., Any]] = {
    "rosenbrock": lambda m, x, y: (-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)),
    "rastrigin": lambda m, x, y: (2 * x + 10 * TAU * m.sin(TAU * x), 2 * y + 10 * TAU * m.sin(TAU * y)),
    "ackley": _ackley_slope,
}


def installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


CLOCK = [time.perf_counter]
"""What is read before and after; processor time instead of wall time on a busy machine."""


def timed(call: Callable[[], Any]) -> Timed:
    def measure() -> float:
        began = CLOCK[0]()
        call()
        return CLOCK[0]() - began

    return measure


def numpy_by_hand(work: Sweep) -> Timed:
    def run() -> None:
        x, y = work.starts.copy()
        best = np.full_like(x, np.inf)
        m = np.zeros((2, len(x)))
        v = np.zeros((2, len(x)))
        for t in range(1, work.steps + 1):
            g = np.array(SLOPES[work.function](np, x, y))
            best = np.minimum(best, FUNCTIONS[work.function](np, x, y))
            if work.rule == "adam":
                m = 0.9 * m + 0.1 * g
                v = 0.999 * v + 0.001 * g**2
                dx, dy = work.rates * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
            else:
                v = 0.9 * v + g
                dx, dy = work.rates * v
            x, y = x - dx, y - dy

    return timed(run)


def torch_by_hand(work: Sweep) -> Timed:
    import torch

    start, rates = torch.from_numpy(work.starts), torch.from_numpy(work.rates)

    @torch.no_grad()
    def run() -> None:
        x, y = start[0].clone(), start[1].clone()
        best = torch.full_like(x, torch.inf)
        m, v = torch.zeros_like(start), torch.zeros_like(start)
        for t in range(1, work.steps + 1):
            g = torch.stack(SLOPES[work.function](torch, x, y))
            torch.minimum(best, FUNCTIONS[work.function](torch, x, y), out=best)
            if work.rule == "adam":
                m.mul_(0.9).add_(g, alpha=0.1)
                v.mul_(0.999).addcmul_(g, g, value=0.001)
                d = rates * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt_().add_(1e-8))
            else:
                v.mul_(0.9).add_(g)
                d = rates * v
            x, y = x - d[0], y - d[1]

    return timed(run)


def jax_by_hand(work: Sweep, chunk: int | None = None) -> Timed:
    """Whole arrays in a jitted scan, the gradient by ``jax.grad``; ``chunk`` runs at a time if given."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    value = lambda p: FUNCTIONS[work.function](jnp, p[0], p[1]) if len(p) == 2 else long_rosenbrock(p)
    both = jax.vmap(jax.value_and_grad(value), in_axes=1, out_axes=(0, 1))

    @jax.jit
    def run(start: Any, rates: Any) -> Any:
        def step(state: Any, t: Any) -> Any:
            p, m, v, best = state
            f, g = both(p)
            if work.rule == "adam":
                m = 0.9 * m + 0.1 * g
                v = 0.999 * v + 0.001 * g**2
                p = p - rates * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)
            else:
                v = 0.9 * v + g
                p = p - rates * v
            return (p, m, v, jnp.minimum(best, f)), None

        zero = jnp.zeros_like(start)
        state = (start, zero, zero, jnp.full(start.shape[1], jnp.inf))
        return jax.lax.scan(step, state, jnp.arange(1.0, work.steps + 1))[0]

    return _jax_timed(run, work, chunk)


def jax_with_optax(work: Sweep) -> Timed:
    """One run as Optax's users write it, under vmap."""
    import jax
    import jax.numpy as jnp
    import optax

    jax.config.update("jax_enable_x64", True)
    value = lambda p: FUNCTIONS[work.function](jnp, p[0], p[1])

    def one(start: Any, rate: Any) -> Any:
        rule = optax.adam(rate) if work.rule == "adam" else optax.sgd(rate, momentum=0.9)

        def step(state: Any, _: Any) -> Any:
            p, inner, best = state
            f, g = jax.value_and_grad(value)(p)
            updates, inner = rule.update(g, inner, p)
            return (optax.apply_updates(p, updates), inner, jnp.minimum(best, f)), None

        state = (start, rule.init(start), jnp.inf)
        return jax.lax.scan(step, state, None, length=work.steps)[0]

    return _jax_timed(jax.jit(jax.vmap(one, in_axes=(1, 0))), work, None)


def _jax_timed(run: Any, work: Sweep, chunk: int | None) -> Timed:
    import jax

    runs = len(work.rates)
    width = chunk or runs
    parts = [slice(at, at + width) for at in range(0, runs, width)]
    call = lambda: [jax.block_until_ready(run(work.starts[:, part], work.rates[part])) for part in parts]
    call()
    return timed(call)


def c_kernel(work: Sweep, tested: bool = True, reciprocal: bool = False, fast: bool = False) -> Timed | None:
    """The kernel of kernels.c; None where there is no gcc."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return None
    folder = Path(tempfile.mkdtemp())
    options = [
        "-O3",
        "-march=native",
        "-ffast-math" if fast else "-fno-math-errno",
        "-fopenmp",
        "-shared",
        "-fPIC",
    ]
    chosen = {"FUNCTION": ("", "rosenbrock", "himmelblau", "rastrigin").index(work.function)}
    chosen |= {"RULE": 1 if work.rule == "adam" else 2, "RECIPROCAL": int(reciprocal)}
    defines = [f"-D{name}={value}" for name, value in chosen.items()]
    source = Path(__file__).with_name("kernels.c")
    subprocess.run(
        [gcc, *options, *defines, str(source), "-o", str(folder / "kernels.so"), "-lm"], check=True
    )
    sweep = ctypes.CDLL(str(folder / "kernels.so")).sweep
    lanes = 64
    pad = -len(work.rates) % lanes
    x, y = (np.concatenate([a, np.repeat(a[-1:], pad)]) for a in work.starts)
    rates = np.concatenate([work.rates, np.repeat(work.rates[-1:], pad)])
    t = np.arange(1, work.steps + 1)
    factors = np.stack([1 - 0.9**t, 1 - 0.999**t], axis=1)
    factors = np.ascontiguousarray(1 / factors if reciprocal else factors)

    def run() -> None:
        arrays = (x.copy(), y.copy(), np.empty_like(x), rates)
        pointers = [ctypes.c_void_p(a.ctypes.data) for a in arrays]
        size = (ctypes.c_long(len(x)), ctypes.c_long(work.steps))
        sweep(*pointers, *size, ctypes.c_void_p(factors.ctypes.data), int(tested))

    run()
    return timed(run)
