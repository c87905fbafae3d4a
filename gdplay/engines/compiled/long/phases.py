"""Which loop carries out each operation on elements, and which vectors have to be kept in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gdplay.engines.compiled.long.elements import Elements
from gdplay.engines.compiled.program import Operation

GIVEN = ("const", "leaf", "array")
"""What is there before the first loop."""

WHOLE = ("view", "element", "placed", "joined", "cumsum")
"""What reads other elements of its arguments than the one in hand, so they must be complete."""

STAY = ("sin", "cos")
"""What is cheaper beside its sibling than later."""


@dataclass(frozen=True)
class Store:
    """A vector that has to be written: to which name and place, with how many elements."""

    number: int
    name: str
    place: int
    length: int


@dataclass(eq=False)
class Loop:
    """One loop over elements: what it keeps in memory, what it reduces, which results it writes."""

    phase: int
    length: int
    kept: list[int] = field(default_factory=list[int])
    totals: list[int] = field(default_factory=list[int])
    stores: list[Store] = field(default_factory=list[Store])
    partial_sums: int | None = None
    """The cumulative sum that this loop is for, if it is for one."""


class Phases:
    """Assigns each operation behind the wanted ones to a loop.

    Within a phase there is at most one loop for each length; scalars are computed between phases.
    ``wanted`` are scalars that are needed at the end.
    """

    def __init__(self, program: Elements, wanted: Iterable[int], stores: Sequence[Store]) -> None:
        self.program, self.stores = program, stores
        self.wanted = set(wanted)
        self.stored = {store.number for store in stores}
        self.numbers = program.needed([*self.wanted, *(store.number for store in stores)])
        self.users: dict[int, list[int]] = defaultdict(list)
        for number in self.numbers:
            for arg in set(self.operation(number).args):
                self.users[arg].append(number)
        self.ready: dict[int, int] = {}
        self.phase: dict[int, int] = {}
        self._earliest()
        self.last = max([*self.phase.values(), *(self.ready[s.number] for s in stores), 0])
        self.there = {(self.phase[n], self.domain(n)) for n in self.phase}
        self._sink()

    def operation(self, number: int) -> Operation:
        """Return the operation of that number."""
        return self.program.operations[number]

    def domain(self, number: int) -> int:
        """Return the length of the loop that an operation belongs to; 0 if to none."""
        operation = self.operation(number)
        if operation.op == "total":
            return operation.param[1]
        return 0 if operation.op in ("array", "view") else self.program.lengths[number]

    def is_given(self, number: int) -> bool:
        """Tell whether a value is there without any loop that makes it: a scalar or in memory."""
        return self.program.lengths[number] == 0 or self.operation(number).op in ("array", "view")

    def _earliest(self) -> None:
        for number in self.numbers:
            operation = self.operation(number)
            whole = operation.op in WHOLE
            ready = max((self._complete(a) if whole else self.ready[a] for a in operation.args), default=0)
            if self.domain(number):
                self.phase[number] = ready
            self.ready[number] = ready + (operation.op in ("total", "cumsum"))

    def _complete(self, number: int) -> int:
        """Return the first phase in which all elements of a value can be read."""
        computed = not self.is_given(number) and self.operation(number).op != "cumsum"
        return self.ready[number] + computed

    def _sink(self) -> None:
        """Move operations to where they are used, if that spares memory, and reductions into other loops."""
        limit: dict[int, int] = {}
        for number in reversed(self.numbers):
            ends = [self.last] * (number in self.stored)
            ends += [self.last + 1] * (number in self.wanted)
            limit[number] = min([*ends, *(self._limit(number, user, limit) for user in self.users[number])])
            if number not in self.phase or self.operation(number).op in ("cumsum", *STAY):
                continue
            operation, length = self.operation(number), self.domain(number)
            most = limit[number] - (operation.op == "total")
            later = [p for p in range(self.phase[number] + 1, most + 1) if (p, length) in self.there]
            costly = [arg for arg in operation.args if not self._cheap(arg)]
            if later and len(costly) <= (operation.op != "total"):
                self.phase[number] = later[-1]

    def _limit(self, number: int, user: int, limit: dict[int, int]) -> int:
        """Return the last phase for a vector to be computed, the first that uses a scalar."""
        op, vector = self.operation(user).op, self.program.lengths[number] > 0
        end = self.phase.get(user, limit[user])
        return end - 1 if vector and op in WHOLE else end

    def _cheap(self, number: int) -> bool:
        """Tell whether a value costs no memory wherever it is computed: it is short, and for one user."""
        if self.is_given(number):
            return True
        operation = self.operation(number)
        alone = len(self.users[number]) == 1 and operation.op not in (*WHOLE, *STAY)
        return alone and all(map(self._cheap, operation.args))

    def loops(self) -> list[Loop]:
        """Return the loops in order."""
        found: dict[tuple[int, int, int | None], Loop] = {}

        def at(phase: int, length: int, partial_sums: int | None = None) -> Loop:
            return found.setdefault(
                (phase, length, partial_sums), Loop(phase, length, partial_sums=partial_sums)
            )

        for number, phase in self.phase.items():
            op, length = self.operation(number).op, self.domain(number)
            if op == "cumsum":
                at(phase, length, number)
            elif op == "total":
                at(phase, length).totals.append(number)
            elif self._is_kept(number):
                at(phase, length).kept.append(number)
        for store in self.stores:
            at(self.store_phase(store), store.length).stores.append(store)
        return sorted(found.values(), key=lambda loop: (loop.phase, loop.partial_sums or -1))

    def inside(self, loop: Loop) -> set[int]:
        """Return the operations that a loop computes for its elements."""
        here = (loop.phase, loop.length)
        return {
            number
            for number, phase in self.phase.items()
            if (phase, self.domain(number)) == here and self.operation(number).op not in ("total", "cumsum")
        }

    def store_phase(self, store: Store) -> int:
        """Return the phase in which a result is written."""
        computed = self.operation(store.number).op != "cumsum" and store.number in self.phase
        return self.phase[store.number] if computed else max(self.last, self.ready[store.number])

    def _is_kept(self, number: int) -> bool:
        phase = self.phase[number]
        return any(
            self.operation(user).op in WHOLE or self.phase[user] != phase for user in self.users[number]
        )

    def is_updated_in_place(self, array: int, store: Store) -> bool:
        """Tell whether a vector may be overwritten: it is read for the same element in that loop alone."""
        here = (self.store_phase(store), store.length)
        alone = all(other is store or other.number != array for other in self.stores)
        users = self.users[array]
        return alone and all(
            self.operation(u).op not in WHOLE and (self.phase.get(u), self.domain(u)) == here for u in users
        )

    def slots(self) -> dict[int, int]:
        """Return which slot of memory each kept vector stands in; a slot that is free is used again."""
        kept = [n for n in self.phase if self.operation(n).op == "cumsum" or self._keeps(n)]
        found: dict[int, int] = {}
        until: list[int] = []
        for number in sorted(kept, key=lambda n: (self.phase[n], n)):
            free = [slot for slot, end in enumerate(until) if end < self.phase[number]]
            slot = free[0] if free else len(until)
            until[slot : slot + 1] = [self._last_use(number)]
            found[number] = slot
        return found

    def _keeps(self, number: int) -> bool:
        return self.operation(number).op != "total" and self._is_kept(number)

    def _last_use(self, number: int) -> int:
        """Return the last phase that reads a value; one that is read for single elements lives to the end."""
        ends = [self.last] * (number in self.stored)
        for user in self.users[number]:
            op = self.operation(user).op
            ends.append(self.last + 1 if op == "element" else self.phase.get(user, -1))
            if op == "view":
                ends.append(self._last_use(user))
        return max(ends)
