"""The shelf: every feed this node holds, and what may enter it.

Nothing gets here unverified, and nothing is told to anyone before it is on disk.  All methods
run in the node's loop and are short: whole chunks are verified elsewhere, many certificates
before (``open_certificates``).  What certifies a feed is with ``credentials``.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from swarmfeed.core.base.keys import Verify, verify_signature
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId, Hash
from swarmfeed.core.feed.author import AuthorFeeds
from swarmfeed.core.feed.certificate import Certificate
from swarmfeed.core.feed.claims import joined_author
from swarmfeed.core.feed.head import open_head
from swarmfeed.core.feed.replica import (
    Replica,
    extend_replica,
    open_offer,
    verify_fork,
)
from swarmfeed.core.talk.words import Certificates, ForkProof, HeadOffer, NewEntries
from swarmfeed.errors import (
    BadProofError,
    DamageError,
    ForkError,
    PassingError,
    RetryError,
    RollbackError,
    UserError,
)
from swarmfeed.node.ground.arrivals import Arrival
from swarmfeed.node.ground.credentials import Credentials
from swarmfeed.node.ground.events import Events, FeedDropped
from swarmfeed.node.ground.sealing import make_chunks
from swarmfeed.ports import Logs, Signer

_NONE: Final[Mapping[bytes, Certificate]] = {}


class Shelf:
    """Replicas and forks, in memory and on disk alike, and the credentials of their feeds."""

    def __init__(self, logs: Logs, events: Events) -> None:
        self._logs = logs
        self._events = events
        self._credentials = Credentials(logs, events)
        self._replicas: dict[FeedId, Replica] = {}
        self._forked: set[FeedId] = set()
        self._unread: dict[FeedId, tuple[Replica, PassingError]] = {}
        """Feeds with papers that could not be read yet, and why."""

    def load(self, verify: Verify = verify_signature) -> None:
        """Read all on disk, as far as it can be read now; ``verify`` is asked for signatures.

        Raises:
            PassingError: Something cannot; what can was read all the same.
        """
        self._take_up(self._logs.read_all(verify), verify)
        for refused in self._logs.unread().values():
            raise refused
        if unsure := self._logs.unsure():
            raise unsure

    def load_again(self) -> None:
        """Read what could not be read before.  Raises PassingError when it still cannot."""
        self._take_up([replica for replica, _ in self._unread.values()], verify_signature)
        self._take_up(self._logs.read_again(), verify_signature)

    def _take_up(self, replicas: Sequence[Replica], verify: Verify) -> None:
        refused: PassingError | None = None
        for replica in replicas:
            try:
                self._take_up_one(replica, verify)
                self._unread.pop(replica.feed_id, None)
            except PassingError as error:
                self._unread[replica.feed_id] = replica, error
                refused = error
        if refused is not None:
            raise refused

    def _take_up_one(self, replica: Replica, verify: Verify) -> None:
        feed_id = replica.feed_id
        signed, has_fork = self._credentials.read(feed_id, verify), self.has_proof(feed_id)
        author_id = joined_author(feed_id, signed.values())
        if author_id is None:
            return  # without a certificate nobody can say whose it is
        self._replicas[feed_id] = replica
        self._credentials.take_up(feed_id, author_id, signed)
        if has_fork:
            self._forked.add(feed_id)

    # --- looking ---

    def is_unread(self, feed_id: FeedId) -> bool:
        """Whether a feed is on disk and could not be read yet: it is not known to be gone."""
        if self._logs.unsure() and feed_id not in self._replicas:
            return True
        return feed_id in self._unread or feed_id in self._logs.unread()

    def feed_ids(self) -> list[FeedId]:
        return list(self._replicas)

    def author_ids(self) -> set[AuthorId]:
        return self._credentials.author_ids()

    def replica(self, feed_id: FeedId) -> Replica | None:
        return self._replicas.get(feed_id)

    def author_of(self, feed_id: FeedId) -> AuthorId | None:
        return self._credentials.author_of(feed_id)

    def feeds_of(self, author_id: AuthorId) -> list[FeedId]:
        """Feeds of an author that we have a head of."""
        return self._credentials.feeds_of(author_id)

    def certified(self, author_id: AuthorId) -> AuthorFeeds:
        """What the certificates we know say of an author."""
        return self._credentials.certified(author_id)

    def certificates(self, author_id: AuthorId) -> tuple[bytes, ...]:
        """Signed certificates known of an author, in the order to pass them on in."""
        return self._credentials.certificates(author_id)

    def opened(self, author_id: AuthorId) -> Mapping[bytes, Certificate]:
        """The same, and what each of them says."""
        return self._credentials.opened(author_id)

    def rotates(self, author_id: AuthorId) -> tuple[bytes, ...]:
        """Signed rotates that count, oldest first: they prove the joins of today."""
        return self._credentials.rotates(author_id)

    def has_more_than_joins(self, author_id: AuthorId) -> bool:
        """Whether certificates are known that may come later than any head."""
        return self._credentials.has_more_than_joins(author_id)

    def end_of(self, feed_id: FeedId) -> int | None:
        """Entries [0, end) are the author's, whatever the feed says; None: all are."""
        return self._credentials.end_of(feed_id)

    def is_certified(self, feed_id: FeedId) -> bool:
        """Whether a feed is one of those that count, by the certificates that are passed on."""
        author_id = self.author_of(feed_id)
        return author_id is not None and self.certified(author_id).feed(feed_id) is not None

    def is_forked(self, feed_id: FeedId) -> bool:
        return feed_id in self._forked

    def fork_proof(self, feed_id: FeedId) -> ForkProof | None:
        author_id = self.author_of(feed_id)
        fork = self._logs.read_fork(feed_id) if feed_id in self._forked else None
        if fork is None or author_id is None:
            return None
        first, second, proof = fork
        return ForkProof(author_id, feed_id, first, second, proof)

    def missing(self, feed_id: FeedId) -> list[ChunkSpan]:
        """Sealed chunks that are not on disk, newest first."""
        held = self._logs.held(feed_id)
        chunks = self._replicas[feed_id].chunks()
        return [span for span in reversed(chunks) if span not in held]

    def is_complete(self, feed_id: FeedId) -> bool:
        return feed_id in self._replicas and not self.missing(feed_id)

    def held_ranges(self, feed_id: FeedId) -> list[tuple[int, int]]:
        """Half-open ranges of entries on disk, newest first: the tail, then the chunks."""
        replica = self._replicas[feed_id]
        held = self._logs.held(feed_id)
        ranges = [(span.start, span.end) for span in reversed(replica.chunks()) if span in held]
        if replica.tail:
            ranges.insert(0, (replica.tail_start, replica.size))
        return ranges

    def entries_held(self, feed_id: FeedId) -> int:
        return sum(end - start for start, end in self.held_ranges(feed_id))

    def read_entries(self, feed_id: FeedId, start: int, end: int) -> tuple[bytes, ...]:
        """Stored entries [start, end); all must be held.

        Raises:
            DamageError: A chunk among them is missing or is not what was written.
        """
        return tuple(self._logs.read_entries(feed_id, start, end))

    # --- changing ---

    def start_feed(self, feed_id: FeedId, author_id: AuthorId, *certificates: bytes) -> None:
        """Prepare an own feed, before its first append: its join, and what proves that."""
        self._credentials.start(feed_id, author_id, *certificates)

    def append(
        self,
        feed_id: FeedId,
        stored: Sequence[bytes],
        *,
        now_ms: int,
        sign: Signer,
        going: Collection[int] = (),
    ) -> Replica:
        """Append to an own feed; when this returns it survives a power cut.

        ``going`` are withdrawn entries in sealed chunks whose bodies go with this head.

        Raises:
            UserError: The author left the feed, on another device; nobody would show it.
        """
        self.check_read(feed_id)
        known, end = self._replicas.get(feed_id), self.end_of(feed_id)
        if end is not None and (known.size if known else 0) + len(stored) > end:
            raise UserError("this feed was ended by its author; nothing can be added to it")
        replica = self._logs.append(feed_id, stored, now_ms=now_ms, sign=sign, going=going)
        self._replicas[feed_id] = replica
        return replica

    async def open_certificates(
        self, author_id: AuthorId, signed: Iterable[bytes]
    ) -> dict[bytes, Certificate]:
        """Verify those that are not known yet, others in between.  Raises RemoteError: one of
        them is false, or another author's."""
        return await self._credentials.open_new(author_id, signed)

    def accept_offer(
        self, offer: HeadOffer, opened: Mapping[bytes, Certificate] = _NONE
    ) -> Replica:
        """Verify an offered head and keep it.

        Args:
            opened: Those of its certificates that were verified before.

        Raises:
            RollbackError: It is not newer than what we have, or of a feed that its author does
                not count any more.
            RetryError: It is newer, but its proof does not start at what we have: we may have
                grown since its sender heard of us, so it is to be asked for again.
            ForkError: It contradicts what we have; the proof is kept already.
            RemoteError: It is false or malformed; its sender broke the rules.
        """
        known = self._replicas.get(offer.feed_id)
        if known is None:
            arrival = self.open_arrival(offer, opened, None)
            self._logs.replace_certificates(offer.feed_id, list(arrival.certificates))
            self._logs.replace(arrival.replica)
            self.take_in([arrival])
            return arrival.replica
        self.check_read(offer.feed_id)
        known_now = self._credentials.open_for(
            offer.feed_id, offer.author_id, offer.certificates, opened
        )
        # They may say more than before, whatever becomes of the head.
        self._credentials.keep(offer.author_id, known_now)
        self._check_open(offer.feed_id)
        if known.signed_head == offer.signed_head:
            raise RollbackError("the head is known")
        offered = self._open_offer(known, offer)
        self._logs.replace(offered)
        self._replicas[offer.feed_id] = offered
        make_chunks(self._logs, known, offered, offer.tail)
        return offered

    def open_arrival(
        self, offer: HeadOffer, opened: Mapping[bytes, Certificate], found: Replica | None
    ) -> Arrival:
        """Verify the head of a feed that nothing is held of, unless it was ``found`` to be true
        before, and raise as ``accept_offer``."""
        self.check_read(offer.feed_id)
        certificates = self._credentials.open_for(
            offer.feed_id, offer.author_id, offer.certificates, opened
        )
        self._check_open(offer.feed_id)
        replica = found or self._open_offer(None, offer)
        return Arrival(offer=offer, replica=replica, certificates=certificates)

    def take_in(self, arrivals: Iterable[Arrival]) -> None:
        """Know feeds that are on disk since."""
        for each in arrivals:
            feed_id = each.replica.feed_id
            self._replicas[feed_id] = each.replica
            self._credentials.assign_arrived(feed_id, each.offer.author_id, each.certificates)

    def take_grown(self, after: Replica) -> None:
        """Know a newer replica that is on disk since."""
        self._replicas[after.feed_id] = after

    def accept_entries(self, pushed: NewEntries) -> tuple[Replica, Replica]:
        """Verify entries pushed live and keep them; returns the replica before and after.

        Raises:
            RollbackError: Nothing in it is new, or we hold no head it could follow on.
            RetryError: They do not follow on ours: false, or of another history that the
                author signed.  A head with its proof tells which; it is to be asked for.
            ForkError: They contradict what we have; the proof is kept already.
            RemoteError: They are false; their sender broke the rules.
        """
        known = self._replicas.get(pushed.feed_id)
        if known is None:
            raise RollbackError("entries of a feed that we hold nothing of")
        self._check_open(pushed.feed_id)
        if pushed.start > known.size:
            raise RollbackError("entries are missing in between")
        try:
            after = extend_replica(
                known, pushed.start, pushed.stored, pushed.signed_head, pushed.chunk_list
            )
        except ForkError as fork:
            self._keep_fork(pushed.feed_id, fork, ())
            raise
        except BadProofError as error:
            raise RetryError(str(error)) from error
        if after.chunk_list == known.chunk_list:
            self._logs.extend(after, known.size)
        else:
            self._logs.replace(after)
        self._replicas[pushed.feed_id] = after
        make_chunks(self._logs, known, after, pushed.stored[known.size - pushed.start :])
        return known, after

    def accept_certificates(
        self, told: Certificates, opened: Mapping[bytes, Certificate] = _NONE
    ) -> None:
        """Keep what more certificates say of an author whom we hold a feed of.

        Args:
            opened: Those of them that were verified before.

        Raises:
            RemoteError: One of them is false, or another author's.
        """
        if self.feeds_of(told.author_id):
            known_now = self._credentials.open_with_known(told.author_id, told.signed, opened)
            self._credentials.keep(told.author_id, known_now)

    def accept_fork(self, proof: ForkProof) -> bool:
        """Keep a fork proof somebody passed on; returns whether it is news.

        Raises:
            RemoteError: It proves nothing.
        """
        if proof.feed_id not in self._replicas:
            return False
        if proof.feed_id in self._forked and self.has_proof(proof.feed_id):
            return False
        verify_fork(proof.feed_id, proof.first, proof.second, proof.consistency)
        self._logs.save_fork(proof.feed_id, proof.first, proof.second, proof.consistency)
        self._forked.add(proof.feed_id)
        return True

    def drop_feed(self, feed_id: FeedId) -> None:
        self._logs.drop_feed(feed_id)
        self._replicas.pop(feed_id, None)
        self._forked.discard(feed_id)
        self._credentials.drop_feed(feed_id)
        self._events.tell(FeedDropped(feed_id))

    def stop_feed(self, feed_id: FeedId) -> None:
        """Let a feed grow no more: it is remembered as forked, though its proof is lost."""
        self._forked.add(feed_id)

    def has_proof(self, feed_id: FeedId) -> bool:
        """Whether the proof of a fork is on disk; a damaged one is told by a peer again."""
        try:
            return self._logs.read_fork(feed_id) is not None
        except DamageError:
            return False

    # --- inside ---

    def check_read(self, feed_id: FeedId) -> None:
        """Raise PassingError where a feed was not read yet: it may be newer, or forked."""
        if refused := self._logs.unread().get(feed_id):
            raise refused
        if feed_id in self._unread:
            raise self._unread[feed_id][1]
        if (unsure := self._logs.unsure()) and feed_id not in self._replicas:
            raise unsure

    def _check_open(self, feed_id: FeedId) -> None:
        """Check that a feed may still grow: no fork, and its author has not left it."""
        if feed_id in self._forked:
            raise RollbackError("the feed is stopped at its fork")
        known, end = self._replicas.get(feed_id), self.end_of(feed_id)
        if known is not None and end is not None and end <= known.size:
            raise RollbackError("its author has left the feed")

    def _open_offer(self, known: Replica | None, offer: HeadOffer) -> Replica:
        """Verify that an offered head may take the place of ours; see ``accept_offer``."""
        try:
            what = offer.signed_head, offer.chunk_list, offer.tail, offer.consistency
            return open_offer(known, offer.feed_id, *what)
        except ForkError as fork:
            self._keep_fork(offer.feed_id, fork, offer.consistency)
            raise

    def _keep_fork(self, feed_id: FeedId, fork: ForkError, proof: Sequence[Hash]) -> None:
        first, second = fork.known, fork.offered
        if open_head(first, feed_id).size == open_head(second, feed_id).size:
            proof = ()
        self._logs.save_fork(feed_id, first, second, proof)
        self._forked.add(feed_id)
