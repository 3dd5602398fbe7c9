"""A new epoch of a circle: its key, wrapped for everybody who is to read from now on.

    rekey   {"c": check (16), "e": epoch, "p"?: the key before (32), "w": wraps of 38 bytes}
    c       HMAC(epoch key, "swarmfeed circle check 1")[:16]
    place   feed id || e (4) || c
    wrap    HMAC(node key, "swarmfeed circle tag 1" || place)[:6]
            || epoch key XOR HMAC(node key, "swarmfeed circle wrap 1" || place)
    p       key of the epoch before XOR HMAC(epoch key, "swarmfeed circle before 1" || place)

HMAC is that of SHA-256.  The epoch key is random, so ``c`` is another one each time, and what
hides a key is used once: also where two devices of an author wrap under the same node at the
same time.  ``c`` tells a wrap that was found from a random one, and is the same for all.

Wraps stand in the order of their bytes, and random ones fill up to a power of two or one and a
half of it: how many people there are, and how many were removed, cannot be counted.  More than
192 are several entries; each stands for itself.
"""

import hmac
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final

from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.limits import (
    REKEY_CHECK_BYTES,
    REKEY_WRAP_BYTES,
    REKEY_WRAPS_MAX,
)
from swarmfeed.core.feed.sealed_kinds import RekeyBody

WRAP_TAG_BYTES: Final = REKEY_WRAP_BYTES - KEY_BYTES
"""Two wraps of 768 have one tag in one of 10^9 rekeys; who cannot open it then asks."""

_CHECK: Final = b"swarmfeed circle check 1"
_TAG: Final = b"swarmfeed circle tag 1"
_WRAP: Final = b"swarmfeed circle wrap 1"
_BEFORE: Final = b"swarmfeed circle before 1"

Dice = Callable[[int], bytes]
"""So many random bytes."""


def wraps_of(node_count: int) -> int:
    """Return how many wraps a rekey for so many nodes has: 1, 2, 3, 4, 6, 8, 12, 16, 24..."""
    power = 1 << (max(node_count, 1) - 1).bit_length()
    less = power // 4 * 3
    return less if less >= max(node_count, 1) else power


def seal_epoch(
    feed_id: FeedId,
    epoch: int,
    key: bytes,
    node_keys: Iterable[bytes],
    *,
    before: bytes | None,
    dice: Dice,
) -> list[RekeyBody]:
    """Return the entries that begin an epoch.

    Args:
        key: 32 random bytes, for this epoch alone.
        node_keys: Of the nodes that cover who may read.
        before: The key of the epoch before, for circles whose newcomers may read back.
    """
    check = check_of(key)
    place = _place(feed_id, epoch, check)
    wraps = [_tag(each, place) + _hide(each, _WRAP, place, key) for each in node_keys]
    fill = wraps_of(len(wraps)) - len(wraps)
    wraps = sorted([*wraps, *(dice(REKEY_WRAP_BYTES) for _ in range(fill))])
    previous = b"" if before is None else _hide(key, _BEFORE, place, before)
    return [
        RekeyBody(epoch=epoch, wraps=b"".join(part), check=check, before=previous)
        for part in _parts(wraps)
    ]


def open_epoch(body: RekeyBody, feed_id: FeedId, node_keys: Iterable[bytes]) -> bytes | None:
    """Return the key of the epoch that an entry begins; None: not with these node keys."""
    wraps = _by_tag(body.wraps)
    place = _place(feed_id, body.epoch, body.check)
    for node_key in node_keys:
        hidden = wraps.get(_tag(node_key, place), b"")
        if len(hidden) == KEY_BYTES:
            key = _hide(node_key, _WRAP, place, hidden)
            if check_of(key) == body.check:
                return key
    return None


def open_before(body: RekeyBody, feed_id: FeedId, key: bytes) -> bytes | None:
    """Return the key of the epoch before, from that of this one; None: it is not told.

    Whether it is one shows when it opens something.
    """
    if len(body.before) != KEY_BYTES:
        return None
    return _hide(key, _BEFORE, _place(feed_id, body.epoch, body.check), body.before)


def check_of(key: bytes) -> bytes:
    """Return what tells the key of an epoch from any other."""
    return hmac.digest(key, _CHECK, sha256)[:REKEY_CHECK_BYTES]


def _parts(wraps: Sequence[bytes]) -> Iterable[Sequence[bytes]]:
    return (wraps[at : at + REKEY_WRAPS_MAX] for at in range(0, len(wraps), REKEY_WRAPS_MAX))


def _by_tag(wraps: bytes) -> dict[bytes, bytes]:
    return {
        wraps[at : at + WRAP_TAG_BYTES]: wraps[at + WRAP_TAG_BYTES : at + REKEY_WRAP_BYTES]
        for at in range(0, len(wraps), REKEY_WRAP_BYTES)
    }


def _place(feed_id: FeedId, epoch: int, check: bytes) -> bytes:
    return feed_id + epoch.to_bytes(4, "big") + check


def _tag(node_key: bytes, place: bytes) -> bytes:
    return hmac.digest(node_key, _TAG + place, sha256)[:WRAP_TAG_BYTES]


def _hide(key: bytes, purpose: bytes, place: bytes, plain: bytes) -> bytes:
    """Hide 32 bytes under a key, or show them again."""
    mask = hmac.digest(key, purpose + place, sha256)
    number = int.from_bytes(plain, "big") ^ int.from_bytes(mask, "big")
    return number.to_bytes(KEY_BYTES, "big")
