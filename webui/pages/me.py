"""GET /me: the own link, to be copied or scanned."""

from flask import render_template
from swarmfeed.core.asks.feeds import FeedsOf
from swarmfeed.core.asks.people import AboutAuthor, WhoAreYou

from webui.current import ask


def show_me() -> str:
    me = ask(WhoAreYou()).author_id
    author, own = ask(AboutAuthor(author=me)), ask(FeedsOf(author=me))
    return render_template("me.html", author=author, feeds=own.feeds)
