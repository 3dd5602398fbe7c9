from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.bencoding import Fields
from swarmfeed.core.base.spelling import check_word, read_base64, read_host, take_word
from swarmfeed.errors import BadEncodingError


@pytest.mark.parametrize("word", [b"a", b"not-held", b"a" * 16])
def test_a_short_lower_case_word_is_taken(word: bytes) -> None:
    assert check_word(word) == word
    assert take_word(Fields({b"m": word}, "thing"), b"m") == word


@pytest.mark.parametrize("word", [b"", b"-a", b"Want", b"a1", b"a b", b"a\n", b"a" * 17])
def test_anything_else_is_not_a_word(word: bytes) -> None:
    with pytest.raises(BadEncodingError):
        check_word(word)
    with pytest.raises(BadEncodingError):
        take_word(Fields({b"m": word}, "thing"), b"m")


@pytest.mark.parametrize("host", [b"192.0.2.1", b"2001:db8::1", b"::", b"fe80::1"])
def test_a_host_in_its_one_spelling_is_read(host: bytes) -> None:
    assert read_host(host) == host.decode()


@pytest.mark.parametrize(
    "host",
    [
        *(b"", b"example.org", b"192.0.2.01", b"192.0.2", b"2001:DB8::1", b"2001:db8::0:1"),
        *(b"::ffff:192.0.2.1", b"fe80::1%eth0", b"\xff", "١.1.1.1".encode()),
    ],
)
def test_another_spelling_of_a_host_is_refused(host: bytes) -> None:
    with pytest.raises(BadEncodingError):
        read_host(host)


@given(st.binary(max_size=70))
def test_base64_is_read_in_its_one_spelling(raw: bytes) -> None:
    text = b64encode(raw)
    assert read_base64(text) == read_base64(text.decode()) == raw
    if text.endswith(b"="):
        at = -3 if text.endswith(b"==") else -2
        stray = bytes([text[at] + 1]) + text[len(text) + at + 1 :]
        with pytest.raises(BadEncodingError):
            read_base64(text[:at] + stray)


@pytest.mark.parametrize(
    "text", ["Zg", "Zg=", "Zh==", "Zg==\n", "Z g==", "Zg==Zg==", "Zm-_", "é==="]
)
def test_no_other_spelling_of_base64_is_read(text: str) -> None:
    """RFC 4648, 3.3 and 3.5: no line ends, nothing outside of the alphabet, no stray bits."""
    with pytest.raises(BadEncodingError):
        read_base64(text)
