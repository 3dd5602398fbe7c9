"""What a view needs of the running program: the node it asks, and who may ask."""

import hmac
from hashlib import sha256
from typing import Final, TypeVar, cast

from flask import current_app, request
from msgspec import Struct, field
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.cursor import Cursor, parse_cursor
from swarmfeed.desk import Desk

from webui.access import Access, Address, same_secret
from webui.apps import AppBook
from webui.languages import spoken
from webui.secure import SecureDoor

A = TypeVar("A")

EXTENSION: Final = "swarmfeed"


class PageSettings(Struct, frozen=True, kw_only=True):
    """What the page knows of itself."""

    url: str
    """``http://127.0.0.1:PORT``, without a slash at the end: for programs."""
    own_host: str
    """The one Host header with which a browser can be logged in; a secret."""
    hosts: frozenset[str]
    """The other Host headers we answer to; nobody is logged in there."""
    reader_key: str = ""
    """Secret behind the keys of addresses that need no session; empty: none does without."""
    secure: SecureDoor | None = None
    """Where apps find the API by https too."""

    def answers_to(self, host: str) -> bool:
        """Whether a Host header, in lower case, is one of ours; others were rebound (A02)."""
        return host == self.own_host or host in self.hosts

    def login_link(self, token: str) -> str:
        """Return the link that opens a session with a token of ``Access``."""
        return f"http://{self.own_host}/login?token={token}"


class Running(Struct, frozen=True):
    """The one object a view finds its surroundings through."""

    desk: Desk
    access: Access
    settings: PageSettings
    apps: AppBook = field(default_factory=AppBook)
    """Apps that read and write for the person."""


def running() -> Running:
    return cast(Running, current_app.extensions[EXTENSION])


def is_own_host() -> bool:
    """Whether the request came to the one host where browsers are logged in."""
    return request.host.lower() == running().settings.own_host


def key_for(what: bytes) -> str:
    """Return what opens one thing, and nothing else, in an address that needs no session."""
    return hmac.new(running().settings.reader_key.encode(), what, sha256).hexdigest()


def has_key_for(what: bytes) -> bool:
    """Whether the ``key`` in this request's query opens it; never where there is no secret."""
    given = request.args.get("key", "")
    return running().settings.reader_key != "" and same_secret(key_for(what), given)


def both_ends() -> tuple[Address, Address]:
    """Return the connection of this request: the client's end, and ours."""
    found = request.environ
    client = found.get("REMOTE_ADDR", ""), int(found.get("REMOTE_PORT", 0))
    return client, (found["SERVER_NAME"], int(found["SERVER_PORT"]))


def ask(question: Ask[A]) -> A:
    """Ask the node this page belongs to, and wait for the answer, in the person's language."""
    return spoken(running().desk.ask(question))


def place(name: str) -> Cursor | None:
    """Return the place in a list that the query names, or None.  UserError when it is none."""
    text = request.args.get(name, "")
    return parse_cursor(text) if text else None


def before() -> Cursor | None:
    """Return where the page asked for starts; None at the top."""
    return place("before")
