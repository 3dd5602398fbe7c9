"""Heads and receipts: C2SP notes, checked by a verifier written from the specifications."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, HEAD_BYTES_MAX, TIME_MS_MAX
from swarmfeed.core.base.types import FeedId, Hash, NodeId
from swarmfeed.core.feed.head import (
    Head,
    OpenedReceipt,
    claimed_size,
    head_body,
    open_head,
    open_receipt,
    sign_head,
    sign_receipt,
    verifier_key,
)
from swarmfeed.errors import BadEncodingError, BadSignatureError

from tests.core import reference
from tests.core.samples import FEED, KEY, OTHER_KEY

NODE_KEY = SigningKey(b"n" * 32)
NODE = NodeId(NODE_KEY.public)
HEAD = Head(
    feed_id=FEED,
    size=20_852_163,
    root=Hash(b"r" * 32),
    time_ms=1_700_000_000_000,
    chunks_hash=Hash(b"c" * 32),
)
SIGNED = sign_head(HEAD, KEY.sign)
RECEIPT = sign_receipt(SIGNED, NODE, 1_700_000_000, NODE_KEY.sign)

heads = st.builds(
    Head,
    feed_id=st.just(FEED),
    size=st.integers(0, FEED_ENTRIES_MAX),
    root=st.binary(min_size=32, max_size=32).map(Hash),
    time_ms=st.integers(0, TIME_MS_MAX),
    chunks_hash=st.binary(min_size=32, max_size=32).map(Hash),
)


def resigned(body: bytes) -> bytes:
    """Sign any text with the feed key, as a hostile author would."""
    name = f"swarmfeed/{format_address(FEED)}"
    line = reference.key_id(name, 1, FEED) + KEY.sign(body)
    return body + b"\n\xe2\x80\x94 " + name.encode() + b" " + base64.b64encode(line) + b"\n"


def edited(old: bytes, new: bytes) -> bytes:
    """Return a head with something else in its text, rightly signed."""
    body = head_body(SIGNED)
    assert body.count(old) == 1
    return resigned(body.replace(old, new))


# --- the form ---


def test_the_reference_verifier_accepts_the_published_note() -> None:
    """Source: pkg.go.dev/golang.org/x/mod/sumdb/note, key PeterNeumann+c74f20a3+ARpc2Q..."""
    vkey = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    note = (
        text + "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFY"
        "C2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert reference.key_id("PeterNeumann", 1, vkey[1:]).hex() == "c74f20a3"
    assert reference.verify_note(note.encode(), "PeterNeumann", vkey[1:]) == text


def test_a_feed_s_verifier_key_checks_its_heads() -> None:
    """The form is that of the published key above: name, key hash, type and key."""
    name, key_hash, encoded = verifier_key(FEED).split("+", 2)
    raw = base64.b64decode(encoded)
    assert raw[:1] == b"\x01" and reference.key_id(name, 1, raw[1:]).hex() == key_hash
    assert reference.verify_note(SIGNED, name, raw[1:]).startswith(f"{name}\n")


def test_a_head_is_a_text_that_people_can_read() -> None:
    address = format_address(FEED)
    assert SIGNED.decode().split("\n")[:6] == [
        f"swarmfeed/{address}",
        "20852163",
        base64.b64encode(b"r" * 32).decode(),
        "time 1700000000000",
        "chunks " + base64.b64encode(b"c" * 32).decode(),
        "",
    ]
    assert len(SIGNED) < HEAD_BYTES_MAX


@given(heads)
def test_any_signed_note_verifier_accepts_a_head(head: Head) -> None:
    signed = sign_head(head, KEY.sign)
    name = f"swarmfeed/{format_address(FEED)}"
    text = reference.verify_note(signed, name, FEED)
    assert text.encode() == head_body(signed)
    # c2sp.org/tlog-checkpoint: origin, decimal size, base64 root, then extension lines.
    origin, size, root, *_ = text.split("\n")
    assert (origin, int(size), base64.b64decode(root)) == (name, head.size, head.root)


@given(heads)
def test_a_head_comes_back(head: Head) -> None:
    signed = sign_head(head, KEY.sign)
    assert open_head(signed, FEED) == head
    assert claimed_size(signed) == head.size
    assert len(signed) <= HEAD_BYTES_MAX


def test_a_cosignature_verifier_accepts_a_receipt() -> None:
    name = f"swarmfeed-node/{format_address(NODE)}"
    text, time_s = reference.verify_cosigned_note(SIGNED + RECEIPT + b"\n", name, NODE)
    assert (text.encode(), time_s) == (head_body(SIGNED), 1_700_000_000)
    assert open_receipt(SIGNED, RECEIPT) == OpenedReceipt(NODE, 1_700_000_000)


# --- what must be refused ---


@pytest.mark.attack("A12")
def test_every_changed_bit_of_a_head_is_refused() -> None:
    for at in range(len(SIGNED)):
        for bit in range(8):
            changed = SIGNED[:at] + bytes([SIGNED[at] ^ 1 << bit]) + SIGNED[at + 1 :]
            with pytest.raises((BadEncodingError, BadSignatureError)):
                open_head(changed, FEED)


@pytest.mark.attack("A12")
def test_every_changed_bit_of_a_receipt_is_refused() -> None:
    for at in range(len(RECEIPT)):
        for bit in range(8):
            changed = RECEIPT[:at] + bytes([RECEIPT[at] ^ 1 << bit]) + RECEIPT[at + 1 :]
            with pytest.raises((BadEncodingError, BadSignatureError)):
                open_receipt(SIGNED, changed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"20852163", b"020852163"),
        (b"20852163", b"+20852163"),
        (b"20852163", b"-1"),
        (b"20852163", b""),
        (b"20852163", b"0x10"),
        (b"20852163", b"99999999999"),
        (b"20852163", b"4294967297"),
        (b"time 1700000000000", b"time 01700000000000"),
        (b"time 1700000000000", b"time  1700000000000"),
        (b"time 1700000000000", b"time 1000000000000000"),
        (b"time 1700000000000", b"time -1"),
        (b"time 1700000000000\n", b""),
        (b"time 1700000000000\n", b"time 1700000000000\nmore yes\n"),
        (b"chunks ", b"chunk "),
        (b"cnJy", b"cnJ\n"),
        (b"swarmfeed/", b"Swarmfeed/"),
        (b"chunks ", b"\nchunks "),
    ],
)
def test_another_spelling_is_refused_although_it_is_signed(old: bytes, new: bytes) -> None:
    body = head_body(SIGNED)
    with pytest.raises(BadEncodingError):
        open_head(resigned(body.replace(old, new, 1)), FEED)


def test_base64_with_stray_bits_is_refused_although_it_is_signed() -> None:
    root = base64.b64encode(HEAD.root)
    stray = root[:-2] + bytes([root[-2] + 1]) + b"="
    assert base64.b64decode(stray) == HEAD.root, "the same bytes in another spelling"
    with pytest.raises(BadEncodingError, match="stray"):
        open_head(edited(root, stray), FEED)


def test_a_signature_with_stray_bits_is_refused() -> None:
    stray = SIGNED[:-3] + bytes([SIGNED[-3] + 1]) + b"=\n"
    with pytest.raises(BadEncodingError):
        open_head(stray, FEED)


def test_the_longest_head_is_allowed_and_one_entry_more_is_not() -> None:
    assert open_head(edited(b"20852163", b"4294967296"), FEED).size == FEED_ENTRIES_MAX
    with pytest.raises(BadEncodingError, match="4294967297 entries"):
        open_head(edited(b"20852163", b"4294967297"), FEED)


@pytest.mark.attack("A12")
def test_a_head_of_another_feed_is_refused() -> None:
    other = FeedId(OTHER_KEY.public)
    with pytest.raises(BadSignatureError, match="another feed"):
        open_head(SIGNED, other)
    # Signed by us, but about somebody else's feed, and the other way round.
    with pytest.raises(BadSignatureError):
        open_head(sign_head(replace(HEAD, feed_id=other), KEY.sign), other)
    with pytest.raises(BadSignatureError):
        open_head(sign_head(HEAD, OTHER_KEY.sign), FEED)


@pytest.mark.attack("A12")
def test_a_head_whose_signature_line_names_another_is_refused() -> None:
    mine, theirs = format_address(FEED).encode(), format_address(OTHER_KEY.public).encode()
    before, after = SIGNED.split(b"\n\n")
    swapped = before + b"\n\n" + after.replace(mine, theirs)
    with pytest.raises(BadSignatureError, match="another feed"):
        open_head(swapped, FEED)


@pytest.mark.attack("A12")
def test_a_text_about_another_feed_under_our_own_signature_is_refused() -> None:
    mine, theirs = format_address(FEED).encode(), format_address(OTHER_KEY.public).encode()
    with pytest.raises(BadSignatureError, match="another feed"):
        open_head(resigned(head_body(SIGNED).replace(mine, theirs)), FEED)


@pytest.mark.attack("A12")
def test_a_head_with_another_key_hash_is_refused() -> None:
    before, line = SIGNED.rsplit(b" ", 1)
    raw = base64.b64decode(line)
    for wrong in (b"\0\0\0\0", reference.key_id(f"swarmfeed/{format_address(FEED)}", 4, FEED)):
        with pytest.raises(BadSignatureError, match="another key"):
            open_head(before + b" " + base64.b64encode(wrong + raw[4:]) + b"\n", FEED)


@pytest.mark.attack("A12")
def test_a_receipt_is_no_head_and_a_head_is_no_receipt() -> None:
    """The same key under both roles: what it signed for one must not pass as the other."""
    receipt = sign_receipt(SIGNED, NodeId(FEED), 1_700_000_000, KEY.sign)
    raw = base64.b64decode(receipt.rsplit(b" ", 1)[1])
    name = f"swarmfeed/{format_address(FEED)}"
    forged = reference.key_id(name, 1, FEED) + raw[12:]
    with pytest.raises(BadSignatureError):
        open_head(SIGNED.rsplit(b" ", 1)[0] + b" " + base64.b64encode(forged) + b"\n", FEED)
    node_name = f"swarmfeed-node/{format_address(FEED)}"
    signature = base64.b64decode(SIGNED.rsplit(b" ", 1)[1])[4:]
    raw = reference.key_id(node_name, 4, FEED) + (0).to_bytes(8, "big") + signature
    line = b"\xe2\x80\x94 " + node_name.encode() + b" " + base64.b64encode(raw)
    with pytest.raises(BadSignatureError):
        open_receipt(SIGNED, line)


@pytest.mark.attack("A12")
def test_a_receipt_for_another_head_is_refused() -> None:
    other = sign_head(replace(HEAD, size=1), KEY.sign)
    with pytest.raises(BadSignatureError):
        open_receipt(other, RECEIPT)


def test_a_receipt_by_somebody_else_is_refused() -> None:
    forged = sign_receipt(SIGNED, NODE, 1_700_000_000, OTHER_KEY.sign)
    with pytest.raises(BadSignatureError):
        open_receipt(SIGNED, forged)


def test_a_receipt_with_another_key_hash_is_refused() -> None:
    before, encoded = RECEIPT.rsplit(b" ", 1)
    raw = b"\0\0\0\0" + base64.b64decode(encoded)[4:]
    with pytest.raises(BadSignatureError, match="another key"):
        open_receipt(SIGNED, before + b" " + base64.b64encode(raw))


@pytest.mark.parametrize("time_s", [10**12, 2**63, 2**64 - 1])
def test_a_receipt_from_beyond_time_is_refused(time_s: int) -> None:
    line = sign_receipt(SIGNED, NODE, time_s, NODE_KEY.sign)
    with pytest.raises(BadEncodingError, match="beyond time"):
        open_receipt(SIGNED, line)


def test_a_name_that_is_no_address_is_refused() -> None:
    with pytest.raises(BadEncodingError, match="not an address"):
        open_receipt(SIGNED, RECEIPT.replace(format_address(NODE).encode(), b"a" * 56))


@pytest.mark.parametrize(
    "bad", [b"", b"\n\n", SIGNED[:-1], SIGNED + b"\n", b"\n" + SIGNED, SIGNED * 2]
)
def test_what_is_not_exactly_a_head_is_refused(bad: bytes) -> None:
    with pytest.raises(BadEncodingError, match="not a head"):
        open_head(bad, FEED)


@given(st.binary(max_size=200), st.integers(0, len(SIGNED)), st.integers(0, len(SIGNED)))
def test_garbage_raises_a_documented_error(garbage: bytes, start: int, end: int) -> None:
    for data in (garbage, SIGNED[:start] + garbage + SIGNED[end:]):
        if data == SIGNED:
            continue
        with pytest.raises((BadEncodingError, BadSignatureError)):
            open_head(data, FEED)
        with pytest.raises((BadEncodingError, BadSignatureError)):
            open_receipt(SIGNED, data)
