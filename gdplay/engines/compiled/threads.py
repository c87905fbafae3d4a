"""Blocks of runs handed to threads as they become free."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait


def cores() -> int:
    """Return how many processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS and Windows
        return os.cpu_count() or 1


class Workers:
    """So many threads, started when there is work for more than one."""

    def __init__(self, threads: int | None = None) -> None:
        self.threads = max(1, threads or cores())
        self.pool: ThreadPoolExecutor | None = None

    def over(self, blocks: int, work: Callable[[int, int], None], share: int = 4) -> None:
        """Call ``work(first, end)`` until all blocks are done, each thread in about so many pieces."""
        if self.threads == 1 or blocks == 1:
            work(0, blocks)
            return
        piece = max(1, blocks // (self.threads * share))
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
