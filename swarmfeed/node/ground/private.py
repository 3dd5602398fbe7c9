"""Private state in a running node: written down first, then known, then told.

Any part asks here for what the person wants to keep to themselves, under a scope of its own:

    read    notifications that were read: feed id || index -> 1
    stopped where the person stopped reading a timeline: its name -> place, and when
    mute    authors that are not to be seen: author id -> 1
    thread  threads that are muted: what stands above all in it, as a bookmark -> 1
    dismissed authors who are not to be suggested any more: author id -> 1
    note    what the person wrote down about others: author id -> text
    block   authors with whom the person wants nothing to do: author id -> 1
    filter  words that are not to be read: words -> "hide" or "warn", and until when
    filter-title what filters are called that belong together: words -> title
    bookmark posts to be found again: feed id || index (8) || hash -> when
    list    lists of people: id (8) -> name
    listed  who is in them: id (8) || author id -> 1
    listen  what is listened to: a search, as text -> 1
    draft   what was begun and not posted: place -> text, and for whom (core.asks.state)
    draftfile what drafts have beside their words: name of a file -> ``core.media.drafted``
    paper   what the sheets open: generation (4 bytes) -> signed statement
    mail    what contacts put letters into our mailboxes by: "token" -> token that was renewed,
            "first" || time (8) || feed id -> token that a device began with; the oldest counts
    circle  own circles: see ``core.circles.rows``
    reads   circles of others that can be read: author id || tree id -> welcome
    request who asked to read a circle: "i" || author id; whom we asked: "o" || author id; who
            let us into one: "l" || author id || circle id -> 1
    shared  posts that were shared alone: feed id || index (8) -> entry key
    webfeed feeds of the web that are followed: key of an address -> the address
    ours    what is the person's own doing: feed id -> "feed", id of an alarm -> "alarm"

Other devices and snapshots bring rows as well (``merge``); whoever listens to
``PrivateChanged`` hears of both.  Belongs to the node's loop.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from swarmfeed.core.asks.state_sentences import PRIVATE_FULL
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, HASH_BYTES
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.state.rows import Name, PrivateRow, PrivateTable, Vector
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import Events, PrivateChanged
from swarmfeed.node.ground.identity import Identity
from swarmfeed.ports import Clock, PrivateFile

READ: Final = "read"
STOPPED: Final = "stopped"
MUTE: Final = "mute"
THREAD: Final = "thread"
LISTEN: Final = "listen"
DRAFT: Final = "draft"
DRAFT_FILE: Final = "draftfile"
PAPER: Final = "paper"
OURS: Final = "ours"
MAIL: Final = "mail"
BLOCK: Final = "block"
DISMISSED: Final = "dismissed"
FILTER: Final = "filter"
FILTER_TITLE: Final = "filter-title"
BOOKMARK: Final = "bookmark"
NOTE: Final = "note"
LIST: Final = "list"
LISTED: Final = "listed"
WEBFEED: Final = "webfeed"

SHARED_SCOPES: Final = frozenset((FILTER, NOTE))
"""Scopes of which also the values are looked at from other threads."""

ON: Final = b"1"
"""Value of what is either so or not."""


def paper_key(generation: int) -> bytes:
    """The name of what the sheets of a generation open."""
    return generation.to_bytes(4, "big")


def bookmark_key(ref: EntryRef) -> bytes:
    """The name of a bookmark, and of a thread that is muted."""
    return ref.feed_id + ref.index.to_bytes(8, "big") + ref.entry_hash


def bookmark_ref(key: bytes) -> EntryRef | None:
    """The post that such a name means; None: another device wrote something else there."""
    if len(key) != HASH_BYTES + 8 + HASH_BYTES:
        return None
    index = int.from_bytes(key[HASH_BYTES : HASH_BYTES + 8], "big")
    if index >= FEED_ENTRIES_MAX:
        return None
    return EntryRef(FeedId(key[:HASH_BYTES]), Hash(key[-HASH_BYTES:]), index)


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
        self._held: dict[str, dict[bytes, bytes]] = {}
        """The same with values, of SHARED_SCOPES alone."""

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

    def said_ms(self, scope: str, key: bytes) -> int:
        """When the newest word on a thing was said; 0: never."""
        return self._table.said_ms(scope, key)

    def all(self, scope: str) -> dict[bytes, bytes]:
        """Values by key, of all that there are in a scope."""
        return self._table.all(scope)

    def names(self, scope: str) -> frozenset[bytes]:
        """Keys of all that there are in a scope; also from other threads."""
        return self._names.get(scope, frozenset())

    def held(self, scope: str) -> Mapping[bytes, bytes]:
        """Values by key of a scope of SHARED_SCOPES; also from other threads."""
        return self._held.get(scope, {})

    def text(self, scope: str, key: bytes) -> str:
        """One of these values as text; empty when there is none."""
        # Another device may have written anything there.
        return self.held(scope).get(key, b"").decode("utf-8", "replace")

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
        now = {scope: self._table.all(scope) for scope in scopes}
        self._names = {**self._names, **{each: frozenset(rows) for each, rows in now.items()}}
        shared = {each: rows for each, rows in now.items() if each in SHARED_SCOPES}
        self._held = {**self._held, **shared}
