from contextlib import suppress
from typing import Annotated, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import replace
from swarmfeed.core.base import limits
from swarmfeed.core.base.bencoding import Encodable, encode
from swarmfeed.core.base.marks import At, Between
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.history.limits import (
    INCLUSION_HASHES_MAX,
    NOTICE_BYTES_MAX,
    NOTICES_PER_MESSAGE_MAX,
    REQUESTS_PER_MONTH_MAX,
    SEEN_MAX,
)
from swarmfeed.core.history.words import (
    Audit,
    AuditProof,
    Farewell,
    NoticeRecord,
    Notices,
    Report,
    RequestRate,
    Watch,
)
from swarmfeed.core.talk.limits import AUTHORS_ASKED_AT_ONCE
from swarmfeed.core.talk.message import Feed, Message, Size
from swarmfeed.core.talk.words import (
    Certificates,
    ForkProof,
    Have,
    HeadOffer,
    HolderRecord,
    Holders,
    NewEntries,
    NotHeld,
    Receipt,
    Wake,
    Want,
    WantedAuthor,
    WantedFeed,
)
from swarmfeed.core.vocabulary import VOCABULARY, Unknown, Vocabulary
from swarmfeed.errors import BadEncodingError

from tests.core.declared import records
from tests.examples import at_most

AUTHOR = AuthorId(b"a" * 32)
FEED = FeedId(b"f" * 32)
NODE = NodeId(b"i" * 32)
HASH = Hash(b"p" * 32)
MANY_FEEDS = WantedAuthor(AUTHOR, (WantedFeed(FEED, limits.FEED_ENTRIES_MAX),) * 64)
OFFER = HeadOffer(
    author_id=AUTHOR,
    feed_id=FEED,
    signed_head=b"head",
    certificates=(b"certificate",),
    chunk_list=b"le",
    tail=(b"one", b"two"),
    consistency=(HASH,),
)
PROOF = AuditProof(feed_id=FEED, index=3, signed_head=b"head", stored=b"one", path=(HASH,))
PUSH = NewEntries(
    feed_id=FEED, start=256, stored=(b"one",), signed_head=b"head", chunk_list=b""
)
HOLDER = HolderRecord(
    node_id=NODE,
    link=Endpoint("192.0.2.1", 1),
    swarm=Endpoint("2001:db8::1", 65_535),
    size=3,
    complete=True,
)

keys = st.binary(min_size=32, max_size=32)
messages: st.SearchStrategy[Message] = st.one_of(*map(records, VOCABULARY.words))


def test_a_message_is_spelled_exactly_like_this() -> None:
    have = Have(feed_id=FEED, size=7, complete=True)
    assert VOCABULARY.encode(have) == b"d1:f32:" + FEED + b"1:m4:have1:ni7e1:wi1e1:yi1ee"


@settings(max_examples=at_most(60))
@given(messages)
def test_every_message_comes_back_as_it_was_sent(message: Message) -> None:
    assert VOCABULARY.decode(VOCABULARY.encode(message)) == message


@pytest.mark.attack("A33")
@settings(max_examples=at_most(100))
@given(st.binary(max_size=200))
def test_garbage_gives_a_value_or_the_documented_error(garbage: bytes) -> None:
    for data in (garbage, b"d1:m4:want" + garbage + b"e", b"d1:m4:head" + garbage):
        with suppress(BadEncodingError):
            VOCABULARY.decode(data)


@pytest.mark.attack("A33")
@settings(max_examples=at_most(100))
@given(messages, st.data())
def test_a_damaged_message_gives_a_value_or_the_documented_error(
    message: Message, draw: st.DataObject
) -> None:
    data = bytearray(VOCABULARY.encode(message))
    at = draw.draw(st.integers(0, len(data) - 1))
    data[at : at + draw.draw(st.integers(0, 3))] = draw.draw(st.binary(max_size=3))
    try:
        decoded = VOCABULARY.decode(bytes(data))
    except BadEncodingError:
        return
    # Whatever was accepted had its one spelling, or keys that this version skips.
    if not isinstance(decoded, Unknown):
        assert len(VOCABULARY.encode(decoded)) <= len(data)


field_names = st.sampled_from([bytes([letter]) for letter in b"acefghilnoprsvwy"])
leaves = st.one_of(st.integers(-1, 2), st.binary(max_size=3), keys)
values: st.SearchStrategy[Encodable] = st.one_of(
    leaves,
    st.lists(leaves, max_size=3),
    st.lists(st.dictionaries(field_names, leaves, max_size=4), max_size=3),
)
names = [word.name for word in VOCABULARY.words]


@pytest.mark.attack("A33")
@settings(max_examples=at_most(40))
@given(st.sampled_from(names), st.dictionaries(field_names, values, max_size=6))
def test_wrong_types_anywhere_give_the_documented_error(
    name: str, fields: dict[bytes, Encodable]
) -> None:
    with suppress(BadEncodingError):
        VOCABULARY.decode(encode({**fields, b"m": name}))


@pytest.mark.parametrize(
    "message",
    [
        Want((WantedAuthor(AUTHOR, ()),) * (limits.AUTHORS_PER_WANT_MAX + 1)),
        Want((WantedAuthor(AUTHOR, (WantedFeed(FEED, 0),) * 65),)),
        Want((WantedAuthor(AUTHOR, (WantedFeed(FEED, limits.FEED_ENTRIES_MAX + 1),)),)),
        Want((WantedAuthor(AUTHOR, (WantedFeed(FEED, -1),)),)),
        NotHeld(AuthorId(b"a" * 31)),
        Wake(FeedId(b"f" * 31)),
        Watch((AUTHOR,) * (limits.AUTHORS_PER_WANT_MAX + 1)),
        Watch((AuthorId(b"a" * 33),)),
        Notices((NoticeRecord(b""),) * (NOTICES_PER_MESSAGE_MAX + 1)),
        Notices((NoticeRecord(bytes(NOTICE_BYTES_MAX + 1)),)),
        Notices((NoticeRecord(b"", link=Endpoint("example.org", 1)),)),
        Farewell(bytes(NOTICE_BYTES_MAX + 1)),
        Report((NodeId(b"n" * 32),) * (SEEN_MAX + 1), (), 0),
        Report((), (RequestRate(FEED, 1),) * (SEEN_MAX + 1), 0),
        Report((), (RequestRate(FEED, REQUESTS_PER_MONTH_MAX + 1),), 0),
        Report((), (), 9),
        Audit(FEED, limits.FEED_ENTRIES_MAX),
        Audit(FEED, -1),
        replace(PROOF, stored=bytes(limits.STORED_BYTES_MAX + 1)),
        replace(PROOF, signed_head=bytes(limits.HEAD_BYTES_MAX + 1)),
        replace(PROOF, path=(Hash(bytes(32)),) * (INCLUSION_HASHES_MAX + 1)),
        Certificates(AUTHOR, (b"",) * (limits.CERTIFICATES_MAX + 1)),
        Certificates(AUTHOR, (bytes(limits.CERTIFICATE_BYTES_MAX + 1),)),
        replace(OFFER, certificates=(b"",) * (limits.CERTIFICATES_MAX + 1)),
        replace(OFFER, certificates=(bytes(limits.CERTIFICATE_BYTES_MAX + 1),)),
        replace(OFFER, tail=(b"",) * limits.CHUNK_ENTRIES),
        replace(OFFER, tail=(bytes(limits.STORED_BYTES_MAX + 1),)),
        replace(OFFER, signed_head=bytes(limits.HEAD_BYTES_MAX + 1)),
        replace(OFFER, chunk_list=bytes(limits.CHUNK_LIST_BYTES_MAX + 1)),
        replace(OFFER, consistency=(HASH,) * (limits.CONSISTENCY_HASHES_MAX + 1)),
        replace(OFFER, consistency=(Hash(b"short"),)),
        replace(PUSH, stored=(b"",) * (limits.CHUNK_ENTRIES + 1)),
        replace(PUSH, start=limits.FEED_ENTRIES_MAX),
        Have(feed_id=FEED, size=limits.FEED_ENTRIES_MAX + 1, complete=True),
        Holders(AUTHOR, FEED, (HOLDER,) * (limits.HOLDERS_MAX + 1)),
        Holders(AUTHOR, FEED, (replace(HOLDER, link=Endpoint("192.0.2.1", 0)),)),
        Holders(AUTHOR, FEED, (replace(HOLDER, link=Endpoint("192.0.2.1", 65_536)),)),
        Holders(AUTHOR, FEED, (replace(HOLDER, link=Endpoint("example.org", 1)),)),
        Holders(AUTHOR, FEED, (replace(HOLDER, link=Endpoint("192.0.2.01", 1)),)),
        Holders(AUTHOR, FEED, (replace(HOLDER, link=Endpoint("2001:DB8::1", 1)),)),
        Holders(AUTHOR, FEED, (replace(HOLDER, link=Endpoint("::ffff:192.0.2.1", 1)),)),
        Holders(AUTHOR, FEED, (replace(HOLDER, link=Endpoint("fe80::1%eth0", 1)),)),
        Receipt(FEED, b"head", bytes(limits.COSIGNATURE_BYTES_MAX + 1)),
        ForkProof(AUTHOR, FEED, bytes(limits.HEAD_BYTES_MAX + 1), b"head", ()),
    ],
    ids=lambda message: type(message).__name__,
)
@pytest.mark.attack("A10")
def test_a_message_out_of_bounds_is_refused(message: Message) -> None:
    with pytest.raises(BadEncodingError):
        VOCABULARY.decode(VOCABULARY.encode(message))


@pytest.mark.parametrize(
    "message",
    [
        Want((WantedAuthor(AUTHOR, (WantedFeed(FEED, limits.FEED_ENTRIES_MAX),) * 64),)),
        Want((WantedAuthor(AUTHOR, ()),) * limits.AUTHORS_PER_WANT_MAX),
        Want((MANY_FEEDS,) * AUTHORS_ASKED_AT_ONCE),
        replace(
            OFFER,
            signed_head=bytes(limits.HEAD_BYTES_MAX),
            certificates=(bytes(limits.CERTIFICATE_BYTES_MAX),) * limits.CERTIFICATES_MAX,
            chunk_list=bytes(limits.CHUNK_LIST_BYTES_MAX),
            tail=(bytes(limits.STORED_BYTES_MAX),) * (limits.CHUNK_ENTRIES - 1),
            consistency=(HASH,) * limits.CONSISTENCY_HASHES_MAX,
        ),
        Holders(AUTHOR, FEED, (HOLDER,) * limits.HOLDERS_MAX),
    ],
    ids=["most feeds", "most authors", "most that we ask", "longest offer", "most holders"],
)
def test_the_longest_message_of_each_type_fits(message: Message) -> None:
    assert VOCABULARY.decode(VOCABULARY.encode(message)) == message


@pytest.mark.slow
@pytest.mark.attack("A40")
def test_a_message_of_too_many_values_is_refused() -> None:
    """A want of 1,000 authors of 64 feeds took a second of the processor to read."""
    for message in (
        VOCABULARY.encode(Want((MANY_FEEDS,) * (AUTHORS_ASKED_AT_ONCE + 1))),
        VOCABULARY.encode(Want((MANY_FEEDS,) * limits.AUTHORS_PER_WANT_MAX)),
        encode({b"m": b"later", b"z": [[]] * (limits.MESSAGE_VALUES_MAX - 4)}),
    ):
        with pytest.raises(BadEncodingError, match="more than 16384 values"):
            VOCABULARY.decode(message)
    fits = encode({b"m": b"later", b"z": [[]] * (limits.MESSAGE_VALUES_MAX - 5)})
    assert VOCABULARY.decode(fits) == Unknown("later")


def test_a_message_that_no_peer_would_accept_is_not_sent() -> None:
    huge = replace(OFFER, tail=(bytes(limits.MESSAGE_BYTES_MAX),))
    with pytest.raises(ValueError, match="at most"):
        VOCABULARY.encode(huge)


@pytest.mark.attack("A10")
def test_a_long_frame_is_refused_before_it_is_read() -> None:
    with pytest.raises(BadEncodingError, match="at most"):
        VOCABULARY.decode(bytes(limits.MESSAGE_BYTES_MAX + 1))


def test_a_message_of_a_later_version_is_unknown() -> None:
    assert VOCABULARY.decode(encode({b"m": b"lease", b"q": 1})) == Unknown("lease")


class Lease(Struct, frozen=True):
    """A message of this test's own."""

    name: ClassVar[str] = "lease"
    feed_id: Feed
    size: Size
    months: Annotated[int, At("q"), Between(1, 12)] = 1


def test_a_message_is_declared_in_one_place() -> None:
    later = Vocabulary((*VOCABULARY.words, Lease))
    lease = Lease(FEED, 7, months=12)
    data = later.encode(lease)
    assert data == b"d1:f32:" + FEED + b"1:m5:lease1:ni7e1:qi12ee"
    assert later.decode(data) == lease
    assert VOCABULARY.decode(data) == Unknown("lease")
    with pytest.raises(BadEncodingError, match=r"^message\.q is 13, not 1 to 12$"):
        later.decode(later.encode(replace(lease, months=13)))


class Shouting(Struct, frozen=True):
    name: ClassVar[str] = "LEASE"


class Taken(Struct, frozen=True):
    name: ClassVar[str] = "have"


class Keyed(Struct, frozen=True):
    name: ClassVar[str] = "lease"
    flag: Annotated[bool, At("m")]


@pytest.mark.parametrize(
    ("word", "wrong"), [(Shouting, BadEncodingError), (Taken, TypeError), (Keyed, TypeError)]
)
def test_a_message_with_a_bad_name_is_told_at_once(
    word: type[Message], wrong: type[Exception]
) -> None:
    with pytest.raises(wrong):
        Vocabulary((*VOCABULARY.words, word))


def test_keys_of_a_later_version_are_skipped() -> None:
    later = encode({b"a": AUTHOR, b"m": b"not-held", b"zz": [1, {b"x": b"y"}]})
    assert VOCABULARY.decode(later) == NotHeld(AUTHOR)


@pytest.mark.attack("A33")
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"de",
        b"le",
        b"i1e",
        b"d1:mi1ee",
        b"d1:m0:e",
        b"d1:m4:WANTe",
        b"d1:m17:aaaaaaaaaaaaaaaaae",
        b"d1:m4:want1:wlee ",
        b"d1:wle1:m4:wante",
        b"d1:m4:want1:wle1:wlee",
        b"d1:f32:" + FEED + b"1:m4:have1:ni07e1:yi1ee",
        b"d1:f32:" + FEED + b"1:m4:have1:ni7e1:yi2ee",
    ],
)
def test_anything_but_a_canonical_message_is_refused(data: bytes) -> None:
    with pytest.raises(BadEncodingError):
        VOCABULARY.decode(data)
