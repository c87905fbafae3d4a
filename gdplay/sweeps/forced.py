"""Whether an engine that is asked for can do all of a request: found out before anything is done."""

from __future__ import annotations

from gdplay.config.load import check
from gdplay.sweeps.identity import engine_of
from gdplay.sweeps.plan import Group
from gdplay.sweeps.request import Request


def check_engine(request: Request) -> None:
    """Raise ConfigError where a config names an engine that can't carry out its runs."""
    groups = request.groups if request.grids else [Group(0, {}, (), check(request.tree, (), request.name))]
    for group in groups:
        if group.config is not None and group.config.engine == "compiled":
            engine_of(group, 1)
