"""What a page brings: where it answers, who may open it, its place in the menu.

A page is one file with a ``PAGE``; the site map in ``webui.pages`` lists them.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from flask.typing import ResponseReturnValue
from msgspec import Struct

View = Callable[..., ResponseReturnValue]
"""Answers a request; takes what stands in the path."""


class Menu(Struct, frozen=True, kw_only=True):
    """An entry of the menu at the side; they stand there in the order of the site map."""

    label: str
    icon: str = ""
    """A name of ``_icons.html``; empty draws nothing."""
    counts: str = ""
    """What stands beside it, while there is any: ``notices`` or ``letters`` that are unread."""
    in_bar: bool = False
    """Whether it stands in the bar of a small screen, which has room for four and Write; the
    others open there by a button."""


class Typed(Struct, frozen=True, kw_only=True):
    """A field of a form in which a person types; it comes back when the form is refused."""

    name: str
    label: str
    lines: bool = False
    """Whether it has several lines."""
    optional: bool = False
    """Whether it may be empty."""
    choices: Callable[[str], list[tuple[str, str]]] | None = None
    """What can be chosen, where nothing is typed: takes what is, returns values and labels."""


class Route(Struct, frozen=True, kw_only=True):
    """One line of the site map."""

    method: Literal["GET", "POST"]
    rule: str
    """Path as werkzeug writes it: ``/authors/<address:author_id>``."""
    endpoint: str
    """What ``url_for`` knows it by; no other route of the site has it."""
    view: View
    open_to_all: bool = False
    """Whether anybody on this machine may open it without a session."""
    opened_by: Callable[[], bool] | None = None
    """Whether the request carries a key that opens just this, instead of a session."""
    menu: Menu | None = None
    typed: tuple[Typed, ...] = ()
    """What a person typed, in the order of the form."""
    files: bool = False
    """Whether files may come with the form: it may be as long as they are."""


class Page(Struct, frozen=True, kw_only=True):
    """What one file adds to the site."""

    routes: tuple[Route, ...]
    templates: Path | None = None
    """Folder of its own templates, for a page from outside ``webui``.  They may extend
    ``base.html``, and never stand in for a template of the site."""


def get(
    rule: str,
    endpoint: str,
    view: View,
    *,
    menu: Menu | None = None,
    open_to_all: bool = False,
    opened_by: Callable[[], bool] | None = None,
) -> Route:
    """A route that only shows."""
    return Route(
        method="GET",
        rule=rule,
        endpoint=endpoint,
        view=view,
        open_to_all=open_to_all,
        opened_by=opened_by,
        menu=menu,
    )


def post(rule: str, endpoint: str, view: View, *typed: Typed, files: bool = False) -> Route:
    """A route that changes something; only from the own page, and only with a session.

    Args:
        typed: The fields in which a person types.
        files: Whether files may come with the form.
    """
    return Route(
        method="POST", rule=rule, endpoint=endpoint, view=view, typed=typed, files=files
    )
