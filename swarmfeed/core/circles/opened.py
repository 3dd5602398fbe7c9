"""Protected posts that were opened, in memory: in the order of time, by place, and by words.

Nothing of them is anywhere else: not in the index, nor in a file.  What is asked of the index
is asked here as well, and both answers are merged (``node.feeds.shown``).
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import dataclass, replace
from itertools import islice
from typing import TypeVar

from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.circles.keyring import Circle
from swarmfeed.core.circles.limits import OPENED_MAX
from swarmfeed.core.feed.kinds import EditBody, PostBody
from swarmfeed.core.feed.matching import Called, Written, matches
from swarmfeed.core.feed.public_id import public_id
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.core.words.terms import index_text

K = TypeVar("K")

Place = tuple[FeedId, int]
"""Feed and index of an entry."""

At = tuple[int, int]
"""Time by which a post is sorted, and its number among those of that time: where it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedPost:
    """A protected post that this person can read."""

    author_id: AuthorId
    ref: EntryRef
    at: At
    """Where it stands among all posts."""
    claimed_ms: int
    """The author's clock."""
    body: PostBody
    """As it was first written."""
    circle: Circle | None
    """None: it was shared alone."""
    edit: EditBody | None = None
    """The newest one."""
    is_bare: bool = False
    """Whether its first text was withdrawn: it is shown as long as an edit is."""

    @property
    def place(self) -> Place:
        return self.ref.feed_id, self.ref.index

    @property
    def text(self) -> str:
        return self.edit.text if self.edit else self.body.text

    @property
    def cw(self) -> str:
        return self.edit.cw if self.edit else self.body.cw

    @property
    def reply(self) -> EntryRef | None:
        return self.body.reply

    @property
    def id(self) -> str:
        return public_id(*self.place, self.claimed_ms)

    @property
    def order(self) -> tuple[At, Place]:
        return self.at, self.place


class OpenedPosts:
    """All that were opened."""

    def __init__(self, most: int = OPENED_MAX) -> None:
        """Keep at most so many, the newest."""
        self._most = most
        self._posts: dict[Place, OpenedPost] = {}
        self._order: list[tuple[At, Place]] = []
        self._ids: dict[str, Place] = {}
        self._hashes: dict[Hash, Place] = {}
        self._under: dict[Place, set[Place]] = {}
        self._edits: dict[Place, dict[int, EditBody]] = {}
        self._words: dict[str, set[Place]] = {}

    def __len__(self) -> int:
        return len(self._posts)

    # --- changing ---

    def put(self, post: OpenedPost) -> bool:
        """Take a post; returns whether it was not here."""
        if post.place in self._posts:
            return False
        edits = self._edits.get(post.place)
        self._add(replace(post, edit=edits[max(edits)]) if edits else post)
        if len(self._posts) > self._most:
            _, oldest = self._order[0]
            self._take_out(self._posts[oldest])
        return True

    def edit(self, feed_id: FeedId, entry: int, body: EditBody) -> None:
        """Take an edit, the entry of the same feed; of a post that is here or comes yet."""
        place = feed_id, body.index
        edits = self._edits.setdefault(place, {})
        edits[entry] = body
        post = self._posts.get(place)
        if post is not None and max(edits) == entry:
            self._take_out(post)
            self._add(replace(post, edit=body))

    def withdraw(self, feed_id: FeedId, index: int) -> bool:
        """Forget a post, or an edit, that its author took back; returns whether it was here."""
        for place, edits in self._edits.items():
            if place[0] == feed_id and edits.pop(index, None) is not None:
                self._show_newest(place)
                return True
        post = self._posts.get((feed_id, index))
        if post is None or post.is_bare:
            return False
        self._take_out(post)
        if post.edit is not None:
            self._add(replace(post, is_bare=True))
        return True

    def drop(self, is_gone: Callable[[OpenedPost], bool]) -> None:
        """Forget posts, those of a feed that was let go say."""
        for post in [each for each in self._posts.values() if is_gone(each)]:
            self._take_out(post)
            self._edits.pop(post.place, None)

    # --- asking ---

    def get(self, feed_id: FeedId, index: int) -> OpenedPost | None:
        return self._posts.get((feed_id, index))

    def by_id(self, name: str) -> OpenedPost | None:
        place = self._ids.get(name)
        return None if place is None else self._posts[place]

    def by_hash(self, entry_hash: Hash) -> OpenedPost | None:
        place = self._hashes.get(entry_hash)
        return None if place is None else self._posts[place]

    def said_at(self, feed_id: FeedId, index: int) -> PostBody | EditBody | None:
        """What an entry says that is a post, or an edit of one."""
        post = self._posts.get((feed_id, index))
        if post is not None:
            return None if post.is_bare else post.body
        edits = (each for place, each in self._edits.items() if place[0] == feed_id)
        return next((each[index] for each in edits if index in each), None)

    def edits_of(self, feed_id: FeedId, index: int) -> list[int]:
        """Which entries give a post another text, ascending."""
        return sorted(self._edits.get((feed_id, index), ()))

    def newest(
        self, before: At | None, is_wanted: Callable[[OpenedPost], bool], limit: int
    ) -> list[OpenedPost]:
        """Posts before a place in a list, newest first."""
        wanted = (post for post in self._backwards(before) if is_wanted(post))
        return list(islice(wanted, max(limit, 0)))

    def count_after(self, after: At, is_wanted: Callable[[OpenedPost], bool]) -> int:
        """How many are newer than a place in a list."""
        start = bisect_left(self._order, ((after[0], after[1] + 1), ()))
        return sum(is_wanted(self._posts[place]) for _, place in self._order[start:])

    def candidates(self, query: SearchQuery, before: At | None) -> list[OpenedPost]:
        """Posts before a place among which are all that a query asks for, in any order.

        What they say is looked at by ``found_among``, while others may ask and change: of
        50,000 that takes a second, and this some milliseconds.
        """
        places = self._with_words(query)
        if places is None:
            return [*self._backwards(before)]
        posts = (self._posts[each] for each in places)
        return [post for post in posts if before is None or post.at < before]

    def replies(self, answered: EntryRef) -> list[OpenedPost]:
        """Direct replies to a post, oldest first."""
        places = self._under.get((answered.feed_id, answered.index), ())
        found = (self._posts[place] for place in places)
        return sorted((post for post in found if post.reply == answered), key=_order)

    def below(self, answered: EntryRef, limit: int) -> list[OpenedPost]:
        """Replies of every depth that are protected themselves."""
        found: list[OpenedPost] = []
        waiting = [answered]
        while waiting and len(found) < limit:
            replies = self.replies(waiting.pop())
            found += replies
            waiting += [each.ref for each in replies]
        return found[:limit]

    # --- inside ---

    def _add(self, post: OpenedPost) -> None:
        self._posts[post.place] = post
        insort(self._order, post.order)
        self._ids.setdefault(post.id, post.place)
        self._hashes[post.ref.entry_hash] = post.place
        if post.reply is not None:
            above = post.reply.feed_id, post.reply.index
            self._under.setdefault(above, set()).add(post.place)
        for term in _terms(post):
            self._words.setdefault(term, set()).add(post.place)

    def _take_out(self, post: OpenedPost) -> None:
        del self._posts[post.place]
        del self._order[bisect_left(self._order, post.order)]
        if self._ids.get(post.id) == post.place:
            del self._ids[post.id]
        self._hashes.pop(post.ref.entry_hash, None)
        if post.reply is not None:
            _discard(self._under, (post.reply.feed_id, post.reply.index), post.place)
        for term in _terms(post):
            _discard(self._words, term, post.place)

    def _show_newest(self, place: Place) -> None:
        post, edits = self._posts.get(place), self._edits[place]
        if not edits:
            del self._edits[place]
        if post is not None:
            self._take_out(post)
            if edits or not post.is_bare:
                self._add(replace(post, edit=edits[max(edits)] if edits else None))

    def _backwards(self, before: At | None) -> Iterator[OpenedPost]:
        end = len(self._order) if before is None else bisect_left(self._order, (before, ()))
        return (self._posts[self._order[at][1]] for at in range(end - 1, -1, -1))

    def _with_words(self, query: SearchQuery) -> Set[Place] | None:
        """Posts that have all words that are asked for, or their beginnings; None: all may."""
        rows: list[set[Place]] = []
        for word in (each for row in query.wanted.words for each in row):
            whole = word.terms[:-1] if word.is_prefix else word.terms
            rows += [self._words.get(term, set()) for term in whole]
            rows += [self._beginning(word.terms[-1])] if word.is_prefix else []
        return set.intersection(*sorted(rows, key=len)) if rows else None

    def _beginning(self, start: str) -> set[Place]:
        found = (places for term, places in self._words.items() if term.startswith(start))
        return set[Place]().union(*found)


def found_among(
    posts: Iterable[OpenedPost], query: SearchQuery, called: Called
) -> list[OpenedPost]:
    """Those that a query asks for, newest first."""
    found = (post for post in posts if matches(query, _written(post), called))
    return sorted(found, key=_order, reverse=True)


def _terms(post: OpenedPost) -> Iterable[str]:
    return {*index_text(post.text).split()}


def _order(post: OpenedPost) -> tuple[At, Place]:
    return post.order


def _written(post: OpenedPost) -> Written:
    shown = replace(post.body, text=post.text, cw=post.cw)
    return Written(author_id=post.author_id, time_ms=post.at[0], post=shown)


def _discard(sets: dict[K, set[Place]], key: K, place: Place) -> None:
    found = sets.get(key, set())
    found.discard(place)
    if not found:
        sets.pop(key, None)
