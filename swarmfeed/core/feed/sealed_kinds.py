"""Kinds of entry that the index keeps the places of, and nothing of what they say.

Keys, what is sealed to them, and who keeps letters: ``kinds`` has all kinds, and their fields.
"""

import re
from typing import Annotated, ClassVar, Final

from msgspec import Struct

from swarmfeed.core.base.aead import NONCE_BYTES
from swarmfeed.core.base.boxes import BOX_SUITE, MLKEM_PUBLIC_BYTES, PUBLIC_BYTES
from swarmfeed.core.base.limits import KEY_BYTES, TIME_MS_MAX
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.core.feed.limits import (
    EPOCHS_MAX,
    MAILBOXES_MAX,
    PROTECTED_BYTES_MAX,
    RECOVERY_BYTES_MAX,
    REKEY_CHECK_BYTES,
    REKEY_WRAP_BYTES,
    REKEY_WRAPS_MAX,
    STATE_ID_BYTES,
    STATE_PART_BYTES,
    STATE_PARTS_MAX,
    SUITE_MAX,
)


class KeysBody(Struct, frozen=True):
    """What others may seal to this device; the newest one of a feed counts."""

    kind: ClassVar[str] = "keys"
    public: Annotated[bytes, At("x"), UpTo(PUBLIC_BYTES)]
    """Of the suite: see ``core.base.boxes``."""
    suite: Annotated[int, At("v"), Between(1, SUITE_MAX)] = BOX_SUITE
    recovery: Annotated[bytes, At("r"), UpTo(RECOVERY_BYTES_MAX), OPTIONAL] = b""
    """What the sheets open, from the device that had both seeds: ``core.state.recovery``."""


class PrekeysBody(Struct, frozen=True, kw_only=True):
    """What letters to this device are sealed to: new every two weeks, and the newest counts."""

    kind: ClassVar[str] = "prekeys"
    prekey: Annotated[bytes, At("b"), UpTo(KEY_BYTES)]
    identity: Annotated[bytes, At("i"), UpTo(KEY_BYTES)]
    outer: Annotated[bytes, At("o"), UpTo(KEY_BYTES)]
    """Opens the outside of a parcel, and nothing else."""
    mlkem: Annotated[bytes, At("q"), UpTo(MLKEM_PUBLIC_BYTES)]
    until_ms: Annotated[int, At("u"), Between(0, TIME_MS_MAX)]
    """When there should be newer ones; sealed to all the same while there are none."""
    suite: Annotated[int, At("v"), Between(1, SUITE_MAX)]


class MailboxBody(Struct, frozen=True):
    """Machines that keep letters for this device, if any; the newest one counts."""

    kind: ClassVar[str] = "mailbox"
    holders: Annotated[tuple[NodeId, ...], At("m"), UpTo(MAILBOXES_MAX)] = ()


class StateBody(Struct, frozen=True):
    """A part of a snapshot of private state; sealed: see ``core.state.snapshot``."""

    kind: ClassVar[str] = "state"
    data: Annotated[bytes, At("d"), UpTo(STATE_PART_BYTES)]
    id: Annotated[bytes, At("i"), UpTo(STATE_ID_BYTES)]
    """First bytes of the SHA-256 of the whole."""
    part: Annotated[int, At("p"), Between(0, STATE_PARTS_MAX - 1)]
    parts: Annotated[int, At("q"), Between(1, STATE_PARTS_MAX)]


class ProtectedBody(Struct, frozen=True):
    """An entry for a circle of people: what it says only they can read."""

    kind: ClassVar[str] = "protected"
    commitment: Annotated[Hash, At("c")]
    nonce: Annotated[bytes, At("n"), UpTo(NONCE_BYTES)]
    sealed: Annotated[bytes, At("x"), UpTo(PROTECTED_BYTES_MAX)]


class RekeyBody(Struct, frozen=True):
    """A new key for a circle, wrapped for all who may read from now on."""

    kind: ClassVar[str] = "rekey"
    epoch: Annotated[int, At("e"), Between(0, EPOCHS_MAX)]
    wraps: Annotated[bytes, At("w"), UpTo(REKEY_WRAPS_MAX * REKEY_WRAP_BYTES)]
    check: Annotated[bytes, At("c"), UpTo(REKEY_CHECK_BYTES)]
    before: Annotated[bytes, At("p"), UpTo(KEY_BYTES), OPTIONAL] = b""


_PROTECTED: Final = re.compile(
    rb"d1:c32:(.{32})1:n24:(.{24})1:x([1-9][0-9]{0,3}):", re.DOTALL
).match


def read_protected(body: bytes) -> ProtectedBody | None:
    """Read a protected body that has the fields of its kind and no others, as all do that are
    written today: six times as fast as the long way.  None: that has to be gone.
    """
    found = _PROTECTED(body)
    if found is None or found.end() + int(found[3]) + 1 != len(body) or body[-1] != 0x65:
        return None
    sealed = body[found.end() : -1]
    if len(sealed) > PROTECTED_BYTES_MAX:
        return None
    return ProtectedBody(Hash(found[1]), found[2], sealed)
