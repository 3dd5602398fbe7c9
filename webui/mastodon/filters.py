"""Words that are not to be read: private state, on all own devices.

Mastodon knows filters of two kinds.  Of the second one has several keywords, each of which is
known here by its words; by itself it is a filter of the first kind.
"""

from collections.abc import Sequence
from typing import Final

from swarmfeed.core.asks.filters import (
    RemoveFilter,
    SetFilter,
    WordFilter,
    clean_title,
    clean_words,
)
from swarmfeed.core.asks.limits import FILTER_DAYS_MAX

from webui.current import ask
from webui.mastodon.endpoint import ApiCall, Json, MissingError, delete, get, params, post, put
from webui.mastodon.filter_groups import HIDE, FilterGroup, groups, keyword, title_of
from webui.mastodon.ids import name_id, name_of
from webui.mastodon.params import YES

DAY_S: Final = 86_400


def _group(id: str) -> FilterGroup:
    """Raises MissingError."""
    title = name_of(id)
    for each in groups():
        if each.title == title:
            return each
    raise MissingError(id)


def _word(id: str) -> WordFilter:
    """Raises MissingError."""
    words = name_of(id)
    for group in groups():
        for each in group.filters:
            if each.words == words:
                return each
    raise MissingError(id)


def _set(words: str, title: str, *, hides: bool, until_ms: int | None = None) -> WordFilter:
    """Have words filtered; until when this request says, else as it was."""
    asked, cleaned = params(), clean_words(words)
    is_said = asked.has("expires_in")
    wish = SetFilter(
        words=cleaned,
        hides=hides,
        seconds=asked.number("expires_in", 0, FILTER_DAYS_MAX * DAY_S),
        until_ms=0 if is_said else until_ms or 0,
        title=title,
    )
    return next(each for each in ask(wish).filters if each.words == cleaned)


def _hides(name: str, otherwise: bool) -> bool:
    """Whether this request wants posts left out; as they were where it does not say."""
    asked = params()
    return asked.text(name) == HIDE if asked.has(name) else otherwise


# --- of the second kind ---


def show_all() -> list[Json]:
    return [each.shown() for each in groups()]


def show(id: str) -> Json:
    return _group(id).shown()


def create() -> Json:
    """POST /api/v2/filters: without keywords its title is one."""
    asked = params()
    title, hides = clean_title(asked.text("title")), _hides("filter_action", otherwise=False)
    rows = asked.rows("keywords_attributes")
    words = [row["keyword"] for row in rows if row.get("keyword")] or [title]
    made = [_set(each, title, hides=hides) for each in words]
    return _group(name_id(title_of(made[0]))).shown()


def change(id: str) -> Json:
    """PUT /api/v2/filters/:id: keywords that it does not name stay."""
    old = _group(id)
    title = clean_title(params().text("title")) or old.title
    hides = _hides("filter_action", otherwise=old.hides)
    words = _changed([each.words for each in old.filters])
    made = [_set(each, title, hides=hides, until_ms=old.until_ms) for each in words]
    _let_go(old.filters, made)
    return FilterGroup(title, made).shown()


def _changed(words: list[str]) -> list[str]:
    """Words of a filter, as this request changes them.  Raises MissingError."""
    known = {name_id(each): each for each in words}
    for number, row in enumerate(params().rows("keywords_attributes")):
        id, said = row.get("id", ""), row.get("keyword", "")
        if id and id not in known:
            raise MissingError(id)
        if row.get("_destroy", "").lower() in YES:
            known.pop(id, None)
        elif said:
            known[id or f"new {number}"] = said
    return list(dict.fromkeys(map(clean_words, known.values())))


def _let_go(old: Sequence[WordFilter], kept: Sequence[WordFilter]) -> None:
    left = {each.words for each in kept}
    for each in old:
        if each.words not in left:
            ask(RemoveFilter(words=each.words))


def remove(id: str) -> Json:
    _let_go(_group(id).filters, ())
    return {}


def show_keywords(id: str) -> list[Json]:
    return [keyword(each) for each in _group(id).filters]


def add_keyword(id: str) -> Json:
    """POST /api/v2/filters/:filter_id/keywords: it does what the others do, as long as they."""
    group = _group(id)
    words = params().text("keyword")
    return keyword(_set(words, group.title, hides=group.hides, until_ms=group.until_ms))


def show_keyword(id: str) -> Json:
    return keyword(_word(id))


def change_keyword(id: str) -> Json:
    old = _word(id)
    return keyword(_reworded(old, params().text("keyword"), title_of(old)))


def _reworded(
    old: WordFilter, words: str, title: str, *, hides: bool | None = None
) -> WordFilter:
    """Other words in place of some; empty: the same."""
    new = _set(
        words or old.words,
        title,
        hides=old.hides if hides is None else hides,
        until_ms=old.until_ms,
    )
    _let_go([old], [new])
    return new


def remove_word(id: str) -> Json:
    """DELETE /api/v2/filters/keywords/:id, and of a filter of the first kind; the last keyword
    takes its filter with it."""
    _let_go([_word(id)], ())
    return {}


# --- of the first kind ---


def _first(each: WordFilter) -> Json:
    told = FilterGroup(each.words, [each]).shown()
    return {
        "id": told["id"],
        "phrase": each.words,
        "context": told["context"],
        "whole_word": True,
        "expires_at": told["expires_at"],
        "irreversible": each.hides,
    }


def show_all_first() -> list[Json]:
    return [_first(each) for group in groups() for each in group.filters]


def show_first(id: str) -> Json:
    return _first(_word(id))


def create_first() -> Json:
    asked = params()
    return _first(_set(asked.text("phrase"), "", hides=asked.flag("irreversible")))


def change_first(id: str) -> Json:
    """PUT /api/v1/filters/:id"""
    asked = params()
    hides = asked.flag("irreversible") if asked.has("irreversible") else None
    old = _word(id)
    return _first(_reworded(old, asked.text("phrase"), old.title, hides=hides))


_SECOND: Final = "/api/v2/filters"
_FIRST: Final = "/api/v1/filters"
_READ: Final = "read:filters"
_WRITE: Final = "write:filters"

CALLS: Final[tuple[ApiCall, ...]] = (
    get(_SECOND, show_all, _READ),
    post(_SECOND, create, _WRITE),
    get(f"{_SECOND}/<id>", show, _READ),
    put(f"{_SECOND}/<id>", change, _WRITE),
    delete(f"{_SECOND}/<id>", remove, _WRITE),
    get(f"{_SECOND}/<id>/keywords", show_keywords, _READ),
    post(f"{_SECOND}/<id>/keywords", add_keyword, _WRITE),
    get(f"{_SECOND}/keywords/<id>", show_keyword, _READ),
    put(f"{_SECOND}/keywords/<id>", change_keyword, _WRITE),
    delete(f"{_SECOND}/keywords/<id>", remove_word, _WRITE),
    get(_FIRST, show_all_first, _READ),
    post(_FIRST, create_first, _WRITE),
    get(f"{_FIRST}/<id>", show_first, _READ),
    put(f"{_FIRST}/<id>", change_first, _WRITE),
    delete(f"{_FIRST}/<id>", remove_word, _WRITE),
)
