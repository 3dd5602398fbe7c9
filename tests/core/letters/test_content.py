"""What letters say, as bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.letters import content as kinds
from swarmfeed.core.letters.content import (
    Content,
    decode_content,
    encode_content,
    letter_id,
    pad_content,
    plain_fields,
    read_pictures,
    read_text,
    text_body,
    unpad_content,
)
from swarmfeed.core.letters.limits import CONTENT_BYTES_MAX
from swarmfeed.core.mailboxes import limits as mailboxes
from swarmfeed.errors import BadEncodingError, UserError

ANNA, BEN = AuthorId(b"a" * 32), AuthorId(b"b" * 32)


def said(text: str, *after: bytes, to: bytes = BEN, time_ms: int = 1) -> bytes:
    body = text_body(text)
    return encode_content(
        Content(after=after, body=body, kind=kinds.TEXT, time_ms=time_ms, to=to)
    )


@given(
    text=st.text(max_size=300),
    after=st.lists(st.binary(min_size=16, max_size=16), max_size=4),
    time_ms=st.integers(0, 10**15 - 1),
)
def test_what_is_written_is_read(text: str, after: list[bytes], time_ms: int) -> None:
    encoded = said(text, *after, time_ms=time_ms)
    found = decode_content(unpad_content(pad_content(encoded)))
    assert (found.after, found.time_ms, found.to) == (tuple(after), time_ms, BEN)
    assert read_text(found.body) == text


def test_an_id_names_the_text_and_its_writer() -> None:
    names = {
        letter_id(ANNA, said("yes")),
        letter_id(BEN, said("yes")),
        letter_id(ANNA, said("no")),
        letter_id(ANNA, said("yes", bytes(16))),
        letter_id(ANNA, said("yes", to=ANNA)),
    }
    assert len(names) == 5
    assert {len(each) for each in names} == {16}


def test_a_letter_that_is_too_long_is_refused_before_it_is_sealed() -> None:
    with pytest.raises(UserError, match="too long"):
        said("x" * CONTENT_BYTES_MAX)


@pytest.mark.parametrize("to", [b"", b"short", b"x" * 33])
def test_a_letter_to_nobody_is_none(to: bytes) -> None:
    encoded = said("hi").replace(b"2:to32:" + BEN, b"2:to%d:%b" % (len(to), to))
    with pytest.raises(BadEncodingError):
        decode_content(encoded)


@given(data=st.binary(max_size=400))
def test_garbage_is_refused_with_one_error(data: bytes) -> None:
    for read in (decode_content, unpad_content, read_text, kinds.read_got, kinds.read_token):
        try:
            read(data)
        except BadEncodingError:
            continue


def test_the_bodies_of_its_own_kinds() -> None:
    ids = [bytes([n]) * 16 for n in range(3)]
    assert kinds.read_got(kinds.got_body(ids)) == tuple(ids)
    token = b"t" * mailboxes.TOKEN_BYTES
    assert kinds.read_token(kinds.token_body(token)) == token, "what boxes compare"
    with pytest.raises(BadEncodingError):
        kinds.read_got(kinds.got_body([b"short"]))
    with pytest.raises(BadEncodingError):
        kinds.read_text(b"d1:x1:\xffe")
    assert plain_fields(b"d1:li5ee") == {b"l": 5}
    with pytest.raises(BadEncodingError):
        plain_fields(b"le")


@pytest.mark.attack("A323")
def test_only_pictures_that_are_encrypted_are_read() -> None:
    sealed = Medium(
        size_bytes=19,
        v1=bytes(20),
        v2=bytes(32),
        type="image/png",
        key=bytes(32),
        content_bytes=3,
    )
    odd = replace(sealed, v1=bytes(40))
    body = text_body("see", (sealed, replace(sealed, key=b""), replace(sealed, key=b"k"), odd))
    assert read_text(body) == "see" and read_pictures(body) == (sealed,)
    assert read_pictures(text_body("words")) == ()
    with pytest.raises(BadEncodingError):
        read_pictures(text_body("", (sealed,) * 5))
