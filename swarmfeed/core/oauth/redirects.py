"""Where a browser may be led with a code, and which web apps are let in.

Source: RFC 6749, section 3.1.2; RFC 8252, sections 7.1 and 7.3 (private schemes, loopback).
"""

import re
from typing import Final
from urllib.parse import urlsplit

from swarmfeed.core.oauth import sentences
from swarmfeed.core.oauth.limits import ORIGIN_CHARS_MAX, REDIRECT_CHARS_MAX, REDIRECTS_MAX
from swarmfeed.core.oauth.refusal import INVALID_REDIRECT, OAuthError

OUT_OF_BAND: Final = "urn:ietf:wg:oauth:2.0:oob"
"""No place at all: the page shows the code, and the person carries it over."""

_VISIBLE: Final = re.compile(r"[!-~]+")
_SCHEME: Final = re.compile(r"[a-z][a-z0-9+.-]*")
_HOST: Final = re.compile(r"[a-z0-9_.-]+|\[[0-9a-f:.]+\]")
_LOOPBACK: Final = re.compile(r"(?:.+\.)?localhost|127(?:\.\d{1,3}){3}|\[::1\]")
_ORIGIN: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[a-z0-9_.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?"
)

_OF_BROWSERS: Final = frozenset(
    ("about", "blob", "chrome", "data", "filesystem", "jar", "javascript", "resource")
)
_OF_OTHERS: Final = frozenset(
    ("file", "ftp", "mailto", "swarmfeed", "tel", "vbscript", "view-source", "ws", "wss")
)
_NEVER: Final = _OF_BROWSERS | _OF_OTHERS
"""Schemes that run something, read something, or are no app's own."""


def read_redirects(texts: list[str]) -> tuple[str, ...]:
    """Return the places that an app names: one or several in each text.

    Raises:
        OAuthError: There is none, there are too many, or one is not good.
    """
    named = tuple(dict.fromkeys(each for text in texts for each in text.split()))
    if not 0 < len(named) <= REDIRECTS_MAX:
        raise OAuthError(INVALID_REDIRECT, sentences.NO_REDIRECT(most=REDIRECTS_MAX))
    for each in named:
        form_action(each)
    return named


def form_action(redirect: str) -> str:
    """Return what a page with a form has to allow, so that its answer may lead there.

    Empty for OUT_OF_BAND.  It fits a Content-Security-Policy as it is.

    Raises:
        OAuthError: Nobody is ever led there.
    """
    if redirect == OUT_OF_BAND:
        return ""
    refused = OAuthError(INVALID_REDIRECT, sentences.BAD_REDIRECT())
    if len(redirect) > REDIRECT_CHARS_MAX or not _VISIBLE.fullmatch(redirect):
        raise refused
    scheme, colon, _ = redirect.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme) or scheme in _NEVER or "#" in redirect:
        raise refused
    if scheme not in ("http", "https"):
        return f"{scheme}:"
    host, port = _host(redirect)
    if not _HOST.fullmatch(host) or (scheme == "http" and not _LOOPBACK.fullmatch(host)):
        raise refused
    return f"{scheme}://{host}{port}"


def clean_origin(text: str) -> str:
    """Return the origin of a web app as a browser says it; empty when it is none."""
    is_one = len(text) <= ORIGIN_CHARS_MAX and _ORIGIN.fullmatch(text) is not None
    return text if is_one else ""


def _host(url: str) -> tuple[str, str]:
    """Host as it stands in a URL, and ``:port``; empty when there is something else too."""
    if "\\" in url or not url.partition(":")[2].startswith("//"):
        return "", ""
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return "", ""
    if "@" in parts.netloc:
        return "", ""
    return parts.netloc.removesuffix(port).lower(), port
