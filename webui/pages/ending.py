"""POST /stop and /delete-all: the last page of a machine.  Nothing can be led to after it."""

from typing import Final

from flask import render_template, request
from swarmfeed.core.asks.ending import DeleteHome, Ended, StopNode

from webui.current import ask
from webui.routes import Page, Typed, post

AGREED: Final = Typed(name="agreed", label="Type the word delete")


def stop() -> str:
    return _last(ask(StopNode()))


def delete_all() -> str:
    return _last(ask(DeleteHome(agreed=request.form.get(AGREED.name, ""))))


def _last(ended: Ended) -> str:
    return render_template("ended.html", sentence=ended.sentence)


PAGE: Final = Page(
    routes=(
        post("/stop", "stop_node", stop),
        post("/delete-all", "delete_all", delete_all, AGREED),
    )
)
