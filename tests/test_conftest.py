"""What holds for all tests."""

import pytest
import structlog


def test_an_error_in_the_log_has_a_plain_trace(capsys: pytest.CaptureFixture[str]) -> None:
    local = "-".join(["a", "local", "variable"])
    try:
        raise ValueError(len(local))
    except ValueError:
        structlog.get_logger().error("failed", exc_info=True)
    said = capsys.readouterr().out
    assert "failed" in said and "ValueError: 16" in said
    assert local not in said
