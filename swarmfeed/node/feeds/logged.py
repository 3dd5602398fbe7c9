"""The log of this run, for who looks at it."""

from swarmfeed.core.asks.logged import LogLines, WhatWasLogged, lines_of
from swarmfeed.node.ground.desk import Answers, in_reader
from swarmfeed.node.ground.ground import Ground


class AboutLog:
    """Shows lines that are kept in memory."""

    def __init__(self, ground: Ground) -> None:
        self._logbook = ground.shells.logbook

    def rows(self) -> tuple[Answers, ...]:
        return (in_reader(WhatWasLogged, self.show),)

    def show(self, ask: WhatWasLogged) -> LogLines:
        """Raises UserError: there is no such level."""
        return lines_of(self._logbook.lines(), ask)
