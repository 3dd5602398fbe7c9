"""What the person has chosen by now: the settings of the start, and what was changed since.

A part that can change while the node runs reads it here, each time; one that cannot reads
``ground.settings``, which stay as they were at the start.
"""

import asyncio
from collections.abc import Mapping
from typing import TypeVar

from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import Events, SettingsChanged
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.setting_texts import (
    at_once,
    begun_with,
    merged,
    unsaid,
    with_kept,
    with_values,
)
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.ports.kept_settings import KeptSettings

S = TypeVar("S")


class Choices:
    """Belongs to the node's loop; looking at them does not."""

    def __init__(self, settings: NodeSettings, file: KeptSettings, events: Events) -> None:
        self._started = self._now = settings
        self._file = file
        self._events = events
        self._choosing = asyncio.Lock()

    @property
    def now(self) -> NodeSettings:
        """What counts at this moment."""
        return self._now

    def of(self, kind: type[S]) -> S:
        """Return a role's own settings, as they are at this moment."""
        return self._now.of(kind)

    async def kept(self) -> Mapping[str, str]:
        """Return what is kept for the next starts.  UserError: it cannot be understood."""
        return await off_loop(self._file.read)

    def at_next_start(self, kept: Mapping[str, str]) -> NodeSettings:
        """Return what counts from then on, if the same command starts it.

        Where somebody spoilt what is kept, that start will say so; until then it is as now.
        """
        try:
            return begun_with(self._started, kept)
        except UserError:
            return self._now

    async def choose(self, wanted: Mapping[str, str]) -> None:
        """Keep settings for the next starts, and change at once what can be.

        Raises:
            UserError: One is wrong, or does not go with another; all is as it was.
            PassingError: They cannot be written now; all is as it was.
        """
        async with self._choosing:
            kept = merged(await self.kept(), wanted)
            # Without what was kept at the start: by now something else may be.
            begins = unsaid(self._started)
            with_values(begins, wanted)
            with_kept(begins, kept)
            now = with_values(self._now, at_once(self._now, wanted))
            await off_loop(lambda: self._file.write(kept))
            before, self._now = self._now, now
            self._events.tell(SettingsChanged(before, now))
