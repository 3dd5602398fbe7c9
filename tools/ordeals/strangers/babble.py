"""What a noisy peer says: sequences of legal messages, each as dear to take in as it gets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

from benchmarks.bench import feed_key, write_feed
from benchmarks.posts import Sample
from street.authors import author_of
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import (
    AUTHORS_PER_WANT_MAX,
    AUTHORS_WANTED_MAX,
    CERTIFICATES_MAX,
    FEEDS_PER_AUTHOR_MAX,
    MESSAGE_VALUES_MAX,
    UNPROVEN_HEADS_MAX,
)
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.core.feed.certificate import sign_leave
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.head import sign_receipt
from swarmfeed.core.feed.kinds import PostBody, encode_body
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.history.limits import NOTICES_PER_MESSAGE_MAX
from swarmfeed.core.history.notice import LASTS_MS, Notice, Word, sign_notice
from swarmfeed.core.history.words import Audit, NoticeRecord, Notices, Watch
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import (
    Certificates,
    Have,
    HeadOffer,
    NewEntries,
    Receipt,
    Wake,
    Want,
    WantedAuthor,
    WantedFeed,
)
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.shell.disk.logs import FileLogs

from ordeals.strangers.legal import Words

OWN: Final = 0
"""Number of the feed whose keys the noisy peer has."""

OWN_POSTS: Final = 300
POSTS: Final = 3

WIDEST_AUTHORS: Final = MESSAGE_VALUES_MAX // (5 + 5 * FEEDS_PER_AUTHOR_MAX)
"""Authors of FEEDS_PER_AUTHOR_MAX feeds that fit into one `want`."""


def author_key(number: int) -> AuthorKey:
    """As ``benchmarks.bench.write_feed`` has it."""
    return author_of(b"auth" + number.to_bytes(28, "big"))


def write(logs: FileLogs, number: int) -> None:
    """Write a feed of the world: the same wherever it is written."""
    size = OWN_POSTS if number == OWN else POSTS
    posts = [Sample("", 1_500_000_000_000 + each, f"post {each}") for each in range(size)]
    write_feed(logs, number, f"author {number}", posts)


@dataclass(slots=True)
class World:
    """What the noisy peer knows: the feeds that its victim holds, and the keys of one."""

    folder: Path
    """Of its own copy of that feed."""
    feeds: int
    luck: Random
    node_key: SigningKey
    now_ms: int
    author_ids: list[AuthorId] = field(init=False)
    feed_ids: list[FeedId] = field(init=False)

    def __post_init__(self) -> None:
        self.author_ids = [author_key(n).author_id for n in range(self.feeds)]
        self.feed_ids = [FeedId(feed_key(n).public) for n in range(self.feeds)]

    def words(self) -> Words:
        node_id = NodeId(self.node_key.public)
        return Words(self.luck, self.author_ids, self.feed_ids, [node_id])

    def shelf(self) -> Shelf:
        """Its own feed, as it stands at its victim's."""
        logs = FileLogs(self.folder)
        if not self.folder.exists() or not logs.read_all():
            write(logs, OWN)
        shelf = Shelf(logs, Events())
        shelf.load()
        return shelf

    def authors(self, number: int) -> list[AuthorId]:
        """So many authors: first those that are held, then such as nobody knows."""
        unknown = (AuthorId(self.luck.randbytes(32)) for _ in range(number - self.feeds))
        return [*self.author_ids, *unknown][:number]


Sequence = Callable[[World], Iterator[Message]]
"""Messages without end."""


def want_all(world: World) -> Iterator[Message]:
    """As many authors as may be wanted, again and again."""
    authors = world.authors(AUTHORS_WANTED_MAX)
    while True:
        for at in range(0, len(authors), AUTHORS_PER_WANT_MAX):
            batch = authors[at : at + AUTHORS_PER_WANT_MAX]
            yield Want(tuple(WantedAuthor(each, ()) for each in batch))


def want_odd(world: World) -> Iterator[Message]:
    """Feeds from a size that is another each time, so that a proof is due each time."""
    pairs = list(zip(world.author_ids, world.feed_ids, strict=True))
    while True:
        batch = world.luck.sample(pairs, min(len(pairs), AUTHORS_PER_WANT_MAX))
        yield Want(
            tuple(
                WantedAuthor(
                    author_id,
                    (WantedFeed(feed_id, world.luck.randint(1, POSTS if at else OWN_POSTS)),),
                )
                for at, (author_id, feed_id) in enumerate(batch)
            )
        )


def want_widest(world: World) -> Iterator[Message]:
    """The want with most feeds: as many values as a message may have."""
    feeds = tuple(
        WantedFeed(FeedId(world.luck.randbytes(32)), size)
        for size in range(FEEDS_PER_AUTHOR_MAX)
    )
    widest = Want(tuple(WantedAuthor(each, feeds) for each in world.authors(WIDEST_AUTHORS)))
    while True:
        yield widest


def have(world: World) -> Iterator[Message]:
    """Sizes that go up and down, complete and not, awake and not."""
    size = 0
    while True:
        size += 1
        for feed_id in world.luck.sample(world.feed_ids, min(world.feeds, 50)):
            yield Have(
                feed_id=feed_id, size=size % 1_000, complete=bool(size % 2), awake=size % 3 > 0
            )


def certificates(world: World) -> Iterator[Message]:
    """All certificates that an author may have, others each time."""
    made = []
    for at_ms in range(5):
        leaves = (
            sign_leave(author_key(OWN), FeedId(world.luck.randbytes(32)), size=9, from_ms=at_ms)
            for _ in range(CERTIFICATES_MAX)
        )
        made.append(Certificates(world.author_ids[OWN], tuple(leaves)))
    while True:
        yield from made


def offers(world: World) -> Iterator[Message]:
    """Heads that are known, older, and newer without a proof."""
    shelf, feed_id = world.shelf(), world.feed_ids[OWN]
    found = [shelf.replica(feed_id)]
    newer = [_append(shelf, world, number) for number in (1, 200, 600)]
    for turn in count():
        # Only a liar never proves what it offers.
        for replica in [*found, *(newer if turn < UNPROVEN_HEADS_MAX // 4 else ())]:
            assert replica is not None
            yield HeadOffer(
                author_id=world.author_ids[OWN],
                feed_id=feed_id,
                signed_head=replica.signed_head,
                certificates=shelf.certificates(world.author_ids[OWN]),
                chunk_list=replica.chunk_list,
                tail=replica.tail,
                consistency=(),
            )


def entries(world: World) -> Iterator[Message]:
    """An author who posts without a pause."""
    shelf, feed_id = world.shelf(), world.feed_ids[OWN]
    before = shelf.replica(feed_id)
    while before is not None:
        after = _append(shelf, world, 1)
        is_sealed = after.chunk_list != before.chunk_list
        yield NewEntries(
            feed_id=feed_id,
            start=before.size,
            stored=shelf.read_entries(feed_id, before.size, after.size),
            signed_head=after.signed_head,
            chunk_list=after.chunk_list if is_sealed else b"",
        )
        before = after


def watches(world: World) -> Iterator[Message]:
    """Other authors each time, most of them held."""
    authors = world.authors(AUTHORS_PER_WANT_MAX * 2)
    while True:
        yield Watch(tuple(world.luck.sample(authors, AUTHORS_PER_WANT_MAX)))


def notices(world: World) -> Iterator[Message]:
    """What it holds of every feed, said anew each time, as long as a message may be."""
    pairs = list(zip(world.author_ids, world.feed_ids, strict=True))
    made = [
        Notices(
            tuple(
                NoticeRecord(_notice(world, *world.luck.choice(pairs), world.now_ms + later_ms))
                for _ in range(NOTICES_PER_MESSAGE_MAX)
            )
        )
        for later_ms in range(6)
    ]
    while True:
        yield from made


def asks(world: World) -> Iterator[Message]:
    """Audits, wakes and receipts in turn."""
    shelf, feed_id = world.shelf(), world.feed_ids[OWN]
    replica = shelf.replica(feed_id)
    assert replica is not None
    node_id = NodeId(world.node_key.public)
    line = sign_receipt(replica.signed_head, node_id, 1, world.node_key.sign)
    while True:
        yield Audit(feed_id, world.luck.randrange(replica.size))
        yield Wake(world.luck.choice(world.feed_ids))
        yield Receipt(feed_id, replica.signed_head, line)


def anything(world: World) -> Iterator[Message]:
    """Legal messages of any type and length, by luck."""
    words = world.words()
    while True:
        yield words.any()


def in_turn(world: World) -> Iterator[Message]:
    """All of the others, a message of each."""
    mixed = (want_all, want_odd, have, certificates, watches, notices, asks, anything)
    sequences = [each(world) for each in mixed]
    while True:
        for sequence in sequences:
            yield next(sequence)


SEQUENCES: Final[dict[str, Sequence]] = {
    each.__name__.replace("_", "-"): each
    for each in (
        want_all,
        want_odd,
        have,
        certificates,
        want_widest,
        offers,
        watches,
        notices,
        asks,
        anything,
        in_turn,
        entries,
    )
}


def _append(shelf: Shelf, world: World, number: int) -> Replica:
    stored = [
        encode_entry(PostBody.kind, world.now_ms, encode_body(PostBody(f"noise {each}")))
        for each in range(number)
    ]
    return shelf.append(
        world.feed_ids[OWN], stored, now_ms=world.now_ms, sign=feed_key(OWN).sign
    )


def _notice(world: World, author_id: AuthorId, feed_id: FeedId, made_ms: int) -> bytes:
    notice = Notice(
        node_id=NodeId(world.node_key.public),
        author_id=author_id,
        feed_id=feed_id,
        word=Word.HAVE,
        size=9,
        feed_bytes=900,
        made_ms=made_ms,
        until_ms=made_ms + LASTS_MS[Word.HAVE],
    )
    return sign_notice(notice, world.node_key)
