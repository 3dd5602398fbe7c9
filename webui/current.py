"""What a view needs of the running program: the node it asks, and who may ask."""

from dataclasses import dataclass
from typing import Final, cast

from flask import current_app, request
from swarmfeed.core.asks.views import Cursor, parse_cursor
from swarmfeed.core.base.limits import PAGE_POSTS, PAGE_POSTS_MAX
from swarmfeed.errors import UserError
from swarmfeed.facade import Facade

from webui.access import Access

EXTENSION: Final = "swarmfeed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """What the page knows of itself."""

    url: str
    """``http://127.0.0.1:PORT``, without a slash at the end."""
    hosts: frozenset[str]
    """Host headers we answer to."""
    reader_key: str = ""
    """Secret behind the keys of torrent lists; empty: they need a session."""


@dataclass(frozen=True, slots=True)
class Running:
    """The one object a view finds its surroundings through."""

    node: Facade
    access: Access
    settings: PageSettings


def running() -> Running:
    return cast(Running, current_app.extensions[EXTENSION])


def node() -> Facade:
    """Return the node this page belongs to."""
    return running().node


def before() -> Cursor | None:
    """Return where the page asked for starts; None at the top."""
    text = request.args.get("before", "")
    return parse_cursor(text) if text else None


def limit() -> int:
    """Return how many posts are asked for.  Raises UserError."""
    text = request.args.get("limit", str(PAGE_POSTS))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= PAGE_POSTS_MAX):
        raise UserError(f"A limit is a number from 1 to {PAGE_POSTS_MAX}.")
    return int(text)
