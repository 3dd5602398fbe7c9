from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.supernode.limits import RECORD_AHEAD_S, RECORD_LASTS_S
from swarmfeed.core.supernode.records import (
    AGE_MINUTES_MAX,
    LOAD_STEPS,
    RECORD_BYTES,
    NewestRecords,
    Record,
    encode_record,
    open_record,
    sign_record,
)
from swarmfeed.errors import BadEncodingError, BadSignatureError

from tests.core.supernode.nodes import NOW_S, signed_by
from tests.examples import at_most

NODE, OTHER = SigningKey(b"\x07" * 32), SigningKey(b"\x08" * 32)

hosts = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).filter(lambda each: each.ipv4_mapped is None).map(str),
)


@st.composite
def records(draw: st.DrawFn) -> Record:
    serving = draw(st.booleans())
    return signed_by(
        NODE,
        endpoint=Endpoint(draw(hosts), draw(st.integers(1, 65_535))),
        size_class=draw(st.integers(0, 2)),
        eligible=draw(st.booleans()),
        serving=serving,
        load=draw(st.integers(0, LOAD_STEPS)) / LOAD_STEPS if serving else 0.0,
        age_minutes=draw(st.integers(0, AGE_MINUTES_MAX)),
        made_s=draw(st.integers(0, 2**32 - 1)),
    )


@settings(max_examples=at_most(60))
@given(records())
def test_a_record_says_what_was_signed(record: Record) -> None:
    signed = sign_record(record, NODE)
    data = encode_record(signed)
    assert len(data) == RECORD_BYTES == 122
    assert open_record(data) == signed
    assert replace(signed, signature=b"") == record


@pytest.mark.attack("A35")
@settings(max_examples=at_most(60))
@given(records(), st.data())
def test_a_changed_record_is_refused(record: Record, draw: st.DataObject) -> None:
    data = bytearray(encode_record(sign_record(record, NODE)))
    at = draw.draw(st.integers(0, len(data) - 1))
    data[at] ^= draw.draw(st.integers(1, 255))
    with pytest.raises((BadEncodingError, BadSignatureError)):
        open_record(bytes(data))


@pytest.mark.attack("A35")
def test_nobody_speaks_for_another_node() -> None:
    forged = signed_by(OTHER)
    with pytest.raises(BadSignatureError):
        open_record(encode_record(sign_record(forged, NODE)))


@pytest.mark.attack("A33")
@given(st.binary(max_size=200))
def test_garbage_is_refused(garbage: bytes) -> None:
    for data in (garbage, garbage.ljust(RECORD_BYTES, b"\0")[:RECORD_BYTES]):
        with suppress(BadEncodingError, BadSignatureError):
            open_record(data)
            raise AssertionError("nobody signed this")


def test_a_load_is_rounded_to_its_step_and_a_great_age_is_cut() -> None:
    record = sign_record(signed_by(NODE, load=0.7, age_minutes=10**6), NODE)
    assert record.load == round(0.7 * LOAD_STEPS) / LOAD_STEPS
    assert record.age_minutes == AGE_MINUTES_MAX
    assert open_record(encode_record(record)) == record


def test_a_record_counts_for_two_hours_and_from_two_minutes_ahead() -> None:
    record = signed_by(NODE)
    assert record.counts(NOW_S - RECORD_AHEAD_S)
    assert not record.counts(NOW_S - RECORD_AHEAD_S - 1)
    assert record.counts(NOW_S + RECORD_LASTS_S - 1)
    assert not record.counts(NOW_S + RECORD_LASTS_S)


def test_its_node_grows_older_after_it_signed() -> None:
    record = signed_by(NODE, age_minutes=10)
    assert record.age_s(NOW_S) == 600
    assert record.age_s(NOW_S + 30) == 630
    assert record.age_s(NOW_S - 30) == 600


def test_its_network_is_a_sixteenth_of_the_address_and_on_loopback_the_address() -> None:
    def network(host: str) -> str:
        return signed_by(NODE, endpoint=Endpoint(host, 4_000)).network

    assert network("1.2.3.4") == network("1.2.200.4") != network("1.3.3.4")
    assert network("127.0.0.1") != network("127.0.0.2")
    assert NodeId(NODE.public) == signed_by(NODE).node_id


def said_by(key: SigningKey, made_s: int) -> bytes:
    return encode_record(sign_record(signed_by(key, made_s=made_s), key))


def test_of_each_node_the_newest_record_is_remembered_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A node makes another one every ten seconds, and none comes back."""
    verified = list[bytes]()

    def noted(signed: bytes) -> Record:
        verified.append(signed)
        return open_record(signed)

    monkeypatch.setattr("swarmfeed.core.supernode.records.open_record", noted)
    opened = NewestRecords(2)
    old, new = (said_by(NODE, NOW_S + at) for at in (0, 10))
    other = said_by(OTHER, NOW_S)
    for signed in (old, old, new, new, other, old, new, other):
        assert opened.open(signed) == open_record(signed)
    assert verified == [old, new, other, old]
    assert len(opened) == 2
    third = said_by(SigningKey(b"\x09" * 32), NOW_S)
    opened.open(third)
    assert len(opened) == 2
    opened.open(new)
    assert verified[4:] == [third, new], "of whom nothing was heard for longest is forgotten"


@pytest.mark.attack("A35")
def test_what_is_remembered_of_a_node_speaks_for_no_other_record() -> None:
    opened = NewestRecords(9)
    true = said_by(NODE, NOW_S)
    opened.open(true)
    with pytest.raises(BadSignatureError):
        opened.open(true[:-1] + bytes([true[-1] ^ 1]))
    with pytest.raises(BadEncodingError):
        opened.open(true[:40])
    assert opened.open(true).made_s == NOW_S


def test_who_is_heard_of_again_stays_however_many_others_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened, true = NewestRecords(2), said_by(NODE, NOW_S)
    opened.open(true)
    for n in range(4):
        opened.open(said_by(SigningKey(bytes([9, n]) * 16), NOW_S))
        with monkeypatch.context() as patched:
            patched.delattr("swarmfeed.core.supernode.records.open_record")
            assert opened.open(true).made_s == NOW_S, "it is not verified again"
