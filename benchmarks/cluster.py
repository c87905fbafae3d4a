"""A sweep on a local Dask cluster of one and of two workers, with one killed, and what a thousand would need.

python benchmarks/cluster.py [RUNSxSTEPS]... [--rounds N]

Without a size: 1,000,000 x 1,000 and 100,000 x 10,000, both 1e9 run-steps. Needs a machine that nobody else
uses, with at least two processors: its load is printed.
"""

from __future__ import annotations

import os
import signal
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from clock import machine

from gdplay.sweeps.chunk import Chunk
from gdplay.sweeps.cluster import IN_FLIGHT, Cluster
from gdplay.sweeps.remote import order_of
from gdplay.sweeps.request import Request, read_request
from gdplay.sweeps.scheduler import cluster_at
from gdplay.sweeps.store import Store
from gdplay.sweeps.work import Progress, carry_out_all

SIZES = ((1_000_000, 1_000), (100_000, 10_000))
MANY = 1000
SHARE = 0.05
"""Of the work, what scheduling may cost."""

LINK = 1.25e9
"""Bytes a second of a ten-gigabit network."""


@dataclass(frozen=True)
class Measured:
    """One sweep: wall time, the seconds that workers spent on chunks and this process on all the rest."""

    seconds: float
    busy: float
    own: float
    chunks: int
    bytes: int
    digest: str


def sweep_of(runs: int, steps: int) -> Request:
    """Return Rosenbrock + Adam at so many rates."""
    return read_request(
        "rosenbrock", [f"lr=log:1e-4:1:{runs}", "optimizer=adam", f"steps={steps}", "engine=compiled"]
    )


def measured(request: Request, crew: Cluster, kill: bool = False) -> Measured:
    """Carry out a sweep on a cluster until all its rows are on disk; ``kill`` ends a worker in the middle."""
    workers = list(crew.client.run(os.getpid).values())
    digest, killed = sha256(), list[int]()

    def watch(progress: Progress) -> None:
        if kill and not killed and progress.done >= progress.total // 2:
            os.kill(workers[0], signal.SIGKILL)
            killed.append(workers[0])

    with tempfile.TemporaryDirectory(dir=".") as folder:
        store = Store(Path(folder))
        busy, chunks = crew.busy, crew.chunks
        began, own = time.perf_counter(), time.process_time()
        for rows in carry_out_all(request.groups, Progress(request.runs, report=watch), store, crew=crew):
            digest.update(rows.columns["final_f"])
        seconds, own = time.perf_counter() - began, time.process_time() - own
        size = sum(path.stat().st_size for path in store.path.iterdir())
    return Measured(seconds, crew.busy - busy, own, crew.chunks - chunks, size, digest.hexdigest())


def efficiency(request: Request, name: str, rounds: int) -> tuple[Measured, Measured]:
    """Print the row of a sweep; return the rounds in the middle for one worker and for two."""
    found: dict[int, list[Measured]] = {1: [], 2: []}
    for _ in range(rounds):
        for workers in found:
            with cluster_at("local", workers=workers) as crew:
                measured(sweep_of(64 * workers, 1000), crew)  # all that is loaded once
                found[workers].append(measured(request, crew))
    one, two = (sorted(each, key=lambda m: m.seconds)[len(each) // 2] for each in found.values())
    ratio = statistics.median(a.seconds / (2 * b.seconds) for a, b in zip(found[1], found[2], strict=True))
    same = len({m.digest for each in found.values() for m in each}) == 1
    row = [
        name, f"{one.seconds:.2f}", f"{two.seconds:.2f}", f"{ratio:.2f}", "yes" if same else "NO",
        str(two.chunks), f"{two.busy / two.chunks:.2f}", f"{1e3 * two.own / two.chunks:.0f}",
    ]  # fmt: skip
    print(f"| {' | '.join(row)} |", flush=True)
    return one, two


def task_seconds(crew: Cluster, count: int = 2000) -> float:
    """Return what a task that does nothing costs, from being sent to its result."""
    began = time.perf_counter()
    crew.client.gather([crew.client.submit(int, pure=False) for _ in range(count)])
    return (time.perf_counter() - began) / count


def disk_rate(size: int = 1 << 28) -> float:
    """Return how many bytes a second the disk takes, in files as large as a chunk's."""
    block = os.urandom(1 << 22)
    with tempfile.TemporaryDirectory(dir=".") as folder:
        began = time.perf_counter()
        for number in range(size // len(block)):
            with open(Path(folder) / str(number), "wb") as file:
                file.write(block)
                file.flush()
                os.fsync(file.fileno())
        return size / (time.perf_counter() - began)


def with_a_death(request: Request, name: str) -> None:
    """Print how a sweep goes of which a worker is killed in the middle, beside one without."""
    with cluster_at("local", workers=2) as crew:
        measured(sweep_of(128, 1000), crew)
        whole, hurt = measured(request, crew), measured(request, crew, kill=True)
    same = "the same bits" if whole.digest == hurt.digest else "OTHER BITS"
    print(f"\n{name}, 2 workers, one of them killed in the middle: {hurt.seconds:.2f} s instead of")
    print(f"{whole.seconds:.2f} s, {same}, {hurt.chunks} chunks came back, {whole.chunks} without.")


def a_thousand(one: Measured, request: Request, steps: int, task: float, disk: float) -> None:
    """Print what so many workers would need, from what one chunk costs."""
    runs, chunk = request.runs / one.chunks, one.busy / one.chunks
    step = one.busy / (request.runs * steps)
    kept, sent = one.bytes / one.chunks, len(order_of(Chunk(0, request.groups[0], 0, int(runs), "compiled")))
    rate, own = MANY / chunk, one.own / one.chunks
    fewest = {
        "Dask's scheduler":   task * MANY,
        "gdplay's process":   own * MANY,
        "a network of 10 Gbit/s": (kept + sent) * MANY / LINK,
        "the disk":           kept * MANY / disk,
    }  # fmt: skip
    under_way = IN_FLIGHT * MANY
    lines = [
        "",
        f"One chunk: {runs:.0f} runs of {steps} steps, {chunk:.2f} s of one worker,",
        f"{sent / 1e3:.0f} kB there and {kept / 1e6:.2f} MB back. Measured beside it: a task that does",
        f"nothing takes {1e3 * task:.2f} ms, gdplay's own process {1e3 * own:.0f} ms for a chunk,",
        f"the disk takes {disk / 1e6:.0f} MB/s.",
        "",
        f"Scheduling takes {task / chunk:.1%} of such a chunk, {SHARE:.0%} of one of {task / SHARE:.2f} s.",
        f"{MANY} workers finish {rate:.0f} of them a second, which is {rate * kept / 1e9:.1f} GB/s.",
        f"{under_way} are under way, whose orders the scheduler holds, {under_way * sent / 1e9:.1f} GB,",
        f"and the workers the results, {IN_FLIGHT * kept / 1e6:.0f} MB each.",
        "So that all are busy and the following keep up, a chunk has to take so long:",
        "",
        "| what keeps up | seconds a chunk | steps a run, with as many runs in it |",
        "|---|---|---|",
    ]
    print("\n".join(lines))
    for who, seconds in fewest.items():
        print(f"| {who} | {seconds:.1f} | {seconds / (runs * step):,.0f} |")


def main(words: list[str]) -> None:
    """Print everything."""
    rounds = int(words[words.index("--rounds") + 1]) if "--rounds" in words else 5
    sizes = [(int(w.split("x")[0]), int(w.split("x")[1])) for w in words if "x" in w] or list(SIZES)
    load = os.getloadavg()[0]
    print(f"{machine()}; load before: {load:.1f}; Rosenbrock + Adam, medians of {rounds} rounds\n")
    print("| rates x steps | 1 worker, s | 2, s | of ideal | same bits | chunks | s each | own ms each |")
    print("|---|---|---|---|---|---|---|---|")
    names = [f"{runs:,} x {steps:,}" for runs, steps in sizes]
    requests = [sweep_of(*size) for size in sizes]
    ones = [efficiency(request, name, rounds)[0] for request, name in zip(requests, names, strict=True)]
    with_a_death(requests[0], names[0])
    with cluster_at("local", workers=2) as crew:
        task_seconds(crew, 200)
        task = task_seconds(crew)
    a_thousand(ones[0], requests[0], sizes[0][1], task, disk_rate())


if __name__ == "__main__":
    main(sys.argv[1:])
