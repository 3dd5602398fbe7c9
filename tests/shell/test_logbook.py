"""The last lines of a log in memory: bounded, from any thread, with the trace of an error."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import structlog
from swarmfeed.cli.log import send_to_stderr
from swarmfeed.core.asks.limits import LOG_LINES_MAX
from swarmfeed.shell.logbook import LOGBOOK, MemoryLogbook


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_the_last_lines_are_kept_and_no_more_whoever_writes() -> None:
    book = MemoryLogbook()

    def write(number: int) -> None:
        book.note(None, "info", {"event": f"line {number}"})

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(LOG_LINES_MAX + 500)))
    lines = book.lines()
    assert [each.number for each in lines] == list(range(501, LOG_LINES_MAX + 501))


@pytest.mark.attack("A312")
def test_what_a_command_does_not_print_is_kept_without_secrets(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = len(LOGBOOK.lines())
    send_to_stderr("warning")
    logger = structlog.get_logger()
    logger.debug("too small")
    logger.info("caught up", feeds=3, passphrase="hunter2")
    try:
        raise RuntimeError("the token=hunter2 is wrong")
    except RuntimeError:
        logger.error("failed", exc_info=True)
    logger.critical("stopping")
    lines = LOGBOOK.lines()[before:]
    assert [(each.level, each.said.partition(" ")[0]) for each in lines] == [
        ("info", "caught"),
        ("error", "failed\nTraceback"),
        ("error", "stopping"),
    ]
    assert "RuntimeError" in lines[1].said and "hunter2" not in "".join(
        each.said for each in lines
    )
    printed = capsys.readouterr().err
    assert "caught up" not in printed and "failed" in printed
