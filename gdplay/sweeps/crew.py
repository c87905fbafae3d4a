"""Who carries out the chunks of a sweep: this process, one after the other, or others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from gdplay.sweeps.carry import carry_out_columns
from gdplay.sweeps.chunk import Chunk, Made
from gdplay.sweeps.environment import here


class Crew(Protocol):
    """Who carries out chunks, ``hands`` of them at a time."""

    @property
    def hands(self) -> int:
        """How many chunks are worked on at a time."""
        ...

    def carry(self, chunks: Iterator[Chunk], stop: Callable[[], bool]) -> Iterator[tuple[Chunk, Made | None]]:
        """Carry out chunks, in any order, until ``stop``; one that is idle comes back with None."""
        ...


class Here:
    """Carries out one chunk after the other in this process."""

    hands = 1

    def carry(self, chunks: Iterator[Chunk], stop: Callable[[], bool]) -> Iterator[tuple[Chunk, Made | None]]:
        """Carry out chunks in order."""
        for chunk in chunks:
            if stop():
                return
            if chunk.idle or chunk.group.config is None:
                yield chunk, None
            else:
                columns = carry_out_columns(chunk.group.config, chunk.batch(), chunk.engine, stop)
                yield chunk, Made(columns, here())
