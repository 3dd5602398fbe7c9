"""What this machine cannot give just now, and the moment when it can again.

Whoever meets a passing failure tells it (``Strained``) and goes on without what failed.  From
then on the doors of the disk are tried every few seconds, and when all of them open, everybody
hears of it (``Relieved``) and takes up what was left.  If that is refused again, and again, it
is tried more and more seldom.  Nobody else counts or waits.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from typing import Any, Final

import structlog

from swarmfeed.core.asks.troubles import TROUBLES, refused_reading
from swarmfeed.errors import FatalError, MendingError, PassingError, SwarmfeedError
from swarmfeed.node.ground.events import Events, Fatal, Listens, Relieved, Strained, listens
from swarmfeed.node.ground.tasks import Tasks

logger = structlog.get_logger()

RETRY_EVERY_S: Final = 2.0
"""How soon the disk is tried when it refuses: soon for a person, and 4 KiB of writing."""

RETRY_AT_LAST_EVERY_S: Final = 32.0
"""How often, where each relief was in vain (a file that stays forbidden): everybody takes up
everything then, and asks all peers."""

Check = Callable[[], Awaitable[None]]
"""Tries one door.  Raises PassingError while it does not open."""


class Strain:
    """Knows what is refused at the moment; belongs to the node's loop."""

    def __init__(self, events: Events, beside: Tasks, checks: Sequence[Check]) -> None:
        self._events = events
        self._beside = beside
        self._checks = checks
        self._noted: set[str] = set()
        self._watching = False
        self._wait_s = RETRY_EVERY_S
        self._relieved_s = -math.inf
        """When it was over, by the loop's clock."""
        self._in_vain = 0
        """Reliefs in a row after which something was refused again at once."""

    def rows(self) -> tuple[Listens, ...]:
        return (listens(Strained, self._on_strained),)

    def now(self) -> tuple[str, ...]:
        """What a person should know, a sentence each; none when all is well."""
        return tuple(each.state() for each in TROUBLES if each.name in self._noted)

    def _on_strained(self, event: Strained) -> None:
        if event.error.trouble not in self._noted:
            logger.warning("strained", trouble=event.error.trouble, reason=str(event.error))
        self._noted.add(event.error.trouble)
        if not self._watching:
            self._watching = True
            # On our own account: a peer met it, and does not pay for what everybody takes up.
            Context().run(lambda: self._beside.spawn(self._watch()))

    def _set_pace(self) -> None:
        since_s = asyncio.get_running_loop().time() - self._relieved_s
        self._in_vain = self._in_vain + 1 if since_s <= self._wait_s else 0
        longer = 2 ** min(max(self._in_vain - 1, 0), 16)
        self._wait_s = min(RETRY_EVERY_S * longer, RETRY_AT_LAST_EVERY_S)

    async def _watch(self) -> None:
        self._set_pace()
        while not await self._is_over():
            pass

    async def _is_over(self) -> bool:
        await asyncio.sleep(self._wait_s)
        for check in self._checks:
            try:
                await check()
            except PassingError as error:
                # What it says now, not what was said first: that may be over.
                if self._noted != {error.trouble}:
                    self._noted = {error.trouble}
                    self._events.tell(Strained(error))
                return False
            except MendingError:
                continue  # not refused: it is made anew, which begins when all is over
            except FatalError as error:
                self._events.tell(Fatal(error))
                return True
            except SwarmfeedError as error:
                logger.debug("still strained", reason=str(error))
                return False
        self._noted.clear()
        self._relieved_s = asyncio.get_running_loop().time()
        self._watching = False  # whoever is told may be refused again at once
        logger.warning("relieved")
        self._events.tell(Relieved())
        return True


def take_refusals(
    events: Events,
) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """Return what hears of a loop's errors: that the machine refuses something is no bug."""

    def hear(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        number = error.errno or 0 if isinstance(error, OSError) else 0
        refused = refused_reading(number, context.get("message", ""))
        if refused is not None:
            events.tell(Strained(refused))
        else:
            loop.default_exception_handler(context)

    return hear
