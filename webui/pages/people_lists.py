"""GET /lists: lists of people.  GET /lists/<called>: what those in one wrote.

POST /lists, /lists/rename, /lists/delete, /lists/add and /lists/remove change them.
"""

from typing import Final

from flask import redirect, render_template, request, url_for
from swarmfeed.core.asks.people_lists import (
    AddToList,
    CreateList,
    ListTimeline,
    RemoveList,
    RenameList,
    ShowLists,
    TakeFromList,
)
from werkzeug.wrappers import Response

from webui.current import ask, before
from webui.routes import Page, Typed, get, post


def show_lists() -> str:
    return render_template(
        "lists.html", lists=ask(ShowLists()).lists, who=request.args.get("who", "")
    )


def show_list(called: str) -> str:
    page = ask(ListTimeline(called=called, before=before()))
    return render_template(
        "list.html", called=called, posts=page.posts, older=page.next, is_top=before() is None
    )


def create_list() -> Response:
    ask(CreateList(called=_typed("called")))
    if who := _typed("who"):
        ask(AddToList(called=_typed("called"), who=who))
    return _to_lists()


def rename_list() -> Response:
    ask(RenameList(called=_typed("called"), to=_typed("to")))
    return _to_lists()


def delete_list() -> Response:
    ask(RemoveList(called=_typed("called")))
    return _to_lists()


def add_to_list() -> Response:
    ask(AddToList(called=_typed("called"), who=_typed("who")))
    return _to_lists()


def take_from_list() -> Response:
    ask(TakeFromList(called=_typed("called"), who=_typed("who")))
    return _to_lists()


def _typed(name: str) -> str:
    return request.form.get(name, "")


def _to_lists() -> Response:
    return redirect(url_for("lists"), 303)


_WHO: Final = Typed(name="who", label="Link or address")

PAGE: Final = Page(
    routes=(
        get("/lists", "lists", show_lists),
        get("/lists/<path:called>", "list", show_list),
        post("/lists", "create_list", create_list, Typed(name="called", label="Name")),
        post("/lists/rename", "rename_list", rename_list, Typed(name="to", label="New name")),
        post("/lists/delete", "delete_list", delete_list),
        post("/lists/add", "add_to_list", add_to_list, _WHO),
        post("/lists/remove", "take_from_list", take_from_list),
    )
)
