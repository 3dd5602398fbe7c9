"""Where a node's log goes when a person started it: standard error, and not too much of it."""

import logging
import sys
from typing import Final

from swarmfeed.shell.interpreter import unseen

with unseen("rich"):  # for colours that are not used here it would load 5 MB
    import structlog
    from structlog.typing import EventDict, WrappedLogger

SECRETS: Final = frozenset({"token", "key", "passphrase", "seed", "words", "authorization"})
"""Names whose values never reach a log, whoever wrote them there by mistake."""


def send_to_stderr(level: str) -> None:
    """Print what is at least as grave as ``level``; standard output belongs to results.

    Args:
        level: Of ``main.LEVELS``.
    """
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            hide_secrets,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(),
                # The default one prints local variables, and some of those are seeds.
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        # Looked up each time, because standard error may be replaced under us.
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def hide_secrets(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """A processor: replace the values that ``SECRETS`` names."""
    return {name: "(hidden)" if name in SECRETS else value for name, value in event.items()}
