"""Protected posts that were opened, in memory: in the order of time, by place, and by words.

Nothing of them is anywhere else: not in the index, nor in a file.  What is asked of the index
is asked here as well, and both answers are merged (``node.feeds.shown``).

Others wait meanwhile, the loop of the node among them: so nothing here walks over all posts but
``before`` and ``numbered``, which take some milliseconds where 50,000 are open.
"""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Collection, Iterable, Iterator
from heapq import merge
from itertools import islice
from operator import attrgetter, itemgetter
from typing import Final, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.limits import THREAD_DEPTH_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash
from swarmfeed.core.circles.keyring import Circle
from swarmfeed.core.circles.limits import OPENED_MAX
from swarmfeed.core.circles.opened_reactions import OpenedReactions
from swarmfeed.core.circles.opened_words import Place, WordsOfPosts, numbers_in
from swarmfeed.core.feed.kinds import EditBody, PostBody
from swarmfeed.core.feed.matching import Called, Written, address_sought, matches
from swarmfeed.core.feed.medium import Medium, is_whole
from swarmfeed.core.feed.public_id import public_id
from swarmfeed.core.words.query import SearchQuery
from swarmfeed.core.words.terms import index_text

K = TypeVar("K")
T = TypeVar("T")

At = tuple[int, int]
"""Time by which a post is sorted, and its number among those of that time: where it stands."""

Order = tuple[At, Place]
"""By which posts are sorted: no two of them have the same."""


class OpenedPost(Struct, frozen=True, kw_only=True):
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
    def media(self) -> tuple[Medium, ...]:
        return self.edit.media if self.edit else self.body.media

    @property
    def reply(self) -> EntryRef | None:
        return self.body.reply

    @property
    def id(self) -> str:
        return public_id(*self.place, self.claimed_ms)

    @property
    def order(self) -> Order:
        return self.at, self.place


class Concerning(Struct, frozen=True, kw_only=True):
    """A post of somebody else that concerns the person."""

    post: OpenedPost
    is_answer: bool
    is_mention: bool


class OpenedPosts:
    """All that were opened."""

    def __init__(self, most: int = OPENED_MAX) -> None:
        """Keep at most so many, the newest."""
        self._most = most
        self._posts: dict[Place, OpenedPost] = {}
        self._rows: dict[AuthorId, list[Order]] = {}
        """Where posts of each author stand, in order."""
        self._ids: dict[str, Place] = {}
        self._hashes: dict[Hash, Place] = {}
        self._under: dict[Place, set[Place]] = {}
        self._towards: dict[FeedId, set[Place]] = {}
        """Posts by the feed of what they answer."""
        self._naming: dict[AuthorId, set[Place]] = {}
        """Posts by whom they say they mention."""
        self._edits: dict[Place, dict[int, EditBody]] = {}
        self._edited: dict[Place, Place] = {}
        """Which post an entry edits."""
        self._words = WordsOfPosts()
        self.reactions = OpenedReactions()

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
            _, oldest = min(row[0] for row in self._rows.values())
            self._take_out(self._posts[oldest])
        return True

    def edit(self, feed_id: FeedId, entry: int, body: EditBody) -> None:
        """Take an edit, the entry of the same feed; of a post that is here or comes yet."""
        place = feed_id, body.index
        edits = self._edits.setdefault(place, {})
        edits[entry] = body
        self._edited[feed_id, entry] = place
        post = self._posts.get(place)
        if post is not None and max(edits) == entry:
            self._take_out(post)
            self._add(replace(post, edit=body))

    def withdraw(self, feed_id: FeedId, index: int) -> bool:
        """Forget a post, or an edit, that its author took back; returns whether it was here."""
        edited = self._edited.pop((feed_id, index), None)
        if edited is not None:
            del self._edits[edited][index]
            self._show_newest(edited)
            return True
        post = self._posts.get((feed_id, index))
        if post is None or post.is_bare:
            return False
        self._take_out(post)
        if post.edit is not None:
            self._add(replace(post, is_bare=True))
        return True

    def of_feed(self, feed_id: FeedId) -> list[Place]:
        """Where there are posts of a feed, or what gives them another text."""
        return [place for place in {*self._posts, *self._edits} if place[0] == feed_id]

    def drop(self, place: Place) -> None:
        """Forget a post, and what gives it another text."""
        if place in self._posts:
            self._take_out(self._posts[place])
        for entry in self._edits.pop(place, ()):
            del self._edited[place[0], entry]

    # --- asking ---

    def get(self, feed_id: FeedId, index: int) -> OpenedPost | None:
        return self._posts.get((feed_id, index))

    def upwards(self, place: Place) -> list[EntryRef]:
        """A post and what it answers, up to the first that is not open itself; empty: it is
        none."""
        found: list[EntryRef] = []
        post = self._posts.get(place)
        ref = None if post is None else post.ref
        while ref is not None and len(found) < THREAD_DEPTH_MAX:
            found.append(ref)
            post = self._posts.get((ref.feed_id, ref.index))
            # A reply names what it answers by place and hash, and both have to be true.
            ref = post.reply if post is not None and post.ref == ref else None
        return found

    def by_id(self, name: str) -> OpenedPost | None:
        place = self._ids.get(name)
        return None if place is None else self._posts[place]

    def by_hash(self, entry_hash: Hash) -> OpenedPost | None:
        place = self._hashes.get(entry_hash)
        return None if place is None else self._posts[place]

    def medium(self, medium_id: Hash) -> Medium | None:
        """A picture that a post names, with its key."""
        named = (each for post in self._posts.values() for each in post.media)
        return next((each for each in named if is_whole(each) and each.id == medium_id), None)

    def said_at(self, feed_id: FeedId, index: int) -> PostBody | EditBody | None:
        """What an entry says that is a post, or an edit of one."""
        post = self._posts.get((feed_id, index))
        if post is not None:
            return None if post.is_bare else post.body
        edited = self._edited.get((feed_id, index))
        return None if edited is None else self._edits[edited][index]

    def edits_of(self, feed_id: FeedId, index: int) -> list[int]:
        """Which entries give a post another text, ascending."""
        return sorted(self._edits.get((feed_id, index), ()))

    def newest(
        self, before: At | None, authors: Collection[AuthorId], limit: int
    ) -> list[OpenedPost]:
        """Posts of some authors before a place in a list, newest first."""
        rows = (self._backwards(row, before) for row in self._rows_of(authors))
        newest = islice(merge(*rows, reverse=True), max(limit, 0))
        return [self._posts[place] for _, place in newest]

    def count_after(self, after: At, authors: Collection[AuthorId]) -> int:
        """How many of some authors are newer than a place in a list."""
        rows = self._rows_of(authors)
        return sum(len(row) - bisect_right(row, after, key=_at) for row in rows)

    def before(self, before: At | None) -> list[OpenedPost]:
        """All posts before a place in a list, in any order."""
        rows = self._rows.values()
        return [self._posts[place] for row in rows for _, place in row[: _end(row, before)]]

    def terms(self) -> list[str]:
        """All words of posts."""
        return self._words.terms()

    def numbers(self, terms: Iterable[str]) -> bytes:
        """As ``WordsOfPosts.numbers``."""
        return self._words.numbers(terms)

    def numbered(self, numbers: Iterable[int], before: At | None) -> list[OpenedPost]:
        """Those of these posts that are still here, before a place in a list."""
        posts = (self._posts[each] for each in self._words.places(numbers))
        return [post for post in posts if before is None or post.at < before]

    def replies(self, answered: EntryRef) -> list[OpenedPost]:
        """Direct replies to a post, oldest first."""
        places = self._under.get((answered.feed_id, answered.index), ())
        found = (self._posts[place] for place in places)
        return sorted((post for post in found if post.reply == answered), key=_order)

    def concerning(self, own: AuthorId, feeds: Iterable[FeedId]) -> list[Concerning]:
        """Posts of others that answer somebody's posts or mention them, newest first."""
        answers = {place for feed in feeds for place in self._towards.get(feed, ())}
        (address,) = address_sought(own).terms
        linking = array("Q", self._words.numbers([address]))
        mentions = {*self._words.places(linking), *self._naming.get(own, ())}
        posts = (self._posts[place] for place in answers | mentions)
        found = [
            Concerning(
                post=post,
                is_answer=post.place in answers,
                is_mention=post.place in mentions,
            )
            for post in posts
            if post.author_id != own
        ]
        return sorted(found, key=attrgetter("post.order"), reverse=True)

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
        place, answered = post.place, post.reply
        self._posts[place] = post
        insort(self._rows.setdefault(post.author_id, []), post.order)
        self._ids.setdefault(post.id, place)
        self._hashes[post.ref.entry_hash] = place
        if answered is not None:
            above = answered.feed_id, answered.index
            self._under.setdefault(above, set()).add(place)
            self._towards.setdefault(answered.feed_id, set()).add(place)
        for author_id in post.body.mentions:
            self._naming.setdefault(author_id, set()).add(place)
        self._words.add(place, _terms(post))

    def _take_out(self, post: OpenedPost) -> None:
        del self._posts[post.place]
        row = self._rows[post.author_id]
        del row[bisect_left(row, post.order)]
        if not row:
            del self._rows[post.author_id]
        if self._ids.get(post.id) == post.place:
            del self._ids[post.id]
        self._hashes.pop(post.ref.entry_hash, None)
        if post.reply is not None:
            _discard(self._under, (post.reply.feed_id, post.reply.index), post.place)
            _discard(self._towards, post.reply.feed_id, post.place)
        for author_id in post.body.mentions:
            _discard(self._naming, author_id, post.place)
        self._words.take_out(post.place, _terms(post))

    def _rows_of(self, authors: Collection[AuthorId]) -> Iterator[list[Order]]:
        if len(authors) < len(self._rows):
            return (self._rows[each] for each in authors if each in self._rows)
        return (row for each, row in self._rows.items() if each in authors)

    def _show_newest(self, place: Place) -> None:
        post, edits = self._posts.get(place), self._edits[place]
        if not edits:
            del self._edits[place]
        if post is not None:
            self._take_out(post)
            if edits or not post.is_bare:
                self._add(replace(post, edit=edits[max(edits)] if edits else None))

    @staticmethod
    def _backwards(row: list[Order], before: At | None) -> Iterator[Order]:
        return (row[at] for at in range(_end(row, before) - 1, -1, -1))


class HasOpened(Protocol):
    """Where opened posts are asked, one thread at a time."""

    def opened(self, ask: Callable[[OpenedPosts], T]) -> T: ...


def candidates(of: HasOpened, query: SearchQuery, before: At | None) -> list[OpenedPost]:
    """Return posts before a place among which are all that a query asks for, in any order.

    It asks several short questions, so that others may ask and change meanwhile; so does
    ``found_among``, which looks at what they say: of 50,000 that takes half a second.
    """
    rows: list[bytes] = []
    for word in (each for row in query.wanted.words for each in row):
        whole = word.terms[:-1] if word.is_prefix else word.terms
        rows += [of.opened(lambda posts, term=term: posts.numbers([term])) for term in whole]  # type: ignore[misc]
        if word.is_prefix:
            start, known = word.terms[-1], of.opened(lambda posts: posts.terms())
            begun = [term for term in known if term.startswith(start)]
            rows.append(of.opened(lambda posts, terms=begun: posts.numbers(terms)))  # type: ignore[misc]
    if not rows:
        return of.opened(lambda posts: posts.before(before))
    numbers = numbers_in(rows)
    return of.opened(lambda posts: posts.numbered(numbers, before))


def found_among(
    posts: Iterable[OpenedPost], query: SearchQuery, called: Called
) -> list[OpenedPost]:
    """Those that a query asks for, newest first."""
    found = (post for post in posts if matches(query, _written(post), called))
    return sorted(found, key=_order, reverse=True)


def _terms(post: OpenedPost) -> Iterable[str]:
    return {*index_text(post.text).split()}


_order: Final = attrgetter("order")
_at: Final = itemgetter(0)


def _end(row: list[Order], before: At | None) -> int:
    return len(row) if before is None else bisect_left(row, before, key=_at)


def _written(post: OpenedPost) -> Written:
    shown = replace(post.body, text=post.text, cw=post.cw, media=post.media)
    return Written(author_id=post.author_id, time_ms=post.at[0], post=shown)


def _discard(sets: dict[K, set[Place]], key: K, place: Place) -> None:
    found = sets[key]
    found.discard(place)
    if not found:
        del sets[key]
