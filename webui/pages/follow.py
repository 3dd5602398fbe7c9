"""GET /follow: paste a link, and see what following would do.  POST: do it."""

from flask import redirect, render_template, request, url_for
from swarmfeed.core.base.address import Link, parse_link
from swarmfeed.core.base.types import AuthorId
from werkzeug.wrappers import Response

from webui.current import node


def show_follow() -> str:
    text = request.args.get("link", "").strip()
    link: Link | None = parse_link(text) if text else None
    follows = node().follows()
    known = {author.author_id: author for author in follows}
    return render_template(
        "follow.html",
        link=link,
        link_text=text,
        known=known.get(link.author_id) if link else None,
        follows=follows,
    )


def follow() -> Response:
    return _show(node().follow(_who()).author_id)


def unfollow() -> Response:
    return _show(node().unfollow(_who()).author_id)


def fetch() -> Response:
    return _show(node().fetch(_who()))


def _who() -> str:
    return request.form.get("who", "").strip()


def _show(author_id: AuthorId) -> Response:
    return redirect(url_for("author", author_id=author_id), 303)
