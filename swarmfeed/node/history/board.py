"""The notice board: what nodes say of the feeds we watch, kept and passed on.

Each node has one notice on a feed, its newest.  Notices travel among those who watch an
author, and each of them verifies a signature once.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from swarmfeed.core.base.limits import (
    FEEDS_PER_AUTHOR_MAX,
    POST_AHEAD_MS_MAX,
)
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, NodeId
from swarmfeed.core.history import sentences
from swarmfeed.core.history.limits import (
    NOTICES_MAX,
    NOTICES_PER_FEED_MAX,
    NOTICES_TOLD_AT_ONCE,
    WATCHED_MAX,
)
from swarmfeed.core.history.notice import (
    LASTS_MS,
    OF_SERVERS,
    SOURCES,
    Notice,
    Word,
    open_goodbye,
    read_notice,
    sign_goodbye,
    sign_notice,
    verify_notice,
)
from swarmfeed.core.history.words import Farewell, NoticeRecord, Notices, Watch
from swarmfeed.core.talk.words import Hello
from swarmfeed.node.ground.events import Events, LinkStays
from swarmfeed.node.ground.fairness import breathe
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.memory import readable
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.sessions import Sessions
from swarmfeed.node.history.asking import ask
from swarmfeed.node.history.kept import Claimant, KeptNotice, NoticeCame, read_kept
from swarmfeed.node.history.side import HistorySide, is_server
from swarmfeed.ports import Clock


class NoticeBoard:
    """Keeps notices, signs our own, and passes on what is news."""

    def __init__(
        self,
        sessions: Sessions,
        identity: Identity,
        clock: Clock,
        hello: Callable[[], Hello],
        events: Events,
        takes_offer: Callable[[Notice], bool],
        ask_later: Callable[[Session, frozenset[AuthorId]], None],
    ) -> None:
        """``takes_offer`` says whether to keep a notice on an author that is not watched;
        ``ask_later`` asks a new peer for notices on authors."""
        self._sessions = sessions
        self._identity = identity
        self._clock = clock
        self._hello = hello
        self._events = events
        self._takes_offer = takes_offer
        self._ask_later = ask_later
        self._feeds: dict[FeedId, dict[NodeId, KeptNotice]] = {}
        self._signed: dict[bytes, tuple[FeedId, NodeId]] = {}
        """All that are kept, by how they were signed."""
        self._by_author: dict[AuthorId, dict[FeedId, None]] = {}
        self._watched: frozenset[AuthorId] = frozenset()
        self._goodbyes: dict[NodeId, bytes] = {}
        self._by_node: Counter[NodeId] = Counter()
        self._count = 0
        self._changed: set[tuple[NodeId, FeedId]] = set()

    # --- remembering ---

    def load(self, page: Mapping[bytes, bytes]) -> None:
        """Take up what was kept before a restart; signatures were verified then."""
        now_ms = self._clock.now_ms()
        for _, kept in readable(page, read_kept):
            if kept.notice.counts(now_ms):
                self._put(kept)
        self._changed.clear()

    def take_changes(self) -> dict[bytes, NoticeRecord | None]:
        """Rows that changed since the last call; None for those that are gone."""
        changed, self._changed = self._changed, set()
        found = {}
        for node_id, feed_id in changed:
            kept = self._feeds.get(feed_id, {}).get(node_id)
            found[bytes(node_id + feed_id)] = None if kept is None else kept.record
        return found

    # --- looking ---

    def notices(self, feed_id: FeedId) -> list[KeptNotice]:
        """Those that count now, one of each node, in the order of node ids, ours included."""
        now_ms = self._clock.now_ms()
        found = self._feeds.get(feed_id, {})
        return [found[each] for each in sorted(found) if found[each].notice.counts(now_ms)]

    def own(self, feed_id: FeedId) -> KeptNotice | None:
        kept = self._feeds.get(feed_id, {}).get(self._identity.node_id)
        return kept if kept and kept.notice.counts(self._clock.now_ms()) else None

    def feeds_of(self, author_id: AuthorId) -> list[FeedId]:
        """Feeds that somebody keeps a notice on."""
        return list(self._by_author.get(author_id, ()))

    def holders(self) -> dict[NodeId, Claimant]:
        """All other nodes that say now that they hold something.  20 ms for 40,000 notices."""
        now_ms, own = self._clock.now_ms(), self._identity.node_id
        holders: dict[NodeId, Claimant] = {}
        for found in self._feeds.values():
            for node_id, kept in found.items():
                notice = kept.notice
                if notice.word not in SOURCES or not notice.counts(now_ms) or node_id == own:
                    continue
                known = holders.get(node_id, Claimant(server=False, link=None))
                serves = known.server or notice.word in OF_SERVERS
                holders[node_id] = Claimant(server=serves, link=kept.link or known.link)
        return holders

    def held_by(self, node_id: NodeId) -> list[KeptNotice]:
        """What a node says now that it holds, in the order of feed ids."""
        now_ms = self._clock.now_ms()
        found = (each[node_id] for each in self._feeds.values() if node_id in each)
        said = [
            each for each in found if each.notice.word in SOURCES and each.notice.counts(now_ms)
        ]
        return sorted(said, key=lambda each: each.notice.feed_id)

    def has_left(self, node_id: NodeId) -> bool:
        """Whether a node said goodbye and was not seen since."""
        return node_id in self._goodbyes

    def watched(self) -> frozenset[AuthorId]:
        return self._watched

    # --- saying ---

    def say(
        self,
        word: Word,
        author_id: AuthorId,
        feed_id: FeedId,
        size: int,
        feed_bytes: int,
        reason: str = "",
    ) -> None:
        """Sign a notice of our own, and tell whoever watches the author."""
        now_ms = self._clock.now_ms()
        before = self._feeds.get(feed_id, {}).get(self._identity.node_id)
        # Of two in the same millisecond the later one has to count; one that our own clock
        # dated ahead counts nowhere.
        made_ms = now_ms
        if before is not None and not before.notice.is_ahead(now_ms):
            made_ms = max(now_ms, before.notice.made_ms + 1)
        notice = Notice(
            node_id=self._identity.node_id,
            author_id=author_id,
            feed_id=feed_id,
            word=word,
            size=size,
            feed_bytes=feed_bytes,
            made_ms=made_ms,
            until_ms=made_ms + LASTS_MS[word],
            reason=reason,
        )
        signed = sign_notice(notice, self._identity.node_key)
        hello = self._hello()
        host = hello.hosts[0] if hello.hosts else ""
        record = NoticeRecord(
            signed,
            Endpoint(host, hello.link_port) if host and hello.link_port else None,
            Endpoint(host, hello.swarm_port) if host and hello.swarm_port else None,
        )
        kept = KeptNotice(notice, record)
        self._put(kept)
        self._pass_on(kept, None)

    def say_goodbye(self) -> int:
        """Tell everybody linked that this node leaves for good; returns how many were told."""
        node_id = self._identity.node_id
        signed = sign_goodbye(node_id, self._clock.now_ms(), self._identity.node_key)
        for session in self._sessions.all():
            session.outbox.put(("farewell", node_id), partial(session.send, Farewell(signed)))
        return len(self._sessions.all())

    # --- watching ---

    def watch(self, author_ids: Iterable[AuthorId]) -> None:
        """Watch these authors from now on, and no others; at most WATCHED_MAX."""
        chosen = frozenset(list(author_ids)[:WATCHED_MAX])
        new, self._watched = chosen - self._watched, chosen
        if new:
            for session in filter(lambda each: each.stays, self._sessions.all()):
                ask(session, new)

    def on_stays(self, event: LinkStays) -> None:
        """Ask a new peer for what we watch, behind feeds; tell a server what we hold."""
        session = event.session
        self._ask_later(session, self._watched)
        if is_server(session):
            own = self._identity.node_id
            offers = [found[own] for found in self._feeds.values() if own in found]
            self._tell(session, offers)

    async def on_watch(self, session: Session, watch: Watch) -> None:
        """Remember what a peer watches, and tell it what is known."""
        side = session.part(HistorySide)
        for author_id in side.watch(watch.authors, self._clock.monotonic_ms()):
            for feed_id in self.feeds_of(author_id):
                self._note_untold(session, feed_id)
            await breathe()

    async def on_notices(self, session: Session, told: Notices) -> None:
        """Keep what is newer, and pass it on.  Raises RemoteError when one is forged."""
        for record in told.records:
            self._take(session, record)
            await breathe()

    def on_farewell(self, session: Session, told: Farewell) -> None:
        """Somebody leaves for good.  Raises RemoteError when it is forged."""
        goodbye = open_goodbye(told.signed)
        node_id, age_ms = goodbye.node_id, self._clock.now_ms() - goodbye.made_ms
        is_fresh = -POST_AHEAD_MS_MAX <= age_ms <= LASTS_MS[Word.LEASE]
        if node_id in self._goodbyes or node_id not in self._by_node or not is_fresh:
            return
        self._goodbyes[node_id] = told.signed
        for each in self._sessions.all():
            if each is not session:
                each.outbox.put(("farewell", node_id), partial(each.send, told))

    def forgive(self, node_id: NodeId) -> None:
        """A node that said goodbye is here again."""
        self._goodbyes.pop(node_id, None)

    async def tidy(self) -> str:
        """Forget what has expired, and what nobody watches any more."""
        now_ms, own = self._clock.now_ms(), self._identity.node_id
        gone = [
            (feed_id, node_id)
            for feed_id, found in self._feeds.items()
            for node_id, kept in found.items()
            if not kept.notice.counts(now_ms)
            or kept.notice.is_ahead(now_ms)
            or (kept.notice.author_id not in self._watched and own not in found)
        ]
        for feed_id, node_id in gone:
            self._remove(feed_id, node_id)
        self._goodbyes = {k: v for k, v in self._goodbyes.items() if k in self._by_node}
        return sentences.NOTICES_TIDIED(
            notices=self._count, feeds=len(self._feeds), expired=len(gone)
        )

    # --- inside ---

    def _tell(self, session: Session, known: Iterable[KeptNotice]) -> None:
        records = [each.record for each in known]
        for at in range(0, len(records), NOTICES_TOLD_AT_ONCE):
            batch = tuple(records[at : at + NOTICES_TOLD_AT_ONCE])
            session.outbox.put(("notices", batch), partial(session.send, Notices(batch)))

    def _note_untold(self, session: Session, feed_id: FeedId) -> None:
        """Have a peer told what is known of a feed."""
        for kept in self.notices(feed_id):
            if kept.notice.node_id != session.node_id:
                self._tell_soon(session, kept)

    def _tell_soon(self, session: Session, kept: KeptNotice) -> None:
        """Have a peer told a notice, with others that wait by then: in one list, however often
        it asks before it reads."""
        notice = kept.notice
        session.part(HistorySide).untold[notice.feed_id, notice.node_id] = kept.record
        session.outbox.put_soon(("notices",), partial(self._tell_untold, session))

    async def _tell_untold(self, session: Session) -> None:
        """Tell some; the rest when what else is due was said: heads are waited for."""
        untold = session.part(HistorySide).untold
        count = min(len(untold), NOTICES_TOLD_AT_ONCE)
        batch = tuple(untold.popitem(last=False)[1] for _ in range(count))
        if untold:
            session.outbox.put(("notices",), partial(self._tell_untold, session))
        if batch:
            await session.send(Notices(batch))

    def _take(self, session: Session, record: NoticeRecord) -> None:
        # Most of what comes is known: everybody who watches an author passes it on.
        if (known := self._signed.get(record.signed)) is not None:
            session.part(HistorySide).untold.pop(known, None)  # nor has it to be told that
            return
        notice = read_notice(record.signed)
        if notice.node_id == self._identity.node_id or not self._is_wanted(notice):
            return
        first_hand = notice.node_id == session.node_id
        if not self._is_news(notice) or not self._has_room(notice, first_hand=first_hand):
            return
        verify_notice(notice, record.signed)
        if first_hand:
            # We know better where it is than it does.
            record = NoticeRecord(record.signed, session.link, session.swarm)
        kept = KeptNotice(notice, record, first_hand)
        self._make_room(notice)
        self._put(kept)
        self._pass_on(kept, session)
        self._events.tell(NoticeCame(kept))

    def _is_wanted(self, notice: Notice) -> bool:
        if notice.author_id not in self._watched and not self._takes_offer(notice):
            return False
        feeds = self._by_author.get(notice.author_id, {})
        return notice.feed_id in feeds or len(feeds) < FEEDS_PER_AUTHOR_MAX

    def _is_news(self, notice: Notice) -> bool:
        now_ms = self._clock.now_ms()
        if not notice.counts(now_ms) or notice.is_ahead(now_ms):
            return False
        known = self._feeds.get(notice.feed_id, {}).get(notice.node_id)
        if known is None or known.notice.is_ahead(now_ms):
            return True
        same_author = known.notice.author_id == notice.author_id
        return same_author and known.notice.made_ms < notice.made_ms

    def _has_room(self, notice: Notice, *, first_hand: bool) -> bool:
        """Whether a notice finds a place: what a node tells us itself does before hearsay."""
        found = self._feeds.get(notice.feed_id, {})
        if notice.node_id in found:
            return True
        if self._count >= NOTICES_MAX:
            return False
        if len(found) < NOTICES_PER_FEED_MAX:
            return True
        return first_hand and self._least(found) is not None

    def _make_room(self, notice: Notice) -> None:
        found = self._feeds.get(notice.feed_id, {})
        least = self._least(found)
        is_full = notice.node_id not in found and len(found) >= NOTICES_PER_FEED_MAX
        if is_full and least is not None:
            self._remove(notice.feed_id, least)

    def _least(self, found: Mapping[NodeId, KeptNotice]) -> NodeId | None:
        """Of the hearsay about a feed, what expires first."""
        hearsay = [
            each
            for each, kept in found.items()
            if not kept.first_hand and each != self._identity.node_id
        ]
        return min(hearsay, key=lambda each: found[each].notice.until_ms, default=None)

    def _pass_on(self, kept: KeptNotice, sender: Session | None) -> None:
        notice = kept.notice
        is_own = notice.node_id == self._identity.node_id
        for session in self._sessions.all():
            watches = notice.author_id in session.part(HistorySide).watches or (
                is_own and is_server(session)
            )
            if session is sender or session.node_id == notice.node_id or not watches:
                continue
            self._tell_soon(session, kept)

    def _put(self, kept: KeptNotice) -> None:
        notice = kept.notice
        found = self._feeds.setdefault(notice.feed_id, {})
        if (before := found.get(notice.node_id)) is None:
            self._by_node[notice.node_id] += 1
            self._count += 1
        else:
            self._signed.pop(before.record.signed, None)
        found[notice.node_id] = kept
        self._signed[kept.record.signed] = notice.feed_id, notice.node_id
        self._by_author.setdefault(notice.author_id, {})[notice.feed_id] = None
        self._changed.add((notice.node_id, notice.feed_id))

    def _remove(self, feed_id: FeedId, node_id: NodeId) -> None:
        found = self._feeds[feed_id]
        gone = found.pop(node_id)
        author_id = gone.notice.author_id
        self._signed.pop(gone.record.signed, None)
        self._by_node[node_id] -= 1
        if not self._by_node[node_id]:
            del self._by_node[node_id]
        self._count -= 1
        self._changed.add((node_id, feed_id))
        if not found:
            del self._feeds[feed_id]
            feeds = self._by_author[author_id]
            feeds.pop(feed_id, None)
            if not feeds:
                del self._by_author[author_id]
