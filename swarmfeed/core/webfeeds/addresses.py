"""Addresses of the web, as people type them and as sites send us on to them."""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from swarmfeed.core.net.reach import is_address
from swarmfeed.core.net.web import WebPlace
from swarmfeed.core.webfeeds import sentences
from swarmfeed.core.webfeeds.limits import ADDRESS_CHARS_MAX, WEB_FEEDS_MAX
from swarmfeed.errors import UserError

_PORTS: Final = {"http": 80, "https": 443}
_LOW_PORT_MAX: Final = 1_023
"""Below that wait other services than the web (RFC 6335, 6), which answer strangely to HTTP."""
_UNSEEN: Final = re.compile(r"[\x00-\x20\x7f-\xa0\ud800-\udfff]")
_KEPT: Final = "%/:=&?~+!$,;'@()*[]"
"""What may stand in a path or a query as it is (RFC 3986, 3.3 and 3.4)."""
_DOTS: Final = ".\u3002\uff0e\uff61"
"""What ends a part of a name (RFC 3490, 3.1)."""
_NUMBER: Final = re.compile(r"\d+|0x[0-9a-f]*", re.ASCII)
"""As the last part of a name it makes an address of it, for some who look it up (URL, 3.1)."""
_OWN_NAMES: Final = ("localhost", "local", "internal", "lan", "home.arpa")
"""Ends of names that mean something in one network alone (RFC 6761, 6762, 8375, and ICANN's
``internal``)."""


def parse_address(typed: str) -> str:
    """Return an address in one spelling, without what stands behind ``#``.

    Raises:
        UserError: It is none, has a password in it, or leads to no place on the public web.
    """
    url = typed.strip()
    if len(url) > ADDRESS_CHARS_MAX:
        raise UserError(sentences.TOO_LONG_AN_ADDRESS(most=ADDRESS_CHARS_MAX))
    url = url.removeprefix("feed:").removeprefix("//") if url.startswith("feed:") else url
    whole = url if "://" in url else f"https://{url}"
    try:
        split = urlsplit(whole)
        host, port = _host(split), split.port
    except ValueError as error:
        raise UserError(sentences.NO_ADDRESS(what=typed)) from error
    if split.scheme not in _PORTS or _UNSEEN.search(url) or "@" in split.netloc:
        raise UserError(sentences.NO_ADDRESS(what=typed))
    _require_place(host, port)
    shown = f"[{host}]" if ":" in host else host
    is_usual = port is None or port == _PORTS[split.scheme]
    place = shown if is_usual else f"{shown}:{port}"
    path, query = quote(split.path or "/", safe=_KEPT), quote(split.query, safe=_KEPT)
    address = urlunsplit((split.scheme, place, path, query, ""))
    if len(address) > ADDRESS_CHARS_MAX:
        raise UserError(sentences.TOO_LONG_AN_ADDRESS(most=ADDRESS_CHARS_MAX))
    return address


@lru_cache(maxsize=2 * WEB_FEEDS_MAX)
def is_in_one_spelling(url: str) -> bool:
    """Whether it is an address as ``parse_address`` returns it."""
    try:
        return parse_address(url) == url
    except UserError:
        return False


def join_address(base: str, link: str) -> str:
    """Return where a link leads that stands at an address.  UserError: nowhere on the web."""
    try:
        return parse_address(urljoin(base, link.strip()))
    except ValueError as error:
        raise UserError(sentences.NO_ADDRESS(what=link)) from error


def link_or_nothing(base: str, link: str) -> str:
    """The same for what is only shown: empty where it leads nowhere."""
    try:
        return join_address(base, link) if link.strip() else ""
    except UserError:
        return ""


def place_of(address: str) -> WebPlace:
    """Return where to ask for an address that ``parse_address`` returned."""
    split = urlsplit(address)
    path = split.path + (f"?{split.query}" if split.query else "")
    port = split.port or _PORTS[split.scheme]
    host = split.hostname or ""
    return WebPlace(is_tls=split.scheme == "https", host=host, port=port, path=path)


def host_of(address: str) -> str:
    """The name that a person knows a place by."""
    return urlsplit(address).hostname or address


def _host(split: SplitResult) -> str:
    """The host in ASCII.  ValueError: there is none."""
    host = (split.hostname or "").rstrip(_DOTS)
    if not host or "%" in host:
        raise ValueError("no host")
    return host if is_address(host) else host.encode("idna").decode("ascii").lower()


def _require_place(host: str, port: int | None) -> None:
    """Refuse what is no name of everybody's.  Addresses are judged when they are dialled."""
    ends = tuple(f".{each}" for each in _OWN_NAMES)
    is_known_to_all = "." in host and not host.endswith(ends)
    is_number = _NUMBER.fullmatch(host.rpartition(".")[2]) is not None
    is_name = is_known_to_all and host not in _OWN_NAMES and not is_number
    if not is_address(host) and not is_name:
        raise UserError(sentences.NOT_PUBLIC(host=host))
    if port is not None and port <= _LOW_PORT_MAX and port not in _PORTS.values():
        raise UserError(sentences.NO_SUCH_PORT(port=port))
