"""Posts that were published already: edited, withdrawn, and what they said before.

Each is a page of its own, and works without script.  What was withdrawn has a page at its place
that says how far it is gone.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks import withdrawal_sentences
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.posts import PostView, ShowPost, ref_text
from swarmfeed.core.asks.withdrawing import Edit, HistoryOfPost, Removal, Withdraw
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import FeedId
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.current import ask
from webui.routes import Page, Typed, get, post


def show_edit(feed_id: FeedId, index: int) -> str:
    return render_template("edit.html", post=_own(feed_id, index))


def show_withdraw(feed_id: FeedId, index: int) -> str:
    return render_template(
        "withdraw.html",
        post=_own(feed_id, index),
        what_it_does=withdrawal_sentences.WHAT_IT_DOES(),
        what_may_stay=withdrawal_sentences.WHAT_MAY_STAY(),
    )


def show_versions(feed_id: FeedId, index: int) -> str:
    found = _find(feed_id, index)
    history = ask(HistoryOfPost(ref=ref_text(found.ref)))
    return render_template(
        "versions.html",
        post=found,
        versions=history.versions,
        no_earlier_text=withdrawal_sentences.NO_EARLIER_TEXT(),
    )


def edit() -> Response:
    ref, text = request.form.get("ref", ""), request.form.get("text", "")
    remove_old = "remove_old" in request.form
    # Browsers send CRLF from a text area; a post has plain line feeds.
    edited = ask(Edit(ref=ref, text=text.replace("\r\n", "\n"), remove_old=remove_old))
    return redirect(_place(edited.ref.feed_id, edited.ref.index), 303)


def withdraw() -> Response:
    removal = ask(Withdraw(ref=request.form.get("ref", "")))
    return redirect(_place(removal.ref.feed_id, removal.ref.index), 303)


def withdrawn_page(removal: Removal) -> str:
    """What stands at the place of an own post that was withdrawn."""
    return render_template(
        "withdrawn.html",
        by_you=withdrawal_sentences.WITHDRAWN_BY_YOU(),
        how_far=withdrawal_sentences.how_far(removal),
        what_may_stay=withdrawal_sentences.WHAT_MAY_STAY(),
    )


def _own(feed_id: FeedId, index: int) -> PostView:
    found = _find(feed_id, index)
    if found.author_id != ask(WhoAreYou()).author_id:
        raise UserError(withdrawal_sentences.OF_SOMEBODY_ELSE())
    return found


def _find(feed_id: FeedId, index: int) -> PostView:
    return ask(ShowPost(ref=f"{format_address(feed_id)}/{index}", limit=1)).post


def _place(feed_id: FeedId, index: int) -> str:
    return url_for("place", feed_id=feed_id, index=index)


_PLACE: Final = "/posts/<address:feed_id>/<int(max=4294967295):index>"

PAGE: Final = Page(
    routes=(
        get(f"{_PLACE}/edit", "edit", show_edit),
        get(f"{_PLACE}/withdraw", "withdraw", show_withdraw),
        get(f"{_PLACE}/versions", "versions", show_versions),
        post("/edits", "do_edit", edit, Typed(name="text", label="Your text", lines=True)),
        post("/withdrawals", "do_withdraw", withdraw),
    )
)
