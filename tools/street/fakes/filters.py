"""Word filters of a fake node."""

from typing import Final

from swarmfeed.core.asks.filter_sentences import NO_FILTER
from swarmfeed.core.asks.filters import (
    ListFilters,
    RemoveFilter,
    SetFilter,
    WordFilter,
    WordFilters,
    clean_title,
    clean_words,
)
from swarmfeed.errors import UserError

from street.fakes.table import Rows
from street.fakes.world import FakeWorld

DAY_MS: Final = 24 * 3_600 * 1_000


def listed(desk: FakeWorld, _: ListFilters) -> WordFilters:
    return WordFilters(filters=tuple(desk.filters[each] for each in sorted(desk.filters)))


def put(desk: FakeWorld, ask: SetFilter) -> WordFilters:
    words = clean_words(ask.words)
    old = desk.filters.get(words)
    lasts_ms = ask.days * DAY_MS + ask.seconds * 1_000
    desk.changed.append("set-filter")
    desk.filters[words] = WordFilter(
        words=words,
        hides=ask.hides,
        until_ms=ask.until_ms or (desk.now_ms + lasts_ms if lasts_ms else None),
        title=(old.title if old else "") if ask.title is None else clean_title(ask.title),
    )
    return listed(desk, ListFilters())


def take_away(desk: FakeWorld, ask: RemoveFilter) -> WordFilters:
    if desk.filters.pop(" ".join(ask.words.split()), None) is None:
        raise UserError(NO_FILTER(words=ask.words))
    desk.changed.append("remove-filter")
    return listed(desk, ListFilters())


FILTERS: Final[Rows] = {ListFilters: listed, SetFilter: put, RemoveFilter: take_away}
