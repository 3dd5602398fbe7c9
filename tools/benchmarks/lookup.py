"""A supernode's search of a million posts of a month, each answered with what proves it."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from msgspec import Struct
from street.authors import author_of
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.feed.entry import hash_stored
from swarmfeed.core.feed.head import Head, sign_head
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.matching import Meant, Written
from swarmfeed.core.feed.merkle import inclusion_proof, root_hash
from swarmfeed.core.feed.proven import Checked, Proven, ProvenPost
from swarmfeed.core.feed.spot import Spot
from swarmfeed.core.lookup.limits import DAY_MS, HITS_MAX, TAKEN_AT_ONCE, WINDOW_DAYS
from swarmfeed.core.lookup.words import SearchFound
from swarmfeed.core.vocabulary import VOCABULARY
from swarmfeed.core.words.query import parse_query
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import DamageError
from swarmfeed.node.lookup.gathering import NetworkQuestion, check_answer
from swarmfeed.ports.recent import RecentHits, RecentPost
from swarmfeed.shell.store.recent import SqliteRecent
from swarmfeed.shell.store.sqlite import OpenFile, connect

from benchmarks import physical
from benchmarks.bench import Bench, encode_post, feed_key
from benchmarks.posts import Sample
from benchmarks.report import Limit, Row, at_most

BAR_MS: Final = 60
TIMES_THE_BACKLOG: Final = 10
"""A million, where the backlog has 100,000."""

FEED_POSTS: Final = 100
"""Of each author in the month."""

TODAY: Final = 20_000
NOW_MS: Final = (TODAY + 1) * DAY_MS - 1
ROOM: Final = 100 * 10**9
LOOKED_AT: Final = 20_000
"""Posts in which words are counted to choose what to look for."""


class Kind(Struct, frozen=True):
    """A kind of search: what it is called, and things to type."""

    name: str
    typed: Sequence[str]
    is_deep: bool = False
    """Whether it goes on at a random time, and not at the newest post."""


def measure(bench: Bench) -> Iterator[Row]:
    """Fill the index of a supernode, then ask it; times are the 99th percentile."""
    count = bench.posts * bench.choose(TIMES_THE_BACKLOG, 1)
    samples = [
        Sample(each.author, NOW_MS - number * WINDOW_DAYS * DAY_MS // count, each.text)
        for number, each in enumerate(bench.samples(count))
    ]
    file = bench.new_folder() / "recent.db"
    with closing(SqliteRecent(file)) as recent:
        recent.open(ROOM)
        seconds = _fill(recent, samples)
        if recent.count() < count * 0.99:
            raise DamageError(f"{recent.count()} of {count} posts went in")
        bare = _BareWords(bench.new_folder() / "bare.db", samples)
        yield _row_of_filling(count, seconds, bare.seconds)
        yield Row("lookup.bytes", "disk a post, with its proof", _bytes(file) / count, "B")
        yield from _rows_of_searching(recent, samples, bare, bench.choose(200, 20))


def _row_of_filling(count: int, seconds: float, bare_s: float) -> Row:
    return Row(
        "lookup.taken_in",
        f"{count:,} posts of {WINDOW_DAYS} days taken in with their proofs",
        count / seconds,
        "/s",
        Limit("bare SQLite, the words alone /s", count / bare_s),
    )


def _fill(recent: SqliteRecent, samples: Sequence[Sample]) -> float:
    """Take all posts in, as they come; returns seconds, without those of proving them."""
    seconds, waiting = 0.0, list[RecentPost]()
    for number, at in enumerate(range(0, len(samples), FEED_POSTS)):
        waiting += _feed(number, samples[at : at + FEED_POSTS])
        while len(waiting) >= TAKEN_AT_ONCE:
            some, waiting = waiting[:TAKEN_AT_ONCE], waiting[TAKEN_AT_ONCE:]
            seconds += physical.seconds_of(lambda some=some: recent.add(some, TODAY))  # type: ignore[misc]
    return seconds + physical.seconds_of(lambda: recent.add(waiting, TODAY))


def _feed(number: int, samples: Sequence[Sample]) -> list[RecentPost]:
    """One author's posts, signed and proven."""
    key, author = feed_key(number), author_of(number.to_bytes(4, "big") * 8)
    feed_id = FeedId(key.public)
    stored = [encode_post(each) for each in samples]
    hashes = [hash_stored(each) for each in stored]
    subtree = cache(lambda start, end: root_hash(hashes[start:end]))
    head = Head(
        feed_id=feed_id,
        size=len(stored),
        root=root_hash(hashes),
        time_ms=NOW_MS,
        chunks_hash=Hash(bytes(32)),
    )
    signed = sign_head(head, key.sign)
    certificates = (sign_join(author, key, from_ms=1),)
    return [
        RecentPost(
            proven=ProvenPost(
                feed_id=feed_id,
                head=signed,
                certificates=certificates,
                post=Proven(
                    index=index,
                    stored=stored[index],
                    proof=tuple(inclusion_proof(index, len(stored), subtree)),
                ),
            ),
            checked=Checked(
                ref=EntryRef(feed_id, hashes[index], index),
                written=Written(
                    author_id=author.author_id, time_ms=each.time_ms, post=PostBody(each.text)
                ),
                head_size=len(stored),
            ),
        )
        for index, each in enumerate(samples)
    ]


class _BareWords:
    """The same words in one FTS5 table, without days, proofs and checksums."""

    def __init__(self, file: Path, samples: Sequence[Sample]) -> None:
        self._db: OpenFile = connect(file)
        self._db.execute(
            "CREATE VIRTUAL TABLE words USING fts5 (text, content = '', columnsize = 0)"
        )
        self.seconds = 0.0
        ordered = sorted(samples, key=lambda each: each.time_ms)
        for at in range(0, len(ordered), TAKEN_AT_ONCE):
            some = ordered[at : at + TAKEN_AT_ONCE]
            rows = [(at + place + 1, each.text) for place, each in enumerate(some)]
            self.seconds += physical.seconds_of(lambda rows=rows: self._insert(rows))  # type: ignore[misc]

    def _insert(self, rows: list[tuple[int, str]]) -> None:
        with self._db:
            self._db.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", rows)

    def took_ms(self, word: str) -> float:
        """Row numbers of the newest page of one word."""
        query = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?"
        values = (f'"{word}"', HITS_MAX)
        return physical.seconds_of(lambda: self._db.execute(query, values).fetchall()) * 1_000


def _rows_of_searching(
    recent: SqliteRecent, samples: Sequence[Sample], bare: _BareWords, repeats: int
) -> Iterator[Row]:
    dice = Random(11)
    everything: list[float] = []
    of_cpu: list[float] = []
    for kind in _kinds(samples):
        took_ms, used_ms = zip(
            *(_search(recent, kind, dice) for _ in range(repeats)), strict=True
        )
        everything += took_ms
        of_cpu += used_ms
        yield _row_of_times(kind.name, took_ms, used_ms)
    common = _ranked(samples)[:20]
    limit = physical.percentile(
        [bare.took_ms(dice.choice(common)) for _ in range(repeats)], 0.99
    )
    beside = Limit("bare SQLite, row numbers of a common word, p99 ms", limit)
    yield _row_of_times("all of these", everything, of_cpu, beside)
    yield from _rows_of_an_answer(recent, common, repeats)


def _row_of_times(
    name: str, took_ms: Sequence[float], used_ms: Sequence[float], limit: Limit | None = None
) -> Row:
    return Row(
        f"lookup.{name.replace(' ', '_').replace(',', '')}",
        f"a supernode finds {HITS_MAX} posts with proofs: {name}, p99",
        physical.percentile(took_ms, 0.99),
        "ms",
        limit,
        (at_most(BAR_MS),),
        {
            "p50_ms": physical.percentile(took_ms, 0.5),
            "cpu_p99_ms": physical.percentile(used_ms, 0.99),
        },
    )


def _rows_of_an_answer(
    recent: SqliteRecent, words: Sequence[str], repeats: int
) -> Iterator[Row]:
    """What a full answer weighs, and what it costs the asker to believe it."""
    took_ms, sizes = list[float](), list[int]()
    for number in range(repeats // 4):
        typed = words[number % len(words)]
        hits = _find(recent, typed, Spot(NOW_MS - number * DAY_MS // 8, 0))
        said = SearchFound(bytes(8), hits.hits, hits.more, 0)
        sizes.append(len(VOCABULARY.encode(said)))
        asked = NetworkQuestion(
            query=parse_query(typed), typed=typed, called=(), limit=HITS_MAX
        )
        took_ms.append(
            physical.seconds_of(
                lambda said=said, asked=asked: check_answer(said, asked, _nobody, NOW_MS)  # type: ignore[misc]
            )
            * 1_000
        )
    checked = f"an answer of {HITS_MAX} posts verified by the asker, p99"
    yield Row("lookup.verified", checked, physical.percentile(took_ms, 0.99), "ms")
    yield Row(
        "lookup.answer_bytes",
        f"an answer of {HITS_MAX} posts on the link",
        physical.percentile(sizes, 0.5),
        "B",
    )


def _search(recent: SqliteRecent, kind: Kind, dice: Random) -> tuple[float, float]:
    """Return milliseconds on the wall, and of the processor."""
    typed = dice.choice(kind.typed)
    before = Spot(NOW_MS - dice.randrange(WINDOW_DAYS * DAY_MS), 0) if kind.is_deep else None
    began_s = time.process_time()
    took_s = physical.seconds_of(lambda: _find(recent, typed, before))
    return took_s * 1_000, (time.process_time() - began_s) * 1_000


def _find(recent: SqliteRecent, typed: str, before: Spot | None) -> RecentHits:
    return recent.search(parse_query(typed), _nobody, before, HITS_MAX)


def _nobody(_: str) -> Meant:
    return Meant()


def _kinds(samples: Sequence[Sample]) -> list[Kind]:
    """Choose what to look for: words by how often they stand in the posts."""
    ranked = _ranked(samples)
    common, rare = ranked[:20], ranked[-2_000:]
    pairs = [f"{one} {other}" for one, other in zip(common, reversed(common), strict=True)]
    begins = [f"{word[:3]}*" for word in ranked[:1_000] if word.isascii() and len(word) > 3]
    return [
        Kind("rare word", rare),
        Kind("common word", common),
        Kind("common word, from any time on", common, is_deep=True),
        Kind("two common words", pairs),
        Kind("a common and a rare word", [f"{common[0]} {word}" for word in rare]),
        Kind("phrase", _phrases(samples)),
        Kind("common word without another", [f"{common[1]} -{word}" for word in common[2:]]),
        Kind("best of two common words", [f"{pair} order:best" for pair in pairs]),
        Kind("beginning of three letters", begins),
        Kind("word nobody wrote", ["zzyzxq", "qqqqzz"]),
    ]


def _ranked(samples: Sequence[Sample]) -> list[str]:
    counts: Counter[str] = Counter()
    for sample in samples[:: max(len(samples) // LOOKED_AT, 1)]:
        counts.update(set(index_text(sample.text).split(" ")))
    return [word for word, _ in counts.most_common() if word.isalnum()]


def _phrases(samples: Sequence[Sample]) -> list[str]:
    rows = (each.text.split()[1:3] for each in samples[:: max(len(samples) // LOOKED_AT, 1)])
    return [f'"{row[0]} {row[1]}"' for row in rows if len(row) == 2 and "".join(row).isalpha()]


def _bytes(file: Path) -> int:
    return sum(part.stat().st_size for part in file.parent.iterdir())
