"""Where links lead that a person followed: kept until somebody answered there.

Who gave a link may be away just now, and this machine may be started anew before they are
back.  Once somebody was reached, it is remembered as any place where peers were.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from swarmfeed.core.base.address import parse_endpoint
from swarmfeed.core.base.types import AuthorId, Endpoint
from swarmfeed.core.net.given import Given, decode_given, encode_given
from swarmfeed.core.net.limits import GIVEN_MAX
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import LinkOpened
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import FOLLOWED
from swarmfeed.node.ground.memory import Rows, readable

PAGE: Final = "given"
"""Of the ledger: ``host:port`` -> whose link named it, and when it was followed."""


class GivenPlaces:
    """Belongs to the node's loop."""

    def __init__(self, ground: Ground) -> None:
        self._interests = ground.interests
        self._clock = ground.shells.clock
        self._places: dict[Endpoint, Given] = {}
        """Oldest first."""
        self._changed: dict[bytes, Given | None] = {}

    def row(self) -> Rows:
        return Rows(
            page=PAGE, load=self._load, take_changes=self._take_changes, encode=encode_given
        )

    def keep(self, author_id: AuthorId, places: Iterable[Endpoint]) -> None:
        """Keep them; the oldest of GIVEN_MAX give way."""
        given = Given(author_id, self._clock.now_ms())
        for place in places:
            self._places.pop(place, None)
            self._places[place] = given
            self._changed[_key(place)] = given
        while len(self._places) > GIVEN_MAX:
            self._forget(next(iter(self._places)))

    def all(self) -> list[Endpoint]:
        """Those of people who are still followed, and not given for long."""
        if not self._places:
            return []
        now_ms = self._clock.now_ms()
        for place, given in list(self._places.items()):
            is_followed = self._interests.rank(given.author_id) >= FOLLOWED.rank
            if not (given.counts(now_ms) and is_followed):
                self._forget(place)
        return list(self._places)

    def on_opened(self, event: LinkOpened) -> None:
        door = event.session.door
        if door in self._places and event.session.stays:
            self._forget(door)

    # --- inside ---

    def _forget(self, place: Endpoint) -> None:
        del self._places[place]
        self._changed[_key(place)] = None

    def _load(self, page: Mapping[bytes, bytes]) -> None:
        found = dict[Endpoint, Given]()
        for key, given in readable(page, decode_given):
            try:
                found[parse_endpoint(key.decode("ascii", "replace"))] = given
            except UserError:
                self._changed[key] = None
        self._places = dict(sorted(found.items(), key=lambda each: each[1].at_ms))

    def _take_changes(self) -> dict[bytes, Given | None]:
        changed, self._changed = self._changed, {}
        return changed


def _key(place: Endpoint) -> bytes:
    return str(place).encode()
