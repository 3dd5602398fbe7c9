"""Entries for the tests of the index: three authors, four feeds, short ways to write."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.entry import encode_entry, hash_stored
from swarmfeed.core.feed.kinds import Body, PostBody, encode_body
from swarmfeed.core.feed.sightings import PLAIN, Reckoning, Sighting
from swarmfeed.ports import Index
from swarmfeed.shell.store.sqlite import connect_memory, register_checksums

NOW_MS = 1_700_000_000_000
ANN, BOB, CYD = (AuthorId(bytes([number]) * 32) for number in (1, 2, 3))
LAPTOP, PHONE, BOBS, CYDS = (FeedId(bytes([number]) * 32) for number in (11, 12, 13, 14))
SALT = bytes(range(16))
PAGE_BYTES = 4_096
"""SQLite's own choice, which neither the index nor the ledger changes."""
OWNER = {LAPTOP: ANN, PHONE: ANN, BOBS: BOB, CYDS: CYD}


def stored(body: Body | str, time_ms: int = NOW_MS) -> bytes:
    said = PostBody(body) if isinstance(body, str) else body
    return encode_entry(said.kind, time_ms, encode_body(said, SALT))


def add(
    index: Index,
    feed_id: FeedId,
    start: int,
    records: Sequence[bytes],
    reckoning: Reckoning = PLAIN,
) -> int:
    hashes = [hash_stored(record) for record in records]
    return index.add_entries(
        feed_id, OWNER[feed_id], start, records, hashes, reckoning=reckoning
    )


def add_timed(
    index: Index, feed_id: FeedId, *posts: tuple[int, str], seen: Reckoning = PLAIN
) -> None:
    """Add posts with their times from entry 0 on."""
    add(index, feed_id, 0, [stored(text, time_ms) for time_ms, text in posts], seen)


def seen_at(at_ms: int, start: int = 0, stop: int = 2**32) -> Reckoning:
    """How a feed is reckoned whose entries were seen then."""
    return Reckoning(sightings=(Sighting(start=start, stop=stop, at_ms=at_ms),))


def texts(views: Sequence[PostView]) -> list[str]:
    return [view.text for view in views]


def ref_of(index: Index, feed_id: FeedId, at: int) -> EntryRef:
    view = index.post(feed_id, at)
    assert view is not None
    return view.ref


def pages_checked(path: Path) -> list[bool]:
    """Return of each page of a closed file whether its checksum is right."""
    register_checksums()
    content = path.read_bytes()
    pages = [content[at : at + PAGE_BYTES] for at in range(0, len(content), PAGE_BYTES)]
    with closing(connect_memory()) as db:
        return [
            db.execute("SELECT verify_checksum(?)", (page,)).fetchone() == (1,)
            for page in pages
        ]
