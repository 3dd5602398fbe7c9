"""GET /follow: paste a link, and see what following would do.  POST: do it."""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.people import Fetch, Follow, LookAt, Unfollow, WhoAreYou, WhoIsFollowed
from swarmfeed.core.base.address import Link, parse_link
from swarmfeed.core.base.types import AuthorId
from werkzeug.wrappers import Response

from webui.current import ask
from webui.routes import Menu, Page, get, post


def show_follow() -> str:
    text = request.args.get("link", "").strip()
    link: Link | None = parse_link(text) if text else None
    follows = ask(WhoIsFollowed()).authors
    known = {author.author_id: author for author in follows}
    is_new = link is not None and link.author_id not in known and not _is_own(link)
    return render_template(
        "follow.html",
        link=link,
        link_text=text,
        known=known.get(link.author_id) if link else None,
        cost=ask(LookAt(who=text)).sentences if is_new else (),
        follows=follows,
    )


def _is_own(link: Link) -> bool:
    return link.author_id == ask(WhoAreYou()).author_id


def follow() -> Response:
    return _show(ask(Follow(who=_who())).author_id)


def unfollow() -> Response:
    return _show(ask(Unfollow(who=_who())).author_id)


def fetch() -> Response:
    return _show(ask(Fetch(who=_who())).author_id)


def _who() -> str:
    return request.form.get("who", "").strip()


def _show(author_id: AuthorId) -> Response:
    return redirect(url_for("author", author_id=author_id), 303)


PAGE: Final = Page(
    routes=(
        get("/follow", "follow", show_follow, menu=Menu(label="Follow", icon="follow")),
        post("/follow", "do_follow", follow),
        post("/unfollow", "do_unfollow", unfollow),
        post("/fetch", "do_fetch", fetch),
    )
)
