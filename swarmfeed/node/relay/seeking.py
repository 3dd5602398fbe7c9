"""Reaching people who cannot be dialled: we say where we are, and ask where they are."""

from dataclasses import dataclass, field
from functools import partial

from swarmfeed.core.base.lockable import LockedError
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.relay import sentences
from swarmfeed.core.relay.limits import LOCATED_AUTHORS_MAX, RELAYS_NAMED_MAX
from swarmfeed.core.relay.locator import Locator, open_locator, sign_locator
from swarmfeed.core.relay.words import Here, Locate, Located
from swarmfeed.node.ground.events import LinkOpened
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.session import Session
from swarmfeed.node.relay.circuits import Circuits

NAME = "relay"
"""What a node that relays says of itself in its hello."""


@dataclass(slots=True)
class RelaySide:
    """What we asked one relay."""

    authors: frozenset[AuthorId] = field(default_factory=frozenset)


class Seeking:
    """Tells relays that we are here, and asks them for whom we follow and nobody has."""

    def __init__(self, ground: Ground, circuits: Circuits) -> None:
        self._identity = ground.identity
        self._sessions = ground.sessions
        self._interests = ground.interests
        self._shelf = ground.shelf
        self._clock = ground.shells.clock
        self._beside = ground.beside
        self._circuits = circuits

    def on_opened(self, event: LinkOpened) -> None:
        """A relay hears at once that we are here."""
        if _is_relay(event.session):
            self._say_here()

    async def say_here(self) -> str:
        """Tell relays that we can still be reached by way of them; every few minutes."""
        return sentences.TOLD_RELAYS(relays=self._say_here())

    async def seek(self) -> str:
        """Ask relays where those are whom we follow, and of whom no peer holds anything."""
        relays = self._relays() if self._circuits.room > 0 else []
        authors = self._sought() if relays else []
        for relay in relays if authors else ():
            relay.part(RelaySide).authors = frozenset(authors)
            relay.outbox.put(("locate",), partial(relay.send, Locate(tuple(authors))))
        return sentences.SOUGHT(authors=len(authors), relays=len(relays))

    def on_located(self, session: Session, said: Located) -> None:
        """Link to those who were found; what we did not ask for is passed over."""
        asked = session.part(RelaySide)
        authors, asked.authors = asked.authors, frozenset()
        now_ms = self._clock.now_ms()
        for signed in said.locators[: self._circuits.room] if authors else ():
            found = open_locator(signed)
            is_wanted = found.author_id in authors and found.counts(now_ms)
            if is_wanted and session.node_id in found.relays and self._is_new(found):
                self._beside.spawn(self._circuits.reach(session, found.node_id))

    def _relays(self) -> list[Session]:
        """Peers that relay, linked longest first."""
        return [each for each in self._sessions.all() if _is_relay(each)]

    def _say_here(self) -> int:
        """Tell some relays; returns how many."""
        relays = self._relays()[:RELAYS_NAMED_MAX]
        if not relays:
            return 0
        locator = Locator(
            author_id=self._identity.author_id,
            feed_id=self._identity.feed_id,
            node_id=self._identity.node_id,
            made_ms=self._clock.now_ms(),
            relays=tuple(each.node_id for each in relays),
        )
        try:
            here = Here(sign_locator(locator, self._identity.feed_key.sign))
        except LockedError:
            return 0  # for as long as the key is locked away, nobody is told
        for relay in relays:
            relay.outbox.put(("here",), partial(relay.send, here))
        return len(relays)

    def _sought(self) -> list[AuthorId]:
        return [
            each
            for each in self._interests.read()
            if each != self._identity.author_id and not self._has_source(each)
        ][:LOCATED_AUTHORS_MAX]

    def _has_source(self, author_id: AuthorId) -> bool:
        """Whether a peer holds one of the author's feeds."""
        feeds = self._shelf.feeds_of(author_id)
        return any(each.holds.keys() & set(feeds) for each in self._sessions.all())

    def _is_new(self, found: Locator) -> bool:
        is_own = found.node_id == self._identity.node_id
        return not is_own and self._sessions.find(found.node_id) is None


def _is_relay(session: Session) -> bool:
    return NAME in session.peer.hello.roles
