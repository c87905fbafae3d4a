"""What holds for all tests: the long ones, and most cases of some, run only when they are asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

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
    left_out = {item for item in items if item.get_closest_marker("full")} | set(_others(items))
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _others(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield the cases of sampled tests that do not run by default: all but the first of every k."""
    seen = Counter[str]()
    for item in items:
        if (sampled := item.get_closest_marker("sampled")) is not None:
            test, _, _ = item.nodeid.partition("[")
            if seen[test] % sampled.args[0]:
                yield item
            seen[test] += 1
