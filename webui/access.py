"""Who may use the page: login links, sessions, the API's key, and where requests come from.

Everybody on this machine reaches 127.0.0.1, and so does every web site a browser shows.
A browser proves itself by a cookie it got for a single-use link, on a host whose name only
it was told; to change something also by the key in the page's forms.  A command has the bearer
key, which only this machine's user can read.  See THREATS A01 to A04 and A70.
"""

import os
import secrets
import threading
import time
from collections.abc import Callable
from typing import Final

from swarmfeed.core.base.limits import LOGIN_LINK_S, LOGIN_LINKS_MAX

from webui.logins import Logins

OWN_SITES: Final = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site that mean: our own page, or the person typed it.
``same-site`` is not among them: it means another port of this machine."""

Address = tuple[str, int]
"""Host and port of one end of a connection."""

NOWHERE: Final = ("", 0)

OwnerOf = Callable[[Address, Address], int | None]
"""Tells which user of this machine has the client's end; takes client and server.  Below 0:
it should be known, and is not; None: nobody can tell here."""


def is_unknown(owner: int | None) -> bool:
    """Whether the owner of a connection should be known, and is not: it may be anybody's."""
    return owner is not None and owner < 0


class Access:
    """Login links, sessions and the API's key.  Safe from any thread."""

    def __init__(
        self,
        logins: Logins,
        owner_of: OwnerOf = lambda client, server: None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Nobody has a login link yet.

        Args:
            owner_of: Tells whose connection a request came by; None where nobody can tell.
            now_s: Seconds of any clock that never runs backwards.
        """
        self.logins = logins
        self._owner_of = owner_of
        self.key = secrets.token_urlsafe(32)
        """The bearer key of this run."""
        self._now_s = now_s
        self._lock = threading.Lock()
        self._expiry_s: dict[str, float] = {}

    def new_login_token(self) -> str:
        """Make a token that opens one session within LOGIN_LINK_S."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._forget_expired()
            while len(self._expiry_s) >= LOGIN_LINKS_MAX:
                del self._expiry_s[next(iter(self._expiry_s))]
            self._expiry_s[token] = self._now_s() + LOGIN_LINK_S
        return token

    def is_login_token(self, token: str) -> bool:
        """Whether the token would open a session; it still does afterwards."""
        with self._lock:
            return self._find(token) is not None

    def open_session(
        self, token: str, client: Address = NOWHERE, server: Address = NOWHERE
    ) -> str | None:
        """Use up a token and return a new session, or None if the token is no good.

        Args:
            client, server: The two ends of the connection the token came by; the session is
                for the user who has it.
        """
        with self._lock:
            known = self._find(token)
            if known is None:
                return None
            owner = self._owner_of(client, server)
            if is_unknown(owner):
                return None  # who hangs up meanwhile keeps the link
            del self._expiry_s[known]
        return self.logins.open(owner)

    def session(self, cookies: str, client: Address, server: Address) -> str | None:
        """Return the session that a Cookie header proves on this connection, or None."""
        if self.logins.find(cookies) is None:
            return None  # most strangers: the kernel need not be asked
        owner = self._owner_of(client, server)
        return None if is_unknown(owner) else self.logins.find(cookies, owner)

    def is_own_user(self, client: Address, server: Address) -> bool:
        """Whether the user who runs this node sent a request; False where nobody can tell."""
        owner = self._owner_of(client, server)
        return owner is not None and owner == os.getuid()

    def has_key(self, authorization: str) -> bool:
        """Whether an Authorization header carries the bearer key."""
        scheme, _, given = authorization.partition(" ")
        return scheme.lower() == "bearer" and same_secret(self.key, given.strip())

    def _find(self, token: str) -> str | None:
        self._forget_expired()
        return next((known for known in self._expiry_s if same_secret(known, token)), None)

    def _forget_expired(self) -> None:
        now_s = self._now_s()
        for token in [token for token, expiry_s in self._expiry_s.items() if expiry_s <= now_s]:
            del self._expiry_s[token]


def is_own_request(site: str | None, origin: str | None, own_origin: str) -> bool:
    """Whether a browser says that our own page sent this request (A01).

    Sec-Fetch-Site (``site``) decides where it is sent; an older browser's Origin has to be
    ours.  With neither it is no browser, and only the bearer key counts.

    Source: W3C Fetch Metadata Request Headers, section 2.4.
    """
    return site in OWN_SITES if site is not None else origin == own_origin


def same_secret(known: str, given: str) -> bool:
    return secrets.compare_digest(known.encode(), given.encode(errors="surrogatepass"))
