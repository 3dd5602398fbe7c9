"""Runs commands against a node in memory."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result
from street.fakes.annas_desk import AnnasDesk
from street.fakes.doors import FakeDoors
from swarmfeed.cli.main import main

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Give the log back: other tests look at it their own way."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def node() -> AnnasDesk:
    return AnnasDesk()


@pytest.fixture
def fake(node: AnnasDesk) -> FakeDoors:
    return FakeDoors(node)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def run(fake: FakeDoors, home: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run one command line; bugs are raised, so that tests see them."""
    monkeypatch.setenv("SWARMFEED_HOME", str(home))

    def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(main, arguments, input=stdin, obj=fake.doors)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
