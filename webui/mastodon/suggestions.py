"""Whom to follow: people whom those follow whom one follows."""

from typing import Final

from swarmfeed.core.asks.suggesting import DismissSuggestion, WhoIsSuggested
from swarmfeed.core.base.address import format_author

from webui.current import ask
from webui.mastodon.endpoint import ApiCall, Json, delete, get, params
from webui.mastodon.entities import accounts
from webui.mastodon.ids import author_of
from webui.mastodon.limits import PEOPLE_MAX
from webui.mastodon.paging import PAGE_MAX


def show_accounts() -> list[Json]:
    """GET /api/v1/suggestions"""
    limit = params().number("limit", PAGE_MAX, PEOPLE_MAX)
    return accounts(each.author_id for each in ask(WhoIsSuggested(limit=limit)).people)


def show_all() -> list[Json]:
    """GET /api/v2/suggestions"""
    sources = {"source": "past_interactions", "sources": ["friends_of_friends"]}
    return [{**sources, "account": each} for each in show_accounts()]


def dismiss(id: str) -> Json:
    """DELETE /api/v1/suggestions/:account_id: no own device suggests this person again."""
    ask(DismissSuggestion(who=format_author(author_of(id))))
    return {}


CALLS: Final[tuple[ApiCall, ...]] = (
    get("/api/v1/suggestions", show_accounts, "read:accounts"),
    get("/api/v2/suggestions", show_all, "read:accounts"),
    delete("/api/v1/suggestions/<id>", dismiss, "write:accounts"),
)
