"""What entries say, read by a second implementation: docs/FORMAT.md 4, "Kinds" as a table.

Nothing of swarmfeed is imported.
"""

import re
from collections.abc import Callable
from typing import Any

from _feed_format import decode, need

Rule = Callable[[Any], bool]
"""Whether a decoded value may stand at a key."""


def number(smallest: int, largest: int) -> Rule:
    return lambda value: isinstance(value, int) and smallest <= value <= largest


def octets(most: int, least: int = 0) -> Rule:
    return lambda value: isinstance(value, bytes) and least <= len(value) <= most


def text(most: int) -> Rule:
    """UTF-8 of so many characters."""

    def holds(value: Any) -> bool:
        found = unicode(value) if isinstance(value, bytes) else None
        return found is not None and len(found) <= most

    return holds


def long_text(value: Any) -> bool:
    """What is counted in bytes: the text of a post."""
    return isinstance(value, bytes) and 1 <= len(value) <= 8_000 and unicode(value) is not None


def unicode(raw: bytes) -> str | None:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return None


def several(most: int, rule: Rule) -> Rule:
    def holds(value: Any) -> bool:
        return isinstance(value, list) and len(value) <= most and all(map(rule, value))

    return holds


ID = octets(32, 32)
INDEX = number(0, 2**32 - 1)
FLAG = number(0, 1)


def ref(value: Any) -> bool:
    return isinstance(value, dict) and all(
        rule(value.get(key)) for key, rule in ((b"f", ID), (b"h", ID), (b"n", INDEX))
    )


def of_type(value: Any) -> bool:
    return isinstance(value, bytes) and bool(
        re.fullmatch(rb"[a-z]{1,32}/[a-z0-9][a-z0-9.+-]{0,62}", value)
    )


MEDIUM: dict[bytes, tuple[bool, Rule]] = {
    b"a": (False, text(2_000)),
    b"f": (False, text(100)),
    b"h": (False, number(0, 4_000)),
    b"k": (False, octets(32)),
    b"l": (False, number(0, 104_857_600)),
    b"n": (True, number(1, 104_857_600)),
    b"p": (True, octets(3_200)),
    b"s": (True, octets(2_000)),
    b"t": (True, of_type),
    b"w": (False, number(0, 4_000)),
}
"""Key -> whether it has to be there, and what may stand there."""


def medium(value: Any) -> bool:
    return isinstance(value, dict) and all(
        rule(value[key]) if key in value else not has_to_be
        for key, (has_to_be, rule) in MEDIUM.items()
    )


def profile_field(value: Any) -> bool:
    return isinstance(value, dict) and all(
        key in value and value[key] and text(most)(value[key])
        for key, most in ((b"l", 40), (b"t", 150))
    )


KINDS: dict[str, dict[str, Rule]] = {
    "feed": {"c": octets(1_000), "name": text(64), "r?": several(15, octets(1_000))},
    "post": {
        "cw?": text(200),
        "lang?": text(35),
        "media?": several(4, medium),
        "mentions?": several(32, ID),
        "quote?": ref,
        "reply?": ref,
        "root?": ref,
        "src?": text(512),
        "tags?": several(32, text(64)),
        "text": long_text,
    },
    "profile": {
        "avatar?": medium,
        "banner?": medium,
        "bio?": text(1_000),
        "fields?": several(4, profile_field),
        "name": text(64),
    },
    "follow": {"a": ID, "on": FLAG},
    "react": {"e": text(16), "r": ref},
    "boost": {"r": ref, "u?": FLAG},
    "edit": {
        "cw?": text(200),
        "media?": several(4, medium),
        "n": INDEX,
        "quote?": ref,
        "reply?": ref,
        "root?": ref,
        "text": long_text,
    },
    "withdraw": {"e?": FLAG, "n": INDEX},
    "leave": {"c": octets(1_000)},
    "pin": {"r?": ref},
    "mailbox": {"m": several(3, ID)},
    "keys": {"r?": octets(3_000), "v": number(1, 2**16), "x": octets(1_216)},
    "state": {
        "d": octets(8_000),
        "i": octets(16),
        "p": number(0, 262),
        "q": number(1, 263),
    },
    "prekeys": {
        "b": octets(32),
        "i": octets(32),
        "o": octets(32),
        "q": octets(1_184),
        "u": number(0, 10**15 - 1),
        "v": number(1, 2**16),
    },
    "protected": {"c": ID, "n": octets(24), "x": octets(8_080)},
    "rekey": {
        "c": octets(16),
        "e": number(0, 2**32 - 1),
        "p?": octets(32),
        "w": octets(7_296),
    },
}
"""Kind -> key, with a ? where it may be left out -> what may stand there."""


def read_body(kind: str, body: bytes) -> dict[bytes, Any] | None:
    """Return what a body says; None where the kind is of a later version.

    Raises:
        Invalid: It breaks the rules of its kind, so nobody shows it.
    """
    if kind not in KINDS:
        return None
    fields = decode(body, kind)
    need(isinstance(fields, dict), f"{kind}: not a dict")
    for key, rule in KINDS[kind].items():
        name = key.rstrip("?").encode()
        if name not in fields:
            need(key.endswith("?"), f"{kind}: no {name!r}")
        else:
            need(rule(fields[name]), f"{kind}: a bad {name!r}")
    return dict(fields)
