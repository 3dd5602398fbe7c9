"""Filters as apps know them: the node filters words, and those of one title are one filter."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from swarmfeed.core.asks.filters import ListFilters, WordFilter

from webui.current import ask
from webui.mastodon.endpoint import Json
from webui.mastodon.ids import name_id
from webui.mastodon.times import iso

HIDE: Final = "hide"
WARN: Final = "warn"


class FilterGroup(Struct, frozen=True):
    """Words that have one title; what they do, and until when, is that of the first."""

    title: str
    filters: Sequence[WordFilter]

    @property
    def hides(self) -> bool:
        return any(each.hides for each in self.filters[:1])

    @property
    def until_ms(self) -> int | None:
        return next((each.until_ms for each in self.filters), None)

    def shown(self) -> Json:
        """A Filter: it counts everywhere."""
        return {
            **self._shown_in_short(),
            "keywords": [keyword(each) for each in self.filters],
            "statuses": [],
        }

    def matching(self, words: str) -> Json:
        """A FilterResult of a post that has these words."""
        return {
            "filter": self._shown_in_short(),
            "keyword_matches": [words],
            "status_matches": [],
        }

    def _shown_in_short(self) -> Json:
        return {
            "id": name_id(self.title),
            "title": self.title,
            "context": ["home", "notifications", "public", "thread", "account"],
            "expires_at": None if self.until_ms is None else iso(self.until_ms),
            "filter_action": HIDE if self.hides else WARN,
        }


def keyword(each: WordFilter) -> Json:
    """A FilterKeyword."""
    return {"id": name_id(each.words), "keyword": each.words, "whole_word": True}


def title_of(each: WordFilter) -> str:
    """What it is called: words without a title are one themselves."""
    return each.title or each.words


def groups() -> list[FilterGroup]:
    """All filters, by their titles."""
    found: dict[str, list[WordFilter]] = {}
    for each in ask(ListFilters()).filters:
        found.setdefault(title_of(each), []).append(each)
    return [FilterGroup(title, found[title]) for title in sorted(found)]
