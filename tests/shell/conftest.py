"""Fixtures that several test modules of the shells share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from swarmfeed.ports import Index
from swarmfeed.shell.index import SqliteIndex

from tests.fakes.index import FakeIndex


@pytest.fixture(params=["fake", "sqlite"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    opened: Index = (
        FakeIndex() if request.param == "fake" else SqliteIndex(tmp_path / "index.db")
    )
    yield opened
    opened.close()
