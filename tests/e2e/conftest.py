"""One small town that the end-to-end tests of a worker share, and logs of nodes that failed."""

from collections.abc import Generator, Iterator

import pytest

from tests.e2e.nodes import Neighbourhood
from tests.e2e.town import Town, build_town

_open: list[Neighbourhood] = []
"""Neighbourhoods whose nodes may be running."""


@pytest.fixture
def neighbourhood(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Neighbourhood]:
    """An empty one, for one test."""
    opened = Neighbourhood(tmp_path_factory.mktemp("nodes"))
    _open.append(opened)
    yield opened
    opened.close()
    _open.remove(opened)


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """An author who left, and two friends who hold everything."""
    opened = Neighbourhood(tmp_path_factory.mktemp("town"))
    _open.append(opened)
    try:
        yield build_town(opened)
    finally:
        opened.close()
        _open.remove(opened)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the logs of the nodes to what a failure shows."""
    report = yield
    if report.failed:
        for opened in _open:
            report.sections.append(("logs of the nodes", opened.logs()))
    return report
