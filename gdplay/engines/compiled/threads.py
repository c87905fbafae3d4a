"""Blocks of runs handed to threads as they become free."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar

MOST = 1024
"""So many threads may be asked for."""

PIECES = 4
"""Each thread takes about so many pieces of the work, so that none waits long for the others."""

WORTH = 2e-4
"""So many seconds of work are worth a thread's waking up."""

_granted: ContextVar[int | None] = ContextVar("granted", default=None)


def cores() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        return os.cpu_count() or 1


@contextmanager
def at_most(threads: int | None) -> Iterator[None]:
    """Let engines that are made inside use so many threads; None is one a processor.

    It is a property of the place, as NumPy's ``errstate`` is: no result depends on it, so nothing between
    the command line and an engine has to know of it.

    >>> with at_most(3):
    ...     Workers().threads
    3
    """
    token = _granted.set(threads)
    try:
        yield
    finally:
        _granted.reset(token)


class Workers:
    """So many threads, started when there is work for more than one; None is what is allowed here."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = max(1, threads or _granted.get() or cores())
        self.pool: ThreadPoolExecutor | None = None

    def over(self, blocks: int, work: Callable[[int, int], None], each: float = WORTH) -> None:
        """Call ``work(first, end)`` until all blocks are done; ``each`` takes about so many seconds."""
        piece = max(1, blocks // (self.threads * PIECES), int(WORTH / each))
        if self.threads == 1 or blocks <= piece:
            work(0, blocks)
            return
        lock, taken = threading.Lock(), 0

        def serve() -> None:
            nonlocal taken
            while True:
                with lock:
                    first, taken = taken, taken + piece
                if first >= blocks:
                    return
                work(first, min(blocks, first + piece))

        if self.pool is None:
            self.pool = ThreadPoolExecutor(self.threads - 1)
        others = [self.pool.submit(serve) for _ in range(min(self.threads, blocks) - 1)]
        serve()
        wait(others)
        for other in others:
            other.result()

    def close(self) -> None:
        """End the threads."""
        if self.pool is not None:
            self.pool.shutdown()
            self.pool = None
