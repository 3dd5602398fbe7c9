"""The read mark of the home timeline: where the person stopped; private state."""

from typing import Final

from swarmfeed.core.asks.stopping import StopHere, Stopped, WhereDidIStop, read_stopped
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import STOPPED

HOME: Final = b"home"
"""The name of the home timeline among all that may be read in part."""


class Stopping:
    """Keeps it; belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._private = ground.private
        self._clock = ground.shells.clock

    def rows(self) -> tuple[Answers, ...]:
        return in_loop(WhereDidIStop, self.where), in_loop(StopHere, self.stop_here)

    async def where(self, _: WhereDidIStop) -> Stopped:
        return self._known()

    async def stop_here(self, ask: StopHere) -> Stopped:
        """Raises PassingError: all is as it was."""
        known = self._known()
        if known.place is not None and ask.place <= known.place:
            return known
        stopped = Stopped(place=ask.place, at_ms=self._clock.now_ms())
        self._private.set(STOPPED, {HOME: stopped.as_bytes()})
        return stopped

    def _known(self) -> Stopped:
        return read_stopped(self._private.get(STOPPED, HOME))
