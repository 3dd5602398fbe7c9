"""Posts as a reader sees them, and what is asked of them."""

from collections.abc import Sequence
from typing import Annotated, Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.input_sentences import TOO_MANY_NAMES
from swarmfeed.core.asks.limits import QUOTED_CHARS_MAX
from swarmfeed.core.asks.media import MediumView
from swarmfeed.core.asks.shape import Flat, Key, Spare, Whole
from swarmfeed.core.base.address import format_address, parse_address
from swarmfeed.core.base.limits import (
    ANSWERED_CHARS_MAX,
    PAGE_POSTS,
    PAGE_POSTS_MAX,
    THREAD_LEVELS_MAX,
)
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.errors import UserError

Limit = Annotated[
    int,
    Whole(
        first=1,
        last=PAGE_POSTS_MAX,
        sentence=f"A limit is a number from 1 to {PAGE_POSTS_MAX}.",
    ),
]
"""How many posts are asked for."""


POSTS: Final = "posts"
REPLIES: Final = "replies"
MEDIA: Final = "media"
BOOSTS: Final = "boosts"
KINDS: Final = (POSTS, REPLIES, MEDIA, BOOSTS)
"""What is shown of an author: posts that answer nothing, those that do, those with pictures or
files, and what of others they boosted."""

PLACE_DIGITS_MAX: Final = 10
"""Of the index of an entry: there are 2^32 at most."""

HERE: Final = "here"
WITHDRAWN: Final = "withdrawn"
"""Its author took it back; others may still have it."""
UNSHOWN: Final = "unshown"
"""The entry is here, and is not shown as a post."""
ABSENT: Final = "absent"
"""It is not on this machine."""


class Answered(Struct, frozen=True, kw_only=True):
    """What a post answers, as far as it is known here."""

    state: str
    """``here``, ``withdrawn``, ``unshown`` or ``absent``."""
    author_id: AuthorId | None = None
    """Null when nothing of its feed is here."""
    author_name: str = ""
    """Empty when unknown."""
    words: str = ""
    """Its first words on one line, or its content warning; empty when it is not here."""


class Quoted(Struct, frozen=True, kw_only=True):
    """What a post quotes, as far as it is known here."""

    state: str
    """``here``, ``withdrawn``, ``unshown`` or ``absent``."""
    author_id: AuthorId | None = None
    """Null when nothing of its feed is here."""
    author_name: str = ""
    """Empty when unknown."""
    time_ms: int = 0
    """The author's clock, claimed; 0 when it is not here."""
    text: str = ""
    """Its beginning, at most 400 characters; empty when it is not here."""
    cw: str = ""
    """Content warning."""


class BoostedBy(Struct, frozen=True, kw_only=True):
    """Who boosted a post last, of those on the home timeline."""

    author_id: AuthorId
    author_name: str
    time_ms: int
    """By which it stands in the timeline."""


class PostView(Struct, frozen=True, kw_only=True):
    """One post as a reader sees it."""

    author_id: AuthorId
    author_name: str
    """From the author's newest profile entry; empty when unknown."""
    ref: Annotated[EntryRef, Flat()]
    time_ms: int
    """The author's clock, claimed."""
    text: str
    cursor: Cursor
    """Where it stands in a list; what ``before`` takes to go on after it."""
    id: Annotated[str, Spare()] = ""
    """Its public id, in decimal; left out when it claims too late a time to have one.  Of two
    posts with the same one, asked for alone only the one that is meant by it says so."""
    reply_count: int = 0
    held_by: int = 0
    """Other nodes that confirmed holding it by a receipt; counted for own posts only."""
    cw: Annotated[str, Spare()] = ""
    """Content warning; left out when there is none."""
    reply_to: Annotated[EntryRef | None, Spare()] = None
    """The post it answers; left out when there is none."""
    answers: Annotated[Answered | None, Spare()] = None
    """What ``reply_to`` names; left out when it answers nothing."""
    namesake: Annotated[bool, Spare()] = False
    """Whether its author's name can be taken for that of another author known here."""
    edited: Annotated[bool, Spare()] = False
    """Whether its author has given it another text since; ``versions`` has the earlier ones."""
    withdrawn: Annotated[bool, Spare()] = False
    """In a thread: whether its author took it back; it has no text then."""
    far: Annotated[bool, Spare()] = False
    """Whether it is not on this machine: others sent it, with what proves it."""
    audience: Annotated[str, Spare()] = ""
    """Who can read it, in words; left out when everybody can."""
    media: Annotated[tuple[MediumView, ...], Spare()] = ()
    """Pictures and files; left out when there are none."""
    depth: Annotated[int, Spare()] = 0
    """In a thread: how many replies stand between it and the post that was opened."""
    lang: Annotated[str, Spare()] = ""
    """Its language as the author says, in lower case (RFC 5646); left out when it is unsaid."""
    quotes: Annotated[EntryRef | None, Spare()] = None
    """The post it quotes; left out when there is none."""
    quoted: Annotated[Quoted | None, Spare()] = None
    """What ``quotes`` names."""
    likes: Annotated[int, Spare()] = 0
    """How many people like it, of those whose feeds are here; left out when nobody does."""
    boosts: Annotated[int, Spare()] = 0
    """How many of them boosted it."""
    liked: Annotated[bool, Spare()] = False
    """Whether the person likes it."""
    boosted: Annotated[bool, Spare()] = False
    """Whether the person boosted it."""
    bookmarked: Annotated[bool, Spare()] = False
    """Whether it is among the person's bookmarks."""
    filtered: Annotated[str, Spare()] = ""
    """Words of a filter for which it is to be covered; left out when there are none."""
    boosted_by: Annotated[BoostedBy | None, Spare()] = None
    """In the home timeline: who boosted it last, where that is why it stands there."""

    @property
    def is_ahead(self) -> bool:
        """Whether its time was still to come when it was first seen; it stands by that."""
        return self.time_ms > self.cursor.time_ms


class Posts(Struct, frozen=True, kw_only=True):
    """A page of posts, newest first."""

    posts: tuple[PostView, ...]
    next: Cursor | None
    """What ``before`` takes to go on; null when the list ended."""


class FoundPosts(Struct, frozen=True, kw_only=True):
    """A page of what a search found, newest first unless it asked for the best."""

    posts: tuple[PostView, ...]
    next: Cursor | None
    """What ``before`` takes to go on; null when the list ended."""
    count: int
    """How many were found, on this page, before it and after it; 1,001 if more than 1,000."""


class BroughtView(Struct, frozen=True, kw_only=True):
    """Where a post was brought in from, as its author says."""

    src: str
    """As it stands in the entry."""
    place: str
    """In words: ``X``, ``Bluesky``, ``Nostr``, ``swarmfeed`` or the host of a web page; empty
    where ``src`` tells none."""
    url: str = ""
    """The web page where it stood; empty when ``src`` is no address of one."""


class ThreadView(Struct, frozen=True, kw_only=True):
    """A post and what stands around it."""

    post: PostView
    ancestors: tuple[PostView, ...]
    """What it answers, and what that answers: the nearest ones that are here, oldest first.
    ``answers`` of the first says what is above: one that is ``here`` has a page of its own."""
    replies: tuple[PostView, ...]
    """Each under what it answers, by its ``depth``; oldest first."""
    reply_total: int = 0
    """Replies of every depth that are here, counted up to 20,000."""
    next: str = ""
    """What ``start`` takes to go on; empty when no replies are left."""
    brought: Annotated[BroughtView | None, Spare()] = None
    """Where ``post`` was brought in from; left out when it was written here."""

    @property
    def oldest(self) -> PostView:
        """The one that stands first, above all that is shown."""
        return self.ancestors[0] if self.ancestors else self.post


class NewPosts(Struct, frozen=True, kw_only=True):
    """How many posts wait."""

    count: int
    more: bool = False
    """Whether there may be more: a thousand are counted, less what filters hide."""


class Timeline(Ask[Posts], frozen=True, kw_only=True):
    """The home timeline, or one author's posts, newest first."""

    name = "timeline"

    limit: Limit = PAGE_POSTS
    """At most so many posts."""
    before: Cursor | None = None
    """Only posts after this place."""
    author: AuthorId | None = None
    """Only posts of this author."""
    kind: str = ""
    """Of an author: only one of KINDS; empty: all they wrote."""


class NewerThan(Ask[NewPosts], frozen=True, kw_only=True):
    """How many posts of the home timeline are newer than a place in it."""

    name = "newer-than"

    after: Cursor


class SearchPosts(Ask[FoundPosts], frozen=True, kw_only=True):
    """Posts held here that have all words in them, newest first, or in the ``order:best``."""

    name = "search"

    words: Annotated[str, Key("q")]
    """``"a phrase"``, ``begin*``, ``#tag``, ``from:name``, ``to:name``, ``since:2026-03``,
    ``until:2026``, ``lang:de``, ``has:link``, ``has:media``, ``is:reply``; ``-without``."""
    limit: Limit = PAGE_POSTS
    """At most so many posts."""
    before: Cursor | None = None
    """Only posts after this place."""


class ShowPost(Ask[ThreadView], frozen=True, kw_only=True):
    """One post with its thread; a 400 when it is not here."""

    name = "show"

    ref: str
    """Its public id, ``<feed address>/<index>``, or the hex of its hash."""
    limit: Limit = PAGE_POSTS
    """At most so many replies."""
    start: str = ""
    """The reply to begin with, named as ``ref`` is; empty: the first."""


class ThreadSize(Struct, frozen=True, kw_only=True):
    """How much answers a post."""

    total: int
    """Replies of every depth that are here, counted up to 20,000."""
    newest: PostView | None
    """The one with the latest time; null when there is none."""


class HowManyReplies(Ask[ThreadSize], frozen=True, kw_only=True):
    """How many replies there are to a post, to these, and so on."""

    name = "how-many-replies"

    ref: str
    """Its public id, ``<feed address>/<index>``, or the hex of its hash."""


class NamedPosts(Ask[Posts], frozen=True, kw_only=True):
    """Posts by their names, those that are here, in that order."""

    name = "posts"

    refs: str
    """Up to 1,000 names as ``show`` takes them, with commas between."""


def goes_on(reply: PostView) -> bool:
    """Whether replies to it are left out of the thread it is in: its own page has them."""
    return reply.depth == THREAD_LEVELS_MAX - 1 and reply.reply_count > 0


def first_words(text: str, cw: str) -> str:
    """Return what names a post on one line: its first words, or its content warning."""
    words = " ".join((cw or text).split())
    if len(words) <= ANSWERED_CHARS_MAX:
        return words
    cut = words[: ANSWERED_CHARS_MAX - 1]
    # Between words where there are spaces; many languages have none.
    shorter, _, _ = cut.rpartition(" ")
    return (shorter if len(shorter) > ANSWERED_CHARS_MAX // 2 else cut) + "…"


def beginning(text: str) -> str:
    """Return what is shown of a post that another one quotes."""
    if len(text) <= QUOTED_CHARS_MAX:
        return text
    cut = text[: QUOTED_CHARS_MAX - 1]
    shorter, _, _ = cut.rpartition(" ")
    return (shorter if len(shorter) > QUOTED_CHARS_MAX // 2 else cut) + "…"


def page_of(posts: Sequence[PostView], limit: int) -> Posts:
    """Return a page of at most ``limit`` posts: it goes on only when it is full."""
    is_full = 0 < limit <= len(posts)
    return Posts(posts=told_apart(posts), next=posts[-1].cursor if is_full else None)


def found_of(
    posts: Sequence[PostView], limit: int, count: int, *, best_first: bool = False
) -> FoundPosts:
    """Like ``page_of``, of a search that found so many; the best ones are one page."""
    page = page_of(posts, limit)
    return FoundPosts(posts=page.posts, next=None if best_first else page.next, count=count)


def told_apart(posts: Sequence[PostView]) -> tuple[PostView, ...]:
    """Return posts of which no two have the same id: the lowest (feed, index) keeps it."""
    owner: dict[str, EntryRef] = {}
    for post in posts:
        known = owner.setdefault(post.id, post.ref)
        if (post.ref.feed_id, post.ref.index) < (known.feed_id, known.index):
            owner[post.id] = post.ref
    return tuple(post if owner[post.id] == post.ref else replace(post, id="") for post in posts)


def ref_text(ref: EntryRef) -> str:
    """Return the short name of an entry, ``<feed address>/<index>``."""
    return f"{format_address(ref.feed_id)}/{ref.index}"


def place_in(name: str) -> tuple[FeedId, int] | None:
    """Read ``<feed address>/<index>``; None when it is something else.

    Raises:
        UserError: The address is none.
    """
    feed, slash, index = name.rpartition("/")
    if slash and index.isdecimal() and len(index) <= PLACE_DIGITS_MAX:
        return FeedId(parse_address(feed)), int(index)
    return None


def names_in(refs: str) -> list[str]:
    """Read names with commas between.  Raises UserError: they are more than PAGE_POSTS_MAX."""
    names = [each.strip() for each in refs.split(",") if each.strip()]
    if len(names) > PAGE_POSTS_MAX:
        raise UserError(TOO_MANY_NAMES(most=PAGE_POSTS_MAX))
    return names
