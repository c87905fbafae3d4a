"""Blocks handed to threads: each once, and to one thread where more are not worth it."""

from __future__ import annotations

import threading

import pytest

from gdplay.engines.compiled.threads import WORTH, Workers


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("blocks", [1, 2, 7, 100])
@pytest.mark.parametrize("each", [1e-9, WORTH / 10, 1.0])
def test_every_block_is_done_once(threads: int, blocks: int, each: float) -> None:
    done: list[int] = []
    workers = Workers(threads)
    workers.over(blocks, lambda first, end: done.extend(range(first, end)), each)
    workers.close()
    assert sorted(done) == list(range(blocks))


def test_little_work_stays_where_it_is() -> None:
    calls: list[tuple[int, int, int]] = []
    workers = Workers(4)
    workers.over(50, lambda first, end: calls.append((first, end, threading.get_ident())), WORTH / 100)
    assert calls == [(0, 50, threading.get_ident())]
    assert workers.pool is None


def test_work_that_takes_long_is_cut_in_pieces() -> None:
    calls: list[tuple[int, int]] = []
    workers = Workers(2)
    workers.over(80, lambda first, end: calls.append((first, end)), 10 * WORTH)
    workers.close()
    assert sorted(calls) == [(first, first + 10) for first in range(0, 80, 10)]
