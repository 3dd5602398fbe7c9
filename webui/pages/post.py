"""GET /posts/<id>: a post in its thread.  POST /posts: publish one.

GET /posts/<feed>/<index> leads there; for a post without an id it is the page itself.
"""

from typing import Final

from flask import jsonify, redirect, render_template, request, url_for
from swarmfeed.core.archives.telling import brought_sentence
from swarmfeed.core.asks import thread_sentences
from swarmfeed.core.asks.muting import WhichAreMuted
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.posts import (
    HowManyReplies,
    NamedPosts,
    PostView,
    ShowPost,
    ThreadView,
    Timeline,
    ref_text,
)
from swarmfeed.core.asks.profile import WhatIsPinned
from swarmfeed.core.asks.quotes import HowOftenQuoted
from swarmfeed.core.asks.reaction_sentences import what_you_said
from swarmfeed.core.asks.sentences import who_has_it
from swarmfeed.core.asks.withdrawing import HowFarRemoved, Removal
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import FeedId
from swarmfeed.errors import UserError
from werkzeug.wrappers import Response

from webui.conversation import places, post_key, thread_url, who_is_in
from webui.current import ask
from webui.kept import AGAIN, ONCE
from webui.languages import why
from webui.pages.changing import withdrawn_page
from webui.pages.circles import TO
from webui.pages.drafts import let_go, plain_lines
from webui.pages.looking import TYPED
from webui.pages.media import attached
from webui.pages.reactions import left_of
from webui.routes import Page, get, post


def show_post(name: str) -> str | Response:
    try:
        return _show(_thread(name))
    except UserError as error:
        left = left_of(name)
        gone = left[0].ref if left else _how_far_removed(name, error).ref
        return redirect(url_for("place", feed_id=gone.feed_id, index=gone.index))


def show_place(feed_id: FeedId, index: int) -> str | Response:
    ref = f"{format_address(feed_id)}/{index}"
    try:
        thread = _thread(ref)
    except UserError as error:
        if said := _said_of(ref):
            return render_template("gone.html", ref=ref, why=why(error), said=said)
        return withdrawn_page(_how_far_removed(ref, error))
    if thread.post.id:
        return redirect(url_for("post", name=thread.post.id, start=_start() or None))
    return _show(thread)


def _said_of(ref: str) -> tuple[str, ...]:
    """What the person still says of a post that is gone."""
    return tuple(map(what_you_said, left_of(ref)))


def _how_far_removed(ref: str, error: UserError) -> Removal:
    """How far an own post is gone that is not shown; raises ``error`` where it is none."""
    try:
        return ask(HowFarRemoved(ref=ref))
    except UserError:
        raise error from None


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
        people=who_is_in(thread),
        replies=places(post, thread.replies),
        total=thread.reply_total,
        pin=_pin(post),
        quotes=sum(ask(HowOftenQuoted(refs=ref_text(post.ref))).counts),
        is_muted=bool(ask(WhichAreMuted(refs=ref_text(post.ref))).refs),
        said=_said_of(ref_text(post.ref)) if post.withdrawn else (),
        how_many=thread_sentences.replies_below(post, thread.reply_total),
        is_top=not _start(),
        more_url=thread_url(post, thread.next) if thread.next else "",
        earlier=thread_sentences.EARLIER(),
        brought=brought_sentence(thread.brought) if thread.brought else "",
        stood_at=thread.brought.url if thread.brought else "",
    )


def _pin(post: PostView) -> str:
    """The route that puts a post above its author's others, or back."""
    pinned = ask(WhatIsPinned(author=post.author_id)).posts
    return "unpin" if post.ref in {each.ref for each in pinned} else "pin"


def show_new_replies() -> Response:
    """How many replies came since a page was made that had ``seen`` of them, and where the
    newest one stands."""
    ref = request.args.get("of", "")
    size = ask(HowManyReplies(ref=ref))
    new = max(size.total - request.args.get("seen", default=0, type=int), 0)
    url = ""
    if new and size.newest:
        # A query of its own: a link that differs behind the # only would load nothing.
        url = _where_it_stands(ref, size.newest, size.total)
    label = thread_sentences.NEW_REPLIES(replies=new)
    return jsonify({"count": new, "label": label, "url": url})


def show_counts() -> Response:
    """What stands under posts on an open page: how many replies each has, and who has it."""
    posts = ask(NamedPosts(refs=request.args.get("posts", ""))).posts
    return jsonify({post_key(post): _counts(post) for post in posts})


def _counts(post: PostView) -> dict[str, object]:
    """What is said under one post; who has it is shown under own ones only."""
    return {
        "replies": thread_sentences.direct_replies(post),
        "held": who_has_it(post.held_by),
        "isHeld": post.held_by > 0,
    }


def publish() -> Response:
    reply_to = request.form.get("reply_to", "")
    parent = ask(ShowPost(ref=reply_to)).post if reply_to else None
    text = plain_lines(request.form.get("text", ""))
    key, again = request.form.get(ONCE, ""), AGAIN in request.form
    to = request.form.get(TO.name, "")
    post = ask(
        WritePost(
            text=text,
            reply_to=reply_to,
            key=key,
            again=again,
            to=to,
            quote=request.form.get("quote", ""),
            cw=request.form.get("cw"),
            lang=request.form.get("lang", ""),
            media=attached(),
        )
    )
    let_go(reply_to, text)
    return redirect(_where_it_stands(ref_text(parent.ref), post) if parent else "/", 303)


def last_language() -> str:
    """The language that the newest own post says: the next one is likely in that, too."""
    newest = ask(Timeline(author=ask(WhoAreYou()).author_id, limit=1)).posts
    return newest[0].lang if newest else ""


def _where_it_stands(ref: str, reply: PostView, replies: int | None = None) -> str:
    """The page of a thread on which a reply is seen, and its place there.

    Args:
        ref: The post that the thread is of.
        replies: How many there are, for a link that differs from the one to fewer of them.
    """
    thread = ask(ShowPost(ref=ref))
    is_first = any(each.ref == reply.ref for each in thread.replies)
    start = "" if is_first else reply.id or ref_text(reply.ref)
    top = thread.post if is_first or _is_reached(ref, start) else reply
    url = thread_url(top, start if top == thread.post else "", replies)
    return f"{url}#{post_key(reply)}"


def _is_reached(ref: str, start: str) -> bool:
    """Whether a page of the thread starts at that reply: one that is too deep has its own."""
    try:
        ask(ShowPost(ref=ref, start=start, limit=1))
    except UserError:
        return False
    return True


PAGE: Final = Page(
    routes=(
        get("/posts/<name>", "post", show_post),
        get("/posts/<address:feed_id>/<int(max=4294967295):index>", "place", show_place),
        get("/replies", "new_replies", show_new_replies),
        get("/counts", "counts", show_counts),
        post(
            "/posts",
            "publish",
            publish,
            *TYPED,
            files=True,
        ),
    )
)
