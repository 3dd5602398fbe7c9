"""Machines that become devices: the link they show, and what both sides say."""

import hmac
from base64 import b32encode
from collections.abc import Iterator
from hashlib import sha3_256, sha256
from typing import Any

from _reference_boxes import draft_vector, public_of, seal_to_draft_seed
from _reference_forms import AUTHOR, FEED, NEXT, NODE, NOW_MS, bencode, public, sign

Case = tuple[str, dict[str, Any]]

UNTIL_S = NOW_MS // 1000 + 600
AT = ["192.0.2.7:4000", "[2001:db8::1]:4001"]
NEW_NODE = bytes(range(160, 192))
OLD_NONCE, NEW_NONCE = bytes(range(192, 224)), bytes(range(224, 256))
NEXT_HASH = sha256(public(NEXT)).digest()
AUTHOR_ID = sha256(b"swarmfeed author 2" + public(AUTHOR) + NEXT_HASH).digest()


def device_cases() -> Iterator[Case]:
    yield from links()
    yield from pairings()


# --- the link ---


def code(feed: bytes, key_hash: bytes, version: bytes = b"\x01") -> str:
    checksum = sha3_256(b"swarmfeed device link" + feed + key_hash + version).digest()[:5]
    return b32encode(feed + key_hash + checksum + version).decode().lower()


def link(at: list[str], until: str = f"until={UNTIL_S}", said: str = "") -> str:
    key_hash = sha256(public_of(draft_vector()["seed"])).digest()
    query = "&".join([until, *(f"at={each}" for each in at)]).strip("&")
    return f"swarmfeed-device:{said or code(public(FEED), key_hash)}?{query}"


def links() -> Iterator[Case]:
    key_hash = sha256(public_of(draft_vector()["seed"])).digest()
    right = code(public(FEED), key_hash)
    yield (
        "device-link/valid",
        {
            "feed": public(FEED).hex(),
            "key_hash": key_hash.hex(),
            "until_s": UNTIL_S,
            "at": AT,
            "link": link(AT),
        },
    )
    yield (
        "device-link/as-people-pass-it-on",
        {
            "feed": public(FEED).hex(),
            "key_hash": key_hash.hex(),
            "until_s": UNTIL_S,
            "at": AT[:1],
            "link": f"  SwarmFeed-Device:{right[:50]}\n{right[50:].upper()}"
            f" ?later=1&until={UNTIL_S}\n&at=192.0.2.7:4000\n",
            "written": link(AT[:1]),
        },
    )
    for name, text in bad_links(right, key_hash).items():
        yield f"device-link/bad-{name}", {"link": text, "error": name}


def bad_links(right: str, key_hash: bytes) -> dict[str, str]:
    """What is wrong with each, made from the code of the right one."""
    wrong = right[:9] + ("a" if right[9] != "a" else "b") + right[10:]
    return {
        "checksum": link(AT, said=wrong),
        "version-2": link(AT, said=code(public(FEED), key_hash, b"\x02")),
        "too-short": link(AT, said=right[:-1]),
        "no-until": link(AT, until=""),
        "until-twice": link(AT, until="until=1&until=2"),
        "no-place": link([]),
        "nine-places": link(["192.0.2.7:4000"] * 9),
        "a-name-for-a-place": link(["laptop.example:4000"]),
        "until-of-13-digits": link(AT, until=f"until=0{UNTIL_S:012}"),
        "until-with-a-sign": link(AT, until=f"until=%2B{UNTIL_S}"),
        "fragment": link(AT, until=f"until={UNTIL_S}&name=a#b"),
        "percent-alone": link(AT, until=f"until={UNTIL_S}&name=100%"),
        "17-parameters": link(AT, until=f"until={UNTIL_S}" + "&a=1" * 14),
        "percent-ff": link(AT, until=f"until={UNTIL_S}&name=%ff"),
        "of-a-person": link(AT).replace("swarmfeed-device:", "swarmfeed:"),
    }


# --- the conversation ---


def begun(feed: bytes) -> bytes:
    """A join, as far as the author key signs it."""
    said = {"author": AUTHOR_ID, "gen": 0, "key": public(AUTHOR), "next": NEXT_HASH}
    fields = {**said, "type": b"join", "feed": feed, "from_ms": NOW_MS}
    message = b"swarmfeed certificate 2\n" + bencode(fields)
    return message + sign(AUTHOR, message)


def pairing(*, nonce: bytes = OLD_NONCE, feed: bytes = public(FEED)) -> dict[str, Any]:
    """All that is said, with what follows from it on the way."""
    recipient, old = public_of(draft_vector()["seed"]), public(NODE)
    commitment = sha256(b"swarmfeed pairing nonce 1\n" + OLD_NONCE).digest()
    proven = b"swarmfeed pairing ask 1\n" + old + NEW_NODE + commitment
    proof = hmac.digest(sha256(recipient).digest(), proven, "sha256")
    ask = {"c": commitment, "p": proof}
    key = {"d": b"laptop", "f": public(FEED), "k": recipient, "n": NEW_NONCE}
    talk = sha256(b"swarmfeed pairing 1\n" + bencode([old, NEW_NODE, ask, key])).digest()
    who = bencode({"a": AUTHOR_ID, "n": nonce, "u": b"Ada"})
    said = sha256(b"swarmfeed pairing 1\n" + talk + who).digest()
    number = int.from_bytes(sha256(b"swarmfeed pairing code 1\n" + said).digest()[:8], "big")
    digits = f"{number % 10**6:06}"
    place = {"h": b"192.0.2.9", "p": 4_002}
    welcome = bencode({"c": [], "j": begun(feed), "l": [place]})
    return {
        "old_node": old.hex(),
        "new_node": NEW_NODE.hex(),
        "feed_seed": bytes(FEED).hex(),
        "recipient_seed": draft_vector()["seed"].hex(),
        "device_nonce": OLD_NONCE.hex(),
        "machine_nonce": NEW_NONCE.hex(),
        "commitment": commitment.hex(),
        "proof": proof.hex(),
        "talk": talk.hex(),
        "who": who.hex(),
        "said": said.hex(),
        "code": f"{digits[:3]} {digits[3:]}",
        "who_box": seal_to_draft_seed(who, b"swarmfeed pairing who 1\n" + talk).hex(),
        "welcome": welcome.hex(),
        "welcome_box": seal_to_draft_seed(
            welcome, b"swarmfeed pairing welcome 1\n" + said
        ).hex(),
        "join": (begun(feed) + sign(FEED, begun(feed)[:-64])).hex(),
    }


def pairings() -> Iterator[Case]:
    yield "pairing/valid", pairing()
    bad = {
        "another-nonce": pairing(nonce=bytes(32)),
        "join-of-another-feed": pairing(feed=public(NODE)),
        "false-proof": {**pairing(), "proof": bytes(32).hex()},
    }
    for name, case in bad.items():
        yield f"pairing/bad-{name}", {**case, "error": name}
