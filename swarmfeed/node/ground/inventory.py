"""What was here of each feed that is kept whole, and what of it is missing now.

It is remembered in the ledger, outside the folders it tells of, and the index is asked too: a
folder that is gone, an older copy of a journal and a chunk that was deleted are all seen, and
stay seen until the entries are back.
"""

from collections.abc import Mapping
from typing import Final

import structlog
from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.remembered import (
    Remembered,
    absent,
    decode_remembered,
    encode_remembered,
    grown,
)
from swarmfeed.errors import FatalError, RetryError, UserError
from swarmfeed.node.ground.events import (
    CertificatesGrew,
    ChunkKept,
    FeedDropped,
    HeadGrew,
    Listens,
    Unfollowed,
    listens,
)
from swarmfeed.node.ground.interests import Interests
from swarmfeed.node.ground.memory import Bookkeeper, Rows, readable
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.node.ground.tasks import in_turns
from swarmfeed.ports import Index, Ledger

logger = structlog.get_logger()

PAGE: Final = "feeds"
"""Of the ledger: feed id -> what is remembered of it."""


class Lack(Struct, frozen=True, kw_only=True):
    """What is missing of one feed."""

    feed_id: FeedId
    author_id: AuthorId
    ranges: tuple[tuple[int, int], ...] = ()
    """Entries, ascending."""
    statements: int = 0
    """Certificates of its author."""
    proof: bool = False
    """The proof of its fork."""

    @property
    def entries(self) -> int:
        return sum(end - start for start, end in self.ranges)


def size_in(ledger: Ledger, feed_id: FeedId) -> int:
    """Entries of a feed that a ledger remembers; 0 for none.  Raises DamageError."""
    rows = {key: row for key, row in ledger.read(PAGE).items() if key == feed_id}
    return max((known.size for _, known in readable(rows, decode_remembered)), default=0)


class Inventory:
    """Remembers, compares, and says what is missing; belongs to the node's loop."""

    def __init__(
        self, shelf: Shelf, interests: Interests, index: Index, memory: Bookkeeper
    ) -> None:
        self._shelf = shelf
        self._interests = interests
        self._index = index
        self._memory = memory
        self._known: dict[FeedId, Remembered] = {}
        self._unsaved: set[FeedId] = set()
        self._lacks: dict[FeedId, Lack] = {}
        self._rows = Rows(
            page=PAGE,
            load=self.load,
            take_changes=self.take_changes,
            encode=encode_remembered,
        )

    # --- rows ---

    def rows(self) -> tuple[Rows, ...]:
        return (self._rows,)

    def listens(self) -> tuple[Listens, ...]:
        return (
            listens(HeadGrew, lambda event: self._look_at(event.after.feed_id)),
            listens(ChunkKept, lambda event: self._look_at(event.feed_id)),
            listens(FeedDropped, lambda event: self._forget(event.feed_id)),
            listens(Unfollowed, self._on_unfollowed),
            listens(CertificatesGrew, self._on_certificates),
        )

    def load(self, page: Mapping[bytes, bytes]) -> None:
        """Take up what is remembered; of a lost ledger the index still knows the sizes."""
        for key, remembered in readable(page, decode_remembered):
            self._known[FeedId(key)] = remembered
        if not self._known:
            self._known = {
                feed_id: Remembered(
                    author_id=author_id, size=size, read=self._may_be_read(feed_id)
                )
                for feed_id, (author_id, size) in self._index.known_sizes().items()
            }
        for feed_id, remembered in self._known.items():
            if remembered.forked and self._shelf.replica(feed_id) is not None:
                self._shelf.stop_feed(feed_id)

    def take_changes(self) -> dict[FeedId, Remembered | None]:
        changed, self._unsaved = self._unsaved, set()
        return {each: self._known.get(each) for each in changed}

    def save(self) -> None:
        """Look, and write down what is new; if the disk takes nothing, at the next occasion."""
        self.look()
        changes = self.take_changes()
        if not changes:
            return
        try:
            self._memory.write(PAGE, self._rows.encoded(changes))
        except (FatalError, RetryError, UserError) as error:
            logger.warning("what is here was not written down", reason=str(error))
            self._unsaved |= changes.keys()

    # --- looking ---

    def look(self) -> None:
        """Compare all feeds with what is remembered of them."""
        for feed_id in self._all():
            self._look_at(feed_id)

    async def look_in_turns(self) -> None:
        """The same, while others run in between."""
        async for feed_id in in_turns(self._all()):
            self._look_at(feed_id)

    def lacks(self) -> list[Lack]:
        """Whatever is missing, of which feed."""
        return [self._lacks[each] for each in sorted(self._lacks)]

    def knows(self, feed_id: FeedId) -> bool:
        """Whether anything is remembered of a feed."""
        return feed_id in self._known

    def size_of(self, feed_id: FeedId) -> int:
        """Entries that a feed is remembered to have; 0 for none."""
        known = self._known.get(feed_id)
        return known.size if known else 0

    def read_before(self) -> dict[AuthorId, bool]:
        """Of each author of whom anything is remembered: whether they were kept to be read."""
        found: dict[AuthorId, bool] = {}
        for each in self._known.values():
            found[each.author_id] = found.get(each.author_id, False) or each.read
        return found

    def lost_authors(self) -> set[AuthorId]:
        """Authors that were kept to be read, and nothing of a feed of theirs is here."""
        return {
            known.author_id
            for feed_id, known in self._known.items()
            if known.read
            and self._shelf.replica(feed_id) is None
            and not self._shelf.is_unread(feed_id)
        }

    # --- inside ---

    def _all(self) -> set[FeedId]:
        return {*self._shelf.feed_ids(), *self._known}

    def _may_be_read(self, feed_id: FeedId) -> bool:
        """Whether a person may have asked for a feed: it is here whole, or was."""
        return self._shelf.replica(feed_id) is None or self._shelf.is_complete(feed_id)

    def _look_at(self, feed_id: FeedId) -> None:
        author_id = self._shelf.author_of(feed_id)
        replica = self._shelf.replica(feed_id)
        if replica is not None and author_id is not None:
            if not self._interests.is_kept_whole(author_id):
                self._note_partly(feed_id, author_id)
                return  # as much of it as there is room for
            now = Remembered(
                author_id=author_id,
                size=replica.size,
                whole=replica.size if self._shelf.is_complete(feed_id) else 0,
                certificates=len(self._shelf.certificates(author_id)),
                read=self._interests.is_read(author_id),
                forked=self._shelf.is_forked(feed_id),
            )
            self._remember(feed_id, grown(self._known.get(feed_id), now))
        self._note_lack(feed_id)

    def _note_partly(self, feed_id: FeedId, author_id: AuthorId) -> None:
        """Remember that nobody asked for a feed; nothing of it is missed."""
        if self._interests.of(author_id) is not None and feed_id not in self._known:
            self._remember(feed_id, Remembered(author_id=author_id, size=0))

    def _note_lack(self, feed_id: FeedId) -> None:
        lack = self._lack(feed_id)
        if lack is None:
            self._lacks.pop(feed_id, None)
        else:
            self._lacks[feed_id] = lack

    def _lack(self, feed_id: FeedId) -> Lack | None:
        known, replica = self._known.get(feed_id), self._shelf.replica(feed_id)
        if known is None or (replica is None and self._shelf.is_unread(feed_id)):
            return None
        size = replica.size if replica else 0
        held = sorted(self._shelf.held_ranges(feed_id)) if replica else []
        certificates = len(self._shelf.certificates(known.author_id))
        lack = Lack(
            feed_id=feed_id,
            author_id=known.author_id,
            ranges=absent(known, size, held),
            statements=max(known.certificates - certificates, 0) if replica else 0,
            proof=known.forked and replica is not None and not self._shelf.has_proof(feed_id),
        )
        return lack if lack.ranges or lack.statements or lack.proof else None

    def _remember(self, feed_id: FeedId, remembered: Remembered) -> None:
        if self._known.get(feed_id) != remembered:
            self._known[feed_id] = remembered
            self._unsaved.add(feed_id)

    def _forget(self, feed_id: FeedId) -> None:
        if self._known.pop(feed_id, None) is not None:
            self._unsaved.add(feed_id)
        self._lacks.pop(feed_id, None)

    def _on_unfollowed(self, event: Unfollowed) -> None:
        """What is not here of somebody whom the person wants no more is not missed."""
        for feed_id, known in list(self._known.items()):
            if known.author_id == event.author_id and self._shelf.replica(feed_id) is None:
                self._forget(feed_id)

    def _on_certificates(self, event: CertificatesGrew) -> None:
        """What was verified last is all there is: newer ones may make older ones needless."""
        count = len(self._shelf.certificates(event.author_id))
        for feed_id in self._shelf.feeds_of(event.author_id):
            known = self._known.get(feed_id)
            if known is not None:
                self._remember(feed_id, replace(known, certificates=count))
                self._note_lack(feed_id)
