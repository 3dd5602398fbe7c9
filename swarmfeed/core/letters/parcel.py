"""A parcel: one letter for one device, as those who carry it see it.

    parcel = HPKE(outer key of the device, inner)       info "swarmfeed parcel 1"
    inner  = {"f": feed of the sender, "h": ratchet key, "k"?: opening, "n": number (4),
              "p": length of the chain before (4), "x": nonce || sealed content, "z"?: zeros}

Nothing of it says who wrote it, nor to whom, also to who has all logs: the device tries its
few keys.  Lengths fall into classes, because the
content is padded, and so is what begins a session.
"""

from hashlib import sha256
from typing import Annotated, Final

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import HASH_BYTES, KEY_BYTES
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.ratchets import RatchetHeader
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import SUITE_MAX
from swarmfeed.core.letters.limits import (
    OPENING_STEP_BYTES,
    PARCEL_BYTES_MAX,
    PARCEL_ID_BYTES,
)
from swarmfeed.core.letters.prekeys import SelfIntroduction
from swarmfeed.errors import BadEncodingError

PARCEL_INFO: Final = b"swarmfeed parcel 1"
MLKEM_TEXT_BYTES: Final = 1_088
NUMBER_BYTES: Final = 4


class Opening(Struct, frozen=True, kw_only=True):
    """What begins a session; goes with each letter until the first answer."""

    mlkem: Annotated[bytes, At("c"), UpTo(MLKEM_TEXT_BYTES)]
    """Encapsulated to the ML-KEM key of the receiver."""
    ephemeral: Annotated[bytes, At("e"), UpTo(KEY_BYTES)]
    who: Annotated[SelfIntroduction, At("i")]
    keys_hash: Annotated[bytes, At("q"), UpTo(HASH_BYTES)]
    """Name of the receiver's keys."""
    suite: Annotated[int, At("v"), Between(1, SUITE_MAX)]


class Inner(Struct, frozen=True, kw_only=True):
    """What is in a parcel."""

    sender: Annotated[FeedId, At("f")]
    ratchet: Annotated[bytes, At("h"), UpTo(KEY_BYTES)]
    opening: Annotated[Opening | None, At("k")] = None
    number: Annotated[bytes, At("n"), UpTo(NUMBER_BYTES)]
    before: Annotated[bytes, At("p"), UpTo(NUMBER_BYTES)]
    sealed: Annotated[bytes, At("x"), UpTo(PARCEL_BYTES_MAX)]
    zeros: Annotated[bytes, At("z"), UpTo(2 * OPENING_STEP_BYTES), OPTIONAL] = b""

    @property
    def header(self) -> RatchetHeader:
        return RatchetHeader(
            ratchet=self.ratchet,
            before=int.from_bytes(self.before, "big"),
            number=int.from_bytes(self.number, "big"),
        )


def make_inner(
    sender: FeedId, header: RatchetHeader, sealed: bytes, opening: Opening | None
) -> Inner:
    return Inner(
        sender=sender,
        ratchet=header.ratchet,
        opening=opening,
        number=header.number.to_bytes(NUMBER_BYTES, "big"),
        before=header.before.to_bytes(NUMBER_BYTES, "big"),
        sealed=sealed,
    )


_INNER: Final = codec_of(Inner)
_ZEROS_SPELLED: Final = len(b"1:z100:")


def encode_inner(inner: Inner) -> bytes:
    """Return its bytes; with an opening, a multiple of OPENING_STEP_BYTES of them."""
    plain = encode(_INNER.write(inner))
    if inner.opening is None:
        return plain
    # 100 to 611 of them: so their number always has three digits.
    room = -(len(plain) + _ZEROS_SPELLED) % OPENING_STEP_BYTES
    zeros = room if room >= 100 else room + OPENING_STEP_BYTES
    return encode(_INNER.write(replace(inner, zeros=bytes(zeros))))


def decode_inner(data: bytes) -> Inner:
    """Read what was in a parcel.  Raises BadEncodingError."""
    inner = _INNER.read(decode_fields(data, "parcel", limit_bytes=PARCEL_BYTES_MAX))
    if any(inner.zeros):
        raise BadEncodingError("padded by something else than zeros")
    if {len(inner.number), len(inner.before)} != {NUMBER_BYTES}:
        raise BadEncodingError("numbers of a letter are four bytes each")
    return inner


def parcel_id(parcel: bytes) -> bytes:
    """Name of a parcel, for those who carry it: PARCEL_ID_BYTES."""
    return sha256(parcel).digest()[:PARCEL_ID_BYTES]
