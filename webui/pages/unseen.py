"""GET /not-shown: whom a person muted or blocked, which threads, and which words they filter.

POST /threads/mute and /threads/unmute, from a thread or from there; /block, /unblock and
/block-all; /filters and /filters/remove.  GET /blocked.txt is a list that others can take over.
"""

from typing import Final

from flask import Response, redirect, render_template, request, url_for
from swarmfeed.core.asks.blocking import Block, BlockAll, Unblock, WhoIsBlocked
from swarmfeed.core.asks.filter_sentences import MANY_BLOCKED
from swarmfeed.core.asks.filters import ListFilters, RemoveFilter, SetFilter
from swarmfeed.core.asks.muting import (
    MuteThread,
    UnmuteThread,
    WhichThreadsAreMuted,
    WhoIsMuted,
)
from swarmfeed.core.asks.people import AuthorView, people_in
from swarmfeed.core.asks.state_sentences import POST_NOT_HERE
from swarmfeed.core.base.address import Link, format_link
from swarmfeed.core.base.limits import NAME_CHARS_MAX
from swarmfeed.core.base.texts import Text
from werkzeug.wrappers import Response as Answer

from webui.back import back_to
from webui.current import ask
from webui.render import one_line
from webui.routes import Page, Typed, get, post

ENDS: Final = (
    ("0", Text("Never")()),
    ("1", Text("After a day")()),
    ("7", Text("After a week")()),
    ("30", Text("After 30 days")()),
)


def show_unseen() -> str:
    return render_template(
        "unseen.html",
        muted=ask(WhoIsMuted()).authors,
        threads=ask(WhichThreadsAreMuted()).threads,
        not_here=POST_NOT_HERE(),
        blocked=ask(WhoIsBlocked()).authors,
        filters=ask(ListFilters()).filters,
        ends=ENDS,
        said=_said(),
    )


def _said() -> str:
    """What came of a list that was taken over just now."""
    blocked, already = (request.args.get(name, type=int) for name in ("blocked", "already"))
    if blocked is None or already is None:
        return ""
    return MANY_BLOCKED(blocked=blocked, already=already)


def mute_thread() -> Answer:
    ask(MuteThread(ref=request.form.get("ref", "")))
    return redirect(back_to("thread-muted"), 303)


def unmute_thread() -> Answer:
    ask(UnmuteThread(ref=request.form.get("ref", "")))
    return redirect(back_to("thread-muted"), 303)


def block() -> Answer:
    return _to(ask(Block(who=request.form.get("who", ""))))


def unblock() -> Answer:
    return _to(ask(Unblock(who=request.form.get("who", ""))))


def block_all() -> Answer:
    done = ask(BlockAll(who=tuple(people_in(request.form.get("who", "")))))
    there = url_for("unseen", blocked=done.blocked, already=done.already)
    return redirect(there, 303)


def set_filter() -> Answer:
    ask(
        SetFilter(
            words=request.form.get("words", ""),
            hides=request.form.get("how", "hide") == "hide",
            days=request.form.get("days", default=0, type=int),
        )
    )
    return redirect(url_for("unseen"), 303)


def remove_filter() -> Answer:
    ask(RemoveFilter(words=request.form.get("words", "")))
    return redirect(url_for("unseen"), 303)


def share_blocked() -> Response:
    """Whom the person blocked, one a line: what another person's page takes over."""
    links = (
        format_link(Link(each.author_id, one_line(each.name)[:NAME_CHARS_MAX]))
        for each in ask(WhoIsBlocked()).authors
    )
    answer = Response("".join(f"{link}\n" for link in links), mimetype="text/plain")
    answer.headers["Content-Disposition"] = 'attachment; filename="blocked.txt"'
    return answer


def _to(author: AuthorView) -> Answer:
    return redirect(url_for("author", author_id=author.author_id), 303)


PAGE: Final = Page(
    routes=(
        get("/not-shown", "unseen", show_unseen),
        get("/blocked.txt", "share_blocked", share_blocked),
        post("/threads/mute", "mute_thread", mute_thread),
        post("/threads/unmute", "unmute_thread", unmute_thread),
        post("/block", "block", block),
        post("/unblock", "unblock", unblock),
        post(
            "/block-all", "block_all", block_all, Typed(name="who", label="People", lines=True)
        ),
        post("/filters", "set_filter", set_filter, Typed(name="words", label="Words")),
        post("/filters/remove", "remove_filter", remove_filter),
    )
)
