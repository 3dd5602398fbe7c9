"""The JSON API under /api/1/, for commands: the bearer key instead of a browser's session.

GET asks, POST changes and takes a JSON object.  A refusal is a 4xx status with
``{"error": sentence}``.  What the answers hold: ``swarmfeed.core.asks.views_json``.
"""

from collections.abc import Callable
from typing import Final

from flask import Flask, Response, jsonify, request
from swarmfeed.core.asks.history_json import explanations_json, history_json
from swarmfeed.core.asks.views_json import (
    Json,
    author_json,
    fetch_progress_json,
    import_json,
    post_json,
    posts_json,
    status_json,
    thread_json,
    torrents_json,
    verify_json,
    whoami_json,
)
from swarmfeed.core.base.address import parse_address
from swarmfeed.core.base.limits import IMPORT_BYTES_MAX, TIME_MS_MAX
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.notice import FEED_BYTES_MAX
from swarmfeed.errors import UserError

from webui.current import before, limit, node, running

PREFIX: Final = "/api/1/"


def add_routes(app: Flask) -> None:
    """Add the API's route table."""
    asking: dict[str, Callable[[], Json]] = {
        "whoami": whoami,
        "timeline": timeline,
        "show": show,
        "search": search,
        "status": status,
        "fetch-progress": fetch_progress,
        "torrents": torrents,
        "history": history,
        "explain": explain,
    }
    changing: dict[str, Callable[[], Json | tuple[Json, int]]] = {
        "post": post,
        "follow": follow,
        "unfollow": unfollow,
        "fetch": fetch,
        "verify": verify,
        "reindex": reindex,
        "import": import_posts,
        "login-link": login_link,
        "choose-history": choose_history,
        "leave-history": leave_history,
        "goodbye": goodbye,
    }
    for name, view in asking.items():
        app.get(PREFIX + name, endpoint=f"api {name}")(view)
    for name, change in changing.items():
        app.post(PREFIX + name, endpoint=f"api {name}")(change)


def error_response(sentence: str) -> Response:
    """Return ``{"error": sentence}``."""
    return jsonify({"error": sentence})


# --- asking -----------------------------------------------------------------------------


def whoami() -> Json:
    """``/whoami``."""
    return whoami_json(node().whoami())


def timeline() -> Json:
    """``/timeline?limit=&before=&author=``: the home timeline, or one author's posts."""
    author = request.args.get("author", "")
    if author:
        posts = node().author_posts(AuthorId(parse_address(author)), limit(), before())
    else:
        posts = node().home(limit(), before())
    return posts_json(posts, limit())


def show() -> Json:
    """``/show?ref=``: one post with its thread; ``<feed address>/<index>`` or a hash."""
    post = node().post(request.args.get("ref", ""))
    return thread_json(post, *node().thread(post))


def search() -> Json:
    """``/search?q=&limit=&before=``."""
    return posts_json(node().search(request.args.get("q", ""), limit(), before()), limit())


def status() -> Json:
    """``/status``."""
    return status_json(node().status())


def fetch_progress() -> Json:
    """``/fetch-progress?author=``."""
    author_id = AuthorId(parse_address(request.args.get("author", "")))
    return fetch_progress_json(node().fetch_progress(author_id))


def torrents() -> Json:
    """``/torrents?feed=``: the sealed chunks of a feed."""
    return torrents_json(node().torrents(FeedId(parse_address(request.args.get("feed", "")))))


def history() -> Json:
    """``/history``: what this node does as a history server."""
    return history_json(node().history())


def explain() -> Json:
    """``/explain?who=``, a link or an address: why an author's feeds are held, or not."""
    return explanations_json(node().explain(request.args.get("who", "")))


# --- changing ---------------------------------------------------------------------------


def post() -> tuple[Json, int]:
    """``/post {"text", "reply_to"?}``, where ``reply_to`` names a post as ``/show`` does."""
    reply_to = _text("reply_to", "")
    parent = node().post(reply_to).ref if reply_to else None
    return post_json(node().publish_post(_text("text"), parent)), 201


def follow() -> Json:
    """``/follow {"who"}``, a link or an address."""
    return author_json(node().follow(_text("who")))


def unfollow() -> Json:
    """``/unfollow {"who"}``, a link or an address."""
    return author_json(node().unfollow(_text("who")))


def fetch() -> Json:
    """``/fetch {"who"}``: start it, and say how far it is."""
    return fetch_progress_json(node().fetch_progress(node().fetch(_text("who"))))


def verify() -> Json:
    """``/verify {}``: check every byte on disk again; may take minutes."""
    return verify_json(node().verify())


def reindex() -> Json:
    """``/reindex {}``: rebuild the index from the logs; may take minutes."""
    return {"posts": node().reindex()}


def import_posts() -> Json:
    """``/import {"posts": [[time_ms, text], ...]}``, one batch of an import."""
    request.max_content_length = IMPORT_BYTES_MAX
    listed = _body().get("posts")
    if not isinstance(listed, list):
        raise UserError('"posts" has to be a list of [time_ms, text].')
    return import_json(node().import_posts([_imported(one) for one in listed]))


def login_link() -> Json:
    """``/login-link {}``: a fresh link that logs one browser in, once."""
    token = running().access.new_login_token()
    return {"url": f"{running().settings.url}/login?token={token}"}


def choose_history() -> Json:
    """``/choose-history {"scope", "disk_bytes", "free_bytes_min"}``."""
    choice = HistoryChoice(
        scope=_text("scope"),
        disk_bytes=_bytes("disk_bytes"),
        free_bytes_min=_bytes("free_bytes_min"),
    )
    return history_json(node().choose_history(choice))


def leave_history() -> Json:
    """``/leave-history {}``: hand everything over, then stop being a history server."""
    return history_json(node().leave_history())


def goodbye() -> Json:
    """``/goodbye {}``: tell others that this node leaves for good."""
    return {"told": node().say_goodbye()}


def _body() -> dict[str, object]:
    # A form could be sent by any web site; this content type cannot (A01).
    given = request.get_json(silent=True) if request.is_json else None
    if not isinstance(given, dict):
        raise UserError("The request needs a JSON object, sent as application/json.")
    return given


def _text(key: str, default: str | None = None) -> str:
    value = _body().get(key, default)
    if not isinstance(value, str):
        raise UserError(f'"{key}" has to be a text.')
    return value


def _bytes(key: str) -> int:
    value = _body().get(key)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= FEED_BYTES_MAX:
        return value
    raise UserError(f'"{key}" has to be a number of bytes.')


def _imported(one: object) -> tuple[int, str]:
    match one:
        case [int(time_ms), str(text)] if 0 <= time_ms <= TIME_MS_MAX:
            return time_ms, text
    raise UserError('Each of "posts" has to be [time_ms, text].')
