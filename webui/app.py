"""The page as a Flask app, built around a node that is already running.

The route table is the site map, whole and in reading order.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from flask import Flask, Response, g, render_template, request
from swarmfeed.core.asks.views_json import ref_text
from swarmfeed.core.base.address import ADDRESS_CHARS, format_address, parse_address
from swarmfeed.core.base.limits import FORM_BYTES_MAX
from swarmfeed.errors import RetryError, SwarmfeedError, UserError
from werkzeug.exceptions import Forbidden, HTTPException, InternalServerError, Unauthorized
from werkzeug.routing import BaseConverter, ValidationError

from webui import api, formats, headers, pictures, render
from webui.access import Access, is_own_request
from webui.current import EXTENSION, PageSettings, Running, node, running
from webui.pages import author as author_page
from webui.pages import follow as follow_page
from webui.pages import history as history_page
from webui.pages import home as home_page
from webui.pages import login as login_page
from webui.pages import me as me_page
from webui.pages import post as post_page
from webui.pages import search as search_page
from webui.pages import status as status_page
from webui.pages import torrents as torrents_page

if TYPE_CHECKING:
    from swarmfeed.facade import Facade

WITHOUT_SESSION: Final = frozenset({"static", "login", "welcome"})
"""Endpoints anybody on this machine may see."""


class AddressConverter(BaseConverter):
    """An author or a feed in a path: the address outside, the key inside; else a 404."""

    regex = f"[a-z2-7]{{{ADDRESS_CHARS}}}"

    def to_python(self, value: str) -> bytes:
        try:
            return parse_address(value)
        except UserError as error:
            raise ValidationError(str(error)) from error

    def to_url(self, value: bytes) -> str:
        return format_address(value)


def create_app(facade: "Facade", access: Access, settings: PageSettings) -> Flask:
    """Build the app.  It calls ``facade`` from whatever thread serves a request."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = FORM_BYTES_MAX
    app.config["MAX_FORM_MEMORY_SIZE"] = FORM_BYTES_MAX
    app.extensions[EXTENSION] = Running(facade, access, settings)
    app.url_map.converters["address"] = AddressConverter
    _add_routes(app)
    app.before_request(_check_access)
    app.after_request(_add_headers)
    app.register_error_handler(SwarmfeedError, _show_own_error)
    app.register_error_handler(HTTPException, _show_http_error)
    app.context_processor(_shared_values)
    for filter_name, function in FILTERS.items():
        app.add_template_filter(function, filter_name)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    return app


def _add_routes(app: Flask) -> None:
    get, post = app.get, app.post
    # Reading
    get("/", endpoint="home")(home_page.show_home)
    get("/updates", endpoint="updates")(home_page.show_updates)
    get("/sentence", endpoint="sentence")(home_page.show_sentence)
    get("/posts/<address:feed_id>/<int(max=4294967295):index>", endpoint="post")(
        post_page.show_post
    )
    get("/authors/<address:author_id>", endpoint="author")(author_page.show_author)
    get("/search", endpoint="search")(search_page.show_search)
    # Writing
    post("/posts", endpoint="publish")(post_page.publish)
    get("/follow", endpoint="follow")(follow_page.show_follow)
    post("/follow", endpoint="do_follow")(follow_page.follow)
    post("/unfollow", endpoint="do_unfollow")(follow_page.unfollow)
    post("/fetch", endpoint="do_fetch")(follow_page.fetch)
    # The node, and oneself
    get("/status", endpoint="status")(status_page.show_status)
    get("/me", endpoint="me")(me_page.show_me)
    # Holding for others
    get("/history", endpoint="history")(history_page.show_history)
    get("/history/<address:author_id>", endpoint="explain")(history_page.show_explanation)
    post("/history", endpoint="choose_history")(history_page.choose)
    post("/history/leave", endpoint="leave_history")(history_page.leave)
    # For people with ordinary BitTorrent clients
    feed = "/feeds/<address:feed_id>"
    get(f"{feed}/torrents", endpoint="torrents")(torrents_page.show_torrents)
    get(f"{feed}/torrents.rss", endpoint="torrents_rss")(torrents_page.show_rss)
    get(f"{feed}/torrents/<int:level>-<int:position>.torrent", endpoint="torrent_file")(
        torrents_page.send_torrent
    )
    # Coming and going
    get("/welcome", endpoint="welcome")(login_page.show_welcome)
    get("/login", endpoint="login")(login_page.log_in)
    post("/logout", endpoint="logout")(login_page.log_out)
    # For commands, with the bearer key
    api.add_routes(app)


FILTERS: Final[dict[str, Callable[..., object]]] = {
    "address": format_address,
    "counted": formats.counted,
    "every": formats.every,
    "iso_time": formats.iso_time,
    "local_time": formats.local_time,
    "line": render.one_line,
    "number": formats.count,
    "percent": formats.percent,
    "post_text": render.render_text,
    "qr_code": pictures.qr_code,
    "ref": ref_text,
    "short": formats.short,
    "size": formats.size,
    "emblem": pictures.emblem,
}


def _check_access() -> None:
    access = running().access
    g.has_key = access.has_key(request.headers.get("Authorization", ""))
    g.session = access.session(request.headers.get("Cookie", ""))
    if request.path.startswith(api.PREFIX):
        if not g.has_key:
            raise Unauthorized("The API needs the bearer key of this run.")
        return
    is_change = request.method not in ("GET", "HEAD", "OPTIONS")
    if is_change and not (g.has_key or _is_own()):
        raise Forbidden(
            "Another page sent this request, so nothing was changed."
            " Go back to your own page and try again."
        )
    open_to_all = request.endpoint in WITHOUT_SESSION or torrents_page.has_reader_key()
    if not (open_to_all or g.has_key or g.session):
        raise Unauthorized("This browser is not logged in.")


def _is_own() -> bool:
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    return is_own_request(site, origin, request.host_url[:-1])


def _add_headers(response: Response) -> Response:
    for name, value in headers.HEADERS.items():
        response.headers[name] = value
    if request.endpoint == "static":
        response.headers["Cache-Control"] = headers.STATIC_CACHE_CONTROL
    return response


def _show_own_error(error: SwarmfeedError) -> tuple[Response | str, int]:
    if isinstance(error, UserError):
        return _show_error(400, "That did not work", str(error))
    if isinstance(error, RetryError):
        return _show_error(503, "Not right now", f"{error} Try again in a moment.")
    return _show_error(500, "Something is wrong with this node", f"It says: {error}")


def _show_http_error(error: HTTPException) -> tuple[Response | str, int]:
    code = error.code or 500
    if isinstance(error, InternalServerError):
        sentence = "This is a bug in swarmfeed. Nothing you wrote was lost; the log says more."
        return _show_error(500, "Something broke", sentence)
    if isinstance(error, Unauthorized) and not request.path.startswith(api.PREFIX):
        here = request.full_path.rstrip("?") if request.method == "GET" else "/"
        # "//host" would lead to another site.
        here = "/" + here.lstrip("/\\")
        return render_template("welcome.html", here=here, token_failed=False), 401
    titles = {
        403: "Refused",
        404: "There is no such page",
        405: "This page cannot do that",
        413: "That is too long",
    }
    return _show_error(code, titles.get(code, error.name), error.description or "")


def _show_error(code: int, title: str, sentence: str) -> tuple[Response | str, int]:
    if request.path.startswith(api.PREFIX):
        return api.error_response(sentence), code
    return render_template("error.html", code=code, title=title, sentence=sentence), code


def _shared_values() -> dict[str, object]:
    return {
        "now_year": datetime.now(UTC).year,
        "me": node().whoami() if g.get("session") or g.get("has_key") else None,
    }
