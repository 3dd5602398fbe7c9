"""What nodes say of feeds, read by a second implementation.

Receipts, notices, goodbyes, supernode records, locators.

Nothing of swarmfeed is imported.  Written to be compared with docs/FORMAT.md, 6, 12, 16
and 17.
"""

import re
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from typing import Any

from _feed_format import (
    Invalid,
    check_signature,
    decode,
    format_address,
    need,
    parse_address,
    take,
    unbase64,
)

RECEIPT = re.compile("\u2014 (swarmfeed-[a-z]+/([a-z2-7]{56})) ([A-Za-z0-9+/]{102}==)")
TIME_MS_MAX = 10**15 - 1


def open_receipt(line: str, signed_head: bytes, who: str = "node") -> tuple[bytes, int]:
    """Verify a receipt for a head that was verified; return its node and time in seconds.

    ``who`` is ``witness`` for the line of one.
    """
    match = RECEIPT.fullmatch(line)
    need(match, "receipt: not in the form of one")
    assert match is not None
    node, raw = parse_address(match[2], "receipt: its node"), unbase64(match[3])
    need(match[1] == f"swarmfeed-{who}/{format_address(node)}", "receipt: a wrong name")
    key_hash = sha256(match[1].encode() + b"\n\x04" + node).digest()[:4]
    need(raw[:4] == key_hash, "receipt: signed by another key")
    time_s = int.from_bytes(raw[4:12], "big")
    need(time_s * 1000 <= TIME_MS_MAX, "receipt: from beyond time")
    text = signed_head[: signed_head.index(b"\n\n") + 1]
    message = b"cosignature/v1\ntime %d\n" % time_s + text
    check_signature(node, message, raw[12:], "receipt")
    return node, time_s


# --- section 12: notices ---

HOUR_MS = 3_600_000
NOTICE_MAX = 1_500
LASTS_HOURS = {
    b"have": 24,
    b"lease": 24,
    b"claim": 1,
    b"leaving": 24,
    b"refusal": 6,
    b"dropped": 24,
}


def open_notice(signed: bytes) -> dict[bytes, Any]:
    """Verify a notice and return its body."""
    body = open_said(signed, b"swarmfeed notice 1\n", "notice")
    for key in ("author", "feed"):
        need(len(take(body, key, bytes, "notice")) == 32, f"notice: a bad {key}")
    for key, most in (("bytes", 2**50), ("until", TIME_MS_MAX), ("size", 2**32)):
        need(0 <= take(body, key, int, "notice") <= most, f"notice: a bad {key}")
    try:
        reason = take(body, "reason", bytes, "notice").decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("notice: its reason is not UTF-8") from error
    need(len(reason) <= 200, "notice: too long a reason")
    word = take(body, "word", bytes, "notice")
    need(word in LASTS_HOURS, "notice: of an unknown word")
    lasts = body[b"until"] - body[b"made"]
    need(0 < lasts <= LASTS_HOURS[word] * HOUR_MS, "notice: lasts too long, or not at all")
    return body


def open_goodbye(signed: bytes) -> dict[bytes, Any]:
    """Verify a goodbye and return its body."""
    return open_said(signed, b"swarmfeed goodbye 1\n", "goodbye")


def open_said(signed: bytes, domain: bytes, what: str) -> dict[bytes, Any]:
    """Verify what a node signed, with its id and time."""
    need(len(signed) <= NOTICE_MAX, f"{what}: too long")
    need(signed.startswith(domain), f"{what}: it begins with other words")
    body = decode(signed[len(domain) : -64], what)
    node = take(body, "node", bytes, what)
    need(0 <= take(body, "made", int, what) <= TIME_MS_MAX, f"{what}: a bad time")
    check_signature(node, signed[:-64], signed[-64:], what)
    return dict(body)


# --- section 16: supernode records ---

RECORD_BYTES = 122


def open_record(signed: bytes) -> dict[str, Any]:
    """Verify a supernode record and return what it says."""
    need(len(signed) == RECORD_BYTES, "record: of another length")
    body, signature = signed[:58], signed[58:]
    check_signature(body[:32], b"swarmfeed supernode 1\n" + body, signature, "record")
    port, flags, load = int.from_bytes(body[48:50], "big"), body[50], body[51]
    need(port > 0, "record: no port")
    need(flags < 16 and flags & 3 < 3, "record: flags that mean nothing")
    need(load == 0 or flags & 8, "record: a load of who does not serve")
    address = ip_address(body[32:48])
    assert isinstance(address, IPv6Address)
    return {
        "node": body[:32].hex(),
        "host": str(address.ipv4_mapped or address),
        "port": port,
        "class": flags & 3,
        "eligible": bool(flags & 4),
        "serving": bool(flags & 8),
        "load": load,
        "age": int.from_bytes(body[52:54], "big"),
        "made": int.from_bytes(body[54:58], "big"),
    }


# --- section 17: locators ---

LOCATOR_MAX = 512


def open_locator(signed: bytes) -> dict[bytes, Any]:
    """Verify a locator and return its body."""
    domain = b"swarmfeed locator 1\n"
    need(len(signed) <= LOCATOR_MAX, "locator: too long")
    need(signed.startswith(domain), "locator: it begins with other words")
    body = decode(signed[len(domain) : -64], "locator")
    for key in ("author", "feed", "node"):
        need(len(take(body, key, bytes, "locator")) == 32, f"locator: a bad {key}")
    need(0 <= take(body, "made", int, "locator") <= TIME_MS_MAX, "locator: a bad time")
    relays = take(body, "relays", list, "locator")
    need(1 <= len(relays) <= 2, "locator: no relay, or too many")
    for each in relays:
        need(isinstance(each, bytes) and len(each) == 32, "locator: a bad relay")
    check_signature(body[b"feed"], signed[:-64], signed[-64:], "locator")
    return dict(body)


# --- section 28: badges ---

BADGE_MAX = 768


def open_badge(signed: bytes) -> dict[bytes, Any]:
    """Verify a badge and return its body."""
    domain = b"swarmfeed badge 1\n"
    need(len(signed) <= BADGE_MAX, "badge: too long")
    need(signed.startswith(domain), "badge: it begins with other words")
    body = decode(signed[len(domain) : -64], "badge")
    for key in ("author", "feed", "node"):
        need(len(take(body, key, bytes, "badge")) == 32, f"badge: a bad {key}")
    try:
        name = take(body, "name", bytes, "badge").decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("badge: a name that is no text") from error
    need(len(name) <= 64, "badge: a long name")
    check_signature(body[b"feed"], signed[:-64], signed[-64:], "badge")
    return dict(body)
