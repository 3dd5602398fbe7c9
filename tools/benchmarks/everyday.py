"""The home of somebody who has read for years: a million posts, and all that comes with use.

It is a real home, with the logs of two thousand authors.  What others did with the person's
posts is in their logs; what is private was asked of a node, as a page asks it.
"""

import heapq
import time
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from random import Random
from typing import Final

from street.authors import author_of
from swarmfeed.core.asks.blocking import Block
from swarmfeed.core.asks.bookmarks import AddBookmark
from swarmfeed.core.asks.circles import CreateCircle
from swarmfeed.core.asks.filters import SetFilter
from swarmfeed.core.asks.muting import Mute
from swarmfeed.core.asks.people import FollowAll, WhoAreYou
from swarmfeed.core.asks.people_lists import AddToList, CreateList
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.profile import Pin
from swarmfeed.core.asks.reactions import Boost, Like
from swarmfeed.core.asks.state import KeepDraft
from swarmfeed.core.asks.upkeep import Reindex
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.chunk import frame_content, hash_frame
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import (
    Body,
    BoostBody,
    FollowBody,
    PostBody,
    ReactBody,
    encode_body,
)
from swarmfeed.core.feed.limits import SALT_BYTES
from swarmfeed.desk import Desk
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.logs import FileLogs
from swarmfeed.wiring import open_node

from benchmarks.bench import Bench, encode_post, feed_key, write_feed
from benchmarks.history import without_sync
from benchmarks.posts import Sample
from benchmarks.processes import new_home
from benchmarks.worlds import FEEDS, World, author_name, make_world

READER: Final = "reader"
FOLLOWED_ONE_IN: Final = 4
"""Of all authors, the busiest among them: they wrote a quarter of the posts, 500 people."""

OWN_POSTS: Final = 200
ANSWERING: Final = 400
"""Authors who do something with the own posts."""

NEWEST: Final = 2_000
"""Posts, of all, that others liked and answered."""

THREAD: Final = 600
"""Replies below one post of somebody who is followed."""

LISTS: Final = tuple(f"list {number}" for number in range(8))
LISTED: Final = 25
BOOKMARKS: Final = 150
DRAFTS: Final = 12
MUTED: Final = 8
BLOCKED: Final = 4
FILTERED: Final = ("garden", "train window", "coffee")
CIRCLES: Final = ("Choir", "Family")
FIRST_POST: Final = 2
"""Entries before it are the certificate and the profile."""

EVERY_MS: Final = 6 * 3_600_000
"""Between what one author does after all their posts, until now."""

Done = dict[int, list[Body]]
"""What each author did after all their posts."""

Place = tuple[int, int]
"""Number of a feed, and of a post in it."""


def author_id_of(number: int) -> AuthorId:
    """The author whom ``write_feed`` writes for."""
    return author_of(b"auth" + number.to_bytes(28, "big")).author_id


def followed() -> list[AuthorId]:
    return [author_id_of(number) for number in range(0, FEEDS, FOLLOWED_ONE_IN)]


def make(bench: Bench, count: int, folder: Path) -> None:
    """Make the home ``reader`` in a folder, with so many posts of others."""
    texts = [sample.text for sample in bench.samples(min(count, 100_000))]
    home, feeds = new_home(folder, READER), bench.new_folder() / "feeds"
    with without_sync():
        with _opened(home) as desk:
            own = [
                desk.ask(WritePost(text=f"{text} #mine", again=True)).ref
                for text in texts[:OWN_POSTS]
            ]
            me = desk.ask(WhoAreYou()).author_id
        world = make_world("latin", texts, count)
        newest = _newest(world)
        _write(feeds, world, _doings(world, newest, me, own))
        for feed in feeds.iterdir():
            feed.rename(home / "feeds" / feed.name)
        with _opened(home) as desk:
            desk.ask(FollowAll(who=tuple(map(format_author, followed()))))
            desk.ask(Reindex())
            _use(desk, own, [_ref(world, *place) for place in newest])


_opened = partial(open_node, settings=NodeSettings(network=False), passphrase="")


def _write(folder: Path, world: World, doings: Done) -> None:
    logs, now_ms = FileLogs(folder), time.time_ns() // 1_000_000
    for number, samples in enumerate(world.feeds):
        bodies = enumerate(reversed(doings.get(number, ())), 1)
        more = [_entry(body, now_ms - EVERY_MS * at) for at, body in bodies][::-1]
        if samples or more:
            write_feed(logs, number, author_name(number), samples or [_EMPTY], more)


_EMPTY: Final = Sample("", 1_400_000_000_000, "Nothing yet.")


def _entry(body: Body, time_ms: int) -> bytes:
    salt = bytes(SALT_BYTES) if isinstance(body, PostBody) else b""
    return encode_entry(body.kind, time_ms, encode_body(body, salt))


def _doings(
    world: World, newest: Sequence[Place], me: AuthorId, own: Sequence[EntryRef]
) -> Done:
    """What authors do with the own posts, with the newest of all, and in one long thread."""
    dice, done = Random(5), Done()
    for number in range(ANSWERING):
        done.setdefault(number, []).extend(_about_me(dice, me, own))
    for place in newest:
        ref = _ref(world, *place)
        for number in dice.sample(range(FEEDS), dice.randrange(12)):
            done.setdefault(number, []).append(_about(dice, ref))
    start = _ref(world, *max(each for each in newest if each[0] % FOLLOWED_ONE_IN == 0))
    for number in range(THREAD):
        said = PostBody(f"The answer of number {number}, and why.", reply=start, root=start)
        done.setdefault(number, []).append(said)
    return done


def _about_me(dice: Random, me: AuthorId, own: Sequence[EntryRef]) -> Iterator[Body]:
    answered, quoted = dice.choice(own), dice.choice(own)
    yield PostBody("That is how it was here, too.", reply=answered, root=answered)
    yield PostBody("Have you seen this?", mentions=(me,))
    yield PostBody("Well said.", quote=quoted)
    yield BoostBody(dice.choice(own))
    yield from (ReactBody(ref, "\N{HEAVY BLACK HEART}") for ref in dice.sample(own, 3))
    yield FollowBody(me, True)
    for number in dice.sample(range(FEEDS), 20):
        yield FollowBody(author_id_of(number), True)


def _about(dice: Random, ref: EntryRef) -> Body:
    doing = dice.random()
    if doing < 0.1:
        return BoostBody(ref)
    if doing < 0.2:
        return PostBody("Yes, and the other one as well.", reply=ref, root=ref)
    return ReactBody(ref, "\N{HEAVY BLACK HEART}")


def _newest(world: World) -> list[Place]:
    """Where the newest posts stand."""
    tails: Iterable[Place] = chain.from_iterable(
        ((number, at) for at in range(max(len(feed) - NEWEST, 0), len(feed)))
        for number, feed in enumerate(world.feeds)
    )
    return heapq.nlargest(NEWEST, tails, key=lambda each: world.feeds[each[0]][each[1]].time_ms)


def _ref(world: World, number: int, at: int) -> EntryRef:
    stored = encode_post(world.feeds[number][at])
    (entry_hash,) = hash_frame(frame_content([stored]))
    return EntryRef(FeedId(feed_key(number).public), entry_hash, FIRST_POST + at)


def _use(desk: Desk, own: Sequence[EntryRef], newest: Sequence[EntryRef]) -> None:
    """Do what a person does in years: lists, bookmarks, drafts, likes."""
    names = [ref_text(ref) for ref in newest]
    for called in LISTS:
        desk.ask(CreateList(called=called))
    for at, author_id in enumerate(followed()[: LISTED * len(LISTS)]):
        desk.ask(AddToList(called=LISTS[at % len(LISTS)], who=format_author(author_id)))
    for name in names[:BOOKMARKS]:
        desk.ask(AddBookmark(ref=name))
        desk.ask(Like(ref=name))
    for name in names[:20]:
        desk.ask(Boost(ref=name))
    for name in ["", *names[: DRAFTS - 1]]:
        desk.ask(KeepDraft(text="I was about to say that", place=name))
    for number in range(1, MUTED + BLOCKED + 1):
        who = format_author(author_id_of(FEEDS - number))
        desk.ask(Mute(who=who) if number <= MUTED else Block(who=who))
    for words in FILTERED:
        desk.ask(SetFilter(words=words, hides=False))
    for circle in CIRCLES:
        desk.ask(CreateCircle(circle=circle))
    desk.ask(Pin(ref=ref_text(own[0])))
