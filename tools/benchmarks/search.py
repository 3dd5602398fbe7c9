"""Searches in a million posts: bytes of the index, time of a page, a word to its last post."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import DamageError
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.sqlite import CHECKSUM_BYTES, OpenFile, connect

from benchmarks import physical
from benchmarks.bench import Bench
from benchmarks.beside import rows_beside
from benchmarks.report import Limit, Row, at_most, ratio_at_most
from benchmarks.worlds import (
    BATCH,
    FEEDS,
    START_MS,
    YEARS_MS,
    World,
    author_name,
    fill,
    make_world,
)

PAGE: Final = 50
BAR_MS: Final = 25
BYTES_RATIO: Final = 1.25
"""Bar for the bytes of the index, over those it had with the words SQLite cuts itself."""

COMMON_SHARE: Final = 0.1
"""Of all posts hold the word that is read to its last post: 100,000 of a million."""

COUNTED: Final = 1_000
LOOKED_AT: Final = 20_000
"""Posts in which words are counted to choose what to look for."""


class Kind(Struct, frozen=True):
    """A kind of search: what it is called, and things to type."""

    name: str
    typed: Sequence[str]
    is_deep: bool = False
    """Whether it goes on at a random time, and not at the newest post."""


def measure(bench: Bench) -> Iterator[Row]:
    """Fill an index with each world, then search it; times are the 99th percentile."""
    count = bench.choose(1_000_000, 60_000)
    texts = [sample.text for sample in bench.samples(min(count, 100_000))]
    for name in ("latin", "mixed"):
        world = make_world(name, texts, count)
        file = bench.new_folder() / "index.db"
        with closing(SqliteIndex(file)) as index:
            seconds = fill(index, world)
            as_it_was = _fill_as_it_was(bench.new_folder() / "plain.db", world)
            yield from _rows_of_filling(world, file, seconds, as_it_was)
            yield from _rows_of_searching(index, world, bench.choose(200, 50))
            yield row_of_the_last(index, world)
            yield from _rows_beside(bench, index, world)


def _rows_of_filling(
    world: World, file: Path, seconds: float, as_it_was: tuple[float, float]
) -> Iterator[Row]:
    was_s, was_bytes = as_it_was
    bars = (ratio_at_most(BYTES_RATIO),) if world.name == "latin" else ()
    yield Row(
        f"search.{world.name}.bytes",
        f"{world.name} world, {world.posts:,} posts of {FEEDS:,} feeds: index bytes a post",
        _bytes(file) / world.posts,
        "B",
        Limit("with SQLite's own words, in the order of row numbers", was_bytes / world.posts),
        bars,
    )
    yield Row(
        f"search.{world.name}.built",
        f"{world.name} world: insert into the index",
        world.posts / seconds,
        "/s",
        Limit("bare SQLite with its own words /s", world.posts / was_s),
    )


def _fill_as_it_was(file: Path, world: World) -> tuple[float, float]:
    """The same posts in the tables of the index before its words were numbered by time.

    Returns:
        Seconds it took, and bytes.
    """
    with closing(connect(file)) as db:
        db.reserve_bytes(reserve=CHECKSUM_BYTES)
        for statement in AS_IT_WAS:
            db.execute(statement)
        seconds, row_id = 0.0, 1
        for number, samples in enumerate(world.feeds):
            for at in range(0, len(samples), BATCH):
                rows = [
                    (row_id + place, number, sample.time_ms, sample.text)
                    for place, sample in enumerate(samples[at : at + BATCH])
                ]
                row_id += len(rows)
                seconds += physical.seconds_of(lambda rows=rows: _insert(db, rows))  # type: ignore[misc]
    return seconds, _bytes(file)


def _insert(db: OpenFile, rows: list[tuple[int, int, int, str]]) -> None:
    with db:
        db.executemany("INSERT INTO post VALUES (?, ?, ?, NULL, NULL, NULL, ?)", rows)
        db.execute(
            "INSERT INTO post_words (rowid, text, author)"
            " SELECT id, text, feed FROM post WHERE id BETWEEN ? AND ?",
            (rows[0][0], rows[-1][0]),
        )


AS_IT_WAS: Final = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "CREATE TABLE post (id INTEGER PRIMARY KEY, feed INTEGER, sort_ms INTEGER,"
    " claimed_ms INTEGER, hash BLOB, cw TEXT, text TEXT)",
    "CREATE INDEX post_feed ON post (feed, sort_ms)",
    "CREATE VIRTUAL TABLE post_words USING fts5 (text, author, content = '', columnsize = 0,"
    " tokenize = 'unicode61 remove_diacritics 2')",
    "INSERT INTO post_words (post_words, rank) VALUES ('pgsz', 4040)",
)


def _bytes(file: Path) -> float:
    """Of a database, with what stands in its log."""
    with closing(connect(file)) as db:
        return float(db.pragma("page_count") * db.pragma("page_size"))


def _rows_of_searching(index: SqliteIndex, world: World, repeats: int) -> Iterator[Row]:
    dice = Random(11)
    everything: list[float] = []
    for kind in _kinds(world, dice):
        took_ms = [_search(index, kind, dice) for _ in range(repeats)]
        everything += took_ms
        yield _row_of_times(world, kind.name, took_ms)
    counted = [
        _took_ms(lambda kind=kind: index.count_found(dice.choice(kind.typed), COUNTED))  # type: ignore[misc]
        for kind in _kinds(world, dice)
        for _ in range(repeats // 10)
    ]
    yield _row_of_times(world, f"count to {COUNTED:,}", counted)
    yield _row_of_times(world, "all of these", everything)


def _rows_beside(bench: Bench, index: SqliteIndex, world: World) -> Iterator[Row]:
    """Every kind of search, one after the other, while a backlog is taken in."""
    dice = Random(12)
    searches = [lambda kind=kind: _search(index, kind, dice) for kind in _kinds(world, dice)]
    what = f"{world.name} world, all kinds of searches"
    yield from rows_beside(
        bench, index, {f"search.{world.name}.beside": (what, searches, BAR_MS)}
    )


def _row_of_times(world: World, name: str, took_ms: Sequence[float]) -> Row:
    return Row(
        f"search.{world.name}.{name.replace(' ', '_').replace(',', '')}",
        f"{world.name} world, {name}, p99",
        physical.percentile(took_ms, 0.99),
        "ms",
        None,
        (at_most(BAR_MS),),
        {"p50_ms": physical.percentile(took_ms, 0.5)},
    )


def _search(index: SqliteIndex, kind: Kind, dice: Random) -> float:
    typed = dice.choice(kind.typed)
    before = Cursor(START_MS + dice.randrange(YEARS_MS), 0) if kind.is_deep else None
    return _took_ms(lambda: index.search(typed, PAGE, before))


def _took_ms(read: Callable[[], object]) -> float:
    return physical.seconds_of(read) * 1_000


def _kinds(world: World, dice: Random) -> list[Kind]:
    """Choose what to look for: words by how often they stand in the posts."""
    ranked = [word for word, _ in _count_words(world).most_common() if word.isalnum()]
    common, rare = ranked[:20], ranked[-2_000:]
    pairs = [f"{one} {other}" for one, other in zip(common, reversed(common), strict=True)]
    months = [
        f"{word} since:2017-{at % 12 + 1} until:2018-02" for at, word in enumerate(common)
    ]
    linked = [f"{word} has:link -is:reply" for word in common]
    begins = [f"{word[:3]}*" for word in ranked[:1_000] if word.isascii() and len(word) > 3]
    some = [f"from:{author_name(dice.randrange(FEEDS))} {word}" for word in common]
    kinds = [
        Kind("rare word", rare),
        Kind("common word", common),
        Kind("common word, from any time on", common, is_deep=True),
        Kind("two common words", pairs),
        Kind("two common words, from any time on", pairs, is_deep=True),
        Kind("a common and a rare word", [f"{common[0]} {word}" for word in rare]),
        Kind("phrase", _phrases(world)),
        Kind("common word without another", [f"{common[1]} -{word}" for word in common[2:]]),
        Kind("common word of an author", some),
        Kind("the busiest author", [f"from:{author_name(0)}"], is_deep=True),
        Kind("common word between two days", months),
        Kind("common word with a link", linked),
        Kind("best of two common words", [f"{pair} order:best" for pair in pairs]),
        Kind("beginning of three letters", begins),
        Kind("word nobody wrote", ["zzyzxq", "qqqqzz"]),
    ]
    if world.foreign:
        kinds += _foreign_kinds(world.foreign)
    return kinds


def _foreign_kinds(texts: Sequence[str]) -> list[Kind]:
    han = [text for text in texts if "\u4e00" <= text[0] <= "\u9fff"]
    words = [text.split(" ")[0] for text in texts]
    return [
        Kind("word of any script", words),
        Kind("phrase of any script", [f'"{" ".join(text.split(" ")[:3])}"' for text in texts]),
        Kind("one Chinese character", [text[0] for text in han]),
        Kind("three Chinese characters", [text[:3] for text in han]),
    ]


def _texts(world: World) -> Iterator[str]:
    """Of posts all over the world, LOOKED_AT of them or a few more."""
    step = max(world.posts // LOOKED_AT, 1)
    place = 0
    for feed in world.feeds:
        for sample in feed:
            if place % step == 0:
                yield sample.text
            place += 1


def _count_words(world: World) -> Counter[str]:
    counts: Counter[str] = Counter()
    for text in _texts(world):
        counts.update(set(index_text(text).split(" ")))
    return counts


def _phrases(world: World) -> list[str]:
    rows = (text.split()[1:3] for text in _texts(world))
    return [f'"{row[0]} {row[1]}"' for row in rows if len(row) == 2 and "".join(row).isalpha()]


def row_of_the_last(index: SqliteIndex, world: World) -> Row:
    """Read all posts of a word that one in ten has; DamageError unless all come, in order."""
    counts = _count_words(world)
    wanted = min(LOOKED_AT, world.posts) * COMMON_SHARE
    words = sorted(counts, key=lambda word: abs(counts[word] - wanted))
    word = next(each for each in words if each.isalnum())
    holds = sum(
        word in index_text(sample.text).split(" ") for feed in world.feeds for sample in feed
    )
    took_ms, found = _read_to_the_last(index, word)
    if len(found) != holds or any(newer <= older for newer, older in pairwise(found)):
        raise DamageError(f"{len(found)} of {holds} posts with {word!r} were found in order")
    return Row(
        f"search.{world.name}.last",
        f"{world.name} world, all {holds:,} posts of one word, {PAGE} a page, p99",
        physical.percentile(took_ms, 0.99),
        "ms",
        None,
        (at_most(BAR_MS),),
        {"p50_ms": physical.percentile(took_ms, 0.5), "posts": holds},
    )


def _read_to_the_last(index: SqliteIndex, word: str) -> tuple[list[float], list[Cursor]]:
    took_ms: list[float] = []
    found: list[Cursor] = []
    before = None
    while True:
        started = time.perf_counter()
        page: list[PostView] = index.search(word, PAGE, before)
        took_ms.append((time.perf_counter() - started) * 1_000)
        found += (view.cursor for view in page)
        if not page:
            return took_ms, found
        before = page[-1].cursor
