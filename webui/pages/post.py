"""GET /posts/<id>: a post in its thread.  POST /posts: publish one.

GET /posts/<feed>/<index> leads there; for a post without an id it is the page itself.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks import thread_sentences
from swarmfeed.core.asks.posts import PostView, ShowPost, ThreadView, ref_text
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import FeedId
from werkzeug.wrappers import Response

from webui.conversation import places, thread_url
from webui.current import ask
from webui.routes import Page, get, post


def show_post(name: str) -> str:
    return _show(_thread(name))


def show_place(feed_id: FeedId, index: int) -> str | Response:
    thread = _thread(f"{format_address(feed_id)}/{index}")
    if thread.post.id:
        return redirect(url_for("post", name=thread.post.id, start=_start() or None))
    return _show(thread)


def post_url(post: PostView) -> str:
    """The page of a post."""
    return thread_url(post)


def _thread(ref: str) -> ThreadView:
    return ask(ShowPost(ref=ref, start=_start()))


def _start() -> str:
    return request.args.get("start", "").strip()


def _show(thread: ThreadView) -> str:
    post = thread.post
    return render_template(
        "post.html",
        post=post,
        ancestors=thread.ancestors,
        oldest=thread.oldest,
        replies=places(post, thread.replies),
        how_many=thread_sentences.replies_below(post, thread.reply_total),
        is_top=not _start(),
        more_url=thread_url(post, thread.next) if thread.next else "",
        earlier=thread_sentences.EARLIER(),
    )


def publish() -> Response:
    reply_to = request.form.get("reply_to", "")
    parent = ask(ShowPost(ref=reply_to)).post if reply_to else None
    # Browsers send CRLF from a text area; a post has plain line feeds.
    text = request.form.get("text", "").replace("\r\n", "\n")
    post = ask(WritePost(text=text, reply_to=reply_to))
    return redirect(_where_it_stands(parent, post) if parent else "/", 303)


def _where_it_stands(parent: PostView, reply: PostView) -> str:
    """The page of the thread on which a new reply is seen, and its place there."""
    thread = ask(ShowPost(ref=ref_text(parent.ref)))
    is_first = any(each.ref == reply.ref for each in thread.replies)
    start = "" if is_first else reply.id or ref_text(reply.ref)
    return f"{thread_url(parent, start)}#{reply.ref.entry_hash.hex()[:16]}"


PAGE: Final = Page(
    routes=(
        get("/posts/<name>", "post", show_post),
        get("/posts/<address:feed_id>/<int(max=4294967295):index>", "place", show_place),
        post("/posts", "publish", publish),
    )
)
