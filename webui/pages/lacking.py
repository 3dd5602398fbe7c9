"""POST /ask-around: ask others for what is missing.  GET /came: what of it is here since."""

from collections.abc import Sequence
from typing import Final

from flask import Response, jsonify, redirect, request
from swarmfeed.core.asks import gap_sentences as sentences
from swarmfeed.core.asks.gaps import AskAround, Gap, WhatIsMissing
from swarmfeed.core.asks.posts import NamedPosts, PostView, ref_text
from werkzeug.wrappers import Response as Redirect

from webui.back import back_to
from webui.current import ask
from webui.routes import Page, get, post

ASKED: Final = "asked"
"""In the query of a page: how many machines were asked; also the place that says so."""

_DIGITS_MAX: Final = 6


def gaps_among(posts: Sequence[PostView]) -> dict[str, Gap]:
    """What is missing below posts of a list, by the names of these posts."""
    own = [ref_text(post.ref) for post in posts if not post.boosted_by and not post.audience]
    found = ask(WhatIsMissing(refs=",".join(own))).gaps if own else ()
    return {ref_text(gap.ref): gap for gap in found}


def was_asked() -> str:
    """What asking came to, on the page that a person was led back to; else nothing."""
    machines = request.args.get(ASKED, "")
    is_number = machines.isascii() and machines.isdecimal() and len(machines) <= _DIGITS_MAX
    return sentences.asked(int(machines)) if is_number else ""


def ask_around() -> Redirect:
    machines = ask(AskAround(who=request.form.get("who", ""))).machines
    page, _, mark = back_to(ASKED).partition("#")
    query = "&" if "?" in page else "?"
    return redirect(f"{page}{query}{ASKED}={machines}#{mark}", 303)


def show_came() -> Response:
    """Which of the posts that were missing are here, and below which nothing is missing now."""
    holes, gaps = request.args.get("holes", ""), request.args.get("gaps", "")
    here = ask(NamedPosts(refs=holes)).posts if holes else ()
    left = ask(WhatIsMissing(refs=gaps)).gaps if gaps else ()
    open_gaps = {ref_text(gap.ref) for gap in left}
    filled = [name for name in gaps.split(",") if name and name not in open_gaps]
    return jsonify({"came": [ref_text(post.ref) for post in here] + filled})


PAGE: Final = Page(
    routes=(
        post("/ask-around", "ask_around", ask_around),
        get("/came", "came", show_came),
    )
)
