"""A million posts of two thousand authors over ten years: what searches are measured on.

Texts are those of the run, again and again by other authors at other times; in the mixed world
one in five is made of names of countries and languages in 25 scripts, from Unicode's CLDR.
"""

from collections.abc import Sequence
from itertools import accumulate
from random import Random
from typing import Final

from babel import Locale
from msgspec import Struct
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.chunk import frame_content, hash_frame
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import ProfileBody, encode_body
from swarmfeed.shell.store.index import SqliteIndex

from benchmarks import physical
from benchmarks.bench import encode_post
from benchmarks.posts import Sample

FEEDS: Final = 2_000
"""A few large ones and many small ones: the busiest has a tenth of all posts."""

START_MS: Final = 1_400_000_000_000
YEARS_MS: Final = 10 * 365 * 86_400_000
BATCH: Final = 4_096

BLANKS: Final = "ru el he ar hi bn pa gu or ta te kn ml si ka hy am ko chr"
NO_BLANKS: Final = "zh ja th lo my km"
"""Languages with 25 scripts besides the Latin one, by whether words have blanks between."""

MIXED_ONE_IN: Final = 5


class World(Struct, frozen=True):
    """Posts by feed, each feed in the order of time."""

    name: str
    feeds: list[list[Sample]]
    foreign: tuple[str, ...] = ()
    """Some texts in other scripts."""

    @property
    def posts(self) -> int:
        return sum(len(feed) for feed in self.feeds)


def make_world(name: str, texts: Sequence[str], count: int) -> World:
    """``texts`` are used again and again; ``mixed`` worlds have other scripts, too."""
    dice = Random(20260101)
    vocabularies = [_names(language) for language in f"{BLANKS} {NO_BLANKS}".split()]
    shares = list(accumulate(1 / (number + 5) for number in range(FEEDS)))
    feeds: list[list[Sample]] = [[] for _ in range(FEEDS)]
    foreign: list[str] = []
    for number, feed in enumerate(dice.choices(feeds, cum_weights=shares, k=count)):
        text = texts[number % len(texts)]
        if name == "mixed" and number % MIXED_ONE_IN == 0:
            text = _say(dice, vocabularies)
            foreign.append(text)
        feed.append(Sample("", START_MS + dice.randrange(YEARS_MS), text))
    for feed in feeds:
        feed.sort(key=lambda sample: sample.time_ms)
    return World(name, feeds, tuple(foreign[:20_000]))


def fill(index: SqliteIndex, world: World) -> float:
    """Index a world, a feed after the other; returns the seconds it took."""
    seconds = 0.0
    for number, samples in enumerate(world.feeds):
        name = ProfileBody(author_name(number))
        stored = [encode_entry(name.kind, START_MS, encode_body(name))]
        stored += [encode_post(sample) for sample in samples]
        for start in range(0, len(stored), BATCH):
            seconds += _add(index, number, start, stored[start : start + BATCH])
    return seconds


def author_name(number: int) -> str:
    return f"author{number}"


def _add(index: SqliteIndex, number: int, start: int, stored: list[bytes]) -> float:
    author_id = AuthorId(b"author" + number.to_bytes(26, "big"))
    feed_id = FeedId(number.to_bytes(32, "little"))
    hashes = hash_frame(frame_content(stored))
    return physical.seconds_of(
        lambda: index.add_entries(feed_id, author_id, start, stored, hashes)
    )


def _names(language: str) -> tuple[str, list[str]]:
    """What stands between the words of a language, and some of its words."""
    locale = Locale.parse(language)
    names = [*locale.territories.values(), *locale.languages.values()]
    return "" if language in NO_BLANKS.split() else " ", [str(name) for name in names]


def _say(dice: Random, vocabularies: Sequence[tuple[str, list[str]]]) -> str:
    between, names = dice.choice(vocabularies)
    # The first names of a list are said more often, as words are.
    said = [names[int(len(names) * dice.random() ** 2)] for _ in range(dice.randrange(3, 9))]
    return between.join(said)
