"""What holds for all tests: the long ones, and most cases of some, run only when they are asked for."""

from __future__ import annotations

from zlib import crc32

import pytest
from hypothesis import settings

settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.load_profile("suite")

collect_ignore_glob = ["**/make_*.py", "**/polish_*.py", "fuzz/*.py"]
"""Scripts that are run by hand, with packages that the tests do not need."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not in the default suite unless ``-m`` names the mark ``full``."""
    if "full" in config.getoption("markexpr"):
        for item in items:
            if item.get_closest_marker("sampled"):
                item.add_marker("full")
        return
    left_out = {item for item in items if _is_long(item)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _is_long(item: pytest.Item) -> bool:
    sampled = item.get_closest_marker("sampled")
    others = sampled is not None and crc32(item.nodeid.encode()) % sampled.args[0] != 0
    return others or item.get_closest_marker("full") is not None
