"""Whose each feed is, and the certificates that say so, in memory and on disk alike.

Certificates are an author's, and lie beside each feed of that author.  Nothing is kept here
that was not verified; many are verified before (``open_new``), others in between.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress

from swarmfeed.core.base.keys import Verify
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.author import (
    AuthorFeeds,
    choose_certificates,
    feeds_of,
    proving_rotates,
)
from swarmfeed.core.feed.certificate import Certificate, Join, open_certificate
from swarmfeed.core.feed.claims import (
    first_certificates,
    joined_author,
    open_all,
    open_of,
)
from swarmfeed.errors import BadProofError, DamageError, RollbackError
from swarmfeed.node.ground.events import CertificatesGrew, Events
from swarmfeed.node.ground.fairness import breathe
from swarmfeed.ports import Logs


class Credentials:
    """Authors of the feeds that are held, and what they certified."""

    def __init__(self, logs: Logs, events: Events) -> None:
        self._logs = logs
        self._events = events
        self._authors: dict[FeedId, AuthorId] = {}
        self._feeds: dict[AuthorId, list[FeedId]] = {}
        self._certificates: dict[AuthorId, dict[bytes, Certificate]] = {}
        self._certified: dict[AuthorId, AuthorFeeds] = {}
        """What those of known authors say, worked out when it is asked for."""

    # --- looking ---

    def author_ids(self) -> set[AuthorId]:
        return set(self._feeds)

    def author_of(self, feed_id: FeedId) -> AuthorId | None:
        return self._authors.get(feed_id)

    def feeds_of(self, author_id: AuthorId) -> list[FeedId]:
        return list(self._feeds.get(author_id, ()))

    def certified(self, author_id: AuthorId) -> AuthorFeeds:
        """What the certificates we know say of an author."""
        found = self._certified.get(author_id)
        if found is None:
            known = self._certificates.get(author_id)
            found = feeds_of(author_id, known.values() if known else ())
            if known:  # anybody may ask for anybody
                self._certified[author_id] = found
        return found

    def certificates(self, author_id: AuthorId) -> tuple[bytes, ...]:
        """Signed certificates known of an author, in the order to pass them on in."""
        return tuple(self._certificates.get(author_id, {}))

    def opened(self, author_id: AuthorId) -> Mapping[bytes, Certificate]:
        """The same, and what each of them says."""
        return self._certificates.get(author_id, {})

    def rotates(self, author_id: AuthorId) -> tuple[bytes, ...]:
        """Signed rotates that count, oldest first, up to the generation in force."""
        return proving_rotates(author_id, self.opened(author_id))

    def has_more_than_joins(self, author_id: AuthorId) -> bool:
        """Whether certificates are known that may come later than any head."""
        known = self._certificates.get(author_id, {}).values()
        return any(not isinstance(each, Join) for each in known)

    def end_of(self, feed_id: FeedId) -> int | None:
        """Entries [0, end) are the author's, whatever the feed says; None: all are."""
        author_id = self._authors.get(feed_id)
        if author_id is None:
            return None
        state = self.certified(author_id)
        certified = state.feed(feed_id)
        if certified is None:
            # With the second sheet the author said which feeds stay.  Before that, one that is
            # not certified any more was pushed out by others, maybe a thief's.
            return 0 if state.generation else None
        return certified.end

    # --- verifying ---

    async def open_new(
        self, author_id: AuthorId, signed: Iterable[bytes]
    ) -> dict[bytes, Certificate]:
        """Verify those that are not known yet, others in between.

        Raises:
            RemoteError: One of them is false, or another author's.
        """
        opened = {}
        for each in signed:
            if each not in self._certificates.get(author_id, {}):
                opened[each] = open_of(author_id, each)
                await breathe()
        return opened

    def open_with_known(
        self,
        author_id: AuthorId,
        offered: Sequence[bytes],
        verified: Mapping[bytes, Certificate],
    ) -> dict[bytes, Certificate]:
        """Return what is worth keeping of the known and the offered ones.

        Args:
            verified: Those of the offered that were verified before.

        Raises:
            RemoteError: One of them is false, or another author's.
        """
        known = self._certificates.get(author_id, {})
        if all(each in known for each in offered):
            return known
        opened = dict(known)
        for signed in offered:
            if signed not in opened:
                opened[signed] = verified.get(signed) or open_of(author_id, signed)
        return {signed: opened[signed] for signed in choose_certificates(author_id, opened)}

    def open_for(
        self,
        feed_id: FeedId,
        author_id: AuthorId,
        offered: Sequence[bytes],
        verified: Mapping[bytes, Certificate],
    ) -> dict[bytes, Certificate]:
        """Check that a feed is the author's, by what we know and what came along.

        Returns and raises as ``open_with_known``.

        Raises:
            RollbackError: It was, by what came along; by what we know it is no longer, or is
                another's.
            BadProofError: It is not.
        """
        opened = self.open_with_known(author_id, offered, verified)
        if feeds_of(author_id, opened.values()).feed(feed_id) is None:
            known = {**self._certificates.get(author_id, {}), **verified}
            alone = [known.get(each) or open_of(author_id, each) for each in offered]
            if feeds_of(author_id, alone).feed(feed_id) is None:
                raise BadProofError("the feed is not certified by its author")
            raise RollbackError("the author does not count this feed any more")
        if self.author_of(feed_id) not in (None, author_id):
            raise RollbackError("the feed is another author's already")
        return opened

    # --- changing ---

    def read(self, feed_id: FeedId, verify: Verify) -> dict[bytes, Certificate]:
        """Certificates on disk, and where the feed's own is not among them, what stands in its
        first entry: that author's newest certificates may not name it any more."""
        signed: dict[bytes, Certificate] = {}
        with suppress(DamageError):
            signed = open_all(self._logs.read_certificates(feed_id), verify)
        if joined_author(feed_id, signed.values()) is None:
            with suppress(DamageError):
                first = first_certificates(self._logs.read_entries(feed_id, 0, 1))
                signed |= open_all(first, verify)
        return signed

    def take_up(
        self, feed_id: FeedId, author_id: AuthorId, signed: Mapping[bytes, Certificate]
    ) -> None:
        """Know a feed's author by certificates that are on disk."""
        self.assign(feed_id, author_id)
        opened = {**self._certificates.get(author_id, {}), **signed}
        chosen = choose_certificates(author_id, opened)
        self._know(author_id, {each: opened[each] for each in chosen})

    def start(self, feed_id: FeedId, author_id: AuthorId, *certificates: bytes) -> None:
        """Write the first certificates of an own feed: its join, and what proves that."""
        self.take_up(
            feed_id, author_id, {each: open_certificate(each) for each in certificates}
        )
        self._logs.replace_certificates(feed_id, list(self.certificates(author_id)))

    def assign(self, feed_id: FeedId, author_id: AuthorId) -> None:
        """Note whose a feed is; that never changes."""
        if feed_id not in self._authors:
            self._authors[feed_id] = author_id
            self._feeds.setdefault(author_id, []).append(feed_id)

    def assign_arrived(
        self, feed_id: FeedId, author_id: AuthorId, opened: dict[bytes, Certificate]
    ) -> None:
        """Know a new feed's author by certificates that are on disk with it."""
        if self._certificates.get(author_id):
            # Another feed of the author may have arrived since they were opened.
            opened = self.open_with_known(author_id, tuple(opened), opened)
        self.keep(author_id, opened)
        self.assign(feed_id, author_id)

    def keep(self, author_id: AuthorId, opened: dict[bytes, Certificate]) -> None:
        """Keep certificates beside each feed of the author, if they are news."""
        if self._certificates.get(author_id) == opened:
            return
        for feed_id in self.feeds_of(author_id):
            self._logs.replace_certificates(feed_id, list(opened))
        self._know(author_id, opened)
        self._events.tell(CertificatesGrew(author_id))

    def _know(self, author_id: AuthorId, opened: dict[bytes, Certificate]) -> None:
        self._certificates[author_id] = opened
        self._certified.pop(author_id, None)

    def drop_feed(self, feed_id: FeedId) -> None:
        """Know no author of a feed any more; what the author certified stays known."""
        author_id = self._authors.pop(feed_id, None)
        if author_id is not None:
            self._feeds[author_id].remove(feed_id)
            if not self._feeds[author_id]:
                del self._feeds[author_id]
