"""Bodies of entries: their bytes, their bounds, and what is not known."""

from collections.abc import Sequence
from hashlib import sha256
from random import Random
from typing import Annotated, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct
from swarmfeed.core.base.bencoding import decode, encode
from swarmfeed.core.base.boxes import PUBLIC_BYTES
from swarmfeed.core.base.limits import (
    BIO_CHARS_MAX,
    BODY_BYTES_MAX,
    CERTIFICATE_BYTES_MAX,
    EMOJI_CHARS_MAX,
    FEED_ENTRIES_MAX,
    LANG_CHARS_MAX,
    MENTIONS_MAX,
    NAME_CHARS_MAX,
    SOURCE_CHARS_MAX,
    TAG_CHARS_MAX,
    TAGS_MAX,
    TEXT_BYTES_MAX,
    WARNING_CHARS_MAX,
)
from swarmfeed.core.base.marks import OPTIONAL, At, UpTo
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId, Hash, NodeId
from swarmfeed.core.feed.kinds import (
    KINDS,
    Body,
    BoostBody,
    EditBody,
    FeedBody,
    FollowBody,
    LeaveBody,
    PinBody,
    PostBody,
    ProfileBody,
    ReactBody,
    Text,
    UnknownBody,
    WithdrawBody,
    decode_body,
    encode_body,
    kinds_of,
)
from swarmfeed.core.feed.limits import SALT_BYTES
from swarmfeed.core.feed.sealed_kinds import (
    KeysBody,
    MailboxBody,
    ProtectedBody,
    RekeyBody,
    StateBody,
)
from swarmfeed.errors import BadEncodingError, UserError

F, H, A = b"f" * 32, b"h" * 32, b"a" * 32
REF = EntryRef(FeedId(F), Hash(H), 7)
SALT = bytes(range(SALT_BYTES))
REF_BYTES = b"d1:f32:" + F + b"1:h32:" + H + b"1:ni7ee"

SPELLED: Sequence[tuple[Body, bytes]] = [
    (FeedBody(b"signed", "laptop"), b"d1:c6:signed4:name6:laptope"),
    (FeedBody(b"signed"), b"d1:c6:signed4:name0:e"),
    (PostBody("hello"), b"d4:text5:helloe"),
    (PostBody("é", lang="fr", cw="mer"), "d2:cw3:mer4:lang2:fr4:text2:ée".encode()),
    (
        PostBody("x", reply=REF, root=REF, quote=REF),
        b"d5:quote%b5:reply%b4:root%b4:text1:xe" % (REF_BYTES, REF_BYTES, REF_BYTES),
    ),
    (
        PostBody("x", tags=("b", "a"), mentions=(AuthorId(A),), src="rss"),
        b"d8:mentionsl32:%be3:src3:rss4:tagsl1:b1:ae4:text1:xe" % A,
    ),
    (ProfileBody("Zoë", "hi"), "d3:bio2:hi4:name4:Zoëe".encode()),
    (ProfileBody(""), b"d4:name0:e"),
    (FollowBody(AuthorId(A), True), b"d1:a32:" + A + b"2:oni1ee"),
    (FollowBody(AuthorId(A), False), b"d1:a32:" + A + b"2:oni0ee"),
    (ReactBody(REF, "🎉"), "d1:e4:🎉1:r".encode() + REF_BYTES + b"e"),
    (ReactBody(REF, ""), b"d1:e0:1:r" + REF_BYTES + b"e"),
    (BoostBody(REF), b"d1:r" + REF_BYTES + b"e"),
    (BoostBody(REF, is_off=True), b"d1:r" + REF_BYTES + b"1:ui1ee"),
    (EditBody(3, "new", "cw"), b"d2:cw2:cw1:ni3e4:text3:newe"),
    (EditBody(3, "new"), b"d1:ni3e4:text3:newe"),
    (WithdrawBody(0), b"d1:ni0ee"),
    (LeaveBody(b"signed"), b"d1:c6:signede"),
    (PinBody(REF), b"d1:r" + REF_BYTES + b"e"),
    (PinBody(), b"de"),
    (
        KeysBody(bytes(PUBLIC_BYTES), recovery=b"signed"),
        b"d1:r6:signed1:vi1e1:x1216:" + bytes(PUBLIC_BYTES) + b"e",
    ),
    (KeysBody(b"key", suite=2), b"d1:vi2e1:x3:keye"),
    (MailboxBody((NodeId(A), NodeId(bytes(32)))), b"d1:ml32:%b32:%bee" % (A, bytes(32))),
    (MailboxBody(), b"d1:mlee"),
    (StateBody(b"part", b"i" * 16, 0, 2), b"d1:d4:part1:i16:" + b"i" * 16 + b"1:pi0e1:qi2ee"),
    (
        ProtectedBody(Hash(H), b"n" * 24, b"sealed"),
        b"d1:c32:" + H + b"1:n24:" + b"n" * 24 + b"1:x6:sealede",
    ),
    (RekeyBody(3, b"wraps", b"check"), b"d1:c5:check1:ei3e1:w5:wrapse"),
    (RekeyBody(0, b"", b"", b"before"), b"d1:c0:1:ei0e1:p6:before1:w0:e"),
    (UnknownBody("later", b"any bytes"), b"any bytes"),
]

refs = st.builds(
    EntryRef,
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=32, max_size=32),
    st.integers(0, FEED_ENTRIES_MAX - 1),
)
ids = st.binary(min_size=32, max_size=32)
words = st.text(max_size=20)
texts = st.text(min_size=1, max_size=99)
salts = st.binary(min_size=SALT_BYTES, max_size=SALT_BYTES)
bodies = st.one_of(
    st.builds(
        PostBody,
        texts,
        words,
        *[st.none() | refs] * 3,
        words,
        st.lists(words, max_size=4).map(tuple),
        st.lists(ids, max_size=4).map(tuple),
        words,
    ),
    st.builds(FeedBody, st.binary(max_size=99), words),
    st.builds(ProfileBody, words, words),
    st.builds(FollowBody, ids, st.booleans()),
    st.builds(ReactBody, refs, st.text(max_size=EMOJI_CHARS_MAX)),
    st.builds(BoostBody, refs, st.booleans()),
    st.builds(EditBody, st.integers(0, 9), texts, words),
    st.builds(WithdrawBody, st.integers(0, 9)),
    st.builds(LeaveBody, st.binary(max_size=99)),
    st.builds(PinBody, st.none() | refs),
    st.builds(MailboxBody, st.lists(ids, max_size=3).map(tuple)),
)


@pytest.mark.parametrize(("body", "spelling"), SPELLED)
def test_a_body_is_spelled_as_documented(body: Body, spelling: bytes) -> None:
    assert encode_body(body) == spelling
    assert decode_body(body.kind, spelling) == body


@given(bodies, salts)
def test_a_salted_body_is_what_the_body_says_and_its_salt(body: Body, salt: bytes) -> None:
    """Posts of nothing but text are written in a way of their own."""
    said = decode(encode_body(body), limit_bytes=BODY_BYTES_MAX)
    assert isinstance(said, dict)
    assert encode_body(body, salt) == encode({**said, b"z": salt})


@given(bodies, salts)
def test_a_body_comes_back_unchanged_whatever_its_salt(body: Body, salt: bytes) -> None:
    assert decode_body(body.kind, encode_body(body, salt)) == body
    assert decode_body(body.kind, encode_body(body)) == body


@pytest.mark.parametrize(("body", "spelling"), SPELLED[:-1])
def test_a_salt_stands_behind_all_else(body: Body, spelling: bytes) -> None:
    has_its_own = isinstance(body, ProtectedBody | RekeyBody)
    salt = b"" if has_its_own else b"1:z16:" + SALT
    assert encode_body(body, SALT) == spelling[:-1] + salt + b"e"


@pytest.mark.attack("A42")
def test_what_is_left_of_a_withdrawn_word_cannot_be_guessed() -> None:
    dice = Random(42)
    left = {
        sha256(encode_body(PostBody("I quit"), dice.randbytes(SALT_BYTES))).digest()
        for _ in range(100)
    }
    assert len(left) == 100
    guesses = (encode_body(PostBody("I quit")), encode_body(PostBody("I quit"), SALT))
    assert not left & {sha256(guess).digest() for guess in guesses}


@given(st.binary(min_size=1, max_size=TEXT_BYTES_MAX + 2))
def test_the_short_way_reads_a_plain_post_like_the_long_way(text: bytes) -> None:
    plain = encode({"text": text, "z": SALT})
    long_way = encode({"text": text, "zz": 1})
    assert outcome("post", plain) == outcome("post", long_way)
    assert outcome("post", encode({"text": text})) == outcome("post", long_way)
    assert outcome("post", plain[:-1] + b"x") is None
    assert outcome("post", plain + b"e") is None
    assert outcome("post", plain[:-1]) is None


def outcome(kind: str, body: bytes) -> Body | None:
    """The body, or None for the one error; any other exception fails the test."""
    try:
        return decode_body(kind, body)
    except BadEncodingError:
        return None


def test_a_post_at_the_limit_is_read_and_one_beyond_is_not() -> None:
    longest = PostBody("a" * TEXT_BYTES_MAX)
    assert decode_body("post", encode_body(longest)) == longest
    assert outcome("post", encode_body(PostBody("a" * (TEXT_BYTES_MAX + 1)))) is None
    assert outcome("post", encode({"text": "a" * (TEXT_BYTES_MAX + 1), "zz": 1})) is None


def test_a_body_that_does_not_fit_an_entry_is_told_with_its_figures() -> None:
    with pytest.raises(UserError, match=rf"8\d\d\d bytes .* at most {BODY_BYTES_MAX}"):
        encode_body(PostBody("a" * TEXT_BYTES_MAX, reply=REF, root=REF, quote=REF))


@pytest.mark.attack("A09")
@pytest.mark.parametrize(
    ("kind", "body"),
    [
        *(("post", spelling) for spelling in (b"", b"de", b"d4:text0:e", b"d4:text1:\xffe")),
        *(("post", spelling) for spelling in (b"d4:text01:ae", b"d4:text1:a", b"d4:texti1ee")),
        ("post", b"d4:text1:a4:text1:ae"),
        ("post", b"d4:text1:a2:cw1:ae"),
        ("post", encode({"text": "a", "lang": "x" * (LANG_CHARS_MAX + 1)})),
        ("post", encode({"text": "a", "cw": "x" * (WARNING_CHARS_MAX + 1)})),
        ("post", encode({"text": "a", "src": "x" * (SOURCE_CHARS_MAX + 1)})),
        ("post", encode({"text": "a", "tags": ["x"] * (TAGS_MAX + 1)})),
        ("post", encode({"text": "a", "tags": ["x" * (TAG_CHARS_MAX + 1)]})),
        ("post", encode({"text": "a", "tags": [b"\xff"]})),
        ("post", encode({"text": "a", "tags": "x"})),
        ("post", encode({"text": "a", "mentions": [A] * (MENTIONS_MAX + 1)})),
        ("post", encode({"text": "a", "mentions": [A[1:]]})),
        ("post", encode({"text": "a", "reply": 1})),
        ("post", encode({"text": "a", "reply": {"f": F, "h": H}})),
        ("post", encode({"text": "a", "reply": {"f": F, "h": H[1:], "n": 1}})),
        ("post", encode({"text": "a", "reply": {"f": F[1:], "h": H, "n": 1}})),
        ("post", encode({"text": "a", "root": {"f": F, "h": H, "n": -1}})),
        ("post", encode({"text": "a", "quote": {"f": F, "h": H, "n": FEED_ENTRIES_MAX}})),
        ("feed", encode({"name": "x"})),
        ("feed", encode({"c": b"x" * (CERTIFICATE_BYTES_MAX + 1), "name": "x"})),
        ("feed", encode({"c": b"x", "name": "x" * (NAME_CHARS_MAX + 1)})),
        ("profile", encode({"bio": "x"})),
        ("profile", encode({"name": "x", "bio": "x" * (BIO_CHARS_MAX + 1)})),
        ("follow", encode({"a": A, "on": 2})),
        ("follow", encode({"a": A})),
        ("follow", encode({"a": A[1:], "on": 1})),
        ("react", encode({"e": "x" * (EMOJI_CHARS_MAX + 1), "r": {"f": F, "h": H, "n": 1}})),
        ("boost", encode({"r": F})),
        ("edit", encode({"n": 1, "text": ""})),
        ("edit", encode({"n": -1, "text": "x"})),
        ("withdraw", encode({"n": "1"})),
        ("leave", encode({"c": 1})),
        ("pin", encode({"r": {"f": F, "h": H, "n": -1}})),
        ("pin", encode([1])),
    ],
)
def test_a_malformed_body_of_a_known_kind_is_refused(kind: str, body: bytes) -> None:
    with pytest.raises(BadEncodingError):
        decode_body(kind, body)


@pytest.mark.parametrize(("body", "spelling"), SPELLED[:-1])
def test_unknown_keys_are_ignored(body: Body, spelling: bytes) -> None:
    fields = decode(spelling, limit_bytes=BODY_BYTES_MAX)
    assert isinstance(fields, dict)
    later = encode({**fields, b"A": 1, b"zz": [b"x", {b"y": 1}]})
    assert decode_body(body.kind, later) == body


@given(st.binary(max_size=99))
def test_an_unknown_kind_is_kept_as_it_is(body: bytes) -> None:
    assert decode_body("sealed", body) == UnknownBody("sealed", body)
    assert encode_body(UnknownBody("sealed", body)) == body


@pytest.mark.attack("A09")
@given(
    st.sampled_from(["feed", "post", "profile", "follow", "react", "boost", "edit", "pin"]),
    bodies.map(encode_body),
    st.data(),
)
def test_a_changed_byte_gives_a_body_or_the_one_error(
    kind: str, body: bytes, data: st.DataObject
) -> None:
    changed = bytearray(body)
    changed[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    found = outcome(kind, bytes(changed))
    assert found is None or found.kind == kind


class PollBody(Struct, frozen=True):
    """A kind of this test's own."""

    kind: ClassVar[str] = "poll"
    question: Text
    answers: Annotated[tuple[Annotated[str, UpTo(9)], ...], At("a"), UpTo(3), OPTIONAL] = ()
    about: EntryRef | None = None


def test_a_kind_is_declared_in_one_place() -> None:
    later = {**KINDS, **kinds_of([PollBody])}
    for poll, spelling in (
        (PollBody("why?"), b"d8:question4:why?e"),
        (
            PollBody("why?", ("so", "no"), REF),
            b"d1:al2:so2:noe5:about" + REF_BYTES + b"8:question4:why?e",
        ),
    ):
        assert encode_body(poll) == spelling
        assert decode_body("poll", spelling, later) == poll
        assert decode_body("poll", spelling) == UnknownBody("poll", spelling)
    with pytest.raises(BadEncodingError, match=r"poll\.a has 4 values, at most 3"):
        decode_body("poll", encode_body(PollBody("why?", ("so",) * 4)), later)


def test_the_kinds_of_this_version_are_those_of_the_format() -> None:
    names = "feed post profile follow react boost edit withdraw leave pin keys mailbox state"
    names += " prekeys protected rekey"
    assert sorted(KINDS) == sorted(names.split())
