"""Reading a large index: home timeline, an author's page, search."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random

from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.chunk import frame_content, hash_frame
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import FollowBody, encode_body
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.sqlite import Connection, connect_reader

from benchmarks import physical
from benchmarks.bench import Bench, encode_post
from benchmarks.beside import rows_beside
from benchmarks.posts import Sample
from benchmarks.report import Limit, Row, at_most

AUTHORS = 200
BATCH = 4_096
PAGE = 50
FOUND = 20
BAR_MS = 25
HOME_BAR_MS = 5
OWN = AuthorId(b"own " * 8)


def measure(bench: Bench) -> Iterator[Row]:
    """Fill an index, then read pages of it; each figure is the 99th percentile."""
    count = bench.choose(1_000_000, 60_000)
    file = bench.new_folder() / "index.db"
    index = SqliteIndex(file)
    try:
        samples = bench.samples(count)
        seconds = _fill(index, samples)
        yield Row(
            "reading.built",
            f"insert {count:,} posts of {AUTHORS} authors into an index",
            count / seconds,
            "/s",
        )
        yield from _read_all(index, file, samples, bench.choose(200, 50))
        home = "home timeline, newest", (lambda: index.home(PAGE, None),), HOME_BAR_MS
        yield from rows_beside(bench, index, {"reading.home_beside": home})
    finally:
        index.close()


def _fill(index: SqliteIndex, samples: Sequence[Sample]) -> float:
    """Index the posts, batch after batch of one author after the other; all followed."""
    index.save_own_author(OWN)
    follows = [
        encode_entry(FollowBody.kind, number, encode_body(FollowBody(_author(number), True)))
        for number in range(AUTHORS)
    ]
    _add(index, FeedId(OWN), OWN, 0, follows)
    sizes = [0] * AUTHORS
    seconds = 0.0
    for turn, at in enumerate(range(0, len(samples), BATCH)):
        stored = [encode_post(sample) for sample in samples[at : at + BATCH]]
        number = turn % AUTHORS
        author_id = _author(number)
        seconds += _add(index, FeedId(author_id), author_id, sizes[number], stored)
        sizes[number] += len(stored)
    return seconds


def _add(
    index: SqliteIndex, feed_id: FeedId, author_id: AuthorId, start: int, stored: list[bytes]
) -> float:
    hashes = hash_frame(frame_content(stored))
    return physical.seconds_of(
        lambda: index.add_entries(feed_id, author_id, start, stored, hashes)
    )


def _author(number: int) -> AuthorId:
    return AuthorId(b"author" + number.to_bytes(26, "big"))


def _read_all(
    index: SqliteIndex, file: Path, samples: Sequence[Sample], repeats: int
) -> Iterator[Row]:
    random = Random(7)
    words = _words(samples)
    pages: dict[str, tuple[str, Callable[[], list[PostView]]]] = {
        "home": ("home timeline, newest", lambda: index.home(PAGE, None)),
        "home_deep": (
            "home timeline, from any place",
            lambda: index.home(PAGE, random.choice(cursors)),
        ),
        "author": (
            "an author's page",
            lambda: index.author_posts(_author(random.randrange(AUTHORS)), PAGE, None),
        ),
    }
    cursors = [post.cursor for post in _far_down(index)]
    for kind in ("rare", "medium", "common", "two words", "phrase"):
        terms = words[kind]
        pages[f"search_{kind.replace(' ', '_')}"] = (
            f"search: {kind}" + ("" if " " in kind or kind == "phrase" else " word"),
            lambda terms=terms: index.search(random.choice(terms), FOUND, None),  # type: ignore[misc]
        )
    with closing(connect_reader(file)) as db:
        for name, (what, read) in pages.items():
            took_ms = _times_ms(read, repeats)
            kind = name.removeprefix("search_").replace("_", " ")
            limit = _raw_search(db, words[kind], random, repeats) if kind in words else None
            yield Row(
                f"reading.{name}",
                f"{what} at {len(samples):,} posts, p99",
                physical.percentile(took_ms, 0.99),
                "ms",
                limit or _raw_rows(db, len(samples), random, repeats),
                (at_most(HOME_BAR_MS if name.startswith("home") else BAR_MS),),
                {"p50_ms": physical.percentile(took_ms, 0.5)},
            )


def _far_down(index: SqliteIndex) -> list[PostView]:
    """Return posts of one author far apart, as places to read on from."""
    return [
        post
        for number in range(0, AUTHORS, 20)
        for post in index.author_posts(_author(number), PAGE, None)
    ]


def _words(samples: Sequence[Sample]) -> dict[str, list[str]]:
    """Choose what to search for: words by how often they stand in the posts."""
    counts: dict[str, int] = {}
    pairs: list[str] = []
    for sample in samples[:: max(len(samples) // 20_000, 1)]:
        words = [word for word in sample.text.lower().split() if word.isalpha()]
        for word in set(words):
            counts[word] = counts.get(word, 0) + 1
        if len(words) > 3:
            pairs.append(f"{words[1]} {words[2]}")
    ranked = sorted(counts, key=lambda word: -counts[word])
    return {
        "rare": ranked[-200:],
        "medium": ranked[200:400],
        "common": ranked[:10],
        "two words": [f"{a} {b}" for a, b in zip(ranked[:20], ranked[20:40], strict=True)],
        "phrase": [f'"{pair}"' for pair in pairs[:200]],
    }


def _times_ms(read: Callable[[], object], repeats: int) -> list[float]:
    took = []
    for _ in range(repeats):
        started = time.perf_counter()
        read()
        took.append((time.perf_counter() - started) * 1000)
    return took


def _raw_search(db: Connection, terms: Sequence[str], random: Random, repeats: int) -> Limit:
    def read() -> None:
        term = random.choice(terms)
        quoted = term if term[0] == '"' else " ".join(f'"{word}"' for word in term.split())
        db.execute(
            "SELECT rowid FROM post_words WHERE post_words MATCH ? ORDER BY rowid DESC LIMIT ?",
            (quoted, FOUND),
        ).fetchall()

    return Limit("bare FTS5 query ms", physical.percentile(_times_ms(read, repeats), 0.99))


def _raw_rows(db: Connection, count: int, random: Random, repeats: int) -> Limit:
    def read() -> None:
        start = random.randrange(max(count - PAGE, 1))
        db.execute("SELECT * FROM post WHERE id >= ? LIMIT ?", (start, PAGE)).fetchall()

    what = f"bare SQLite query of {PAGE} rows ms"
    return Limit(what, physical.percentile(_times_ms(read, repeats), 0.99))
