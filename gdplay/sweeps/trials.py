"""Where the trials of a contender start: at random in the domain, or around its own start."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

import numpy as np

from gdplay.config.load import Config, check
from gdplay.config.merge import mapping
from gdplay.config.nodes import Mapping, Place, Scalar, Sequence
from gdplay.errors import ConfigError
from gdplay.formula.text import number as number_text
from gdplay.sweeps.contest import Contender, has_domain, replicates
from gdplay.sweeps.grid import Axis
from gdplay.sweeps.lay import laid_over

FRESH = 1 << 40
"""Added to a seed, for trials with other starts and noise than the tuning saw."""

HERE = Place(None, 1, 1)


@dataclass(frozen=True, eq=False)
class Entrant:
    """A contender, and the same ``placed`` where its trials start; ``where`` says what sets them apart."""

    contender: Contender
    placed: Contender
    where: str

    def axes(self, count: int, beyond: int = 0) -> tuple[Axis, ...]:
        """Return what sets ``count`` trials apart; nothing where there is nothing to vary."""
        return replicates(self.placed.config, beyond, count)

    def runs(self, count: int) -> int:
        """Return how many trials there are where ``count`` are wanted."""
        return prod(len(axis) for axis in self.axes(count))


def enter(contender: Contender) -> Entrant:
    """Return a contender for trials; without a domain they start around the start of its config."""
    config = contender.config
    noisy = ", with other noise in each" if config.choices.noise else ""
    if has_domain(config):
        return Entrant(contender, contender, f"from random starts in the domain{noisy}")
    if config.function.placement:  # a domain that is written is moved along, away from the start
        return Entrant(contender, contender, f"from one start{noisy}")
    try:
        tree = laid_over(contender.tree, [("function.domain", _around(config))])
        around = check(tree, (), config.name)
    except ConfigError:  # what takes no domain
        return Entrant(contender, contender, f"from one start{noisy}")
    where = f"from random starts within {_reach(config):.3g} of the config's in each coordinate{noisy}"
    return Entrant(contender, replace(contender, tree=tree, config=around), where)


def _reach(config: Config) -> float:
    return float(np.abs(config.start).max()) or 1.0


def _around(config: Config) -> Mapping:
    """Return a domain around the start as a config has it, for the coordinates that have none."""
    known = config.function.known.domain or (None,) * config.function.size
    reach = _reach(config)
    pairs: list[tuple[str, Sequence]] = []
    for name, middle, own in zip(config.function.coordinates, config.start.tolist(), known, strict=True):
        low, high = own or (middle - reach, middle + reach)
        ends = tuple(Scalar(number_text(end), False, HERE) for end in (low, high))
        pairs.append((name, Sequence(ends, HERE, True)))
    return mapping(pairs, HERE)
