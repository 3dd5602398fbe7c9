"""The last links that others may open: for those who become more than strangers soon.

Who holds links open for nothing, from however many networks, fills a node up to here; what is
left is free again every LAST_PLACE_S, so that whoever comes to be a child finds a place.
"""

import asyncio

from swarmfeed.core.net.limits import LAST_PLACE_S, LAST_PLACES_SHARE
from swarmfeed.node.ground.events import LinkOpened, Listens, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session

_LOOK_EVERY_S = 1


class LastPlaces:
    """Closes links that are of no use while places are few; belongs to one asyncio loop."""

    def __init__(self, ground: Ground) -> None:
        self._sessions = ground.sessions
        self._beside = ground.beside
        links_max = ground.shells.link.peers_max
        self._crowd = links_max - max(int(links_max * LAST_PLACES_SHARE), 1)
        self._late: dict[Session, float] = {}
        """Who came into the last places, and until when it is waited for."""

    def rows(self) -> tuple[Listens, ...]:
        return (listens(LinkOpened, self._on_opened),)

    def _on_opened(self, event: LinkOpened) -> None:
        if event.session.peer.outgoing or self._opened() <= self._crowd:
            return
        if not self._late:
            self._beside.spawn(self._look())
        self._late[event.session] = asyncio.get_running_loop().time() + LAST_PLACE_S

    async def _look(self) -> None:
        """Wait whether they become more; who is no child, contact or keeper of ours goes."""
        while self._late:
            await asyncio.sleep(_LOOK_EVERY_S)
            now_s = asyncio.get_running_loop().time()
            for session, until_s in list(self._late.items()):
                if self._sessions.find(session.node_id) is not session:
                    del self._late[session]
                elif until_s <= now_s:
                    del self._late[session]
                    self._let_go(session)

    def _let_go(self, session: Session) -> None:
        if not session.kept_by and self._opened() > self._crowd:
            # Beside: who is not there any more says no goodbye, and is waited for.
            self._beside.spawn(session.peer.close("others wait for a place"))

    def _opened(self) -> int:
        return sum(not each.peer.outgoing for each in self._sessions.all())
