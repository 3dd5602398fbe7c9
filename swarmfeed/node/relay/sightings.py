"""Answers about who can be reached: verified once, for ourselves and for those we asked for."""

from swarmfeed.core.relay import sentences
from swarmfeed.core.relay.locator import Locator, open_locator
from swarmfeed.core.relay.presences import SeenLocator
from swarmfeed.core.relay.words import Located, RelayAt
from swarmfeed.errors import RemoteError
from swarmfeed.node.ground.events import Misled
from swarmfeed.node.ground.fairness import breathe
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.relay.locating import Locating
from swarmfeed.node.relay.seeking import Seeking


class Sightings:
    """Takes answers in."""

    def __init__(self, ground: Ground, seeking: Seeking, locating: Locating) -> None:
        self._clock = ground.shells.clock
        self._events = ground.events
        self._seeking = seeking
        self._locating = locating

    async def on_located(self, session: Session, said: Located) -> None:
        """Take an answer in, if it is one.  RemoteError when a locator in it is false."""
        if not self._seeking.waits(session) and not self._locating.waits():
            return
        found, now_ms = [], self._clock.now_ms()
        for signed in said.locators:
            locator = self._open(session, signed)
            if locator.counts(now_ms):
                relays = _places(session, said, frozenset(locator.relays))
                found.append(SeenLocator(signed=signed, locator=locator, relays=relays))
            await breathe()
        self._seeking.on_found(session, found)
        self._locating.on_found(session, found)

    def _open(self, session: Session, signed: bytes) -> Locator:
        try:
            return open_locator(signed)
        except RemoteError:
            self._events.tell(Misled(session, sentences.FALSE_LOCATOR()))
            raise


def _places(session: Session, said: Located, named: frozenset[bytes]) -> tuple[RelayAt, ...]:
    """Where the relays are that a locator names, the one who told us of it first."""
    own = (RelayAt(session.node_id, session.link),) if session.link else ()
    return tuple(each for each in (*own, *said.relays) if each.node_id in named)
