"""Word filters: what a person does not want to read, which nobody but they know."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.asks import filter_sentences as sentences
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.limits import FILTER_BYTES_MAX, FILTER_TITLE_BYTES_MAX
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.shape import Spare
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.words.seeking import Sought, holds, seek
from swarmfeed.core.words.terms import index_text
from swarmfeed.errors import UserError

HIDE: Final = "hide"
WARN: Final = "warn"

NO_TITLES: Final[Mapping[bytes, bytes]] = {}


class WordFilter(Struct, frozen=True, kw_only=True):
    """Words that hide the posts they stand in, or cover them."""

    words: str
    hides: bool
    """Whether such posts are left out; else they are covered, and say why."""
    until_ms: int | None
    """When it ends by itself; null: never."""
    title: Annotated[str, Spare()] = ""
    """What it is called together with others; left out where it stands by itself."""

    def is_over(self, now_ms: int) -> bool:
        return self.until_ms is not None and self.until_ms <= now_ms


class WordFilters(Struct, frozen=True, kw_only=True):
    """All filters that did not end, by their words."""

    filters: tuple[WordFilter, ...]


class ListFilters(Ask[WordFilters], frozen=True, kw_only=True):
    """What the person does not want to read."""

    name = "filters"


class SetFilter(Ask[WordFilters], frozen=True, kw_only=True):
    """Hide or cover posts with these words, side by side, in the timeline, lists, notices and
    searches; on all own devices.  Who opens a post, or a person's page, sees it."""

    name = "set-filter"
    changes = True

    words: str
    """A word or a phrase; case and accents make no difference."""
    hides: bool = True
    """Whether such posts are left out; else they are covered."""
    days: int = 0
    """After how many days it ends; 0: never."""
    seconds: int = 0
    """After how many seconds beside the days."""
    until_ms: int = 0
    """When it ends, where that is not said by how long it lasts."""
    title: str | None = None
    """What it is called together with others; null: as before, empty: by itself."""


class RemoveFilter(Ask[WordFilters], frozen=True, kw_only=True):
    """Filter these words no longer."""

    name = "remove-filter"
    changes = True

    words: str


def clean_words(typed: str) -> str:
    """Return the words of a filter as they are kept.  Raises UserError: no words."""
    words = " ".join(typed.split())
    if len(words.encode("utf-8")) > FILTER_BYTES_MAX:
        raise UserError(sentences.TOO_LONG())
    if not seek(words):
        raise UserError(sentences.NO_WORDS())
    return words


def clean_title(typed: str) -> str:
    """Return the title of filters as it is kept.  Raises UserError: it is too long."""
    title = " ".join(typed.split())
    if len(title.encode("utf-8")) > FILTER_TITLE_BYTES_MAX:
        raise UserError(sentences.TITLE_LONG())
    return title


def write_filter(hides: bool, until_ms: int | None) -> bytes:
    """Return what is kept of a filter beside its words."""
    return f"{HIDE if hides else WARN} {until_ms or 0}".encode()


def read_filters(
    rows: Mapping[bytes, bytes], now_ms: int, titles: Mapping[bytes, bytes] = NO_TITLES
) -> list[WordFilter]:
    """Read those that did not end; another device may have written anything there."""
    found = []
    for key, value in sorted(rows.items()):
        how, _, until = value.decode("utf-8", "replace").partition(" ")
        words = key.decode("utf-8", "replace")
        is_one = how in (HIDE, WARN) and until.isascii() and until.isdecimal()
        if not is_one or len(until) > len(str(TIME_MS_MAX)) or not seek(words):
            continue
        title = titles.get(key, b"").decode("utf-8", "replace")
        one = WordFilter(
            words=words, hides=how == HIDE, until_ms=int(until) or None, title=title
        )
        if not one.is_over(now_ms):
            found.append(one)
    return found


class Sieve(Struct, frozen=True):
    """Filters, ready to be held against posts."""

    hiding: tuple[tuple[Sought, ...], ...] = ()
    covering: tuple[tuple[str, tuple[Sought, ...]], ...] = ()

    def hides(self, post: PostView) -> bool:
        row = _row(post) if self.hiding else ()
        return any(holds(row, each) for each in self.hiding)

    def covers(self, post: PostView) -> str:
        """The words for which a post is to be covered; empty: for none."""
        row = _row(post) if self.covering else ()
        return next((words for words, each in self.covering if holds(row, each)), "")


def make_sieve(filters: Sequence[WordFilter]) -> Sieve:
    return Sieve(
        hiding=tuple(seek(each.words) for each in filters if each.hides),
        covering=tuple((each.words, seek(each.words)) for each in filters if not each.hides),
    )


def _row(post: PostView) -> Sequence[str]:
    quoted = post.quoted.text if post.quoted else ""
    return index_text(f"{post.cw}\n{post.text}\n{quoted}").split()
