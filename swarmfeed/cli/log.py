"""Where a node's log goes when a person started it: standard error, and not too much of it."""

import logging
import sys
from functools import partial
from typing import Final

from swarmfeed.core.asks.loglines import hide_secrets
from swarmfeed.shell.interpreter import unseen
from swarmfeed.shell.logbook import LOGBOOK

with unseen("rich"):  # for colours that are not used here it would load 5 MB
    import structlog
    from structlog.typing import EventDict, WrappedLogger

KEPT_FROM: Final = logging.INFO
"""What is at least so grave is kept for the page, whatever is printed."""


def send_to_stderr(level: str) -> None:
    """Print what is at least as grave as ``level``; standard output belongs to results.

    Args:
        level: Of ``main.LEVELS``.
    """
    least: int = getattr(logging, level.upper())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            _hide_secrets,
            LOGBOOK.note,
            partial(_only, least),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                # The default one prints local variables, and some of those are seeds.
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(min(least, KEPT_FROM)),
        # Looked up each time, because standard error may be replaced under us.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _hide_secrets(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A processor: replace the values whose names tell secrets."""
    return hide_secrets(event)


def _only(least: int, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A processor: end here what is not to be printed."""
    if getattr(logging, event["level"].upper()) < least:
        raise structlog.DropEvent
    return event
