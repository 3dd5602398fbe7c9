"""What a view needs of the running program: the node it asks, and who may ask."""

from dataclasses import dataclass
from typing import Final, TypeVar, cast

from flask import current_app, request
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor, parse_cursor
from swarmfeed.desk import Desk

from webui.access import Access, Address

A = TypeVar("A")

EXTENSION: Final = "swarmfeed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSettings:
    """What the page knows of itself."""

    url: str
    """``http://127.0.0.1:PORT``, without a slash at the end: for programs."""
    own_host: str
    """The one Host header with which a browser can be logged in; a secret."""
    hosts: frozenset[str]
    """The other Host headers we answer to; nobody is logged in there."""
    reader_key: str = ""
    """Secret behind the keys of torrent lists; empty: they need a session."""

    def answers_to(self, host: str) -> bool:
        """Whether a Host header, in lower case, is one of ours; others were rebound (A02)."""
        return host == self.own_host or host in self.hosts

    def login_link(self, token: str) -> str:
        """Return the link that opens a session with a token of ``Access``."""
        return f"http://{self.own_host}/login?token={token}"


@dataclass(frozen=True, slots=True)
class Running:
    """The one object a view finds its surroundings through."""

    desk: Desk
    access: Access
    settings: PageSettings


def running() -> Running:
    return cast(Running, current_app.extensions[EXTENSION])


def is_own_host() -> bool:
    """Whether the request came to the one host where browsers are logged in."""
    return request.host.lower() == running().settings.own_host


def both_ends() -> tuple[Address, Address]:
    """Return the connection of this request: the client's end, and ours."""
    found = request.environ
    client = found.get("REMOTE_ADDR", ""), int(found.get("REMOTE_PORT", 0))
    return client, (found["SERVER_NAME"], int(found["SERVER_PORT"]))


def ask(question: Ask[A]) -> A:
    """Ask the node this page belongs to, and wait for the answer."""
    return running().desk.ask(question)


def place(name: str) -> Cursor | None:
    """Return the place in a list that the query names, or None.  UserError when it is none."""
    text = request.args.get(name, "")
    return parse_cursor(text) if text else None


def before() -> Cursor | None:
    """Return where the page asked for starts; None at the top."""
    return place("before")
