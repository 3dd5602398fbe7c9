"""What those who carry a parcel see: lengths of few classes, and nothing that names anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.ratchets import RatchetHeader
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.letters.content import pad_content
from swarmfeed.core.letters.limits import CONTENT_STEP_BYTES, OPENING_STEP_BYTES
from swarmfeed.core.letters.parcel import (
    Opening,
    decode_inner,
    encode_inner,
    make_inner,
    parcel_id,
)
from swarmfeed.core.letters.prekeys import SUITE, SelfIntroduction
from swarmfeed.errors import BadEncodingError

ANNA = FeedId(b"a" * 32)


def header(number: int = 0, before: int = 0) -> RatchetHeader:
    return RatchetHeader(ratchet=b"r" * 32, before=before, number=number)


def opening(*certificate_lengths: int) -> Opening:
    return Opening(
        mlkem=b"c" * 1_088,
        ephemeral=b"e" * 32,
        keys_hash=b"q" * 32,
        suite=SUITE,
        who=SelfIntroduction(
            identity=b"i" * 32,
            outer=b"o" * 32,
            until_ms=1,
            signature=b"s" * 64,
            certificates=tuple(b"c" * each for each in certificate_lengths),
        ),
    )


@pytest.mark.attack("A24")
@given(text=st.binary(max_size=2_000))
def test_letters_have_one_of_few_lengths(text: bytes) -> None:
    length = len(pad_content(text))
    assert length in [CONTENT_STEP_BYTES * 2**power for power in range(5)]


@pytest.mark.attack("A24")
@given(
    number=st.integers(0, 2**32 - 1),
    before=st.integers(0, 2**32 - 1),
    one=st.integers(200, 990),
    other=st.integers(200, 990),
)
def test_numbers_and_certificates_do_not_show_in_a_length(
    number: int, before: int, one: int, other: int
) -> None:
    plain = encode_inner(make_inner(ANNA, header(number, before), b"x" * 296, None))
    assert len(plain) == len(encode_inner(make_inner(ANNA, header(), b"x" * 296, None)))
    first = make_inner(ANNA, header(number, before), b"x" * 296, opening(one, other))
    assert len(encode_inner(first)) % OPENING_STEP_BYTES == 0


@given(number=st.integers(0, 2**32 - 1), certificate=st.none() | st.integers(0, 1_000))
def test_what_is_put_in_comes_out(number: int, certificate: int | None) -> None:
    said = None if certificate is None else opening(certificate)
    inner = make_inner(ANNA, header(number, 7), b"sealed", said)
    found = decode_inner(encode_inner(inner))
    assert (found.sender, found.header, found.sealed) == (ANNA, header(number, 7), b"sealed")
    assert found.opening == said


def test_other_padding_is_refused() -> None:
    encoded = encode_inner(make_inner(ANNA, header(), b"x", opening(300)))
    assert encoded.endswith(b"\0e")
    with pytest.raises(BadEncodingError, match="zeros"):
        decode_inner(encoded[:-2] + b"\1e")


@pytest.mark.parametrize("spelled", [b"", b"\0\0\0", b"\0\0\0\0\0"])
def test_numbers_have_four_bytes(spelled: bytes) -> None:
    encoded = encode_inner(make_inner(ANNA, header(), b"x", None))
    bent = encoded.replace(b"1:n4:\0\0\0\0", b"1:n%d:%b" % (len(spelled), spelled))
    with pytest.raises(BadEncodingError):
        decode_inner(bent)


def test_a_parcel_is_known_by_its_hash() -> None:
    assert parcel_id(b"one") != parcel_id(b"two")
    assert len(parcel_id(b"one")) == 16
