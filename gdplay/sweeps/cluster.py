"""A sweep's chunks carried out by the workers of a Dask cluster."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from gdplay.errors import MachineError
from gdplay.sweeps.chunk import Chunk, Made
from gdplay.sweeps.environment import here
from gdplay.sweeps.remote import carry_out_order, order_of, other_version, received
from gdplay.version import VERSION

if TYPE_CHECKING:
    from distributed import Client

LONGEST_WAIT = 300.0
"""Seconds without any worker after which a sweep gives up: a cluster may need some to start them."""

IN_FLIGHT = 3
"""Chunks that each worker has: one in work, one to go on with at once, one on its way."""

BETWEEN, LOOKING = 0.01, 1.0
"""Seconds between two looks for finished chunks, and for workers that came or went."""

KEPT = "what is finished is kept: --resume goes on with it"


def work_on(order: bytes) -> tuple[bytes, float]:
    """Carry out a chunk on the worker that this is called on, with the threads that it has."""
    from distributed import get_worker

    return carry_out_order(order, get_worker().state.nthreads)


def look() -> dict[str, str]:
    """Return what a worker computes with, as plain data."""
    return here().as_data()


class Cluster:
    """Workers of a Dask cluster, which carry out chunks in any order.

    ``busy``: the seconds that workers spent on chunks; ``chunks``: how many they carried out.
    """

    def __init__(self, client: Client, name: str) -> None:
        self.client: Any = client  # its types are those of its other, asynchronous use
        self.name = name
        self.busy, self.chunks = 0.0, 0
        self.workers = self._ask_workers()
        self.looked = self.seen = time.monotonic()

    @property
    def hands(self) -> int:
        """How many chunks are worked on at a time."""
        return max(1, self.workers)

    def carry(self, chunks: Iterator[Chunk], stop: Callable[[], bool]) -> Iterator[tuple[Chunk, Made | None]]:
        """Carry out chunks; a few more than there are workers are under way. Raises MachineError.

        A chunk whose worker dies is run again, by Dask. What was under way at the end is given up.
        """
        from distributed import as_completed

        finished, pending = as_completed(loop=self.client.loop), dict[Any, Chunk]()
        more = True
        try:
            while (more or pending) and not stop():
                while more and len(pending) < IN_FLIGHT * self.hands and not stop():
                    chunk = next(chunks, None)
                    if chunk is None:
                        more = False
                    elif chunk.idle:
                        yield chunk, None
                    else:
                        order = order_of(chunk)
                        with self._spoken_to():
                            future = self.client.submit(work_on, order, pure=False)
                        pending[future] = chunk
                        finished.add(future)
                if pending and not finished.has_ready():
                    self._wait()
                    continue
                for future in finished.next_batch(block=False) if pending else ():
                    chunk = pending.pop(future)
                    yield chunk, self._made(chunk, future)
        except MachineError as error:
            raise MachineError(f"{error}; {KEPT}") from error
        finally:
            with suppress(Exception):  # a cluster that has gone away has forgotten them
                self.client.cancel(list(pending), force=True)

    def _wait(self) -> None:
        """Let some time pass, and see now and then who is there."""
        time.sleep(BETWEEN)
        now = time.monotonic()
        if now - self.looked < LOOKING:
            return
        self.looked = now
        with self._spoken_to():
            self.workers = len(self.client.nthreads())
        if self.workers:
            self.seen = now
        elif now - self.seen > LONGEST_WAIT:
            raise MachineError(f"{self.name} has had no worker for {LONGEST_WAIT:.0f} s")

    def _made(self, chunk: Chunk, future: Any) -> Made:
        """Return what came of a chunk. Raises MachineError."""
        from distributed import KilledWorker

        first = chunk.group.first + chunk.first
        runs = f"the runs {first} to {chunk.group.first + chunk.end - 1}"
        with self._spoken_to():
            try:
                answer, seconds = future.result()
            except KilledWorker as error:
                count = error.allowed_failures + 1
                died = "1 worker died" if count == 1 else f"{count} workers died, one after the other,"
                raise MachineError(f"{died} on {runs}") from None
            except MachineError as error:
                raise MachineError(f"a worker can't carry out {runs}: {error}") from None
        self.busy += seconds
        self.chunks += 1
        return received(answer)

    def _ask_workers(self) -> int:
        """Return how many workers there are, all of which have to have this gdplay. Raises MachineError."""
        with self._spoken_to():
            found: dict[str, Any] = self.client.run(look, on_error="return")
        for worker, said in found.items():
            if isinstance(said, ModuleNotFoundError | AttributeError):
                lacking = f"it can't load this gdplay ({said}): install gdplay {VERSION} there"
                raise MachineError(f"the worker {worker}: {lacking}")
            if isinstance(said, BaseException):
                raise MachineError(f"the worker {worker}: {said}")
            if said["gdplay"] != VERSION:
                raise MachineError(f"the worker {worker}: {other_version(said['gdplay'], VERSION)}")
        return len(found)

    @contextmanager
    def _spoken_to(self) -> Iterator[None]:
        """Turn all that can go wrong between processes into MachineError."""
        from concurrent.futures import CancelledError

        try:
            yield
        except MachineError:
            raise
        except (OSError, CancelledError) as error:
            raise MachineError(f"the connection to {self.name} was lost") from error
        except Exception as error:
            said = str(error).partition("\n")[0] or type(error).__name__
            raise MachineError(f"{self.name} failed: {said}") from error
