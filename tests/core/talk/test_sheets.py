"""What the key of a sheet says in the DHT: whose it is, and nobody else can say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from street.authors import author_of, moved
from swarmfeed.core.base.bencoding import decode, encode
from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.net.krpc import SHEET_SALT, signed_buffer
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX
from swarmfeed.core.talk.sheets import read_sheet, sign_sheets
from swarmfeed.errors import BadEncodingError, BadSignatureError, RemoteError

ANNA, BEN = author_of(b"\x01" * 32), author_of(b"\x02" * 32)
SECOND = moved(ANNA)


def test_both_sheets_say_whose_they_are_and_the_first_brings_the_second_along() -> None:
    first, second = sign_sheets(ANNA, SECOND.signing)
    assert (first.public, second.public) == (ANNA.key, SECOND.key)
    for item in (first, second):
        buffer = signed_buffer(item.value, item.seq, SHEET_SALT)
        verify_signature(item.public, buffer, item.signature)
        assert read_sheet(item.value).author_id == ANNA.author_id
        assert len(item.value) <= KRPC_VALUE_BYTES_MAX
    assert read_sheet(first.value).second == second
    assert read_sheet(second.value).second is None


def test_when_the_second_sheet_becomes_the_first_its_item_is_the_newer_one() -> None:
    _, before = sign_sheets(ANNA, SECOND.signing)
    after, third = sign_sheets(SECOND, moved(SECOND).signing)
    assert before.public == after.public and before.seq < after.seq
    assert read_sheet(after.value).second == third
    assert read_sheet(third.value).author_id == ANNA.author_id


@pytest.mark.attack("A48")
def test_a_second_sheet_that_did_not_sign_is_refused() -> None:
    first, _ = sign_sheets(ANNA, SECOND.signing)
    fields = decode(first.value, limit_bytes=1_000)
    assert isinstance(fields, dict)
    for changes, error in (
        ({b"k": BEN.key}, BadSignatureError),
        ({b"a": BEN.author_id}, BadSignatureError),
        ({b"s": bytes(64)}, BadSignatureError),
        ({b"s": bytes(63)}, BadEncodingError),
        ({b"a": bytes(31)}, BadEncodingError),
        ({b"k": 1}, BadEncodingError),
    ):
        with pytest.raises(error):
            read_sheet(encode({**fields, **changes}))


@pytest.mark.attack("A48")
@given(st.binary(max_size=1_100))
def test_whatever_lies_there_is_a_sheet_or_an_error(value: bytes) -> None:
    with pytest.raises(RemoteError):
        read_sheet(value)
