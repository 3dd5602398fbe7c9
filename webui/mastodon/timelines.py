"""Timelines: home, what is here, a tag, a list; and what one bookmarked or likes."""

from collections.abc import Callable
from typing import Any, Final

from swarmfeed.core.asks.bookmarks import Bookmarks
from swarmfeed.core.asks.cursor import Cursor, parse_cursor
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.people_lists import ListTimeline
from swarmfeed.core.asks.posts import PostView, SearchPosts, Timeline
from swarmfeed.core.asks.reactions import LikedPosts
from swarmfeed.errors import UserError

from webui.current import ask
from webui.mastodon.endpoint import ApiAnswer, ApiCall, get, params
from webui.mastodon.entities import statuses
from webui.mastodon.ids import name_of, place_id, place_of, tag_of
from webui.mastodon.paging import PAGE, PAGE_MAX, Paged, link, turn


def _answer(question: Callable[[int, Any], Any]) -> ApiAnswer:
    """Page through what an ask for a page of posts finds."""

    def read(limit: int, before: Any) -> Any:
        page = ask(question(limit, before))
        return page.posts, page.next

    found, headers = turn(Paged(read=read, place=_place, id=place_id))
    return ApiAnswer(statuses(found), headers=headers)


def _place(post: PostView) -> Any:
    return post.cursor


def home() -> ApiAnswer:
    return _answer(lambda limit, before: Timeline(limit=limit, before=before))


def public() -> ApiAnswer:
    """GET /api/v1/timelines/public: ``local`` is oneself; otherwise it is as home, for there is
    no place where everybody's posts are."""
    me = ask(WhoAreYou()).author_id if params().flag("local") else None
    return _answer(lambda limit, before: Timeline(limit=limit, before=before, author=me))


def tagged(tag: str) -> ApiAnswer:
    """GET /api/v1/timelines/tag/:tag, of all that is here."""
    asked = params()
    words = [tag_of(each) for each in (tag, *asked.many("all"))]
    words += [f"-{tag_of(each)}" for each in asked.many("none")]
    sought = " ".join(words)
    return _answer(lambda limit, before: SearchPosts(words=sought, limit=limit, before=before))


def of_list(id: str) -> ApiAnswer:
    called = name_of(id)
    return _answer(
        lambda limit, before: ListTimeline(called=called, limit=limit, before=before)
    )


def bookmarks() -> ApiAnswer:
    """GET /api/v1/bookmarks: its pages go by how many were shown, as apps pass it on."""
    asked = params()
    limit, start = asked.number("limit", PAGE, PAGE_MAX), asked.text("max_id", "0")
    first = int(start) if start.isascii() and start.isdigit() and len(start) <= 6 else 0
    page = ask(Bookmarks(limit=limit, start=first))
    places = [str(first), str(page.next or 0)]
    headers = link(places, more=page.next is not None) if page.posts else {}
    return ApiAnswer(statuses(page.posts), headers=headers)


def favourites() -> ApiAnswer:
    """GET /api/v1/favourites: its pages go by when one liked them, as apps pass it on."""

    def read(limit: int, before: Cursor | None) -> Any:
        page = ask(LikedPosts(limit=limit, before=before))
        return page.posts, page.next

    listed = Paged(read=read, place=_place, id=lambda post: str(post.cursor), find=_liked_at)
    found, headers = turn(listed)
    return ApiAnswer(statuses(found), headers=headers)


def _liked_at(said: str) -> Cursor | None:
    try:
        return parse_cursor(said)
    except UserError:
        return place_of(said)  # an app that makes up its own way through the list


CALLS: Final[tuple[ApiCall, ...]] = (
    get("/api/v1/timelines/home", home, "read:statuses"),
    get("/api/v1/timelines/public", public, "read:statuses"),
    get("/api/v1/timelines/tag/<tag>", tagged, "read:statuses"),
    get("/api/v1/timelines/list/<id>", of_list, "read:lists"),
    get("/api/v1/bookmarks", bookmarks, "read:bookmarks"),
    get("/api/v1/favourites", favourites, "read:favourites"),
)
