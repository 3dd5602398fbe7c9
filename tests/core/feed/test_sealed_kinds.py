"""The quick way to read a protected body is the long way."""

from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.limits import BODY_BYTES_MAX
from swarmfeed.core.feed.kinds import decode_body, encode_body
from swarmfeed.core.feed.limits import PROTECTED_BYTES_MAX
from swarmfeed.core.feed.sealed_kinds import ProtectedBody, read_protected
from swarmfeed.errors import BadEncodingError

WHOLE = encode({"c": b"c" * 32, "n": b"n" * 24, "x": b"x" * 144})


def slowly(body: bytes) -> ProtectedBody | None:
    """What the codec reads; None: it is none."""
    try:
        read: ProtectedBody = codec_of(ProtectedBody).read(
            decode_fields(body, "protected", limit_bytes=BODY_BYTES_MAX)
        )
    except BadEncodingError:
        return None
    return read


@given(
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=24, max_size=24),
    st.binary(max_size=300),
)
def test_it_reads_what_is_written(commitment: bytes, nonce: bytes, sealed: bytes) -> None:
    body = encode({"c": commitment, "n": nonce, "x": sealed})
    quick = read_protected(body)
    assert quick == (slowly(body) if sealed else None)


@given(st.integers(0, len(WHOLE)), st.binary(max_size=6), st.integers(0, 6))
def test_of_anything_else_it_reads_nothing(at: int, put: bytes, gone: int) -> None:
    body = WHOLE[:at] + put + WHOLE[at + gone :]
    quick = read_protected(body)
    assert quick is None or quick == slowly(body)


def test_what_has_more_or_too_much_goes_the_long_way() -> None:
    long = encode({"c": b"c" * 32, "n": b"n" * 24, "x": b"x" * (PROTECTED_BYTES_MAX + 1)})
    more = encode({"a": 1, "c": b"c" * 32, "n": b"n" * 24, "x": b"x"})

    for body, is_one in ((long, False), (more, True)):
        assert read_protected(body) is None
        assert (slowly(body) is not None) == is_one
    kept = decode_body("protected", more)
    assert isinstance(kept, ProtectedBody)
    assert encode_body(kept) != more
