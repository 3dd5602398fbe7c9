"""Fixtures that several test modules of the shells share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from street.fakes.index import FakeIndex
from swarmfeed.ports import Index
from swarmfeed.shell.store.index import SqliteIndex


@pytest.fixture(params=["fake", "sqlite"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    opened: Index = (
        FakeIndex() if request.param == "fake" else SqliteIndex(tmp_path / "index.db")
    )
    yield opened
    opened.close()
