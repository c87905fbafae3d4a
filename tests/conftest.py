"""What holds for all tests: the long ones run only when they are asked for by their mark."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile("suite", derandomize=True, deadline=None, database=None)
settings.load_profile("suite")

collect_ignore_glob = ["**/make_*.py", "**/polish_*.py", "fuzz/*.py"]
"""Scripts that are run by hand, with packages that the tests do not need."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests marked ``full`` unless ``-m`` names the mark."""
    if "full" in config.getoption("markexpr"):
        return
    left_out = [item for item in items if item.get_closest_marker("full")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("full")]
