"""The home that is spoilt, a home that holds the same, and all that can be read in one."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct
from street.authors import author_of
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.asks.posts import Posts, PostView, SearchPosts, ShowPost, Timeline
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.kinds import (
    Body,
    EditBody,
    FeedBody,
    FollowBody,
    PostBody,
    ProfileBody,
    WithdrawBody,
    encode_body,
)
from swarmfeed.core.feed.limits import SALT_BYTES
from swarmfeed.desk import Desk
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.identity import Identity
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.wiring import create_home, open_identity

NOW_MS: Final = 1_700_000_000_000
OWN_POSTS: Final = 560
BOBS_POSTS: Final = 620
CYDS_POSTS: Final = 30
WORDS: Final = ("river", "meadow", "harbour", "lantern", "orchard", "gravel")
"""Each is in some of the texts; the search is asked for each."""

THREADS_SHOWN: Final = 12
"""Posts that are also looked up by place and by hash, with what answers them."""

Place = tuple[FeedId, int]
"""A feed, and an entry in it."""

Said = tuple[object, ...]
"""What a post's author said in it, and who that is."""


class Shown(Struct, frozen=True, kw_only=True):
    """Everything a home shows."""

    posts: dict[Place, frozenset[Said]]
    """By place; all pages should say the same of it."""
    names: dict[AuthorId, frozenset[str]]
    """What authors are called, above and beside their posts."""


class Homes(Struct, frozen=True, kw_only=True):
    """Homes that every case takes copies of."""

    home: Path
    holder: Path
    identity: Identity
    holder_identity: Identity
    authors: tuple[AuthorId, ...]
    feeds: tuple[FeedId, ...]


def make_homes(folder: Path) -> Homes:
    """Make the home of one who writes and follows two others, and one who holds all of it."""
    home, holder = folder / "home", folder / "holder"
    for each, name in ((home, "Ann"), (holder, "Hal")):
        create_home(each, name, "")
    identity = open_identity(home, "")
    elsewhere = FileLogs(folder / "elsewhere")
    bob = _write_feed(elsewhere, 1, "Bob", BOBS_POSTS)
    cyd = _write_feed(elsewhere, 2, "Cyd", CYDS_POSTS)
    _write_own(FileLogs(home / "feeds"), identity, (bob[0], cyd[0]))
    own = (identity.author_id, identity.feed_id)
    for _, feed_id in (bob, cyd):
        name = format_address(feed_id)
        shutil.copytree(folder / "elsewhere" / name, home / "feeds" / name)
    for _, feed_id in (own, bob, cyd):
        name = format_address(feed_id)
        shutil.copytree(home / "feeds" / name, holder / "feeds" / name)
    return Homes(
        home=home,
        holder=holder,
        identity=identity,
        holder_identity=open_identity(holder, ""),
        authors=(own[0], bob[0], cyd[0]),
        feeds=(own[1], bob[1], cyd[1]),
    )


def read_everything(desk: Desk, homes: Homes, known: Sequence[Place] = ()) -> Shown:
    """Ask for all that can be shown: timelines, authors, searches, single posts, threads."""
    found: dict[Place, set[Said]] = {}
    names = {each: {desk.ask(AboutAuthor(author=each)).name} for each in homes.authors}
    for post in _all_posts(desk, homes, known):
        found.setdefault((post.ref.feed_id, post.ref.index), set()).add(_said(post))
        names.setdefault(post.author_id, set()).add(post.author_name)
    return Shown(
        posts={at: frozenset(said) for at, said in found.items()},
        names={each: frozenset(said) for each, said in names.items()},
    )


def _all_posts(desk: Desk, homes: Homes, known: Sequence[Place]) -> Iterator[PostView]:
    for author in (None, *homes.authors):
        yield from _pages(desk, author)
    for word in WORDS:
        yield from desk.ask(SearchPosts(words=word, limit=PAGE_POSTS_MAX)).posts
    for feed_id, index in known:
        yield from _thread(desk, f"{format_address(feed_id)}/{index}")


def _pages(desk: Desk, author: AuthorId | None) -> Iterator[PostView]:
    before = None
    while True:
        page: Posts = desk.ask(Timeline(limit=PAGE_POSTS_MAX, before=before, author=author))
        yield from page.posts
        if page.next is None:
            return
        before = page.next


def _thread(desk: Desk, ref: str) -> Iterator[PostView]:
    try:
        by_place = desk.ask(ShowPost(ref=ref))
        by_hash = desk.ask(ShowPost(ref=by_place.post.ref.entry_hash.hex()))
    except UserError:
        return  # it is not here
    for thread in (by_place, by_hash):
        yield from (*thread.ancestors, thread.post, *thread.replies)


def _said(post: PostView) -> Said:
    return post.ref, post.author_id, post.time_ms, post.text, post.cw, post.reply_to


# --- what the three wrote ------------------------------------------------------------------


def _write_feed(logs: FileLogs, number: int, name: str, posts: int) -> tuple[AuthorId, FeedId]:
    author = author_of(b"auth" + number.to_bytes(28, "big"))
    key = SigningKey(b"feed" + number.to_bytes(28, "big"))
    author_id, feed_id = author.author_id, FeedId(key.public)
    certificate = sign_join(author, key, from_ms=NOW_MS)
    shelf = Shelf(logs, Events())
    shelf.start_feed(feed_id, author_id, certificate)
    bodies: list[Body] = [FeedBody(certificate=certificate), ProfileBody(name=f"young {name}")]
    bodies += [*_bodies(feed_id, posts, len(bodies)), ProfileBody(name=name)]
    shelf.append(feed_id, _stored(bodies), now_ms=NOW_MS, sign=key.sign)
    return author_id, feed_id


def _write_own(logs: FileLogs, identity: Identity, follows: Sequence[AuthorId]) -> None:
    logs.read_all()
    feed_id = identity.feed_id
    bodies = (
        *(FollowBody(author_id=each, on=True) for each in follows),
        *_bodies(feed_id, OWN_POSTS, 2 + len(follows)),
    )
    sign = identity.feed_key.sign
    logs.append(feed_id, _stored(bodies), now_ms=NOW_MS, sign=sign)


_SALT: Final = bytes(SALT_BYTES)
"""Alike in every run, and in every body."""


def _bodies(feed_id: FeedId, posts: int, first: int) -> Iterator[Body]:
    """Posts, then answers to some of them, edits, and withdrawals.

    Args:
        feed_id: Of the feed that they go into.
        posts: How many, before the rest.
        first: Where in the feed the first of them will stand.
    """
    texts = [_text(number) for number in range(posts)]
    yield from (PostBody(text=text) for text in texts)
    for number in range(0, posts, 40):
        time_ms, index = NOW_MS + number, first + number
        stored = encode_entry("post", time_ms, encode_body(PostBody(texts[number]), _SALT))
        parent = EntryRef(feed_id, hash_stored(stored), index)
        yield PostBody(text=f"an answer about {texts[number]}", reply=parent)
    yield from (
        EditBody(index=first + number, text=f"better said: {texts[number]}")
        for number in range(7, posts, 50)
    )
    yield from (WithdrawBody(index=first + number) for number in range(11, posts, 60))


def _text(number: int) -> str:
    word = WORDS[number % len(WORDS)]
    # Every 30th is longer than a page of the index has room for.
    return f"{number} by the {word} " + ("and on it goes, " * 300 if number % 30 == 0 else "")


def _stored(bodies: Sequence[Body]) -> list[bytes]:
    """As they are signed: a post's time tells its number among the posts."""
    numbers = iter(range(len(bodies)))
    return [
        encode_entry(
            body.kind,
            NOW_MS + (next(numbers) if isinstance(body, PostBody) else 0),
            encode_body(body, _SALT),
        )
        for body in bodies
    ]
