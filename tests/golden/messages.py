"""Every message of the peer link, and the hello before them: bytes, and spoilt bytes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from tests.golden.spoil import outcome, short_hex, spoilt
from tests.golden.stage_core import (
    INCLUSION_HASHES_MAX,
    NOTICE_BYTES_MAX,
    REQUESTS_PER_MONTH_MAX,
    Audit,
    AuditProof,
    AuthorId,
    Certificates,
    Endpoint,
    Farewell,
    FeedId,
    ForkProof,
    Frames,
    Greeting,
    Hash,
    Have,
    HeadOffer,
    Hello,
    HolderRecord,
    Holders,
    Message,
    NewEntries,
    NodeId,
    NotHeld,
    NoticeRecord,
    Notices,
    Patch,
    PatchFrame,
    Receipt,
    Report,
    RequestRate,
    Wake,
    Want,
    WantedAuthor,
    WantedFeed,
    Watch,
    decode_hello,
    decode_message,
    decode_welcome,
    encode,
    encode_hello,
    encode_message,
    encode_welcome,
    limits,
    proof_text,
)

AUTHOR, OTHER = AuthorId(b"a" * 32), AuthorId(bytes(range(32)))
FEED, FEED_TOO = FeedId(b"f" * 32), FeedId(bytes(range(100, 132)))
NODE, NODE_TOO = NodeId(b"i" * 32), NodeId(bytes(32))
HASH = Hash(b"p" * 32)
V4, V6 = Endpoint("192.0.2.1", 1), Endpoint("2001:db8::1", 65_535)
MOST = limits.FEED_ENTRIES_MAX

OFFER = HeadOffer(
    author_id=AUTHOR,
    feed_id=FEED,
    signed_head=b"head",
    certificates=(b"certificate", b"another"),
    chunk_list=b"le",
    tail=(b"one", b"two"),
    consistency=(HASH, Hash(bytes(32))),
)
BARE_OFFER = HeadOffer(
    author_id=AUTHOR,
    feed_id=FEED,
    signed_head=b"",
    certificates=(),
    chunk_list=b"",
    tail=(),
    consistency=(),
)
LONGEST_OFFER = HeadOffer(
    author_id=AUTHOR,
    feed_id=FEED,
    signed_head=b"h" * limits.HEAD_BYTES_MAX,
    certificates=(b"c" * limits.CERTIFICATE_BYTES_MAX,) * limits.CERTIFICATES_MAX,
    chunk_list=b"l" * limits.CHUNK_LIST_BYTES_MAX,
    tail=(b"e" * limits.STORED_BYTES_MAX,) * (limits.CHUNK_ENTRIES - 1),
    consistency=(HASH,) * limits.CONSISTENCY_HASHES_MAX,
)
PUSH = NewEntries(
    feed_id=FEED, start=256, stored=(b"one",), signed_head=b"head", chunk_list=b"le"
)
HOLDER = HolderRecord(node_id=NODE, link=V4, swarm=V6, size=3, complete=True)
HOLDER_TOO = HolderRecord(node_id=NODE_TOO, link=V6, swarm=V4, size=MOST, complete=False)
PROOF = AuditProof(feed_id=FEED, index=3, signed_head=b"head", stored=b"one", path=(HASH,))

SAMPLES: Final[dict[str, tuple[Message, ...]]] = {
    "want": (
        Want((WantedAuthor(AUTHOR, (WantedFeed(FEED, 7), WantedFeed(FEED_TOO, 0))),)),
        Want(()),
        Want((WantedAuthor(AUTHOR, ()), WantedAuthor(OTHER, (WantedFeed(FEED, MOST),)))),
        Want((WantedAuthor(AUTHOR, (WantedFeed(FEED, MOST),) * limits.FEEDS_PER_AUTHOR_MAX),)),
        Want((WantedAuthor(AUTHOR, ()),) * limits.AUTHORS_PER_WANT_MAX),
    ),
    "not-held": (NotHeld(AUTHOR), NotHeld(OTHER)),
    "head": (OFFER, BARE_OFFER, LONGEST_OFFER),
    "certificates": (
        Certificates(AUTHOR, (b"one", b"two")),
        Certificates(AUTHOR, ()),
        Certificates(AUTHOR, (b"",)),
    ),
    "entries": (
        PUSH,
        replace(PUSH, start=0, stored=(), chunk_list=b""),
        replace(PUSH, start=MOST - 1, stored=(b"e",) * limits.CHUNK_ENTRIES),
    ),
    "have": (
        Have(feed_id=FEED, size=7, complete=True),
        Have(feed_id=FEED_TOO, size=0, complete=False, awake=False),
        Have(feed_id=FEED, size=MOST, complete=False, awake=True),
    ),
    "holders": (
        Holders(AUTHOR, FEED, (HOLDER, HOLDER_TOO)),
        Holders(AUTHOR, FEED, ()),
        Holders(AUTHOR, FEED, (HOLDER,) * limits.HOLDERS_MAX),
    ),
    "receipt": (
        Receipt(FEED, b"head", b"cosignature"),
        Receipt(FEED, b"", b""),
        Receipt(FEED, b"h" * limits.HEAD_BYTES_MAX, b"c" * limits.COSIGNATURE_BYTES_MAX),
    ),
    "fork": (
        ForkProof(AUTHOR, FEED, b"first", b"second", (HASH,)),
        ForkProof(AUTHOR, FEED, b"", b"", ()),
    ),
    "wake": (Wake(FEED), Wake(FEED_TOO)),
    "frames": (
        Frames(feed_id=FEED, level=2, position=7, digests=b"12345678"),
        Frames(feed_id=FEED_TOO, level=3, position=MOST // 256 - 1, digests=b"d" * 32_768),
        Frames(feed_id=FEED, level=0, position=0, digests=b""),
    ),
    "patch": (
        Patch(feed_id=FEED, level=1, position=7, frames=(PatchFrame(3, b"frame"),)),
        Patch(feed_id=FEED, level=0, position=0, frames=()),
        Patch(feed_id=FEED, level=3, position=1, frames=(PatchFrame(4_095, b""),) * 256),
    ),
    "watch": (
        Watch((AUTHOR, OTHER)),
        Watch(()),
        Watch((AUTHOR,) * limits.AUTHORS_PER_WANT_MAX),
    ),
    "notices": (
        Notices((NoticeRecord(b"signed", V4, V6), NoticeRecord(b"signed"))),
        Notices((NoticeRecord(b"signed", link=V6),)),
        Notices((NoticeRecord(b"signed", swarm=V6),)),
        Notices(()),
        Notices((NoticeRecord(b"n" * NOTICE_BYTES_MAX, V6, V6),) * 500),
    ),
    "farewell": (Farewell(b"signed"), Farewell(b""), Farewell(b"n" * NOTICE_BYTES_MAX)),
    "report": (
        Report((NODE, NODE_TOO), (RequestRate(FEED, 30), RequestRate(FEED_TOO, 0)), 5),
        Report((), (), 0),
        Report((NODE,) * 1_000, (RequestRate(FEED, REQUESTS_PER_MONTH_MAX),) * 1_000, 8),
    ),
    "audit": (Audit(FEED, 3), Audit(FEED, 0), Audit(FEED, MOST - 1)),
    "audit-proof": (
        PROOF,
        replace(PROOF, signed_head=b"", stored=b"", path=()),
        replace(PROOF, index=MOST - 1, path=(HASH,) * INCLUSION_HASHES_MAX),
    ),
}
"""Name on the wire -> samples; the first one is spoilt, so it has every optional part."""

GREETING = Greeting(
    hello=Hello(
        node_id=NODE,
        roles=("history", "other-word"),
        hosts=("192.0.2.1", "2001:db8::1"),
        link_port=4_711,
        swarm_port=65_535,
    ),
    nonce=b"n" * 32,
    proof=b"p" * 64,
)
GREETINGS = (GREETING, Greeting(hello=Hello(node_id=NODE_TOO), version=2))

HOSTS: Final = (b"example.org", b"192.0.2.01", b"2001:DB8::1", b"::ffff:192.0.2.1", b"::",
                b"fe80::1%eth0", b"127.0.0.1", b"0.0.0.0", b"1", b"\xff")  # fmt: skip

NO_MESSAGES: Final = (b"", b"de", b"le", b"i1e", b"d1:mi1ee", b"d1:m0:e", b"d1:m4:WANTe",
                      b"d1:m17:aaaaaaaaaaaaaaaaae", b"d1:m4:want1:wlee ", b"d1:wle1:m4:wante",
                      b"d1:m4:want1:wle1:wlee", b"d1:m5:hello1:wlee", b"d1:m7:welcomee",
                      b"d1:m5:lease1:qi1ee", b"d1:m4:wante", bytes(2**22 + 1))  # fmt: skip


def play(_: Path) -> dict[str, Any]:
    """Tell the bytes of every message, and what is made of spoilt ones."""
    told: dict[str, Any] = {}
    for name, samples in SAMPLES.items():
        for number, sample in enumerate(samples):
            told[f"{name}, sample {number}"] = _there_and_back(sample)
        for what, data in spoilt(encode_message(samples[0])):
            told[f"{name}: {what}"] = outcome(decode_message, data)
    told |= dict(_handshakes()) | dict(_hosts())
    for data in NO_MESSAGES:
        told[f"no message: {data[:40]!r}, {len(data)}"] = outcome(decode_message, data)
    too_long = replace(OFFER, tail=(bytes(limits.MESSAGE_BYTES_MAX),))
    told["too long to send"] = outcome(lambda _: encode_message(too_long), b"")
    return told


def _there_and_back(sample: Message) -> str:
    data = encode_message(sample)
    assert decode_message(data) == sample
    return short_hex(data)


def _handshakes() -> Iterator[tuple[str, str]]:
    for number, greeting in enumerate(GREETINGS):
        assert decode_hello(encode_hello(greeting)) == greeting
        yield f"hello, sample {number}", short_hex(encode_hello(greeting))
    for what, data in spoilt(encode_hello(GREETING)):
        yield f"hello: {what}", outcome(decode_hello, data)
    yield "welcome", short_hex(encode_welcome())
    for what, data in spoilt(encode_welcome()):
        yield f"welcome: {what}", outcome(decode_welcome, data)
    yield "proof", proof_text(b"c" * 32, b"n" * 32, NODE).hex()


def _hosts() -> Iterator[tuple[str, str]]:
    for host in HOSTS:
        record = {b"l": {b"h": host, b"p": 1}, b"n": b"signed"}
        data = encode({b"m": b"notices", b"o": [record]})
        yield f"host {host!r}", outcome(decode_message, data)
