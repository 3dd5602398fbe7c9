"""GET /me: the own link, to be copied or scanned."""

from typing import Final

from flask import render_template

from webui.current import node
from webui.routes import Menu, Page, get


def show_me() -> str:
    me = node().whoami()
    own = [feed for feed in node().status().feeds if feed.author_id == me.author_id]
    return render_template("me.html", author=node().author(me.author_id), feeds=own)


PAGE: Final = Page(routes=(get("/me", "me", show_me, menu=Menu(label="Me", icon="me")),))
