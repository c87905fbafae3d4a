"""The compiled engine beside its peers: the same work in one process, interleaved, medians of wall time.

python benchmarks/engine.py [WORD] [--one-core]

WORD: only the rows whose name holds it. --one-core: everyone on one processor, and processor time instead
of wall time, for a machine that others use too.
Peers that are not installed are left out, and it is said.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import peers
from peers import Sweep, Timed

from gdplay.config.load import load
from gdplay.engines.columns import Columns
from gdplay.engines.compiled.columns import CompiledColumns
from gdplay.engines.compiled.jit import at_hand

ROUNDS = 7

FORMULAS = {
    "rosenbrock": "f(x, y) = (1 - x)^2 + 100*(y - x^2)^2",
    "himmelblau": "f(x, y) = (x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    "rastrigin": "f(x, y) = 20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)",
    "ackley": "f(x, y) = -20*exp(-0.2*sqrt((x^2 + y^2)/2)) - exp((cos(2*pi*x) + cos(2*pi*y))/2) + 20 + e",
}


def gdplay_sweep(work: Sweep) -> Timed:
    """Return the timed call of the engine, its code made beforehand as the peers' is."""
    start = work.starts[:, 0].tolist()
    function = FORMULAS.get(work.function) or {"name": "rosenbrock", "dimension": len(start)}
    run = load(
        {
            "function": function,
            "start": start,
            "optimizer": work.rule,
            "stop": {"max_steps": work.steps},
        }
    )
    rate = next(node for node in run.method.parameters if node.params[0] == "learning_rate")

    def measure() -> float:
        engine = CompiledColumns(run.method, work.starts, run.criteria, None, (), {rate: work.rates})
        engine.prepare()
        return peers.timed(lambda: engine.advance(work.steps + 1))()

    return measure


@dataclass(frozen=True)
class Contender:
    """Who carries out the work: its name, the package it needs, how its timed call is made."""

    name: str
    needs: str
    make: Callable[[Sweep], Timed | None]


GDPLAY = Contender("gdplay", "llvmlite", gdplay_sweep)
NUMPY = Contender("NumPy by hand", "numpy", peers.numpy_by_hand)
TORCH = Contender("PyTorch by hand", "torch", peers.torch_by_hand)
JAX = Contender("JAX by hand", "jax", peers.jax_by_hand)
CHUNKED = Contender("JAX in chunks of 4096", "jax", lambda work: peers.jax_by_hand(work, 4096))
OPTAX = Contender("JAX + Optax", "optax", peers.jax_with_optax)
C = Contender("C, the same arithmetic", "numpy", peers.c_kernel)
C_RECIPROCAL = Contender(
    "C, reciprocals by hand", "numpy", lambda work: peers.c_kernel(work, reciprocal=True)
)
C_BARE = Contender(
    "C without tests, -ffast-math", "numpy", lambda work: peers.c_kernel(work, False, True, True)
)


def at_rates(
    function: str, rule: str, start: tuple[float, ...], low: float, high: float, runs: int, steps: int
) -> Sweep:
    points = np.repeat(np.array(start)[:, None], runs, axis=1)
    return Sweep(function, rule, points, np.geomspace(low, high, runs), steps)


def from_starts(function: str, rule: str, rate: float, runs: int, steps: int) -> Sweep:
    points = np.random.default_rng(0).uniform(-5, 5, (2, runs))
    return Sweep(function, rule, points, np.full(runs, rate), steps)


ROWS: dict[str, tuple[Callable[[], Sweep], list[Contender]]] = {
    "Rosenbrock + Adam, 10,000 rates x 1,000 steps": (
        lambda: at_rates("rosenbrock", "adam", (-1.5, 2.0), 1e-4, 1.0, 10_000, 1_000),
        [GDPLAY, OPTAX, JAX, NUMPY, TORCH, C, C_RECIPROCAL, C_BARE],
    ),
    "Rosenbrock + momentum, 10,000 rates x 1,000 steps": (
        lambda: at_rates("rosenbrock", "momentum", (-1.5, 2.0), 1e-6, 3e-4, 10_000, 1_000),
        [GDPLAY, OPTAX, JAX, NUMPY, TORCH, C, C_BARE],
    ),
    "Rosenbrock + Adam, 1,000,000 rates x 100 steps": (
        lambda: at_rates("rosenbrock", "adam", (-1.5, 2.0), 1e-4, 1.0, 1_000_000, 100),
        [GDPLAY, OPTAX, JAX, CHUNKED, C],
    ),
    "Rastrigin + Adam, 10,000 rates x 300 steps": (
        lambda: at_rates("rastrigin", "adam", (2.2, -3.1), 1e-4, 1.0, 10_000, 300),
        [GDPLAY, OPTAX, JAX, NUMPY, TORCH, C],
    ),
    "Ackley + Adam, 10,000 rates x 300 steps": (
        lambda: at_rates("ackley", "adam", (2.2, -3.1), 1e-4, 1.0, 10_000, 300),
        [GDPLAY, OPTAX, JAX, NUMPY, TORCH],
    ),
    "Rosenbrock of 100 variables + Adam, 100 rates x 1,000 steps": (
        lambda: at_rates("long_rosenbrock", "adam", (-1.2, 1.0) * 50, 1e-4, 0.1, 100, 1_000),
        [GDPLAY, JAX],
    ),
    "Rosenbrock of 10,000 variables + Adam, 100 rates x 50 steps": (
        lambda: at_rates("long_rosenbrock", "adam", (-1.2, 1.0) * 5_000, 1e-4, 0.1, 100, 50),
        [GDPLAY, JAX],
    ),
    "Himmelblau + Adam, 1,000,000 starts x 200 steps": (
        lambda: from_starts("himmelblau", "adam", 0.02, 1_000_000, 200),
        [GDPLAY, OPTAX, C, C_RECIPROCAL],
    ),
}


def sweep_row(name: str) -> None:
    make, contenders = ROWS[name]
    work = make()
    calls = {c.name: c.make(work) if peers.installed(c.needs) else None for c in contenders}
    times: dict[str, list[float]] = {who: [] for who, call in calls.items() if call is not None}
    rounds = ROUNDS if work.steps * len(work.rates) <= 10**7 else 3
    for _ in range(rounds):
        for who, found in times.items():
            found.append(calls[who]())  # type: ignore[misc]
    medians = {who: statistics.median(found) for who, found in times.items()}
    report(name, medians, work.steps * len(work.rates), [who for who, call in calls.items() if call is None])


def report(name: str, seconds: dict[str, float], steps: int, absent: list[str]) -> None:
    ours = seconds["gdplay"]
    for who, median in seconds.items():
        ratio = "" if who == "gdplay" else f"{median / ours:.2f}"
        print(f"| {name} | {who} | {median:.4f} | {1e9 * median / steps:.2f} | {ratio} |", flush=True)
        name = ""
    for who in absent:
        print(f"|  | {who} | not installed | | |")


def logged_run() -> None:
    """One run of two variables, 100,000 steps, every one logged; compiling counts."""
    steps = 100_000
    run = load(
        {
            "function": FORMULAS["rosenbrock"],
            "start": [-1.5, 2],
            "optimizer": "adam",
            "stop": {"max_steps": steps},
        }
    )
    logged = (run.method.point, run.method.received)

    def engine(kind: type) -> Callable[[int], float]:
        def measure(count: int) -> float:
            rows: list[np.ndarray] = []
            at_hand.cache_clear()
            began = peers.CLOCK[0]()
            kind(run.method, run.start[:, None], run.criteria, None, logged).advance(
                count, lambda step, row: rows.append(row)
            )
            return peers.CLOCK[0]() - began

        return measure

    ours, numpy = engine(CompiledColumns), engine(Columns)
    found = [(ours(steps), 10 * numpy(steps // 10), 100 * torch_loop(steps // 100)) for _ in range(3)]
    names = ("gdplay", "gdplay's NumPy engine", "a PyTorch loop")
    medians = {
        who: statistics.median(times) for who, times in zip(names, zip(*found, strict=True), strict=True)
    }
    absent = [who for who, seconds in medians.items() if not seconds]
    present = {who: seconds for who, seconds in medians.items() if seconds}
    report("one logged run, Rosenbrock + Adam, 100,000 steps", present, steps, absent)


def torch_loop(steps: int) -> float:
    """Return the seconds of torch.optim.Adam with autograd; 0 without PyTorch."""
    if not peers.installed("torch"):
        return 0.0
    import torch

    p = torch.tensor([-1.5, 2.0], dtype=torch.float64, requires_grad=True)
    rule = torch.optim.Adam([p], lr=1e-3)
    rows = []
    began = peers.CLOCK[0]()
    for _ in range(steps):
        rule.zero_grad()
        f = peers.FUNCTIONS["rosenbrock"](torch, p[0], p[1])
        f.backward()
        rows.append((f.item(), *p.tolist(), *p.grad.tolist()))
        rule.step()
    return peers.CLOCK[0]() - began


def first_results() -> None:
    """From the graph to the first result, compiling included, for two and for fifty variables."""
    two = {"function": FORMULAS["rosenbrock"], "start": [-1.5, 2]}
    fifty = {"function": {"name": "rosenbrock", "dimension": 50}}
    for name, function, rules in (
        ("2 variables", two, ("gd", "adam", "bfgs", "prodigy")),
        ("50 variables", fifty, ("adam",)),
    ):
        for rule in rules:
            run = load({**function, "optimizer": rule})
            found = []
            for _ in range(5):
                at_hand.cache_clear()
                began = peers.CLOCK[0]()
                CompiledColumns(run.method, run.start[:, None], run.criteria).advance(1)
                found.append(peers.CLOCK[0]() - began)
            first = f"from graph to first result, {name}"
            print(f"| {first} | gdplay, {rule} | {statistics.median(found):.4f} | | |", flush=True)


def main() -> None:
    words = [argument.lower() for argument in sys.argv[1:] if not argument.startswith("-")]
    word = words[0] if words else ""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # a thread that spins takes time from the others
    if "--one-core" in sys.argv:
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        peers.CLOCK[0] = time.process_time
    processors = len(os.sched_getaffinity(0))
    print(f"{platform.machine()}, {processors} processors, Python {platform.python_version()}\n")
    print("| work | who | seconds | ns per run and step | times gdplay's |\n|---|---|---|---|---|")
    for name in ROWS:
        if word in name.lower():
            sweep_row(name)
    if word in "one logged run":
        logged_run()
    if word in "first result":
        first_results()


if __name__ == "__main__":
    main()
