"""Which devices a person has, and what letters to each are sealed to: as their logs say."""

from contextlib import suppress

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.author import feeds_of
from swarmfeed.core.feed.claims import open_all
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import decode_body
from swarmfeed.core.feed.sealed_kinds import PrekeysBody
from swarmfeed.core.letters.limits import PREKEYS_LOOKED_AT
from swarmfeed.core.letters.prekeys import SUITE, SelfIntroduction, open_introduction
from swarmfeed.errors import BadProofError, DamageError, MendingError, PassingError, RemoteError
from swarmfeed.node.ground.events import Doubted
from swarmfeed.node.ground.ground import Ground


class Directory:
    """Reads logs at each question; from any thread but where it says otherwise."""

    def __init__(self, ground: Ground) -> None:
        self._identity = ground.identity
        self._shelf = ground.shelf
        self._index = ground.shells.index
        self._doubted = frozenset[FeedId]()

    def on_doubted(self, event: Doubted) -> None:
        """Feeds count as ours that a thief may have added: no copies go there."""
        self._doubted = event.feed_ids

    def devices(self, author_id: AuthorId) -> list[FeedId]:
        """Feeds of a person that have not ended, without this device's."""
        certified = self._shelf.certified(author_id).feeds
        not_these = {self._identity.feed_id, *self._doubted}
        found = [each for each in certified if each.feed_id not in not_these]
        return [each.feed_id for each in found if each.end is None]

    def keys_of(self, feed_id: FeedId) -> PrekeysBody | None:
        """The newest keys of a device that are here, and that we know how to seal to."""
        end = self._shelf.end_of(feed_id)
        for index in self._places(feed_id):
            if end is None or index < end:
                body = self._body(feed_id, index)
                if isinstance(body, PrekeysBody) and body.suite == SUITE:
                    return body
        return None

    def _places(self, feed_id: FeedId) -> list[int]:
        with suppress(PassingError, MendingError):
            return self._index.sealed_entries(feed_id, PrekeysBody.kind, PREKEYS_LOOKED_AT)
        return []

    def _body(self, feed_id: FeedId, index: int) -> object:
        with suppress(DamageError, PassingError, RemoteError):
            for stored in self._shelf.read_entries(feed_id, index, index + 1):
                entry = decode_entry(stored)
                if entry.body is not None:
                    return decode_body(entry.kind, entry.body)
        return None

    def is_ended(self, feed_id: FeedId, author_id: AuthorId) -> bool:
        """Whether a device is a person's no more, as far as is known here."""
        known = self._shelf.certified(author_id)
        found = known.feed(feed_id)
        return found is not None and found.end is not None

    def is_doubted(self, feed_id: FeedId) -> bool:
        """Whether a device counts as ours that a thief may have added."""
        return feed_id in self._doubted

    def author_of(self, feed_id: FeedId, said: SelfIntroduction) -> AuthorId:
        """Whose device wrote, by what came with its letter and what we know.

        Raises:
            RemoteError: It is nobody's, or is not theirs any more.
        """
        author_id = open_introduction(feed_id, said)
        known = self._shelf.opened(author_id)
        both = {**known, **open_all(said.certificates)}
        found = feeds_of(author_id, both.values()).feed(feed_id)
        if found is None or found.end is not None:
            raise BadProofError("the device that wrote is its author's no more")
        if self._shelf.author_of(feed_id) not in (None, author_id):
            raise BadProofError("the device that wrote is another author's")
        return author_id
