"""Every kind of entry: the bytes of its body, and what is made of spoilt ones."""

from pathlib import Path
from typing import Any, Final

from tests.golden.spoil import outcome, short_hex, spoilt
from tests.golden.stage_core import (
    AuthorId,
    Body,
    BoostBody,
    EditBody,
    EntryRef,
    FeedBody,
    FeedId,
    FollowBody,
    Hash,
    LeaveBody,
    PinBody,
    PostBody,
    ProfileBody,
    ReactBody,
    UnknownBody,
    WithdrawBody,
    decode_body,
    encode_body,
    limits,
)

AUTHOR, OTHER = AuthorId(b"a" * 32), AuthorId(bytes(range(32)))
REF = EntryRef(FeedId(b"f" * 32), Hash(b"h" * 32), 7)
LAST = limits.FEED_ENTRIES_MAX - 1

FULL_POST = PostBody(
    "é text",
    lang="fr",
    reply=REF,
    root=REF,
    quote=REF,
    cw="mer",
    tags=("b", "ä"),
    mentions=(AUTHOR, OTHER),
    src="rss",
)

SAMPLES: Final[dict[str, tuple[Body, ...]]] = {
    "feed": (
        FeedBody(b"signed", "laptop"),
        FeedBody(b"signed"),
        FeedBody(b"c" * limits.CERTIFICATE_BYTES_MAX, "é" * limits.NAME_CHARS_MAX),
    ),
    "post": (
        FULL_POST,
        PostBody("hello"),
        PostBody("検証できる履歴は、消えない記憶になる。"),
        PostBody("x" * limits.TEXT_BYTES_MAX),
        PostBody("x", cw="c" * limits.WARNING_CHARS_MAX),
        PostBody("x", lang="l" * limits.LANG_CHARS_MAX, src="s" * limits.SOURCE_CHARS_MAX),
        PostBody("x", tags=("t" * limits.TAG_CHARS_MAX,) * limits.TAGS_MAX),
        PostBody("x", mentions=(AUTHOR,) * limits.MENTIONS_MAX),
        PostBody("x", reply=REF),
        PostBody("x", root=REF),
        PostBody("x", quote=REF),
    ),
    "profile": (
        ProfileBody("Zoë", "hi"),
        ProfileBody(""),
        ProfileBody("n" * limits.NAME_CHARS_MAX, "b" * limits.BIO_CHARS_MAX),
    ),
    "follow": (FollowBody(AUTHOR, True), FollowBody(OTHER, False)),
    "react": (ReactBody(REF, "🎉"), ReactBody(REF, "")),
    "boost": (BoostBody(REF), BoostBody(EntryRef(REF.feed_id, REF.entry_hash, LAST))),
    "edit": (EditBody(3, "new", "cw"), EditBody(LAST, "new")),
    "withdraw": (WithdrawBody(1), WithdrawBody(0), WithdrawBody(LAST)),
    "leave": (LeaveBody(b"signed"), LeaveBody(b"")),
    "pin": (PinBody(REF), PinBody()),
    "later": (UnknownBody("later", b"any bytes"), UnknownBody("later", b"")),
}
"""Kind -> samples; the first one is spoilt, so it has every optional part."""

PLAIN: Final = (b"d4:text0:e", b"d4:text1:\xffe", b"d4:text01:ae", b"d4:text1:a",
                b"d4:text1:ax", b"d4:text1:aee", b"d4:texti1ee",
                b"d4:text1:a4:text1:ae", b"d4:text1:a2:cw1:ae", b"d4:text2:ae",
                b"d4:text9999:ae", b"d4:text8001:" + b"a" * 8001 + b"e",
                b"d4:text1:a2:zz1:ae", b"d4:text99999:ae",
                b"d4:text1:a1:z16:0123456789abcdefe", b"d4:text1:a1:z16:0123456789abcdefx",
                b"d4:text1:\xff1:z16:0123456789abcdefe", b"d4:text01:a1:z16:0123456789abcdefe",
                b"d4:text1:a1:z15:0123456789abcdee", b"d4:text1:a1:zi1ee")  # fmt: skip
"""Bodies that start as a plain post does."""


def play(_: Path) -> dict[str, Any]:
    """Tell the bytes of every body, and what is made of spoilt ones."""
    told: dict[str, Any] = {}
    for kind, samples in SAMPLES.items():
        for number, sample in enumerate(samples):
            data = encode_body(sample)
            assert decode_body(kind, data) == sample
            assert sample.kind == kind
            told[f"{kind}, sample {number}"] = short_hex(data)
        if kind != "later":
            for what, data in spoilt(encode_body(samples[0])):
                told[f"{kind}: {what}"] = outcome(lambda d, k=kind: decode_body(k, d), data)
    for data in PLAIN:
        told[f"plain: {data[:40]!r}"] = outcome(lambda d: decode_body("post", d), data)
    huge = PostBody("a" * limits.TEXT_BYTES_MAX, reply=REF, root=REF, quote=REF)
    told["too long"] = outcome(lambda _: encode_body(huge), b"")
    return told
