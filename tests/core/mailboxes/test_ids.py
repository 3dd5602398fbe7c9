"""Names and proofs: each belongs to one device, one holder, one link."""

from hashlib import sha256

from swarmfeed.core.base.types import FeedId, NodeId
from swarmfeed.core.mailboxes.ids import box_of, hash_token, parcel_id
from swarmfeed.core.mailboxes.proof import lease_text, offer_text, open_text

FEED, HOLDER = FeedId(b"f" * 32), NodeId(b"h" * 32)
BINDING = b"c" * 32 + b"n" * 32


def test_they_are_the_hashes_that_the_page_says() -> None:
    whole = sha256(b"swarmfeed mailbox box 1" + FEED + HOLDER).digest()
    assert box_of(FEED, HOLDER) == whole[:16]
    assert parcel_id(b"parcel") == sha256(b"parcel").digest()[:16]
    assert hash_token(b"token") == sha256(b"token").digest()


def test_what_is_signed_stands_for_nothing_else() -> None:
    texts = {
        open_text(BINDING, HOLDER),
        open_text(bytes(64), HOLDER),
        open_text(BINDING, NodeId(bytes(32))),
        offer_text(BINDING, HOLDER),
        lease_text(BINDING, HOLDER, bytes(32), 1, 2),
        lease_text(BINDING, HOLDER, bytes(32), 2, 1),
    }
    assert len(texts) == 6
    assert open_text(BINDING, HOLDER) == b"swarmfeed mailbox 1" + BINDING + HOLDER
    assert lease_text(BINDING, HOLDER, b"a" * 32, 3, 4) == (
        b"swarmfeed mailbox lease 1"
        + BINDING
        + HOLDER
        + b"a" * 32
        + (3).to_bytes(8, "big")
        + (4).to_bytes(8, "big")
    )
