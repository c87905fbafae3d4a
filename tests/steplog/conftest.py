"""Each format of logs in turn."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(params=["csv", "parquet"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"steps.{request.param}"
