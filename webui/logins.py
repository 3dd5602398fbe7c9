"""Browsers that are logged in; they stay so when the node is started again.

A session is a random value in a cookie.  Kept is only its hash, so whoever reads the file is
not logged in by it.  The key of a form is another secret, bound to the session: it stands in
the page, and no other server ever receives it.
"""

import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from typing import Final

from msgspec import Struct, to_builtins
from msgspec.structs import replace
from swarmfeed.core.base.limits import (
    SESSION_AGE_S,
    SESSION_IDLE_S,
    SESSION_SEEN_EVERY_S,
    SESSIONS_MAX,
)

from webui.cookies import cookie_values
from webui.hosts import new_name

SECRET_CHARS: Final = 43
"""Length of 256 random bits as URL-safe base64."""


class Login(Struct, frozen=True, kw_only=True):
    """One browser that is logged in."""

    proof: str
    """SHA-256 of what its cookie says, in hex."""
    opened_at_s: int
    """Unix time."""
    seen_at_s: int
    """Unix time of its last request, rounded down to SESSION_SEEN_EVERY_S."""
    owner: int | None = None
    """User of this machine whose browser it is; None where nobody can tell."""

    def is_alive(self, now_s: int) -> bool:
        return (
            now_s < self.opened_at_s + SESSION_AGE_S and now_s < self.seen_at_s + SESSION_IDLE_S
        )


class Kept(Struct, frozen=True, kw_only=True):
    """What outlives the process."""

    port: int
    """Where the page was served.  On another port nothing of this holds: whoever has the old
    one may have been sent the cookies."""
    name: str
    """Of our own host, see ``webui.hosts``."""
    secret: str
    """Behind the name of the cookie and the keys of forms."""
    sessions: tuple[Login, ...] = ()
    """Oldest first."""


def format_kept(kept: Kept) -> str:
    """Return ``kept`` as JSON."""
    return json.dumps(to_builtins(kept))


def parse_kept(text: str, port: int, now_s: int) -> Kept:
    """Return what was kept for this port; fresh secrets when there is nothing to go on with.

    Total: a damaged file logs browsers out, and is no reason to stay down.
    """
    try:
        kept = _read(json.loads(text))
    except (ValueError, TypeError, KeyError, RecursionError):
        return new_kept(port)
    alive = tuple(each for each in kept.sessions if each.is_alive(now_s))
    # Nobody is logged in: the old name may have been seen by now, and nobody needs it.
    return replace(kept, sessions=alive) if alive and kept.port == port else new_kept(port)


def new_kept(port: int) -> Kept:
    """Return fresh secrets, and nobody logged in."""
    return Kept(port=port, name=new_name(), secret=secrets.token_urlsafe(32))


def _read(found: dict[str, object]) -> Kept:
    rows = found["sessions"]
    if not isinstance(rows, list) or len(rows) > SESSIONS_MAX:
        raise ValueError("no list of sessions")
    kept = Kept(**{**found, "sessions": tuple(Login(**row) for row in rows)})  # type: ignore[arg-type]  # checked below
    if not _has_types(kept, port=int, name=str, secret=str):
        raise ValueError("not the file of a page")
    if len(kept.secret) < SECRET_CHARS or not (kept.secret + kept.name).isascii():
        raise ValueError("no secret")
    if not kept.name.isalnum():
        raise ValueError("no name of a host")
    for each in kept.sessions:
        if not _has_types(each, proof=str, opened_at_s=int, seen_at_s=int):
            raise ValueError("no session")
        if each.owner is not None and type(each.owner) is not int:
            raise ValueError("no user")
    return kept


def _has_types(record: object, **types: type) -> bool:
    return all(type(getattr(record, name)) is kind for name, kind in types.items())


class Logins:
    """Who is logged in.  Safe from any thread; whatever changes it waits for the disk."""

    def __init__(
        self,
        kept: Kept,
        keep: Callable[[Kept], None] = lambda kept: None,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        """Start from what was kept.

        Args:
            keep: Makes durable what it is given; called from one thread at a time.
            now_s: Unix time in seconds.
        """
        self._keep = keep
        self._now_s = now_s
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._kept = kept
        self.cookie_name = f"swarmfeed-{_mac(kept.secret, 'cookie', '')[:8]}"
        """Other servers' cookies have other names, even other nodes'."""
        self.name = kept.name

    def open(self, owner: int | None = None) -> str:
        """Log a browser of this user in and return what its cookie is to say."""
        value, now_s = secrets.token_urlsafe(32), int(self._now_s())
        session = Login(proof=_proof(value), opened_at_s=now_s, seen_at_s=now_s, owner=owner)
        with self._lock:
            others = [each for each in self._kept.sessions if each.is_alive(now_s)]
            self._replace([*others, session][-SESSIONS_MAX:])
        self._save()
        return value

    def close(self, value: str) -> None:
        """Log a browser out, for good: a later start does not know it either."""
        proof = _proof(value)
        with self._lock:
            self._replace(each for each in self._kept.sessions if each.proof != proof)
        self._save()

    def find(self, cookie_header: str, owner: int | None = None) -> str | None:
        """Return the session that a Cookie header proves, or None.  Never waits.

        Args:
            owner: Whose request it is; another user's proves nothing.
        """
        now_s = int(self._now_s())
        with self._lock:
            alive = {
                each.proof
                for each in self._kept.sessions
                if each.is_alive(now_s) and (owner is None or owner == each.owner)
            }
        values = cookie_values(cookie_header, self.cookie_name)
        return next((value for value in values if _proof(value) in alive), None)

    def note_use(self, value: str) -> None:
        """Remember that a session was used; waits for the disk once in a long while."""
        proof, now_s = _proof(value), int(self._now_s())
        step_s = now_s - now_s % SESSION_SEEN_EVERY_S
        with self._lock:
            if not any(
                each.proof == proof and each.seen_at_s < step_s for each in self._kept.sessions
            ):
                return
            self._replace(
                replace(each, seen_at_s=step_s) if each.proof == proof else each
                for each in self._kept.sessions
            )
        self._save()

    def form_key(self, value: str) -> str:
        """Return what a form of this session has to carry."""
        return _mac(self._kept.secret, "form", value)

    def _replace(self, sessions: Iterable[Login]) -> None:
        self._kept = replace(self._kept, sessions=tuple(sessions))

    def _save(self) -> None:
        with self._writing:
            with self._lock:
                newest = self._kept
            self._keep(newest)


def _proof(value: str) -> str:
    return sha256(value.encode(errors="surrogatepass")).hexdigest()


def _mac(secret: str, purpose: str, value: str) -> str:
    text = f"{purpose} {value}".encode(errors="surrogatepass")
    return hmac.new(secret.encode("ascii"), text, sha256).hexdigest()
