"""GET /drafts: what was begun and not posted, on any device.  POST /drafts: keep or drop it.

The boxes of pages hold their own draft already; GET /drafts/text tells pages that stay open
what became of theirs.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final
from urllib.parse import quote

from flask import Response, jsonify, redirect, render_template, request, url_for
from swarmfeed.core.asks.media import Attached
from swarmfeed.core.asks.state import Draft, Drafts, KeepDraft
from swarmfeed.errors import PassingError, UserError
from werkzeug.wrappers import Response as Answer

from webui.current import ask
from webui.kept import wants_json
from webui.pages.circles import TO
from webui.pages.media import attached
from webui.routes import Page, Typed, get, post

BEGUN: Final = "begun"
"""Field of a box: the draft that stood in it, or that the node kept of it since."""

BEGUN_TO: Final = "begun_to"
"""Field of a box: for whom that draft was."""


def draft_of(place: str) -> Draft:
    """The draft for a place: empty for a new post, else what it answers."""
    found = {each.place: each for each in ask(Drafts()).drafts}
    return found.get(place, Draft(place=place, text=""))


def replies_begun() -> int:
    """How many drafts are no new posts: each has its box on the page of what it answers."""
    return sum(1 for each in ask(Drafts()).drafts if each.place)


def let_go(place: str, text: str) -> None:
    """Take a draft away, because what came of it was posted.

    Another one that was begun there meanwhile, on another device, stays.
    """
    if draft_of(place).text in (text, plain_lines(request.form.get(BEGUN, ""))):
        # The post is saved; that its draft is not gone yet is no reason to say otherwise.
        with suppress(PassingError, UserError):
            _keep(place, "")


def keep_so_far(files: Sequence[Attached]) -> Draft:
    """Keep what stands in a box before it is posted; returns what the node has of it then.

    Another draft that was begun there meanwhile, on another device, stays.
    """
    form = request.form
    place, text = form.get("reply_to", ""), plain_lines(form.get("text", ""))
    begun, to = plain_lines(form.get(BEGUN, "")), form.get(TO.name, "")
    if draft_of(place).text in (text, begun):
        with suppress(PassingError, UserError):
            _keep(place, text, to, files)
            return Draft(place=place, text=text, to=to)
    return Draft(place=place, text=begun, to=form.get(BEGUN_TO, ""))


def plain_lines(text: str) -> str:
    """Return a text with plain line feeds: browsers send CRLF from a text area."""
    return text.replace("\r\n", "\n")


def show_drafts() -> str:
    drafts = [(each, _url(each)) for each in ask(Drafts()).drafts]
    return render_template("drafts.html", drafts=drafts)


def show_draft() -> Response:
    draft = draft_of(request.args.get("of", ""))
    files = [each.upload for each in draft.media if each.is_here]
    return jsonify({"text": draft.text, "to": draft.to, "files": files})


def keep_draft() -> Answer:
    place, text = request.form.get("reply_to", ""), plain_lines(request.form.get("text", ""))
    # A box says all that is in it; the button that discards a draft says nothing.
    files = attached() if BEGUN in request.form else None
    _keep(place, text, request.form.get(TO.name, ""), files)
    if wants_json():
        named = [each.upload for each in files or ()]
        return jsonify({"kept": text, "files": named})
    return redirect(url_for("drafts"), 303)


def _keep(place: str, text: str, to: str = "", files: Sequence[Attached] | None = None) -> None:
    media = None if files is None else tuple(files)
    ask(KeepDraft(place=place, text=text if text.strip() else "", to=to, media=media))


def _url(draft: Draft) -> str:
    """The page with the box that a draft belongs into."""
    return f"/posts/{quote(draft.place)}#text" if draft.place else f"{url_for('home')}#text"


PAGE: Final = Page(
    routes=(
        get("/drafts", "drafts", show_drafts),
        get("/drafts/text", "draft", show_draft),
        post(
            "/drafts",
            "keep_draft",
            keep_draft,
            Typed(name="text", label="Your text", lines=True, optional=True),
            TO,
            files=True,
        ),
    )
)
