"""An index in memory: remembers what it was given and works out each answer from scratch."""

from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.notifications import Notification
from swarmfeed.core.asks.posts import (
    ABSENT,
    HERE,
    UNSHOWN,
    WITHDRAWN,
    Answered,
    PostView,
    first_words,
)
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.blank import seen_name
from swarmfeed.core.base.limits import (
    HOLDERS_MAX,
    PAGE_POSTS_MAX,
    PEERS_KEPT_MAX,
    REPLY_COUNT_MAX,
    SEARCH_AUTHORS_MAX,
    SEARCH_BEST_OF,
    SEARCH_COUNT_MAX,
)
from swarmfeed.core.base.types import AuthorId, Endpoint, EntryRef, FeedId, Hash, NodeId
from swarmfeed.core.feed.chunk import read_frame
from swarmfeed.core.feed.entry import decode_entry, hash_stored, time_of
from swarmfeed.core.feed.kinds import (
    Body,
    EditBody,
    FeedBody,
    FollowBody,
    PinBody,
    PostBody,
    ProfileBody,
    WithdrawBody,
    decode_body,
)
from swarmfeed.core.feed.matching import Written, matches
from swarmfeed.core.feed.public_id import public_id
from swarmfeed.core.feed.reading import Packed, unpack
from swarmfeed.core.feed.sightings import PLAIN, Reckoning
from swarmfeed.core.words.folding import name_key
from swarmfeed.core.words.looks import look
from swarmfeed.core.words.query import parse_query
from swarmfeed.core.words.ranking import best_first
from swarmfeed.core.words.seeking import holds
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import BadEncodingError
from swarmfeed.ports import (
    Ahead,
    KnownAuthor,
    KnownDevice,
    KnownHolder,
    KnownNotification,
    Prepared,
)

from street.fakes.finding import called_among, candidate_of, require_few, written_of

B = TypeVar("B", ProfileBody, FollowBody, PinBody)

_SEALED = ("keys", "mailbox", "prekeys", "protected", "rekey", "state")
"""Kinds of which the place is known."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it was indexed."""

    author_id: AuthorId
    ref: EntryRef
    time_ms: int
    body: Body | None
    is_post: bool


@dataclass(frozen=True, slots=True)
class FakePrepared:
    """Entries that are about to be indexed."""

    stored: Sequence[bytes]

    @property
    def times_ms(self) -> Sequence[int]:
        return [time_of(each) for each in self.stored]


def _copied(state: dict[Any, Any]) -> dict[Any, Any]:
    """With the dicts that are in it, of any depth; all else in an index never changes."""
    return {
        name: _copied(value) if isinstance(value, dict) else value
        for name, value in state.items()
    }


class FakeIndex:
    """Implements ``ports.Index``."""

    def __init__(self) -> None:
        self._own: AuthorId | None = None
        self._authors: dict[FeedId, AuthorId] = {}
        self._sizes: dict[FeedId, int] = {}
        self._kept: dict[tuple[FeedId, int], Kept] = {}
        self._said: dict[tuple[FeedId, int], dict[int, EditBody | WithdrawBody]] = {}
        """Of each entry, what later ones of its feed say."""
        self._sort_ms: dict[tuple[FeedId, int], int] = {}
        self._receipts: dict[FeedId, dict[NodeId, tuple[int, int]]] = {}
        self._holders: dict[FeedId, dict[NodeId, KnownHolder]] = {}
        self._peers: dict[Endpoint, int] = {}

    # damage

    def when_damaged(self, tell: Callable[[], None]) -> None:
        """Memory is never damaged."""

    def begin_anew(self) -> bool:
        return False

    def check(self) -> None:
        """What is worked out from scratch agrees with itself."""

    @contextmanager
    def scratch(self) -> Iterator["FakeIndex"]:
        yield FakeIndex()

    # writing

    @contextmanager
    def together(self, *, in_order: bool = False) -> Iterator[None]:
        if in_order:
            yield  # one part, which goes in whole or not at all
            return
        before = _copied(self.__dict__)
        try:
            yield
        except BaseException:
            self.__dict__ = before
            raise

    def reserve(self, feed_id: FeedId, author_id: AuthorId, size: int) -> None:
        self._authors.setdefault(feed_id, author_id)
        self._sizes[feed_id] = max(size, self._sizes.get(feed_id, 0))

    def add_entries(
        self,
        feed_id: FeedId,
        author_id: AuthorId,
        start: int,
        stored: Sequence[bytes],
        hashes: Sequence[Hash],
        *,
        reckoning: Reckoning = PLAIN,
        with_posts: bool = True,
    ) -> int:
        self.reserve(feed_id, author_id, start + len(stored))
        before = set(self._kept)
        for index, (record, entry_hash) in enumerate(zip(stored, hashes, strict=True), start):
            if (feed_id, index) not in before:
                entry = decode_entry(record)
                ref = EntryRef(feed_id, entry_hash, index)
                body = None if entry.body is None else decode_or_none(entry.kind, entry.body)
                if isinstance(body, PostBody) and not with_posts:
                    body = None
                is_post = with_posts and entry.kind == PostBody.kind
                is_post = is_post and (entry.body is None or body is not None)
                self._kept[feed_id, index] = Kept(author_id, ref, entry.time_ms, body, is_post)
                self._sort_ms[feed_id, index] = reckoning.sort_ms(index, entry.time_ms)
                if isinstance(body, EditBody | WithdrawBody) and body.index < index:
                    self._said.setdefault((feed_id, body.index), {})[index] = body
        new = set(self._kept) - before
        return sum(self._amended(self._kept[each]) is not None for each in new)

    def prepare(
        self, packed: Packed, ahead: Ahead | None = None
    ) -> Generator["FakePrepared", None, None]:
        stored = [entry for entry, _ in read_frame(unpack(packed))]
        yield FakePrepared(stored[packed.skip : packed.skip + packed.count])

    def add_prepared(
        self,
        feed_id: FeedId,
        author_id: AuthorId,
        start: int,
        prepared: Prepared,
        *,
        reckoning: Reckoning = PLAIN,
        with_posts: bool = True,
    ) -> int:
        assert isinstance(prepared, FakePrepared)
        return self.add_entries(
            feed_id,
            author_id,
            start,
            prepared.stored,
            [hash_stored(each) for each in prepared.stored],
            reckoning=reckoning,
            with_posts=with_posts,
        )

    def resort(self, feed_id: FeedId, start: int, stop: int, reckoning: Reckoning) -> None:
        for (feed, index), kept in self._kept.items():
            if feed == feed_id and start <= index < stop:
                self._sort_ms[feed, index] = reckoning.sort_ms(index, kept.time_ms)

    def first_post(self, feed_id: FeedId) -> int | None:
        found = (v.ref.index for v in self._posts() if v.ref.feed_id == feed_id)
        return min(found, default=None)

    def drop_feed(self, feed_id: FeedId) -> None:
        for index in range(self._sizes.pop(feed_id, 0)):
            self._kept.pop((feed_id, index), None)
            self._said.pop((feed_id, index), None)
        self._authors.pop(feed_id, None)
        self._receipts.pop(feed_id, None)
        self._holders.pop(feed_id, None)

    def clear(self) -> None:
        self._kept.clear()
        self._said.clear()

    def is_to_sweep(self) -> bool:
        """What is gone from memory leaves nothing."""
        return False

    def sweep(self) -> bool:
        return False

    def save_own_author(self, author_id: AuthorId) -> None:
        self._own = author_id

    def save_receipt(self, feed_id: FeedId, node_id: NodeId, size: int, time_s: int) -> None:
        known = self._receipts.setdefault(feed_id, {})
        before_s, before = known.get(node_id, (-1, -1))
        if time_s > before_s or size > before:
            known[node_id] = (time_s, size)
        if len(known) > HOLDERS_MAX:
            del known[min(known, key=lambda node: known[node][0])]

    def save_holder(self, feed_id: FeedId, holder: KnownHolder) -> None:
        known = self._holders.setdefault(feed_id, {})
        known[holder.node_id] = holder
        if len(known) > HOLDERS_MAX:
            del known[min(known, key=lambda node: known[node].seen_at_ms)]

    def save_peer(self, endpoint: Endpoint, *, seen_at_ms: int) -> None:
        self._peers[endpoint] = max(seen_at_ms, self._peers.get(endpoint, seen_at_ms))
        if len(self._peers) > PEERS_KEPT_MAX:
            del self._peers[min(self._peers, key=lambda peer: self._peers[peer])]

    def forget_peer(self, endpoint: Endpoint) -> None:
        self._peers.pop(endpoint, None)

    # reading

    def indexed_ranges(self, feed_id: FeedId) -> list[tuple[int, int]]:
        ranges: list[tuple[int, int]] = []
        for index in sorted(index for feed, index in self._kept if feed == feed_id):
            if ranges and ranges[-1][1] == index:
                ranges[-1] = (ranges[-1][0], index + 1)
            else:
                ranges.append((index, index + 1))
        return ranges

    def indexed_by_feed(self) -> dict[FeedId, list[tuple[int, int]]]:
        return {each: self.indexed_ranges(each) for each in {feed for feed, _ in self._kept}}

    def known_sizes(self) -> dict[FeedId, tuple[AuthorId, int]]:
        return {each: (self._authors[each], size) for each, size in self._sizes.items()}

    def feeds_later_than(self, time_ms: int) -> list[FeedId]:
        return sorted({feed for feed, at in self._kept if self._sort_ms[feed, at] > time_ms})

    def time_agreed_on(self, authors: int) -> int:
        latest: dict[AuthorId, int] = {}
        for kept in self._kept.values():
            latest[kept.author_id] = max(latest.get(kept.author_id, 0), kept.time_ms)
        followed = self.follows_of(self._own) if self._own else []
        times = sorted((latest[one] for one in followed if one in latest), reverse=True)
        return times[authors - 1] if len(times) >= authors else 0

    def home(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[PostView]:
        heard = [view for view in self._home_posts() if view.author_id not in without]
        return page(heard, limit, before)

    def newer_than(self, after: Cursor, without: Collection[AuthorId] = ()) -> int:
        heard = [view for view in self._home_posts() if view.author_id not in without]
        return sum(view.cursor > after for view in heard)

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None
    ) -> list[PostView]:
        return page([v for v in self._posts() if v.author_id == author_id], limit, before)

    def search(self, words: str, limit: int, before: Cursor | None) -> list[PostView]:
        query, found = parse_query(words), self._found(words)
        if not query.best_first:
            return page(found, limit, before)
        newest = page(found, SEARCH_BEST_OF, before)
        answers = {(each.reply_to, each.author_id) for each in self._posts()}
        said = [index_text(view.text).split() for view in self._posts()]
        order = best_first(
            [candidate_of(view, answers) for view in newest],
            query.wanted.words,
            [
                min(sum(holds(row, each) for row in said), SEARCH_COUNT_MAX)
                for each in query.wanted.words
            ],
        )
        return [newest[at] for at in order][:limit]

    def count_found(self, words: str, most: int) -> int:
        return min(len(self._found(words)), most)

    def _found(self, words: str) -> list[PostView]:
        query = parse_query(words)
        everyone = {kept.author_id for kept in self._kept.values()}
        names = {author_id: self._profile(author_id).name for author_id in everyone}
        require_few(query, names.values())
        called = called_among(names, self._authors)
        return [view for view in self._posts() if matches(query, self._written(view), called)]

    def _written(self, view: PostView) -> Written:
        said = self._kept[view.ref.feed_id, view.ref.index].body
        return written_of(view, said if isinstance(said, PostBody) else None)

    def post(self, feed_id: FeedId, index: int) -> PostView | None:
        places = ((view.ref.feed_id, view.ref.index) for view in self._posts())
        found = dict(zip(places, self._posts(), strict=True))
        return found.get((feed_id, index))

    def post_by_id(self, public_id: str) -> PostView | None:
        named = [view for view in self._posts() if view.id == public_id != ""]
        return min(named, key=lambda view: (view.ref.feed_id, view.ref.index), default=None)

    def post_by_hash(self, entry_hash: Hash) -> PostView | None:
        found = [view for view in self._posts() if view.ref.entry_hash == entry_hash]
        return found[0] if found else None

    def replies(
        self, answered: EntryRef, limit: int, after: Cursor | None = None
    ) -> list[PostView]:
        views = self._all_views()
        found = [v for v in views if v.reply_to == answered and stands(v, views)]
        later = [view for view in found if after is None or view.cursor > after]
        return sorted(later, key=in_order)[:limit]

    def gone(self, feed_id: FeedId, index: int) -> PostView | None:
        place = (feed_id, index)
        left = (view for view in self._all_views() if view.withdrawn)
        return next((v for v in left if (v.ref.feed_id, v.ref.index) == place), None)

    def count_below(self, answered: EntryRef, limit: int) -> int:
        return min(len(self._below(answered)), limit)

    def newest_below(self, answered: EntryRef, limit: int) -> PostView | None:
        posts = [view for view in self._below(answered) if not view.withdrawn]
        return max(posts, key=in_order, default=None)

    def _below(self, answered: EntryRef) -> list[PostView]:
        found, left = [], [answered]
        while left:
            below = self.replies(left.pop(), len(self._kept))
            found += below
            left += [view.ref for view in below]
        return found

    def edits_of(self, feed_id: FeedId, index: int) -> list[int]:
        if any(not body.is_edited for _, body in self._withdrawals(feed_id, index)):
            return []
        return [by for by, _ in self._edits(feed_id, index)]

    def place_of_withdrawn(self, name: str) -> tuple[FeedId, int] | None:
        gone = [
            (kept.ref.feed_id, kept.ref.index)
            for kept in self._kept.values()
            if kept.ref.index in self.withdrawals(kept.ref.feed_id)
            and public_id(kept.ref.feed_id, kept.ref.index, kept.time_ms) == name
        ]
        return min(gone, default=None)

    def feeds_with_withdrawals(self) -> list[FeedId]:
        return sorted({feed for feed, _ in self._kept if self.withdrawals(feed)})

    def withdrawals(self, feed_id: FeedId) -> dict[int, int]:
        said = {
            kept.ref.index: kept.body.index
            for (feed, _), kept in sorted(self._kept.items())
            if feed == feed_id and isinstance(kept.body, WithdrawBody)
        }
        return {target: by for by, target in said.items() if target < by}

    def notifications(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[Notification]:
        heard = [view for view in self._posts() if view.author_id not in without]
        ours = [view for view in heard if any(self._why(view))]
        views = page(ours, limit, before)
        return [
            Notification(post=view, is_answer=answers, is_mention=mentions)
            for view in views
            for answers, mentions in [self._why(view)]
        ]

    def known_notifications(
        self, limit: int, before: Cursor | None, without: Collection[AuthorId] = ()
    ) -> list[KnownNotification]:
        return [
            KnownNotification(
                feed_id=each.post.ref.feed_id,
                index=each.post.ref.index,
                cursor=each.post.cursor,
                is_answer=each.is_answer,
                is_mention=each.is_mention,
            )
            for each in self.notifications(limit, before, without)
        ]

    def author(self, author_id: AuthorId) -> KnownAuthor | None:
        if author_id != self._own and author_id not in self._authors.values():
            return None
        profile = self._profile(author_id)
        post_count = sum(view.author_id == author_id for view in self._posts())
        return KnownAuthor(
            name=profile.name,
            bio=profile.bio,
            post_count=post_count,
            namesake=author_id in self._with_namesakes(),
        )

    def _with_namesakes(self) -> set[AuthorId]:
        """Authors whose name looks like another one's."""
        named = {k.author_id for k in self._kept.values() if isinstance(k.body, ProfileBody)}
        looks = {author_id: look(self._profile(author_id).name) for author_id in named}
        return {each for each in named if list(looks.values()).count(looks[each]) > 1}

    def pinned(self, author_id: AuthorId) -> PostView | None:
        *_, newest = PinBody(), *self._last_words(author_id, PinBody)
        found = self.post(newest.ref.feed_id, newest.ref.index) if newest.ref else None
        is_meant = found and found.ref == newest.ref and found.author_id == author_id
        return found if is_meant else None

    def sealed_entries(self, feed_id: FeedId, kind: str, limit: int) -> list[int]:
        found = [
            index
            for (feed, index), kept in self._kept.items()
            if feed == feed_id and kept.body is not None and kept.body.kind == kind
        ]
        return sorted(found, reverse=True)[:limit] if kind in _SEALED else []

    def device(self, feed_id: FeedId) -> KnownDevice:
        said = (kept.body for (feed, _), kept in sorted(self._kept.items()) if feed == feed_id)
        names = [body.device for body in said if isinstance(body, FeedBody)]
        times = [
            self._sort_ms[feed_id, view.ref.index]
            for view in self._posts()
            if view.ref.feed_id == feed_id
        ]
        return KnownDevice(
            name=seen_name(names[-1]) if names else "",
            posts=len(times),
            last_ms=max(times, default=None),
        )

    def called(self, name: str) -> dict[AuthorId, str]:
        names = {each: self._profile(each).name for each in set(self._authors.values())}
        wanted = name_key(name)
        found = sorted(each for each, known in names.items() if name_key(known) == wanted)
        return {each: seen_name(names[each]) for each in found[:SEARCH_AUTHORS_MAX]}

    def follows_of(self, author_id: AuthorId) -> list[AuthorId]:
        said = self._last_words(author_id, FollowBody)
        newest = {body.author_id: body.on for body in said}
        return sorted(target for target, on in newest.items() if on)

    def followers_of(self, author_id: AuthorId) -> list[AuthorId]:
        everyone = {kept.author_id for kept in self._kept.values()}
        return sorted(one for one in everyone if author_id in self.follows_of(one))

    def receipts(self, feed_id: FeedId) -> dict[NodeId, int]:
        known = self._receipts.get(feed_id, {})
        return {node_id: size for node_id, (_, size) in known.items()}

    def holders(self, feed_id: FeedId) -> list[KnownHolder]:
        known = self._holders.get(feed_id, {}).values()
        return sorted(known, key=lambda holder: (-holder.seen_at_ms, holder.node_id))

    def holders_by_feed(self, feed_ids: Sequence[FeedId]) -> dict[FeedId, list[KnownHolder]]:
        return {each: self.holders(each) for each in feed_ids}

    def doors_of(self, feed_ids: Sequence[FeedId]) -> list[tuple[Endpoint, bool]]:
        newest: dict[Endpoint, int] = {}
        for holder in (each for feed_id in feed_ids for each in self.holders(feed_id)):
            seen_at_ms = max(holder.seen_at_ms, newest.get(holder.link, 0))
            newest[holder.link] = seen_at_ms
        doors = sorted(newest, key=lambda each: (-newest[each], each.host, each.port))
        return [(each, newest[each] > 0) for each in doors]

    def peers(self, limit: int) -> list[Endpoint]:
        return sorted(self._peers, key=lambda peer: (-self._peers[peer], peer))[:limit]

    def check_writable(self) -> None:
        """Memory takes everything."""

    def release_memory(self) -> None:
        """All of it is kept at hand."""

    def close(self) -> None:
        pass

    # how the answers are worked out

    def _last_words(self, author_id: AuthorId, kind: type[B]) -> list[B]:
        """Return what the author said, the word that counts last: of each feed in its order,
        and the feed whose last word on the same is newest behind the others."""
        words: list[tuple[tuple[int, FeedId, int], B]] = []
        mine = [kept for kept in self._kept.values() if kept.author_id == author_id]
        for kept in sorted(mine, key=lambda kept: kept.ref.index):
            if isinstance(kept.body, kind):
                feed_id, index = kept.ref.feed_id, kept.ref.index
                words = [
                    (order, body)
                    for order, body in words
                    if order[1] != feed_id or subject(body) != subject(kept.body)
                ]
                words.append(((self._sort_ms[feed_id, index], feed_id, index), kept.body))
        return [body for _, body in sorted(words, key=lambda word: word[0])]

    def _profile(self, author_id: AuthorId) -> ProfileBody:
        newest = [ProfileBody(""), *self._last_words(author_id, ProfileBody)][-1]
        return replace(newest, name=seen_name(newest.name))

    def _amended(self, kept: Kept) -> PostBody | None:
        """Return the post as its feed wants it shown now."""
        if not kept.is_post:
            return None
        place = kept.ref.feed_id, kept.ref.index
        withdrawn = [body.is_edited for _, body in self._withdrawals(*place)]
        edits = self._edits(*place)
        own = kept.body if isinstance(kept.body, PostBody) else None
        if not all(withdrawn) or not (edits or own) or (withdrawn and not edits):
            return None
        if not edits:
            return own
        newest = edits[-1][1]
        shown = own or PostBody(newest.text, reply=newest.reply)
        return replace(shown, text=newest.text, cw=newest.cw)

    def _edits(self, feed_id: FeedId, index: int) -> list[tuple[int, EditBody]]:
        """Edits of a post that are not withdrawn, the newest last, and where they stand."""
        return [
            (by, body)
            for by, body in self._later(feed_id, index)
            if isinstance(body, EditBody) and not self._withdrawals(feed_id, by)
        ]

    def _withdrawals(self, feed_id: FeedId, index: int) -> list[tuple[int, WithdrawBody]]:
        later = self._later(feed_id, index)
        return [(by, body) for by, body in later if isinstance(body, WithdrawBody)]

    def _later(self, feed_id: FeedId, index: int) -> list[tuple[int, EditBody | WithdrawBody]]:
        """What a feed says of one of its entries."""
        return sorted(self._said.get((feed_id, index), {}).items(), key=lambda said: said[0])

    def _posts(self) -> list[PostView]:
        return [view for view in self._all_views() if not view.withdrawn]

    def _all_views(self) -> list[PostView]:
        """Posts, and what is left of replies that were withdrawn."""
        views = list(self._uncounted_posts())
        named = [view.reply_to for view in views if view.reply_to and stands(view, views)]
        return [
            replace(
                view,
                reply_count=min(named.count(view.ref), REPLY_COUNT_MAX),
                answers=None if view.reply_to is None else self._answered(view.reply_to, views),
            )
            for view in views
        ]

    def _answered(self, ref: EntryRef, views: Sequence[PostView]) -> Answered:
        author_id = self._authors.get(ref.feed_id)
        if author_id is None:
            return Answered(state=ABSENT)
        name = self._profile(author_id).name
        place = (ref.feed_id, ref.index)
        shown = (view for view in views if not view.withdrawn)
        there = [view for view in shown if (view.ref.feed_id, view.ref.index) == place]
        words, state = "", ABSENT
        if [view.ref for view in there] == [ref]:
            words, state = first_words(there[0].text, there[0].cw), HERE
        elif self._is_withdrawn(ref):
            state = WITHDRAWN
        elif not there and place in self._kept:
            state = UNSHOWN
        return Answered(state=state, author_id=author_id, author_name=name, words=words)

    def _is_withdrawn(self, ref: EntryRef) -> bool:
        return any(
            kept.ref.feed_id == ref.feed_id
            and isinstance(kept.body, WithdrawBody)
            and kept.body.index == ref.index < kept.ref.index
            for kept in self._kept.values()
        )

    def _uncounted_posts(self) -> Iterator[PostView]:
        alike = self._with_namesakes()
        for (feed_id, index), kept in self._kept.items():
            shown = self._amended(kept)
            gone = shown is None
            if gone and isinstance(kept.body, PostBody) and kept.body.reply is not None:
                shown = PostBody("", reply=kept.body.reply)
            if shown is not None:
                sizes = self.receipts(feed_id).values() if kept.author_id == self._own else ()
                yield PostView(
                    ref=kept.ref,
                    author_id=kept.author_id,
                    author_name=self._profile(kept.author_id).name,
                    namesake=kept.author_id in alike,
                    time_ms=self._sort_ms[feed_id, index] if gone else kept.time_ms,
                    text=shown.text,
                    withdrawn=gone,
                    edited=not gone and bool(self._edits(feed_id, index)),
                    cw=shown.cw,
                    reply_to=shown.reply,
                    held_by=sum(size > index for size in sizes),
                    cursor=Cursor(
                        self._sort_ms[feed_id, index],
                        int.from_bytes(feed_id[:4], "big") // 32 * 2**32 + index,
                    ),
                    id="" if gone else public_id(feed_id, index, kept.time_ms),
                )

    def _why(self, view: PostView) -> tuple[bool, bool]:
        """Whether a post answers one of the own author, and whether it mentions them."""
        if self._own is None or view.author_id == self._own:
            return False, False
        body = self._kept[view.ref.feed_id, view.ref.index].body
        named = isinstance(body, PostBody) and self._own in body.mentions
        ref = view.reply_to
        answered = self._kept.get((ref.feed_id, ref.index)) if ref else None
        answers = (
            answered is not None
            and answered.ref == view.reply_to
            and answered.author_id == self._own
            and self._amended(answered) is not None
        )
        return answers, named or format_author(self._own) in view.text

    def _home_posts(self) -> list[PostView]:
        shown = {self._own, *(self.follows_of(self._own) if self._own else ())}
        return [view for view in self._posts() if view.author_id in shown]


def subject(body: ProfileBody | FollowBody | PinBody) -> AuthorId | None:
    return body.author_id if isinstance(body, FollowBody) else None


def in_order(view: PostView) -> tuple[int, FeedId, int]:
    return view.cursor.time_ms, view.ref.feed_id, view.ref.index


def stands(view: PostView, views: Sequence[PostView]) -> bool:
    """Whether it stands in its thread: a withdrawn one as long as what stands answers it."""
    if not view.withdrawn:
        return True
    named = view.ref.entry_hash
    below = (each for each in views if each.reply_to and each.reply_to.entry_hash == named)
    return any(stands(each, views) for each in below)


def page(views: Sequence[PostView], limit: int, before: Cursor | None) -> list[PostView]:
    older = [view for view in views if before is None or view.cursor < before]
    older.sort(key=in_order, reverse=True)
    return older[: max(0, min(limit, PAGE_POSTS_MAX))]


def decode_or_none(kind: str, body: bytes) -> Body | None:
    try:
        return decode_body(kind, body)
    except BadEncodingError:
        return None
