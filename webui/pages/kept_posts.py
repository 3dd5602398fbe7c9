"""GET /saved: bookmarks.  POST /bookmark and /unbookmark: from wherever a post stands."""

from typing import Final

from flask import redirect, render_template, request
from swarmfeed.core.asks.bookmarks import AddBookmark, Bookmarks, RemoveBookmark
from werkzeug.wrappers import Response

from webui.back import back_to
from webui.conversation import post_key
from webui.current import ask
from webui.routes import Menu, Page, get, post


def show_saved() -> str:
    start = request.args.get("start", default=0, type=int)
    found = ask(Bookmarks(start=max(start, 0)))
    return render_template("saved.html", found=found, is_top=start <= 0)


def bookmark() -> Response:
    done = ask(AddBookmark(ref=request.form.get("ref", "")))
    return redirect(back_to(post_key(done)), 303)


def unbookmark() -> Response:
    done = ask(RemoveBookmark(ref=request.form.get("ref", "")))
    return redirect(back_to(post_key(done)), 303)


PAGE: Final = Page(
    routes=(
        get("/saved", "saved", show_saved, menu=Menu(label="Saved", icon="save")),
        post("/bookmark", "bookmark", bookmark),
        post("/unbookmark", "unbookmark", unbookmark),
    )
)
