"""Who may use the page: login links, sessions, the API's key, and where requests come from.

Everybody on this machine reaches 127.0.0.1, and so does every web site a browser shows.
A browser proves itself by a cookie it got for a single-use link; a command by the bearer
key, which only this machine's user can read.  See THREATS A01 to A04.
"""

import secrets
import threading
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Final

from swarmfeed.core.base.limits import LOGIN_LINK_S, LOGIN_LINKS_MAX, SESSIONS_MAX

OWN_SITES: Final = frozenset({"same-origin", "none"})
"""Values of Sec-Fetch-Site that mean: our own page, or the person typed it.
``same-site`` is not among them: it means another port of this machine."""


def allowed_hosts(host: str, port: int) -> frozenset[str]:
    """Return the Host headers we answer to; any other name was rebound to us (A02)."""
    names = {"127.0.0.1", "localhost", "[::1]", f"[{host}]" if ":" in host else host}
    return frozenset(f"{name}:{port}" for name in names)


class Access:
    """Login links and sessions, in memory: a restart logs every browser out.

    Safe from any thread.
    """

    def __init__(self, port: int, now_s: Callable[[], float] = time.monotonic) -> None:
        self.cookie_name = f"swarmfeed-{port}"
        """Cookies are not separated by port, so the name has to be."""
        self.key = secrets.token_urlsafe(32)
        """The bearer key of this run."""
        self._now_s = now_s
        self._lock = threading.Lock()
        self._expiry_s: dict[str, float] = {}
        self._sessions: dict[str, None] = {}

    def new_login_token(self) -> str:
        """Make a token that opens one session within LOGIN_LINK_S."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._forget_expired()
            while len(self._expiry_s) >= LOGIN_LINKS_MAX:
                del self._expiry_s[next(iter(self._expiry_s))]
            self._expiry_s[token] = self._now_s() + LOGIN_LINK_S
        return token

    def open_session(self, token: str) -> str | None:
        """Use up a token and return a new session, or None if the token is no good."""
        with self._lock:
            self._forget_expired()
            found = [known for known in self._expiry_s if _same(known, token)]
            if not found:
                return None
            del self._expiry_s[found[0]]
            while len(self._sessions) >= SESSIONS_MAX:
                del self._sessions[next(iter(self._sessions))]
            session = secrets.token_urlsafe(32)
            self._sessions[session] = None
        return session

    def close_session(self, session: str) -> None:
        with self._lock:
            self._sessions.pop(session, None)

    def session(self, cookie_header: str) -> str | None:
        """Return the session a Cookie header proves, or None."""
        try:
            morsel = SimpleCookie(cookie_header).get(self.cookie_name)
        except CookieError:
            return None
        if morsel is None:
            return None
        with self._lock:
            return morsel.value if morsel.value in self._sessions else None

    def has_key(self, authorization: str) -> bool:
        """Whether an Authorization header carries the bearer key."""
        scheme, _, given = authorization.partition(" ")
        return scheme.lower() == "bearer" and _same(self.key, given.strip())

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


def _same(known: str, given: str) -> bool:
    return secrets.compare_digest(known.encode(), given.encode(errors="surrogatepass"))
