"""What tests of logs share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from swarmfeed.shell.disk.logs import FileLogs


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    """A folder of feeds; whatever a test did, it must open again."""
    yield tmp_path / "feeds"
    FileLogs(tmp_path / "feeds").read_all()
