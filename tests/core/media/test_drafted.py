"""What is remembered of a file of a draft, and what other devices may write there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.bencoding import encode
from swarmfeed.core.media.drafted import (
    DraftFile,
    decode_draft_file,
    encode_draft_file,
    is_handed_name,
)
from swarmfeed.errors import BadEncodingError

FILE = DraftFile(
    number=1,
    key=b"k" * 32,
    size_bytes=90_000,
    type="image/jpeg",
    place="somewhere/1",
    alt="A bee.",
    file_name="bee.jpg",
)
BYTES = (
    b"d1:a6:A bee.1:f7:bee.jpg1:k32:"
    + b"k" * 32
    + b"1:li90000e1:ni1e1:p11:somewhere/11:t10:image/jpege"
)


def test_a_file_is_remembered_as_it_was() -> None:
    assert encode_draft_file(FILE) == BYTES
    assert decode_draft_file(BYTES) == FILE


@pytest.mark.attack("A331")
@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"1",
        BYTES.replace(b"1:ni1e", b"1:ni4e"),
        BYTES.replace(b"i90000e", b"i0e"),
        BYTES.replace(b"1:k32:" + b"k" * 32, b"1:k31:" + b"k" * 31),
        encode({"a": "x" * 2_001, "k": b"k" * 32, "l": 1, "n": 0, "t": ""}),
    ],
)
def test_what_is_out_of_its_bounds_is_refused(value: bytes) -> None:
    with pytest.raises(BadEncodingError):
        decode_draft_file(value)


@pytest.mark.attack("A331")
@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else(value: bytes) -> None:
    with pytest.raises(BadEncodingError):
        decode_draft_file(value)


@pytest.mark.attack("A331")
def test_a_name_leads_to_no_other_folder() -> None:
    assert is_handed_name("0123456789abcdef" * 2)
    for name in ("", "../" + "a" * 29, "A" * 32, "a" * 31, "a" * 33, "a" * 31 + "/"):
        assert not is_handed_name(name)
