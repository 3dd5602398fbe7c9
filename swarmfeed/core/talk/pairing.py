"""Pairing: what a new machine and a device of an author say, so that it becomes one too.

new machine                                     device that has the author key
  | shows a link (device_link): its feed, the hash of its recipient key, where it waits
  | <--- a peer link: TLS, hello ---------------- |
  | <--- pair-ask: proof, commitment ------------ |   does it have my link?
  | ---- pair-key: recipient key, nonce, name --> |   is its hash the link's?
  | <--- pair-who: sealed who ------------------- |   both show the code
  |                                               |   a person says: it is the same
  | <--- pair-join: sealed welcome -------------- |
  | ---- pair-done: the join, whole ------------> |

The code is six digits of a hash over all that was said.  The device commits to its nonce before
it sees the other's, and opens it after: whoever stands in between has one guess in a million,
and a link is good for one attempt.  Nothing but who is asking is sealed before a person said
that the codes are the same; what seals is ``ports.Boxes``.
"""

import hmac
from enum import Enum
from hashlib import sha256
from typing import Annotated, ClassVar, Final, TypeVar

from msgspec import Struct

from swarmfeed.core.base import limits
from swarmfeed.core.base.bencoding import Encodable, decode_fields, encode
from swarmfeed.core.base.boxes import PUBLIC_BYTES
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.marks import At, UpTo
from swarmfeed.core.base.types import Endpoint, Hash, NodeId
from swarmfeed.core.talk.limits import PAIR_SEALED_BYTES_MAX
from swarmfeed.core.talk.message import (
    Author,
    Certificate,
    Feed,
    Message,
    SignedCertificates,
)

T = TypeVar("T")

ASK_DOMAIN: Final = b"swarmfeed pairing ask 1\n"
NONCE_DOMAIN: Final = b"swarmfeed pairing nonce 1\n"
TALK_DOMAIN: Final = b"swarmfeed pairing 1\n"
CODE_DOMAIN: Final = b"swarmfeed pairing code 1\n"
WHO_INFO: Final = b"swarmfeed pairing who 1\n"
WELCOME_INFO: Final = b"swarmfeed pairing welcome 1\n"

CODE_DIGITS: Final = 6
"""Digits of the short code: one false one in a million passes, and each attempt needs a new
link and a person who compares."""


class PairingReason(Enum):
    """Why a pairing ended without a new device."""

    NOT_THE_LINK = "not-the-link"
    """Who asked does not know the link."""
    OTHER_MACHINE = "other-machine"
    """The link is of another machine than the one that answered."""
    USED = "used"
    """The link was used before."""
    EXPIRED = "expired"
    """The time of the link is over."""
    CANCELLED = "cancelled"
    """The person said no."""
    BROKEN = "broken"
    """Something was said that cannot be."""


class PairAsk(Struct, frozen=True, kw_only=True):
    """I have your link, and want you as a device."""

    name: ClassVar[str] = "pair-ask"
    proof: Annotated[Hash, At("p")]
    """HMAC by the hash that stands in the link: `proof` above."""
    commitment: Annotated[Hash, At("c")]
    """Hash of a nonce that ``pair-who`` opens."""


class PairKey(Struct, frozen=True, kw_only=True):
    """What to seal to, and what to call me."""

    name: ClassVar[str] = "pair-key"
    feed_id: Feed
    recipient: Annotated[bytes, At("k"), UpTo(PUBLIC_BYTES)]
    """Public recipient key, whose hash stands in the link."""
    nonce: Annotated[Hash, At("n")]
    """32 random bytes."""
    device: Annotated[str, At("d"), UpTo(limits.NAME_CHARS_MAX)]
    """Name of the new device."""


class PairWho(Struct, frozen=True):
    """Who is asking, sealed to the recipient key."""

    name: ClassVar[str] = "pair-who"
    box: Annotated[bytes, At("x"), UpTo(PAIR_SEALED_BYTES_MAX)]
    """Sealed ``Who``."""


class PairJoin(Struct, frozen=True):
    """All that makes a device, sealed to the recipient key."""

    name: ClassVar[str] = "pair-join"
    box: Annotated[bytes, At("x"), UpTo(PAIR_SEALED_BYTES_MAX)]
    """Sealed ``Welcome``."""


class PairDone(Struct, frozen=True):
    """I am a device now."""

    name: ClassVar[str] = "pair-done"
    certificate: Annotated[Certificate, At("c")]
    """The join with both signatures."""


class PairEnd(Struct, frozen=True):
    """This comes to nothing; the link is good for nothing any more."""

    name: ClassVar[str] = "pair-end"
    reason: Annotated[str, At("r"), UpTo(limits.ROLE_CHARS_MAX)]
    """Why: one of the words of ``PairingReason``; another is taken for ``broken``."""


PAIRING_WORDS: Final[tuple[type[Message], ...]] = (
    PairAsk,
    PairKey,
    PairWho,
    PairJoin,
    PairDone,
    PairEnd,
)
"""In the order of docs/PROTOCOL.md.  They are said on a link of their own, and no others."""


class Who(Struct, frozen=True, kw_only=True):
    """Who is asking, and the nonce that was committed to."""

    author_id: Author
    nonce: Annotated[Hash, At("n")]
    called: Annotated[str, At("u"), UpTo(limits.NAME_CHARS_MAX)]
    """Name of the author; may be empty."""


class Welcome(Struct, frozen=True, kw_only=True):
    """What a new device needs: everything else it fetches from those who hold it."""

    join: Annotated[bytes, At("j"), UpTo(limits.CERTIFICATE_BYTES_MAX)]
    """The join as far as the author key signs it; the new device signs it too."""
    certificates: SignedCertificates
    """All signed certificates known of the author."""
    at: Annotated[tuple[Endpoint, ...], At("l"), UpTo(limits.ENDPOINTS_MAX)]
    """Peer links of those who hold what the author wrote, this device first."""


def encode_record(record: Who | Welcome) -> bytes:
    """Return what is sealed."""
    return encode(codec_of(type(record)).write(record))


def decode_record(kind: type[T], data: bytes) -> T:
    """Read what was sealed.  Raises BadEncodingError."""
    fields = decode_fields(data, kind.__name__, limit_bytes=PAIR_SEALED_BYTES_MAX)
    return codec_of(kind).read(fields)


def prove_link(key_hash: Hash, old: NodeId, new: NodeId, commitment: Hash) -> Hash:
    """Return what shows to ``new`` that ``old`` has its link, and gives the hash to nobody."""
    said = ASK_DOMAIN + old + new + commitment
    return Hash(hmac.digest(key_hash, said, "sha256"))


def commit_to(nonce: Hash) -> Hash:
    """Return the commitment to a nonce."""
    return Hash(sha256(NONCE_DOMAIN + nonce).digest())


def hash_talk(old: NodeId, new: NodeId, ask: PairAsk, key: PairKey) -> Hash:
    """Return the hash of what was said before anything is sealed."""
    said: list[Encodable] = [
        old,
        new,
        codec_of(PairAsk).write(ask),
        codec_of(PairKey).write(key),
    ]
    return Hash(sha256(TALK_DOMAIN + encode(said)).digest())


def hash_who(talk: Hash, who: bytes) -> Hash:
    """Return the hash of all that was said once who is asking was opened."""
    return Hash(sha256(TALK_DOMAIN + talk + who).digest())


def short_code(said: Hash) -> str:
    """Return the code that both show: six digits, with a space in the middle."""
    number = int.from_bytes(sha256(CODE_DOMAIN + said).digest()[:8], "big")
    digits = f"{number % 10**CODE_DIGITS:0{CODE_DIGITS}}"
    return f"{digits[:3]} {digits[3:]}"
