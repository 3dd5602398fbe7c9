"""Agreeing on the secret of a session with somebody who is not there: PQXDH.

    SK = HKDF(0xFF * 32 || DH(i_A, b_B) || DH(e, i_B) || DH(e, b_B) || mlkem secret,
              info = "swarmfeed pqxdh 1" || feed A || feed B || name of B's keys || suite (2))

A opens, B has published its keys.  Both X25519 and ML-KEM have to be broken to know SK.

Sources: The X3DH Key Agreement Protocol (Signal, 2016); The PQXDH Key Agreement Protocol
(revision 3).  There are no one-time prekeys: a log cannot hand out each one once.
"""

from typing import Final

from msgspec import Struct

from swarmfeed.core.base.hkdf import hkdf
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.base.x25519 import exchange
from swarmfeed.core.feed.sealed_kinds import PrekeysBody
from swarmfeed.core.letters.prekeys import Privates, hash_prekeys

_INFO: Final = b"swarmfeed pqxdh 1"
_START: Final = b"\xff" * 32
"""X3DH, 2.2: domain separation from signatures of the same curve."""


class Parties(Struct, frozen=True, kw_only=True):
    """Who agrees, and by which keys: goes into the secret."""

    opener: FeedId
    answerer: FeedId
    keys_hash: bytes
    """Name of the answerer's keys, 32 bytes."""
    suite: int


def secret_of_opener(
    parties: Parties, identity: bytes, ephemeral: bytes, theirs: PrekeysBody, mlkem: bytes
) -> bytes:
    """Return SK to who begins a session.

    Args:
        identity: Own private identity key.
        ephemeral: Private key made for this session.
        theirs: What the other device published.
        mlkem: Secret that was encapsulated to its ML-KEM key.

    Raises:
        BadSealError: One of their keys keeps nothing secret.
    """
    return _derive(
        parties,
        exchange(identity, theirs.prekey),
        exchange(ephemeral, theirs.identity),
        exchange(ephemeral, theirs.prekey),
        mlkem,
    )


def secret_of_answerer(
    parties: Parties, own: Privates, identity: bytes, ephemeral: bytes, mlkem: bytes
) -> bytes:
    """Return SK to who was written to.

    Args:
        own: The private keys that were written to.
        identity: Public identity key of the opener.
        ephemeral: Public key that came with the letter.

    Raises:
        BadSealError: One of the opener's keys keeps nothing secret.
    """
    return _derive(
        parties,
        exchange(own.prekey, identity),
        exchange(own.identity, ephemeral),
        exchange(own.prekey, ephemeral),
        mlkem,
    )


def parties_of(opener: FeedId, answerer: FeedId, theirs: PrekeysBody) -> Parties:
    """Who agrees, by keys that were published."""
    return Parties(
        opener=opener,
        answerer=answerer,
        keys_hash=hash_prekeys(theirs),
        suite=theirs.suite,
    )


def _derive(parties: Parties, *secrets: bytes) -> bytes:
    info = b"".join((
        _INFO,
        parties.opener,
        parties.answerer,
        parties.keys_hash,
        parties.suite.to_bytes(2, "big"),
    ))  # fmt: skip
    return hkdf(_START + b"".join(secrets), info=info)
