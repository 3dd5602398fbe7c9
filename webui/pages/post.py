"""GET /posts/<id>: a post in its thread.  POST /posts: publish one.

GET /posts/<feed>/<index> leads there; for a post without an id it is the page itself.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.posts import PostView, ShowPost, ThreadView
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import FeedId
from werkzeug.wrappers import Response

from webui.current import ask
from webui.routes import Page, get, post


def show_post(name: str) -> str:
    return _show(ask(ShowPost(ref=name)))


def show_place(feed_id: FeedId, index: int) -> str | Response:
    thread = ask(ShowPost(ref=f"{format_address(feed_id)}/{index}"))
    if thread.post.id:
        return redirect(url_for("post", name=thread.post.id))
    return _show(thread)


def post_url(post: PostView) -> str:
    """The page of a post."""
    if post.id:
        return url_for("post", name=post.id)
    return url_for("place", feed_id=post.ref.feed_id, index=post.ref.index)


def _show(thread: ThreadView) -> str:
    post, ancestors = thread.post, thread.ancestors
    # The oldest ancestor answers something, but it is not here: say so.
    first = ancestors[0] if ancestors else post
    return render_template(
        "post.html",
        post=post,
        ancestors=ancestors,
        replies=thread.replies,
        missing_start=first.reply_to is not None,
    )


def publish() -> Response:
    reply_to = request.form.get("reply_to", "")
    parent = ask(ShowPost(ref=reply_to)).post if reply_to else None
    # Browsers send CRLF from a text area; a post has plain line feeds.
    text = request.form.get("text", "").replace("\r\n", "\n")
    post = ask(WritePost(text=text, reply_to=reply_to))
    shown = parent or post
    return redirect(
        f"{post_url(shown)}#{post.ref.entry_hash.hex()[:16]}" if parent else "/", 303
    )


PAGE: Final = Page(
    routes=(
        get("/posts/<name>", "post", show_post),
        get("/posts/<address:feed_id>/<int(max=4294967295):index>", "place", show_place),
        post("/posts", "publish", publish),
    )
)
