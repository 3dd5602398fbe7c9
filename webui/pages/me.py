"""GET /me: the own link, to be copied or scanned."""

from flask import render_template

from webui.current import node


def show_me() -> str:
    me = node().whoami()
    own = [feed for feed in node().status().feeds if feed.author_id == me.author_id]
    return render_template("me.html", author=node().author(me.author_id), feeds=own)
