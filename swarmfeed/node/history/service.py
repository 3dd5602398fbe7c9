"""The role as its operator has it: chosen, changed, left, and remembered."""

from collections.abc import Mapping
from typing import Final

from swarmfeed.core.history import rows, sentences
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import readable
from swarmfeed.node.history.colleagues import Colleagues
from swarmfeed.node.history.office import Office
from swarmfeed.node.history.server import HistoryServer
from swarmfeed.node.history.settings import HistorySettings
from swarmfeed.node.history.watching import Watching

CHOICES: Final = "choices"
"""Page of the ledger: what the operator gives, and whether the server is leaving."""


class Service:
    """Begins, changes and ends the service."""

    def __init__(
        self,
        ground: Ground,
        office: Office,
        server: HistoryServer,
        watching: Watching,
        colleagues: Colleagues,
    ) -> None:
        self._settings = ground.settings
        self._memory = ground.memory
        self._office = office
        self._server = server
        self._watching = watching
        self._colleagues = colleagues

    @property
    def is_server(self) -> bool:
        return self._office.is_held

    def policy(self) -> str:
        """What decides which feeds are held for others; empty while nothing does."""
        return sentences.POLICY() if self.is_server else ""

    def choose(self, choice: HistoryChoice) -> None:
        """Become a history server, or change what is given."""
        self._server.choose(choice)
        self._memory.write(CHOICES, {b"history": rows.encode_choice(choice), b"leaving": None})
        self._watching.renew()
        self._colleagues.tell_report()

    def leave(self) -> None:
        """Hand everything over, and stop being a history server once that is done."""
        self._server.leave()
        self._memory.write(CHOICES, {b"leaving": b"1"})

    def recall(self, choices: Mapping[bytes, bytes]) -> None:
        """What the command line says counts before what was chosen on the page."""
        given = self._settings.of(HistorySettings).choice(self._settings.disk_budget_bytes)
        choice = given or _recalled(choices)
        if choice is not None:
            self._server.choose(choice)
            if b"leaving" in choices:
                self._server.leave()

    async def look(self) -> str:
        """Look at what is due; what was promised by it is written down at once."""
        self._watching.renew()
        was_server = self.is_server
        result = await self._server.look()
        if was_server:
            await self._memory.save()
        if was_server and not self.is_server:
            self._memory.write(CHOICES, {b"history": None, b"leaving": None})
        return result


def _recalled(choices: Mapping[bytes, bytes]) -> HistoryChoice | None:
    """What was chosen on the page, if it can be read."""
    chosen = {key: row for key, row in choices.items() if key == b"history"}
    return next((choice for _, choice in readable(chosen, rows.decode_choice)), None)
