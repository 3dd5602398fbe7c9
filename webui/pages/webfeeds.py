"""GET /web: what sites of the web told, unsigned.  GET /web/sites: which are followed.

POST /web/sites: follow one.  POST /web/remove: follow one no longer.  POST /web/look: look now.
POST /web/import: follow all of an OPML list.  GET /web/sites.opml: such a list.
"""

from typing import Final

from flask import Response as FlaskResponse
from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.utf8 import read_utf8
from swarmfeed.core.asks.webfeeds import (
    Articles,
    FollowWebFeed,
    GiveOpml,
    LookAtWebFeeds,
    TakeOpml,
    UnfollowWebFeed,
    WebFeeds,
)
from swarmfeed.core.webfeeds import sentences
from werkzeug.wrappers import Response

from webui.current import ask
from webui.routes import Page, Typed, get, post


def show_web() -> str:
    before, url = request.args.get("before", ""), request.args.get("site", "")
    page = ask(Articles(before=before, url=url))
    return render_template(
        "web.html", page=page, site=url, is_top=not before, unsigned=sentences.UNSIGNED()
    )


def show_sites(said: str = "", offered: tuple[str, ...] = ()) -> str:
    sites = ask(WebFeeds()).web_feeds
    return render_template("sites.html", sites=sites, said=said, offered=offered)


def follow_site() -> str:
    done = ask(FollowWebFeed(url=request.form.get("url", "")))
    said = sentences.FOLLOWED_ALREADY if done.already else sentences.FOLLOWED
    return show_sites(said(title=done.web_feed.title), done.others)


def unfollow_site() -> Response:
    ask(UnfollowWebFeed(url=request.form.get("url", "")))
    return redirect(url_for("web_sites"), 303)


def look_at_sites() -> Response:
    ask(LookAtWebFeeds())
    return redirect(url_for("web"), 303)


def take_opml() -> str:
    file = request.files.get("file")
    raw = file.stream.read() if file is not None else b""
    return show_sites(ask(TakeOpml(opml=read_utf8(raw, "OPML"))).sentence)


def give_opml() -> FlaskResponse:
    given = ask(GiveOpml()).opml
    answer = FlaskResponse(given, content_type="text/x-opml; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="sites.opml"'
    return answer


_URL: Final = Typed(name="url", label="Address of a blog or a news site")

PAGE: Final = Page(
    routes=(
        get("/web", "web", show_web),
        get("/web/sites", "web_sites", show_sites),
        get("/web/sites.opml", "web_opml", give_opml),
        post("/web/sites", "follow_site", follow_site, _URL),
        post("/web/remove", "unfollow_site", unfollow_site),
        post("/web/look", "look_at_sites", look_at_sites),
        post("/web/import", "take_opml", take_opml, files=True),
    )
)
