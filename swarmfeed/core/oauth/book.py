"""Which apps there are, what each may do, and the codes and tokens by which it shows that.

Values in, values out: whoever calls has drawn the secrets and knows the time.  Kept are only
hashes of secrets, so a book that is read lets nobody in.

Source: RFC 6749 (codes and tokens), RFC 7636 (PKCE), RFC 7009 (taking a token back).
"""

import base64
import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.oauth import sentences
from swarmfeed.core.oauth.limits import (
    APP_NAME_CHARS_MAX,
    APPS_MAX,
    CODE_S,
    CODES_MAX,
    ORIGINS_MAX,
    SEEN_EVERY_S,
    STATE_CHARS_MAX,
    TOKENS_MAX,
    VERIFIER_CHARS,
)
from swarmfeed.core.oauth.redirects import read_redirects
from swarmfeed.core.oauth.refusal import (
    INVALID_CLIENT,
    INVALID_GRANT,
    INVALID_REDIRECT,
    INVALID_REQUEST,
    UNSUPPORTED_RESPONSE,
    OAuthError,
)
from swarmfeed.core.oauth.scopes import parse_scopes, require_within

S256: Final = "S256"


class App(Struct, frozen=True, kw_only=True):
    """A program that registered."""

    id: str
    """Its ``client_id``."""
    proof: str
    """Hash of its ``client_secret``."""
    name: str
    """As it calls itself."""
    redirects: tuple[str, ...]
    scopes: tuple[str, ...]
    """What it may ask for."""
    made_at_s: int
    website: str = ""


class Grant(Struct, frozen=True, kw_only=True):
    """What one token allows."""

    proof: str
    """Hash of the token."""
    app: str
    """Id of the app it was given to."""
    scopes: tuple[str, ...]
    made_at_s: int
    seen_at_s: int
    """When it was used last, to SEEN_EVERY_S."""
    of_person: bool = True
    """Whether the person gave it; else it only says which app asks."""


class Code(Struct, frozen=True, kw_only=True):
    """What the person gave an app, to be turned into a token once."""

    proof: str
    app: str
    redirect: str
    scopes: tuple[str, ...]
    challenge: str
    """Of PKCE; empty: none."""
    made_at_s: int


class AppWish(Struct, frozen=True, kw_only=True):
    """An app that asks for a code: all that was checked before the person is asked."""

    app: App
    redirect: str
    scopes: tuple[str, ...]
    state: str = ""
    challenge: str = ""


class AppRegister(Struct, frozen=True, kw_only=True):
    """All apps, and what they were given; what outlives the process."""

    apps: tuple[App, ...] = ()
    grants: tuple[Grant, ...] = ()
    origins: tuple[str, ...] = ()
    """Web apps whose pages may read answers."""


class Registration(Struct, frozen=True, kw_only=True):
    """What an app says of itself."""

    name: str
    redirects: Sequence[str]
    scopes: str = ""
    website: str = ""


def proof_of(secret: str) -> str:
    return sha256(secret.encode(errors="surrogatepass")).hexdigest()


def same(proof: str, secret: str) -> bool:
    return hmac.compare_digest(proof, proof_of(secret))


def register(
    book: AppRegister, said: Registration, *, id: str, secret: str, now_s: int
) -> tuple[AppRegister, App]:
    """Take an app in; one that was never let in makes room for it.

    Raises:
        OAuthError: It says nothing useful, or there are APPS_MAX that were let in.
    """
    name = " ".join(said.name.split())
    if not name:
        raise OAuthError(INVALID_REQUEST, sentences.NO_APP_NAME())
    app = App(
        id=id,
        proof=proof_of(secret),
        name=name[:APP_NAME_CHARS_MAX],
        redirects=read_redirects(list(said.redirects)),
        scopes=parse_scopes(said.scopes),
        made_at_s=now_s,
        website=_website(said.website),
    )
    used = {each.app for each in book.grants if each.of_person}
    idle = [each.id for each in book.apps if each.id not in used]
    if len(book.apps) >= APPS_MAX:
        if not idle:
            raise OAuthError(INVALID_REQUEST, sentences.TOO_MANY_APPS(most=APPS_MAX))
        book = remove_app(book, idle[0])
    return replace(book, apps=(*book.apps, app)), app


def _website(text: str) -> str:
    is_one = text.startswith(("https://", "http://")) and len(text) <= 255
    return text if is_one and text.isascii() and text.isprintable() else ""


def find_app(book: AppRegister, id: str) -> App:
    """Raises OAuthError: it is not registered."""
    app = next((each for each in book.apps if each.id == id), None)
    if app is None:
        raise OAuthError(INVALID_CLIENT, sentences.NO_SUCH_APP())
    return app


def require_app(book: AppRegister, id: str, secret: str) -> App:
    """Return the app that proves itself.  Raises OAuthError."""
    app = find_app(book, id)
    if not same(app.proof, secret):
        raise OAuthError(INVALID_CLIENT, sentences.WRONG_SECRET())
    return app


def remove_app(book: AppRegister, id: str) -> AppRegister:
    """Forget an app with everything it was given."""
    return replace(
        book,
        apps=tuple(each for each in book.apps if each.id != id),
        grants=tuple(each for each in book.grants if each.app != id),
    )


def read_wish(book: AppRegister, asked: dict[str, str]) -> AppWish:
    """Check what an app wants of the person, before they are asked.

    Args:
        asked: Parameters of ``/oauth/authorize`` (RFC 6749, section 4.1.1).

    Raises:
        OAuthError: Nobody is asked, and nobody is led anywhere.
    """
    app = find_app(book, asked.get("client_id", ""))
    redirect = asked.get("redirect_uri", "") or app.redirects[0]
    if redirect not in app.redirects:
        raise OAuthError(INVALID_REDIRECT, sentences.OTHER_REDIRECT())
    if asked.get("response_type", "") != "code":
        raise OAuthError(UNSUPPORTED_RESPONSE, sentences.ONLY_CODE())
    scopes = parse_scopes(asked.get("scope", ""))
    require_within(scopes, app.scopes)
    challenge = asked.get("code_challenge", "")
    method = asked.get("code_challenge_method", "")
    if (challenge and method != S256) or (method and not challenge) or len(challenge) > 128:
        raise OAuthError(INVALID_REQUEST, sentences.ONLY_S256())
    state = asked.get("state", "")
    if len(state) > STATE_CHARS_MAX:
        raise OAuthError(INVALID_REQUEST, sentences.STATE_TOO_LONG())
    return AppWish(app=app, redirect=redirect, scopes=scopes, state=state, challenge=challenge)


def issue(codes: Sequence[Code], wish: AppWish, *, secret: str, now_s: int) -> tuple[Code, ...]:
    """Note that the person said yes; ``secret`` is the code."""
    code = Code(
        proof=proof_of(secret),
        app=wish.app.id,
        redirect=wish.redirect,
        scopes=wish.scopes,
        challenge=wish.challenge,
        made_at_s=now_s,
    )
    return (*codes, code)[-CODES_MAX:]


def redeem(codes: Sequence[Code], asked: dict[str, str], now_s: int) -> Code:
    """Return the code that an app turns into a token; from then on it is used up.

    Args:
        asked: ``code``, ``redirect_uri``, ``code_verifier`` and ``client_id``, which was
            proved already.

    Raises:
        OAuthError: There is no such code, or it is not for this app and place.
    """
    secret = asked.get("code", "")
    code = next((each for each in codes if same(each.proof, secret)), None)
    is_good = (
        code is not None
        and now_s < code.made_at_s + CODE_S
        and code.app == asked.get("client_id", "")
        and code.redirect == (asked.get("redirect_uri", "") or code.redirect)
        and _verified(code.challenge, asked.get("code_verifier", ""))
    )
    if code is None or not is_good:
        raise OAuthError(INVALID_GRANT, sentences.BAD_CODE())
    return code


def _verified(challenge: str, verifier: str) -> bool:
    if not challenge:
        return True
    shortest, longest = VERIFIER_CHARS
    if not shortest <= len(verifier) <= longest:
        return False
    digest = sha256(verifier.encode(errors="surrogatepass")).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    return hmac.compare_digest(made.encode(), challenge.encode(errors="surrogatepass"))


def grant(
    book: AppRegister,
    app: str,
    scopes: tuple[str, ...],
    *,
    secret: str,
    now_s: int,
    of_person: bool = True,
) -> AppRegister:
    """Give a token, ``secret``; of too many of its kind, the one used longest ago ends.

    So one that only says which app asks never takes the place of one that the person gave.
    """
    given = Grant(
        proof=proof_of(secret),
        app=app,
        scopes=scopes,
        made_at_s=now_s,
        seen_at_s=now_s,
        of_person=of_person,
    )
    grants = list(book.grants)
    alike = [each for each in grants if each.of_person == of_person]
    if len(alike) >= TOKENS_MAX:
        grants.remove(min(alike, key=lambda each: each.seen_at_s))
    return replace(book, grants=(*grants, given))


def find_grant(book: AppRegister, token: str) -> Grant | None:
    """Return what a token allows; None when it was never given, or taken back."""
    proof = proof_of(token)
    return next((each for each in book.grants if each.proof == proof), None)


def note_use(book: AppRegister, proof: str, now_s: int) -> AppRegister:
    """Remember the day on which a token was used; the same book where it is known."""
    day_s = now_s - now_s % SEEN_EVERY_S
    if not any(each.proof == proof and each.seen_at_s < day_s for each in book.grants):
        return book
    grants = (
        replace(each, seen_at_s=day_s) if each.proof == proof else each for each in book.grants
    )
    return replace(book, grants=tuple(grants))


def revoke(book: AppRegister, proof: str) -> AppRegister:
    """Take a token back."""
    return replace(book, grants=tuple(each for each in book.grants if each.proof != proof))


def let_in(book: AppRegister, origin: str) -> AppRegister:
    """Let the pages of a web app read answers; of too many, the first one is out again."""
    others = tuple(each for each in book.origins if each != origin)
    return replace(book, origins=(*others, origin)[-ORIGINS_MAX:])


def shut_out(book: AppRegister, origin: str) -> AppRegister:
    return replace(book, origins=tuple(each for each in book.origins if each != origin))
