"""Private state in a running node: written down first, then known, then told.

Any part asks here for what the person wants to keep to themselves, under a scope of its own:

    read    notifications that were read: feed id || index -> 1
    mute    authors that are not to be seen: author id -> 1
    listen  what is listened to: a search, as text -> 1
    draft   what was begun and not posted: place -> text, and for whom (core.asks.state)
    paper   what the sheets open: generation (4 bytes) -> signed statement
    mail    what contacts put letters into our mailboxes by: "token" -> token
    circle  own circles: see ``core.circles.rows``
    reads   circles of others that can be read: author id || tree id -> welcome
    request who asked to read a circle: "i" || author id; whom we asked: "o" || author id
    shared  posts that were shared alone: feed id || index (8) -> entry key
    ours    what is the person's own doing: feed id -> "feed", id of an alarm -> "alarm"

Other devices and snapshots bring rows as well (``merge``); whoever listens to
``PrivateChanged`` hears of both.  Belongs to the node's loop.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from swarmfeed.core.asks.state_sentences import PRIVATE_FULL
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.state.rows import Name, PrivateRow, PrivateTable, Vector
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import Events, PrivateChanged
from swarmfeed.node.ground.identity import Identity
from swarmfeed.ports import Clock, PrivateFile

READ: Final = "read"
MUTE: Final = "mute"
LISTEN: Final = "listen"
DRAFT: Final = "draft"
PAPER: Final = "paper"
OURS: Final = "ours"
MAIL: Final = "mail"

ON: Final = b"1"
"""Value of what is either so or not."""


def paper_key(generation: int) -> bytes:
    """The name of what the sheets of a generation open."""
    return generation.to_bytes(4, "big")


class PrivateState:
    """The rows that this device knows."""

    def __init__(
        self, file: PrivateFile, identity: Identity, clock: Clock, events: Events
    ) -> None:
        self._file = file
        self._feed_id = identity.feed_id
        self._clock = clock
        self._events = events
        self._table = PrivateTable()
        self._crowding = frozenset[FeedId]()
        self._names: dict[str, frozenset[bytes]] = {}
        """Keys of what there is in each scope: replaced as a whole, for other threads."""

    def recall(self) -> None:
        """Take up what is on disk; at the start."""
        self._table = PrivateTable(self._file.read())
        self._name({scope for scope, _ in (row.name for row in self._table.rows())})
        if outdated := self._table.outdated(self._clock.now_ms()):
            self._forget(outdated)

    # --- looking ---

    def get(self, scope: str, key: bytes) -> bytes:
        """The value of a thing; empty when there is none."""
        return self._table.get(scope, key)

    def all(self, scope: str) -> dict[bytes, bytes]:
        """Values by key, of all that there are in a scope."""
        return self._table.all(scope)

    def names(self, scope: str) -> frozenset[bytes]:
        """Keys of all that there are in a scope; also from other threads."""
        return self._names.get(scope, frozenset())

    def rows(self) -> list[PrivateRow]:
        return self._table.rows()

    def vector(self) -> Vector:
        """Of each device the latest time that is known."""
        return self._table.vector()

    def beyond(self, vector: Vector) -> list[PrivateRow]:
        return self._table.beyond(vector)

    def are_timely(self, rows: Iterable[PrivateRow]) -> bool:
        """Whether ``merge`` passes over none of them because its time is yet to come."""
        now_ms = self._clock.now_ms()
        return not any(row.is_early(now_ms) for row in rows)

    def crowding(self) -> frozenset[FeedId]:
        """Devices that said more, since the start, than there is room for: a stolen one may."""
        return self._crowding

    # --- changing ---

    def set(self, scope: str, changes: Mapping[bytes, bytes]) -> None:
        """Write down what the person did; an empty value takes a thing away.

        Raises:
            PassingError: Not now; all is as it was.
            UserError: There is too much already.
        """
        now_ms = self._clock.now_ms()
        named = {(scope, key): value for key, value in changes.items()}
        made = self._table.make(named, now_ms=now_ms, device=self._feed_id)
        if not self._table.has_room(made, self._feed_id):
            raise UserError(PRIVATE_FULL())
        self._take(tuple(made), None)

    def merge(
        self, rows: Iterable[PrivateRow], source: object = None
    ) -> tuple[PrivateRow, ...]:
        """Take what another device said, but what is too far ahead or too much; returns what is
        new.

        Args:
            source: Whom it need not be told: goes into the event.

        Raises:
            PassingError: Not now; all is as it was.
        """
        now_ms = self._clock.now_ms()
        timely = [row for row in rows if not row.is_early(now_ms)]
        known = (row for row in self._table.rows() if not row.is_early(now_ms))
        merged = PrivateTable(known).merge(timely, self._feed_id)
        self._crowding |= merged.crowding
        self._take(merged.taken, source)
        return merged.taken

    def forget(self, scope: str, keys: Iterable[bytes]) -> None:
        """Drop what this device need not know any more, without taking it away from others.

        Raises:
            PassingError: Not now; all is as it was.
        """
        self._forget([(scope, key) for key in keys])

    def _take(self, rows: tuple[PrivateRow, ...], source: object) -> None:
        if not rows:
            return
        self._file.write(rows)
        # They are known to count: also over a row that is too far ahead.
        self._table.forget(row.name for row in rows)
        self._table.take(rows)
        self._name({row.scope for row in rows})
        self._events.tell(PrivateChanged(rows, source))

    def _forget(self, names: list[Name]) -> None:
        self._file.write((), names)
        self._table.forget(names)
        self._name({scope for scope, _ in names})

    def _name(self, scopes: Iterable[str]) -> None:
        now = {scope: frozenset(self._table.all(scope)) for scope in scopes}
        self._names = {**self._names, **now}
