"""Apps that read and write for the person: who was let in, kept across restarts.

What is decided stands in ``swarmfeed.core.oauth``; here secrets are drawn, the clock is read,
and the book is written down before anybody is told.
"""

import json
import secrets
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated

from msgspec import Struct
from msgspec.structs import replace
from swarmfeed.core.asks.codec import from_json, to_json
from swarmfeed.core.asks.shape import Flat
from swarmfeed.core.oauth import book as rules
from swarmfeed.core.oauth.book import App, AppRegister, AppWish, Code, Grant, Registration
from swarmfeed.core.oauth.limits import (
    APPS_MAX,
    ASKED_MAX,
    ORIGINS_MAX,
    TOKENS_MAX,
)
from swarmfeed.core.oauth.redirects import clean_origin
from swarmfeed.errors import BadJsonError, PassingError, UserError


class GivenToken(Struct, frozen=True, kw_only=True):
    """A token as its app is told, once."""

    token: str
    scopes: tuple[str, ...]
    made_at_s: int


class KeptApps(Struct, frozen=True, kw_only=True):
    """What outlives the process, as JSON."""

    port: int
    """Where the page was served."""
    book: Annotated[AppRegister, Flat()]


def format_book(book: AppRegister, port: int) -> str:
    """Return the book as JSON."""
    return json.dumps(to_json(KeptApps(port=port, book=book)))


def parse_book(text: str, port: int) -> AppRegister:
    """Return what was kept; an empty book when it cannot be read.

    Tokens are void on another port: whoever has the old one now may have been sent them.
    """
    try:
        kept = from_json(KeptApps, json.loads(text))
    except (ValueError, RecursionError, BadJsonError):
        return AppRegister()
    book = replace(
        kept.book,
        apps=kept.book.apps[:APPS_MAX],
        grants=kept.book.grants[: 2 * TOKENS_MAX],
        origins=tuple(filter(clean_origin, kept.book.origins[:ORIGINS_MAX])),
    )
    return book if kept.port == port else replace(book, grants=())


class AppBook:
    """Who was let in.  Safe from any thread; whatever changes it waits for the disk."""

    def __init__(
        self,
        book: AppRegister | None = None,
        keep: Callable[[AppRegister], None] = lambda book: None,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        """Start from what was kept.

        Args:
            keep: Makes durable what it is given, or raises, and then nothing has changed.
            now_s: Unix time in seconds.
        """
        self._book = book or AppRegister()
        self._keep = keep
        self._now_s = now_s
        self._lock = threading.Lock()
        self._codes: tuple[Code, ...] = ()
        self._asking: dict[str, str] = {}
        self._origins_asking: tuple[str, ...] = ()

    @property
    def book(self) -> AppRegister:
        return self._book

    # --- apps ---

    def register(self, said: Registration) -> tuple[App, str]:
        """Take an app in; returns it with its secret.  Raises OAuthError, PassingError."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            id, now_s = secrets.token_urlsafe(24), int(self._now_s())
            book, app = rules.register(self._book, said, id=id, secret=secret, now_s=now_s)
            self._change(book)
        return app, secret

    def remove(self, id: str) -> None:
        """Forget an app, its tokens and its codes."""
        with self._lock:
            self._change(rules.remove_app(self._book, id))
            self._codes = tuple(each for each in self._codes if each.app != id)

    # --- asking the person ---

    def wish(self, asked: dict[str, str]) -> AppWish:
        """Raises OAuthError: nobody is to be asked that."""
        return rules.read_wish(self._book, asked)

    def note_asking(self, app: str, query: str) -> None:
        """Remember what an app asked last where nobody is logged in; the page shows it."""
        with self._lock:
            others = [each for each in self._asking.items() if each[0] != app]
            self._asking = dict([*others, (app, query)][-ASKED_MAX:])

    @property
    def asking(self) -> list[tuple[App, str]]:
        """Apps that wait for the person, each with its query; the first one first."""
        apps, asking = {each.id: each for each in self._book.apps}, self._asking
        return [(apps[id], query) for id, query in asking.items() if id in apps]

    def give_code(self, wish: AppWish) -> str:
        """The person said yes."""
        secret = secrets.token_urlsafe(32)
        with self._lock:
            now_s = int(self._now_s())
            self._codes = rules.issue(self._codes, wish, secret=secret, now_s=now_s)
        return secret

    def settle(self, app: str) -> None:
        """What an app asked is answered, with yes or no."""
        with self._lock:
            self._asking = {id: each for id, each in self._asking.items() if id != app}

    # --- tokens ---

    def redeem(self, asked: dict[str, str]) -> GivenToken:
        """Turn a code into a token.  Raises OAuthError, PassingError."""
        with self._lock:
            rules.require_app(
                self._book, asked.get("client_id", ""), asked.get("client_secret", "")
            )
            code = rules.redeem(self._codes, asked, int(self._now_s()))
            given = self._grant(code.app, code.scopes, of_person=True)
            self._codes = tuple(each for each in self._codes if each != code)
        return given

    def give_app_token(self, id: str, secret: str, scopes: tuple[str, ...]) -> GivenToken:
        """A token that only says which app asks.  Raises OAuthError, PassingError."""
        with self._lock:
            app = rules.require_app(self._book, id, secret)
            return self._grant(app.id, scopes or app.scopes, of_person=False)

    def find(self, token: str) -> Grant | None:
        """What a token allows; None when it is not good.  Never waits."""
        return rules.find_grant(self._book, token) if token else None

    def use(self, token: str) -> Grant | None:
        """The same, and note the day: on a disk that takes nothing reading goes on (A26)."""
        grant = self.find(token)
        if grant is not None:
            with self._lock:
                book = rules.note_use(self._book, grant.proof, int(self._now_s()))
                if book is not self._book:
                    self._book = book
                    with suppress(PassingError, UserError):
                        self._keep(book)
        return grant

    def revoke(self, proof: str) -> None:
        with self._lock:
            self._change(rules.revoke(self._book, proof))

    def revoke_token(self, id: str, secret: str, token: str) -> None:
        """An app gives its token back; of another's nothing is said.  Raises OAuthError."""
        with self._lock:
            app = rules.require_app(self._book, id, secret)
            found = rules.find_grant(self._book, token)
            if found is not None and found.app == app.id:
                self._change(rules.revoke(self._book, found.proof))

    # --- web apps ---

    def lets_in(self, origin: str) -> bool:
        return origin in self._book.origins

    def note_origin(self, text: str) -> None:
        """Remember that the page of a web app wants to come in."""
        origin = clean_origin(text)
        with self._lock:
            if origin and origin not in self._origins_asking:
                self._origins_asking = (*self._origins_asking, origin)[-ASKED_MAX:]

    @property
    def origins_asking(self) -> tuple[str, ...]:
        """Those that wait for the person's word."""
        return tuple(each for each in self._origins_asking if not self.lets_in(each))

    def judge_origin(self, text: str, *, good: bool) -> None:
        """Let the pages of a web app in, or shut them out; what is no origin is passed over."""
        origin = clean_origin(text)
        if not origin:
            return
        with self._lock:
            change = rules.let_in if good else rules.shut_out
            self._change(change(self._book, origin))
            self._origins_asking = tuple(
                each for each in self._origins_asking if each != origin
            )

    def _grant(self, app: str, scopes: tuple[str, ...], *, of_person: bool) -> GivenToken:
        token, now_s = secrets.token_urlsafe(32), int(self._now_s())
        self._change(
            rules.grant(self._book, app, scopes, secret=token, now_s=now_s, of_person=of_person)
        )
        return GivenToken(token=token, scopes=scopes, made_at_s=now_s)

    def _change(self, book: AppRegister) -> None:
        self._keep(book)
        self._book = book
