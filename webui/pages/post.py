"""GET /posts/<feed>/<index>: a post in its thread.  POST /posts: publish one."""

from flask import redirect, render_template, request, url_for
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import FeedId
from werkzeug.wrappers import Response

from webui.current import node


def show_post(feed_id: FeedId, index: int) -> str:
    post = node().post(f"{format_address(feed_id)}/{index}")
    ancestors, replies = node().thread(post)
    # The oldest ancestor answers something, but it is not here: say so.
    first = ancestors[0] if ancestors else post
    return render_template(
        "post.html",
        post=post,
        ancestors=ancestors,
        replies=replies,
        missing_start=first.reply_to is not None,
    )


def publish() -> Response:
    reply_to = request.form.get("reply_to", "")
    parent = node().post(reply_to) if reply_to else None
    # Browsers send CRLF from a text area; a post has plain line feeds.
    text = request.form.get("text", "").replace("\r\n", "\n")
    post = node().publish_post(text, parent.ref if parent else None)
    shown = parent or post
    url = url_for("post", feed_id=shown.ref.feed_id, index=shown.ref.index)
    return redirect(f"{url}#{post.ref.entry_hash.hex()[:16]}" if parent else "/", 303)
