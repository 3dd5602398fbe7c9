"""What is made of the words of witnesses.

They are kept, shown, and passed on to those who want the author.  From them follows:

    a larger head than ours           news; after UNSEEN_AFTER_S somebody keeps it back
    a head that contradicts ours      the author signed two histories: a fork proof
    a smaller head than it said       that witness lies
"""

from collections.abc import Mapping
from functools import partial
from typing import Final

import structlog
from msgspec import Struct, field

from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.feed.head import Head, open_head
from swarmfeed.core.feed.merkle import consistency_roots
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.net.domain import domain_of
from swarmfeed.core.talk.words import ForkProof
from swarmfeed.core.witness import sentences
from swarmfeed.core.witness.cosignature import Cosignature, open_cosignature, witness_of
from swarmfeed.core.witness.limits import (
    AHEAD_S,
    NEWEST_KEPT_MAX,
    TOLD_EVERY_S,
    UNSEEN_AFTER_S,
)
from swarmfeed.core.witness.newest import (
    Newest,
    decode_newest,
    encode_newest,
    heed,
    stepped_back,
)
from swarmfeed.core.witness.words import Witnessed
from swarmfeed.errors import DamageError, RemoteError
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.feeds.holder import HolderSide
from swarmfeed.node.ground.events import FeedDropped, HeadGrew, Misled
from swarmfeed.node.ground.fairness import breathe
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.memory import Rows, readable
from swarmfeed.node.ground.session import Session
from swarmfeed.node.witness.questions import AskWitnesses

logger = structlog.get_logger()

PAGE: Final = "newest"


class ToldSide(Struct):
    """What a peer was told of the words of witnesses."""

    told: dict[FeedId, tuple[int, int]] = field(default_factory=dict)
    """Size of the head they are on, and the time of the last."""


class Inquiry:
    """Knows how new the feeds are that we write and read."""

    def __init__(self, ground: Ground, feeds: Feeds) -> None:
        self._ground = ground
        self._shelf = ground.shelf
        self._layer = ground.layer
        self._clock = ground.shells.clock
        self._feeds = feeds
        self._newest: dict[FeedId, Newest] = {}
        self._changed: set[FeedId] = set()
        self.questions = AskWitnesses(ground, self._newest.get)
        self._unseen_ms: dict[FeedId, int] = {}
        """Since when a larger head is known than ours."""

    # --- looking ---

    def newest(self, feed_id: FeedId) -> Newest | None:
        """The newest head that witnesses signed, as far as is known here."""
        return self._newest.get(feed_id)

    def network_of(self, witness: NodeId) -> str | None:
        """Network of a witness that is known; None: it is a stranger, or ourselves."""
        if witness == self._ground.identity.node_id:
            return None
        session = self._ground.sessions.find(witness)
        # Of one that is linked by way of another node its record tells.
        host = session.proven_host if session is not None else ""
        if host and self._layer.is_parent(witness):
            return domain_of(host)
        found = (each for each in self._layer.others if each.node_id == witness)
        return next((domain_of(each.endpoint.host) for each in found), None)

    def kept_back(self, feed_id: FeedId) -> int:
        """How many entries witnesses have seen that nobody gave us for some time."""
        newest, replica = self._newest.get(feed_id), self._shelf.replica(feed_id)
        size, since_ms = replica.size if replica else 0, self._unseen_ms.get(feed_id)
        if newest is None or since_ms is None or newest.size <= size:
            return 0
        passed_ms = self._clock.monotonic_ms() - since_ms
        return newest.size - size if passed_ms >= UNSEEN_AFTER_S * 1000 else 0

    # --- what happens ---

    def on_head(self, event: HeadGrew) -> None:
        """A head grew: witnesses shall know it."""
        feed_id = event.after.feed_id
        newest = self._newest.get(feed_id)
        if newest is not None and newest.size <= event.after.size:
            self._unseen_ms.pop(feed_id, None)
        # Of a feed that is new here the backlog comes first; it has its turn.
        is_news = event.before is not None or feed_id == self._ground.identity.feed_id
        if is_news and self._is_ours(feed_id) and self.questions.witnesses():
            self.questions.ask(feed_id)

    def person_looks(self, feed_id: FeedId) -> None:
        """Somebody wants to know how new a feed is."""
        if self._is_ours(feed_id) and self.questions.witnesses():
            self.questions.ask(feed_id)

    def on_dropped(self, event: FeedDropped) -> None:
        """A feed was let go."""
        if self._newest.pop(event.feed_id, None) is not None:
            self._changed.add(event.feed_id)
        self._unseen_ms.pop(event.feed_id, None)
        self.questions.forget(event.feed_id)

    async def look(self) -> str:
        """Ask what is due; look elsewhere for what those linked do not give."""
        for feed_id in list(self._unseen_ms):
            newest = self._newest.get(feed_id)
            if newest is not None and self.kept_back(feed_id):
                self._feeds.finder.saw_size(feed_id, newest.size)
        return await self.questions.look()

    # --- hearing ---

    async def on_witnessed(self, session: Session, said: Witnessed) -> None:
        """Take the words of witnesses in.  Raises RemoteError when one is false."""
        try:
            await self._hear(session, said)
        except RemoteError:
            if self._layer.is_parent(session.node_id):
                self._ground.events.tell(Misled(session, sentences.FALSE_WORD()))
            raise

    # --- remembering ---

    def rows(self) -> Rows:
        return Rows(
            page=PAGE, load=self._load, take_changes=self._take_changes, encode=encode_newest
        )

    def _load(self, page: Mapping[bytes, bytes]) -> None:
        found = readable(page, decode_newest)
        self._newest.update((FeedId(key), newest) for key, newest in found)

    def _take_changes(self) -> dict[bytes, Newest | None]:
        changed, self._changed = self._changed, set()
        return {bytes(feed_id): self._newest.get(feed_id) for feed_id in changed}

    # --- inside ---

    async def _hear(self, session: Session, said: Witnessed) -> None:
        replica = self._shelf.replica(said.feed_id)
        author_id = self._shelf.author_of(said.feed_id)
        if replica is None or author_id is None or not self._is_ours(said.feed_id):
            return
        words = [line for line in said.cosignatures if self._is_known(line)]
        if not words:
            return
        head = self._open(replica, said)
        if not head.size:
            return
        told = Newest(
            signed_head=said.signed_head,
            size=head.size,
            root=head.root,
            words={each.witness: each for each in await self._open_all(said, words)},
        )
        if (own := told.words.get(session.node_id)) is not None:
            self.questions.hear(session, said.feed_id, head.size, own.time_s)
        if told.words and not self._is_fork(session, author_id, replica, told):
            self._take(session, author_id, replica, told)

    def _is_ours(self, feed_id: FeedId) -> bool:
        """Whether we write the feed, or the person reads it."""
        author_id = self._shelf.author_of(feed_id)
        return author_id is not None and self._ground.interests.is_read(author_id)

    def _is_known(self, line: bytes) -> bool:
        """Whether a word counts.  Raises RemoteError: it is none."""
        return self.network_of(witness_of(line)) is not None

    def _open(self, replica: Replica, said: Witnessed) -> Head:
        """Verify a head; most are known.  Raises RemoteError."""
        if said.signed_head == replica.signed_head:
            return replica.head
        return open_head(said.signed_head, said.feed_id)

    async def _open_all(self, said: Witnessed, lines: list[bytes]) -> list[Cosignature]:
        """Verify words that are new.  Raises RemoteError when one is false."""
        known = self._newest.get(said.feed_id)
        # A line is true of the one head it was signed under, and of no other.
        words = known.words if known and known.signed_head == said.signed_head else {}
        opened = []
        for line in lines:
            before = words.get(witness_of(line))
            if before is not None and before.line == line:
                opened.append(before)
            else:
                opened.append(open_cosignature(said.signed_head, line))
                await breathe()
        latest_s = self._clock.now_ms() // 1000 + AHEAD_S
        return [each for each in opened if each.time_s <= latest_s]

    def _is_fork(
        self, session: Session, author_id: AuthorId, replica: Replica, told: Newest
    ) -> bool:
        """Whether a witness signed a head that contradicts ours at one size."""
        if told.size != replica.size or told.root == replica.head.root:
            return False
        heads = replica.signed_head, told.signed_head
        proof = ForkProof(author_id, replica.feed_id, *heads, ())
        self._feeds.follower.on_fork(session, proof)
        return True

    def _take(
        self, session: Session, author_id: AuthorId, replica: Replica, told: Newest
    ) -> None:
        feed_id, known = replica.feed_id, self._newest.get(replica.feed_id)
        if (liar := stepped_back(known, told)) is not None:
            logger.warning("a witness lies", node=liar.hex()[:16])
            if liar == session.node_id:
                self._ground.events.tell(Misled(session, sentences.STEPPED_BACK()))
            return
        if told.size < replica.size and session.node_id in told.words:
            self._show_rest(session, author_id, replica, told)
        newest = heed(known, told)
        if newest is known or (known is None and len(self._newest) >= NEWEST_KEPT_MAX):
            return
        self._newest[feed_id] = newest
        self._changed.add(feed_id)
        if newest.size > replica.size:
            self._unseen_ms.setdefault(feed_id, self._clock.monotonic_ms())
            self._feeds.asking.ask_all([author_id])
        self._pass_on(session, author_id, feed_id, newest)

    def _show_rest(
        self, session: Session, author_id: AuthorId, replica: Replica, told: Newest
    ) -> None:
        """A witness knows less than we do: show it the rest, and that it follows."""
        if self.questions.prove(session, replica.feed_id, replica.size):
            saying = partial(self._compare, session, author_id, replica, told)
            session.outbox.put(("cosign", replica.feed_id), saying)

    async def _compare(
        self, session: Session, author_id: AuthorId, replica: Replica, told: Newest
    ) -> None:
        """See whether the head of a witness is a part of ours, then ask it again."""
        try:
            proof = await self._ground.prover.consistency(replica, told.size)
        except (DamageError, RemoteError) as error:
            logger.debug("no proof for a witness", reason=str(error))
            return
        if consistency_roots(told.size, replica.size, proof)[0] == told.root:
            await self.questions.say(session, replica.feed_id)
            return
        heads = told.signed_head, replica.signed_head
        self._feeds.follower.on_fork(
            session, ForkProof(author_id, replica.feed_id, *heads, proof)
        )

    def _pass_on(
        self, source: Session, author_id: AuthorId, feed_id: FeedId, newest: Newest
    ) -> None:
        """Tell those who want the author, unless they heard nearly the same."""
        for each in self._ground.sessions.all():
            if each is not source and author_id in each.part(HolderSide).wants:
                size, time_s = each.part(ToldSide).told.get(feed_id, (0, 0))
                if size < newest.size or newest.last_s - time_s >= TOLD_EVERY_S:
                    each.part(ToldSide).told[feed_id] = newest.size, newest.last_s
                    each.outbox.put(
                        ("newest", feed_id), partial(self._tell, each, author_id, feed_id)
                    )

    async def _tell(self, session: Session, author_id: AuthorId, feed_id: FeedId) -> None:
        newest = self._newest.get(feed_id)
        if newest is not None:
            await session.send(
                Witnessed(
                    author_id=author_id,
                    feed_id=feed_id,
                    signed_head=newest.signed_head,
                    cosignatures=newest.lines,
                )
            )
