"""The log never mixes with results, and never tells secrets."""

import pytest
import structlog
from swarmfeed.cli.log import send_to_stderr


def test_the_log_goes_to_standard_error_from_its_level_up(
    capsys: pytest.CaptureFixture[str],
) -> None:
    send_to_stderr("info")
    logger = structlog.get_logger()
    logger.debug("too small")
    logger.info("just right", peers=3)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "too small" not in printed.err
    assert "just right" in printed.err
    assert "peers=3" in printed.err


@pytest.mark.attack("A04")
def test_values_of_secret_names_are_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    send_to_stderr("debug")
    structlog.get_logger().warning("oops", token="abc123", passphrase="abc123")
    assert "abc123" not in capsys.readouterr().err


@pytest.mark.attack("A23")
def test_a_traceback_shows_no_local_variables(capsys: pytest.CaptureFixture[str]) -> None:
    send_to_stderr("debug")
    author_seed = b"very secret"
    try:
        raise RuntimeError(f"{len(author_seed)} bytes")
    except RuntimeError:
        structlog.get_logger().exception("failed")
    printed = capsys.readouterr().err
    assert "RuntimeError: 11 bytes" in printed
    assert "very secret'" not in printed
