"""POST /like, /unlike, /boost and /unboost: what is done with a post, from wherever it stands.

GET /reactions/<feed>/<index>: who did.  GET /quote/<feed>/<index>: write a post that quotes it.
GET /reactions/left: what the person said of posts that cannot be read here; POST /take-back.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.posts import PostView, ShowPost
from swarmfeed.core.asks.quotes import QuotesOf
from swarmfeed.core.asks.reaction_sentences import what_you_said
from swarmfeed.core.asks.reactions import (
    Boost,
    Like,
    OwnReaction,
    ReactionsLeft,
    TakeBack,
    Unboost,
    Unlike,
    WhoReacted,
)
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import FeedId
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.back import back_to
from webui.conversation import post_key
from webui.current import ask, before
from webui.routes import Page, get, post


def like() -> Response:
    return _do(Like(ref=_ref()))


def unlike() -> Response:
    return _do(Unlike(ref=_ref()))


def boost() -> Response:
    return _do(Boost(ref=_ref()))


def unboost() -> Response:
    return _do(Unboost(ref=_ref()))


def _ref() -> str:
    return request.form.get("ref", "")


def _do(wish: Ask[PostView]) -> Response:
    return redirect(back_to(post_key(ask(wish))), 303)


def show_reactions(feed_id: FeedId, index: int) -> str:
    ref = f"{format_address(feed_id)}/{index}"
    shown, people = _post(ref), ask(WhoReacted(ref=ref)).people
    return render_template(
        "reactions.html",
        post=shown,
        likes=[each for each in people if not each.boosts],
        boosts=[each for each in people if each.boosts],
        quotes=ask(QuotesOf(ref=ref, before=before())),
        is_top=before() is None,
    )


def show_left() -> str:
    start = request.args.get("start", default=0, type=int)
    found = ask(ReactionsLeft(start=max(start, 0)))
    return render_template(
        "left.html",
        left=[(each, what_you_said(each)) for each in found.reactions],
        next=found.next,
        is_top=start <= 0,
    )


def take_back() -> Response:
    ask(TakeBack(ref=_ref()))
    return redirect(url_for("reactions_left"), 303)


def left_of(ref: str) -> tuple[OwnReaction, ...]:
    """What the person still says of a post that cannot be read here; mostly nothing."""
    try:
        return ask(ReactionsLeft(ref=ref)).reactions
    except UserError:
        return ()  # it names nothing that is known here


def write_quote(feed_id: FeedId, index: int) -> str:
    return render_template("quote.html", post=_post(f"{format_address(feed_id)}/{index}"))


def _post(ref: str) -> PostView:
    return ask(ShowPost(ref=ref, limit=1)).post


PAGE: Final = Page(
    routes=(
        post("/like", "like", like),
        post("/unlike", "unlike", unlike),
        post("/boost", "boost", boost),
        post("/unboost", "unboost", unboost),
        get(
            "/reactions/<address:feed_id>/<int(max=4294967295):index>",
            "reactions",
            show_reactions,
        ),
        get("/reactions/left", "reactions_left", show_left),
        post("/take-back", "take_back", take_back),
        get("/quote/<address:feed_id>/<int(max=4294967295):index>", "quote", write_quote),
    )
)
