"""Asking a witness that is no node of ours by HTTP: c2sp.org/tlog-witness, the client's side.

    who      http[s]://HOST[:PORT][/PREFIX]#KEY
    KEY      NAME+HASH+BASE64, a verifier key (c2sp.org/signed-note) of kind 4, or
             swarmfeed-witness/ADDRESS of a node that witnesses (``run --witness``)
    asked    POST PREFIX/add-checkpoint, our head and the proof that it follows on the last one
    answer   200 a line signed by KEY; 409 <size>: prove it from there

Only what that key signed counts: whoever is in between can say nothing in its name.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct

from swarmfeed.core.base.address import parse_address
from swarmfeed.core.base.keys import is_public_key, verify_signature
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, KEY_BYTES, SIGNATURE_BYTES
from swarmfeed.core.base.spelling import read_base64
from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.core.feed.head import head_body
from swarmfeed.core.net.web import WebPlace
from swarmfeed.core.witness import sentences
from swarmfeed.core.witness.limits import (
    NOTE_SIGNATURES_MAX,
    WITNESS_NAME_CHARS_MAX,
    WITNESS_URL_CHARS_MAX,
)
from swarmfeed.errors import BadEncodingError, BadSignatureError, RemoteError, UserError

_KIND: Final = b"\x04"
"""An Ed25519 cosignature (c2sp.org/tlog-cosignature)."""

_KEY: Final = re.compile(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]{44})")
_OWN_KIND: Final = re.compile(r"swarmfeed-witness/([a-z2-7]{56})")
_SIZE: Final = re.compile(rb"(0|[1-9][0-9]{0,10})\n?")
_TIME_BYTES: Final = 8


class OutsideWitness(Struct, frozen=True, kw_only=True):
    """A witness that the person chose, and the key that its words are signed with."""

    place: WebPlace
    name: str
    key: NodeId
    """Ed25519; of a node of ours its id."""

    @property
    def key_hash(self) -> bytes:
        """First bytes of what its signatures begin with."""
        return sha256(self.name.encode() + b"\n" + _KIND + self.key).digest()[:4]


class HasSize(Struct, frozen=True):
    """It has a head of so many entries, and wants a proof from there."""

    size: int


class Saw(Struct, frozen=True):
    """It signed that the head is the newest it knows."""

    time_s: int
    """By its clock."""


def read_outside_witness(typed: str) -> OutsideWitness:
    """Read what a person set.  UserError: it is not such a URL, or its key is none."""
    url, _, key = typed.strip().partition("#")
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise UserError(sentences.NO_WITNESS_URL(typed=typed)) from error
    is_plain = parts.username is None and not parts.query and typed.isascii()
    is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and is_plain
    if not is_url or len(typed) > WITNESS_URL_CHARS_MAX or re.search(r"[\s\x00-\x1f]", url):
        raise UserError(sentences.NO_WITNESS_URL(typed=typed))
    name, public = _read_key(key, typed)
    place = WebPlace(
        is_tls=parts.scheme == "https",
        host=parts.hostname or "",
        port=port,
        path=parts.path.rstrip("/") + "/add-checkpoint",
    )
    return OutsideWitness(place=place, name=name, key=public)


def write_request(old_size: int, size: int, proof: Sequence[Hash], signed_head: bytes) -> bytes:
    """Return what is posted.

    Args:
        proof: From ``old_size``, as our own messages have it: RFC 6962 leaves out the old root
            where that is a whole tree.
    """
    is_whole = bool(proof) and old_size & (old_size - 1) == 0 and old_size < size
    lines = [b"old %d" % old_size, *map(b64encode, proof[is_whole:])]
    return b"\n".join(lines) + b"\n\n" + signed_head


def read_reply(
    witness: OutsideWitness, status: int, body: bytes, signed_head: bytes
) -> HasSize | Saw:
    """Read what a witness answered.

    Raises:
        RemoteError: It is no answer, or a refusal; says so to people.
        BadSignatureError: Nothing in it is signed by the key that it should be.
    """
    if status == 409:
        found = _SIZE.fullmatch(body)
        if found is None or int(found[1]) > FEED_ENTRIES_MAX:
            raise RemoteError(sentences.NO_ANSWER())
        return HasSize(int(found[1]))
    refusals = {404: sentences.UNKNOWN_THERE, 422: sentences.HAS_ANOTHER}
    if status in refusals:
        raise RemoteError(refusals[status]())
    if status != 200:
        raise RemoteError(sentences.REFUSED_THERE(status=status))
    begin = f"\N{EM DASH} {witness.name} ".encode()
    for line in body.split(b"\n")[:NOTE_SIGNATURES_MAX]:
        signed = _unbase64(line.removeprefix(begin)) if line.startswith(begin) else b""
        if signed[:4] == witness.key_hash and len(signed) == 4 + _TIME_BYTES + SIGNATURE_BYTES:
            return _verified(witness, signed[4:], signed_head)
    raise BadSignatureError(sentences.NOT_SIGNED_THERE())


def _verified(witness: OutsideWitness, signed: bytes, signed_head: bytes) -> Saw:
    time_s = int.from_bytes(signed[:_TIME_BYTES], "big")
    message = b"cosignature/v1\ntime %d\n" % time_s + head_body(signed_head)
    try:
        verify_signature(witness.key, message, signed[_TIME_BYTES:])
    except BadSignatureError as error:
        raise BadSignatureError(sentences.NOT_SIGNED_THERE()) from error
    return Saw(time_s)


def _read_key(key: str, typed: str) -> tuple[str, NodeId]:
    """Name and key of a witness.  Raises UserError."""
    if (own := _OWN_KIND.fullmatch(key)) is not None:
        return key, NodeId(parse_address(own[1]))
    match = _KEY.fullmatch(key)
    raw = _unbase64(match[3].encode()) if match is not None else b""
    is_right = raw[:1] == _KIND and len(raw) == 1 + KEY_BYTES and is_public_key(raw[1:])
    if match is None or not is_right or len(match[1]) > WITNESS_NAME_CHARS_MAX:
        raise UserError(sentences.NO_WITNESS_KEY(typed=typed))
    if sha256(match[1].encode() + b"\n" + raw).digest()[:4].hex() != match[2]:
        raise UserError(sentences.NO_WITNESS_KEY(typed=typed))
    return match[1], NodeId(raw[1:])


def _unbase64(text: bytes) -> bytes:
    """Decode; empty: it is not base64."""
    try:
        return read_base64(text)
    except BadEncodingError:
        return b""
