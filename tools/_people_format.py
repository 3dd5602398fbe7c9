"""What people hand each other - links and words - read by a second implementation.

Nothing of swarmfeed is imported.  Written to be compared with docs/FORMAT.md, 2.
"""

import re
import unicodedata
from base64 import b32decode, b32encode
from hashlib import sha3_256, sha256
from importlib.resources import files
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from _feed_format import OF_AUTHOR, Invalid, need, parse_address

LINK_MAX, AT_MAX, PARTS_MAX, NAME_MAX = 1_024, 8, 16, 64


def read_link(text: str) -> dict[str, Any]:
    """Return author, name, endpoints, and hash of the next key or None, of a link."""
    link = text.strip()
    need(len(link) <= LINK_MAX, f"link: {len(link)} characters")
    link = re.sub("^swarmfeed:", "", link, flags=re.IGNORECASE)
    address, _, query = link.partition("?")
    need(address.isascii(), "link: not an address")
    author = parse_address(address.strip().lower(), "link: its author", OF_AUTHOR)
    said = read_query(query)
    names = [value for key, value in said if key == "name"]
    at = [value for key, value in said if key == "at"]
    need(len(at) <= AT_MAX, f"link: {len(at)} endpoints")
    name = names[0] if names else ""
    need(len(name) <= NAME_MAX, f"link: a name of {len(name)} characters")
    controls = [each for each in name if unicodedata.category(each) == "Cc"]
    need(not controls, "link: a control character in the name")
    nexts = [value for key, value in said if key == "next"]
    endpoints = [read_endpoint(each) for each in at]
    after = read_hash(nexts[0]) if nexts and nexts[0] else None
    return {"author": author, "name": name, "at": endpoints, "next": after}


def read_hash(text: str) -> bytes:
    """Read 32 bytes in base32 without padding; unused bits are zero."""
    need(re.fullmatch("[a-z2-7]{52}", text.lower()), "link: a bad hash")
    raw = b32decode(text.upper() + "====")
    spelled = b32encode(raw).decode().rstrip("=").lower()
    need(spelled == text.lower(), "link: a hash in another spelling")
    return raw


def read_device_link(text: str) -> dict[str, Any]:
    """Return feed, key hash, time and endpoints of the link of a new machine."""
    link = "".join(text.split())
    need(len(link) <= LINK_MAX, f"link: {len(link)} characters")
    match = re.fullmatch(r"(?i:swarmfeed-device:([a-z2-7]{112}))\?(.*)", link)
    need(match, "link: not of a machine")
    assert match is not None
    raw = b32decode(match[1].upper())
    checksum = sha3_256(b"swarmfeed device link" + raw[:64] + raw[69:]).digest()[:5]
    need(raw[64:69] == checksum and raw[69:] == b"\x01", "link: checksum or version")
    said = read_query(match[2])
    until = [value for key, value in said if key == "until"]
    at = [value for key, value in said if key == "at"]
    need(len(until) == 1 and re.fullmatch("[0-9]{1,12}", until[0]), "link: until when")
    need(1 <= len(at) <= AT_MAX, f"link: {len(at)} endpoints")
    endpoints = [read_endpoint(each) for each in at]
    return {"feed": raw[:32], "hash": raw[32:64], "until": int(until[0]), "at": endpoints}


def read_query(query: str) -> list[tuple[str, str]]:
    """Names and values, decoded, in their order."""
    parts = query.split("&")
    need(len(parts) <= PARTS_MAX, f"link: {len(parts)} parameters")
    pairs = [part.partition("=") for part in parts if part]
    return [(unquote(key), unquote(value)) for key, _, value in pairs]


def unquote(text: str) -> str:
    """Percent-decoding: + is a blank, % two digits are a byte, all of it is UTF-8."""
    need("#" not in text, "link: a fragment")
    need(not re.search("%(?![0-9A-Fa-f]{2})", text), "link: a % without two digits")
    raw = text.replace("+", " ").encode()
    raw = re.sub(rb"%(..)", lambda match: bytes.fromhex(match[1].decode()), raw)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Invalid("link: not UTF-8") from error


def read_endpoint(text: str) -> tuple[str, int]:
    """Return host, in its one spelling, and port."""
    match = re.fullmatch(r"(?:([0-9.]+)|\[([0-9A-Fa-f:.]+)\]):([0-9]{1,5})", text.strip())
    need(match, "endpoint: not host:port")
    assert match is not None
    need(0 < int(match[3]) < 65_536, "endpoint: no such port")
    try:
        host = IPv4Address(match[1]) if match[1] else IPv6Address(match[2])
    except ValueError as error:
        raise Invalid("endpoint: no IP address") from error
    return str(host), int(match[3])


# --- words ---


def word_list() -> list[str]:
    """The 2,048 English words of BIP-39, in order."""
    return (files("mnemonic") / "wordlist" / "english.txt").read_text("utf-8").split()


def words_of(seed: bytes) -> list[str]:
    """The words of 32 bytes and 8 bits of their SHA-256, 11 bits each."""
    bits = int.from_bytes(seed + sha256(seed).digest()[:1], "big")
    listed = word_list()
    return [listed[bits >> 11 * at & 2_047] for at in reversed(range(24))]


def read_words(text: str) -> bytes:
    """Return the seed of 24 words as people type them."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    tokens = re.findall(r"(?:(?<!\d)(\d\d?)[^\w]*)?([^\W\d_]+)", plain)
    need(len(tokens) == 24, f"words: there are {len(tokens)}")
    listed, starts = set(word_list()), {word[:4]: word for word in word_list()}
    words = []
    for _, typed in tokens:
        word = typed if typed in listed else starts.get(typed[:4], "")
        need(word.startswith(typed), f"words: {typed} is none")
        words.append(word)
    numbers = [int(number or 0) for number, _ in tokens]
    if sorted(numbers) == list(range(1, 25)):
        words = [words[numbers.index(at)] for at in range(1, 25)]
    return seed_of(words)


def seed_of(words: list[str]) -> bytes:
    listed = word_list()
    bits = 0
    for word in words:
        bits = bits << 11 | listed.index(word)
    raw = bits.to_bytes(33, "big")
    need(sha256(raw[:32]).digest()[0] == raw[32], "words: the checksum does not hold")
    return raw[:32]
