"""Posts: written, shown, liked, boosted, kept, edited and withdrawn."""

from collections.abc import Callable
from typing import Any, Final

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.bookmarks import AddBookmark, RemoveBookmark
from swarmfeed.core.asks.circles import WhichCircles
from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.muting import MutedThreads, MuteThread, UnmuteThread
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.posts import PostView, ShowPost, ThreadView, Timeline, ref_text
from swarmfeed.core.asks.profile import Pin, Unpin, WhatIsPinned
from swarmfeed.core.asks.quotes import QuotesOf
from swarmfeed.core.asks.reactions import Boost, Like, Unboost, Unlike, WhoReacted
from swarmfeed.core.asks.withdrawing import Edit, HistoryOfPost, Withdraw
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.errors import UserError

from webui.current import ask
from webui.mastodon import content, sentences
from webui.mastodon.accounts import me, page_of_people
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
    sought,
    wish,
)
from webui.mastodon.entities import account, status, statuses
from webui.mastodon.ids import find_status, post_id
from webui.mastodon.letters import send
from webui.mastodon.media import attached
from webui.mastodon.paging import Paged, turn
from webui.mastodon.times import iso

PUBLIC: Final = frozenset(("", "public", "unlisted"))
PRIVATE: Final = "private"
DIRECT: Final = "direct"
EVERYBODY: Final = "public"
"""Who may quote what is for everybody."""


def write() -> Json:
    """POST /api/v1/statuses: what is meant for some people goes to them, or nowhere."""
    asked = params()
    if asked.rows("poll") or any(key.startswith("poll[") for key in asked.values):
        raise UserError(sentences.NO_POLLS())
    if asked.has("scheduled_at"):
        raise UserError(sentences.NO_SCHEDULE())
    visibility = asked.text("visibility")
    if visibility == DIRECT:
        return send()
    if visibility in PUBLIC:
        _check_quoting()
    if not asked.text("status").strip():
        raise UserError(sentences.NO_TEXT())
    answered = asked.text("in_reply_to_id")
    quoted = asked.text("quoted_status_id") or asked.text("quote_id")
    written = ask(
        WritePost(
            text=asked.text("status"),
            reply_to=ref_text(find_status(answered).ref) if answered else "",
            quote=ref_text(find_status(quoted).ref) if quoted else "",
            key=wish(),
            to=_audience(visibility),
            cw=asked.text("spoiler_text"),
            lang=asked.text("language"),
            media=attached(asked.many("media_ids")),
        )
    )
    return status(written)


def _check_quoting() -> None:
    """Raises UserError: this request wants to have quoted less by others than they can."""
    if params().text("quote_approval_policy") not in ("", EVERYBODY):
        raise UserError(sentences.QUOTES_OPEN())


def _audience(visibility: str) -> str:
    """The circle that a visibility means; empty: everybody.

    Raises:
        UserError: Nobody can tell for whom it is.
    """
    if visibility in PUBLIC:
        return ""
    if visibility != PRIVATE:
        raise UserError(sentences.NO_VISIBILITY(visibility=visibility[:40]))
    circles = [each.name for each in ask(WhichCircles()).own]
    if not circles:
        raise UserError(sentences.NO_CIRCLE())
    if len(circles) > 1:
        raise UserError(sentences.WHICH_CIRCLE(circles=", ".join(circles)))
    return circles[0]


def show(id: str) -> Json:
    return status(find_status(id))


def show_several() -> list[Json]:
    """GET /api/v1/statuses?id[]="""
    found = []
    for each in params().many("id")[:PAGE_POSTS_MAX]:
        try:
            found.append(find_status(each))
        except UserError:
            continue
    return statuses(found)


def context(id: str) -> Json:
    """All that it answers, and all replies of every depth."""
    ref = ref_text(find_status(id).ref)
    thread = sought(ShowPost(ref=ref, limit=PAGE_POSTS_MAX))
    return {
        "ancestors": statuses(_above(thread)),
        "descendants": statuses([each for each in _below(thread, ref) if not each.withdrawn]),
    }


def _above(thread: ThreadView) -> list[PostView]:
    return [each for each in thread.ancestors if not each.withdrawn]


def _below(thread: ThreadView, ref: str) -> list[PostView]:
    """Replies, those of the next pages too, as far as one answer goes."""
    found = list(thread.replies)
    while thread.next and len(found) < PAGE_POSTS_MAX:
        thread = sought(ShowPost(ref=ref, limit=PAGE_POSTS_MAX, start=thread.next))
        found += thread.replies
    return found


def remove(id: str) -> Json:
    """DELETE /api/v1/statuses/:id: a post is withdrawn, a boost taken back; what it said is
    told, so that an app can have it written anew."""
    found = find_status(id)
    told = status(found)
    if found.boosted_by is not None:
        ask(Unboost(ref=ref_text(found.ref)))
    else:
        ask(Withdraw(ref=ref_text(found.ref)))
    return told


def edit(id: str) -> Json:
    """PUT /api/v1/statuses/:id: another text; the rest stays as it was."""
    text = params().text("status")
    return status(ask(Edit(ref=ref_text(find_status(id).ref), text=text)))


def source(id: str) -> Json:
    found = find_status(id)
    return {"id": post_id(found), "text": found.text, "spoiler_text": found.cw}


def history(id: str) -> list[Json]:
    found = find_status(id)
    shown = status(found)
    versions = sought(HistoryOfPost(ref=ref_text(found.ref))).versions
    return [
        {
            "content": content.html(each.text),
            "spoiler_text": each.cw,
            "sensitive": each.cw != "",
            "created_at": iso(each.time_ms),
            "account": shown["account"],
            "media_attachments": shown["media_attachments"],
            "emojis": [],
            "poll": None,
        }
        for each in versions
    ]


def _react(kind: type[Ask[PostView]]) -> Callable[[str], Json]:
    """The view that does something with a post, and shows it afterwards."""

    def react(id: str) -> Json:
        return status(ask(kind(ref=ref_text(find_status(id).ref))))

    return react


def _with_thread(kind: type[Ask[MutedThreads]]) -> Callable[[str], Json]:
    """The view that does something with the thread of a post, and shows the post afterwards."""

    def change(id: str) -> Json:
        found = find_status(id)
        ask(kind(ref=ref_text(found.ref)))
        return status(found)

    return change


def boost(id: str) -> Json:
    """POST /api/v1/statuses/:id/reblog: answers the boost, which is a status of its own."""
    boosted = ask(Boost(ref=ref_text(find_status(id).ref)))
    mine = ask(WhoAreYou()).author_id
    for each in ask(Timeline()).posts:
        by = each.boosted_by
        if each.ref == boosted.ref and by is not None and by.author_id == mine:
            return status(each)
    plain = status(boosted)
    return {**plain, "account": account(me()), "reblog": plain}


def pin(id: str) -> Json:
    return status(ask(Pin(ref=ref_text(find_status(id).ref))))


def unpin(id: str) -> Json:
    """Another one that stands above the others stays there."""
    found = find_status(id)
    pinned = {each.ref for each in ask(WhatIsPinned(author=found.author_id)).posts}
    if found.ref in pinned and found.author_id == ask(WhoAreYou()).author_id:
        ask(Unpin())
    return status(find_status(id))


def _who(*, boosts: bool) -> Callable[[str], ApiAnswer]:
    def who_reacted(id: str) -> ApiAnswer:
        found = sought(WhoReacted(ref=ref_text(find_status(id).ref))).people
        return page_of_people(each.author_id for each in found if each.boosts == boosts)

    return who_reacted


def quotes(id: str) -> ApiAnswer:
    """GET /api/v1/statuses/:id/quotes"""
    ref = ref_text(find_status(id).ref)

    def read(limit: int, before: Cursor | None) -> Any:
        page = sought(QuotesOf(ref=ref, limit=limit, before=before))
        return page.posts, page.next

    found, headers = turn(Paged(read=read, place=lambda each: each.cursor, id=post_id))
    return ApiAnswer(statuses(found), headers=headers)


def set_quoting(id: str) -> Json:
    """PUT /api/v1/statuses/:id/interaction_policy: there is one for each audience."""
    found = find_status(id)
    if not found.audience:
        _check_quoting()
    return status(found)


def revoke(id: str, quoting: str) -> Json:
    """POST /api/v1/statuses/:id/quotes/:quoting_status_id/revoke"""
    quoted = find_status(id)
    if find_status(quoting).quotes != quoted.ref:
        raise MissingError(quoting)
    raise UserError(sentences.NO_REVOKING())


_ONE: Final = "/api/v1/statuses/<id>"
_READ: Final = "read:statuses"
_WRITE: Final = "write:statuses"

CALLS: Final[tuple[ApiCall, ...]] = (
    post("/api/v1/statuses", write, _WRITE),
    get("/api/v1/statuses", show_several, _READ),
    get(_ONE, show, _READ),
    put(_ONE, edit, _WRITE),
    delete(_ONE, remove, _WRITE),
    get(f"{_ONE}/context", context, _READ),
    get(f"{_ONE}/source", source, _READ),
    get(f"{_ONE}/history", history, _READ),
    get(f"{_ONE}/reblogged_by", _who(boosts=True), _READ),
    get(f"{_ONE}/favourited_by", _who(boosts=False), _READ),
    get(f"{_ONE}/quotes", quotes, _READ),
    post(f"{_ONE}/quotes/<quoting>/revoke", revoke, _WRITE),
    put(f"{_ONE}/interaction_policy", set_quoting, _WRITE),
    post(f"{_ONE}/favourite", _react(Like), "write:favourites"),
    post(f"{_ONE}/unfavourite", _react(Unlike), "write:favourites"),
    post(f"{_ONE}/bookmark", _react(AddBookmark), "write:bookmarks"),
    post(f"{_ONE}/unbookmark", _react(RemoveBookmark), "write:bookmarks"),
    post(f"{_ONE}/reblog", boost, _WRITE),
    post(f"{_ONE}/unreblog", _react(Unboost), _WRITE),
    post(f"{_ONE}/mute", _with_thread(MuteThread), "write:mutes"),
    post(f"{_ONE}/unmute", _with_thread(UnmuteThread), "write:mutes"),
    post(f"{_ONE}/pin", pin, "write:accounts"),
    post(f"{_ONE}/unpin", unpin, "write:accounts"),
)
