"""Lists of people: private state, on all own devices."""

from typing import Final

from swarmfeed.core.asks.people_lists import (
    AddToList,
    CreateList,
    PeopleList,
    RemoveList,
    RenameList,
    ShowLists,
    TakeFromList,
    clean_list_name,
)
from swarmfeed.core.base.address import format_author

from webui.current import ask
from webui.mastodon.accounts import page_of_people, people_list
from webui.mastodon.endpoint import (
    ApiAnswer,
    ApiCall,
    Json,
    MissingError,
    delete,
    get,
    params,
    post,
    put,
)
from webui.mastodon.ids import author_of, name_of
from webui.mastodon.limits import PEOPLE_MAX


def show_lists() -> list[Json]:
    return [people_list(each.called) for each in ask(ShowLists()).lists]


def _found(id: str) -> PeopleList:
    called = name_of(id)
    for each in ask(ShowLists()).lists:
        if each.called == called:
            return each
    raise MissingError(id)


def show_list(id: str) -> Json:
    return people_list(_found(id).called)


def create() -> Json:
    called = clean_list_name(params().text("title"))
    ask(CreateList(called=called))
    return people_list(called)


def rename(id: str) -> Json:
    found, to = _found(id), clean_list_name(params().text("title"))
    if to != found.called:
        ask(RenameList(called=found.called, to=to))
    return people_list(to)


def remove(id: str) -> Json:
    ask(RemoveList(called=_found(id).called))
    return {}


def members(id: str) -> ApiAnswer:
    return page_of_people(each.author_id for each in _found(id).people)


def add_members(id: str) -> Json:
    found = _found(id)
    for each in params().many("account_ids")[:PEOPLE_MAX]:
        ask(AddToList(called=found.called, who=format_author(author_of(each))))
    return {}


def take_members(id: str) -> Json:
    found = _found(id)
    for each in params().many("account_ids")[:PEOPLE_MAX]:
        ask(TakeFromList(called=found.called, who=format_author(author_of(each))))
    return {}


_LIST: Final = "/api/v1/lists/<id>"

CALLS: Final[tuple[ApiCall, ...]] = (
    get("/api/v1/lists", show_lists, "read:lists"),
    post("/api/v1/lists", create, "write:lists"),
    get(_LIST, show_list, "read:lists"),
    put(_LIST, rename, "write:lists"),
    delete(_LIST, remove, "write:lists"),
    get(f"{_LIST}/accounts", members, "read:lists"),
    post(f"{_LIST}/accounts", add_members, "write:lists"),
    delete(f"{_LIST}/accounts", take_members, "write:lists"),
)
