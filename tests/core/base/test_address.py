"""Addresses, links and endpoints as people type them."""

from base64 import b32encode
from hashlib import sha3_256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from swarmfeed.core.base.address import (
    ADDRESS_CHARS,
    Link,
    format_address,
    format_author,
    format_link,
    parse_address,
    parse_author,
    parse_endpoint,
    parse_link,
)
from swarmfeed.core.base.blank import seen_name
from swarmfeed.core.base.limits import ENDPOINTS_MAX, LINK_CHARS_MAX, NAME_CHARS_MAX
from swarmfeed.core.base.types import AuthorId, Endpoint, FeedId, Hash
from swarmfeed.errors import UserError

KEY = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
ADDRESS = "25njqamcweflpvkl73j4szahhihoc4xt3ktcgjnpaingr5yhkenivdab"
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"

keys = st.binary(min_size=32, max_size=32)
endpoints = st.builds(
    Endpoint,
    st.ip_addresses().filter(lambda address: "%" not in str(address)).map(str),
    st.integers(1, 65535),
)
names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=NAME_CHARS_MAX)


def address_with(version: bytes) -> str:
    checksum = sha3_256(b"swarmfeed address" + KEY + version).digest()[:2]
    return b32encode(KEY + checksum + version).decode().lower()


AUTHOR = address_with(b"\x02")


def test_an_address_is_the_key_its_checksum_and_the_version() -> None:
    """The key is that of RFC 8032, 7.1, test 1; the rest is recomputed from the definition."""
    assert format_address(FeedId(KEY)) == ADDRESS == address_with(b"\x01")
    assert format_author(AuthorId(KEY)) == AUTHOR


def test_a_feed_is_not_taken_for_a_person_nor_a_person_for_a_feed() -> None:
    assert parse_author(AUTHOR) == parse_address(ADDRESS) == KEY
    with pytest.raises(
        UserError, match=r"of a feed or a machine, not of a person\. .* swarmfeed 0\.1"
    ):
        parse_author(ADDRESS)
    with pytest.raises(UserError, match="of a person, not of a feed or a machine"):
        parse_address(AUTHOR)


def test_an_address_that_was_read_is_still_refused_for_what_it_is_not() -> None:
    for _ in range(2):
        assert parse_author(AUTHOR) == parse_author(f" {AUTHOR.upper()}") == KEY
        for wrong in (ADDRESS, AUTHOR[:-1], AUTHOR[:-1] + "ä"):
            with pytest.raises(UserError):
                parse_author(wrong)


@given(keys)
def test_an_address_leads_back_to_its_key(key: bytes) -> None:
    for address, parse in (
        (format_address(FeedId(key)), parse_address),
        (format_author(AuthorId(key)), parse_author),
    ):
        assert len(address) == ADDRESS_CHARS and set(address) <= set(ALPHABET)
        assert parse(address) == key
        assert parse(f"  {address.upper()}\n") == key


@given(keys, st.integers(0, ADDRESS_CHARS - 1), st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_never_taken_for_the_same_author(
    key: bytes, at: int, character: str
) -> None:
    address = format_author(AuthorId(key))
    mistyped = address[:at] + character + address[at + 1 :]
    try:
        assert parse_author(mistyped) != key or mistyped == address
    except UserError as error:
        assert "mistyped" in str(error) and mistyped != address


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has 56 characters, this one has 0"),
        (ADDRESS[:-1], "this one has 55"),
        (ADDRESS + "a", "this one has 57"),
        ("1" + ADDRESS[1:], "Character 1 of the address is '1'"),
        (ADDRESS[:-1] + "=", "Character 56 of the address is '='"),
        (ADDRESS[:3] + "\u212a" + ADDRESS[4:], r"Character 4 of the address is '\\u212a'"),
        (ADDRESS[:5] + " " + ADDRESS[6:], "Character 6"),
        ("b" + ADDRESS[1:], "mistyped"),
        (ADDRESS[1] + ADDRESS[0] + ADDRESS[2:], "mistyped"),
        (address_with(b"\x03"), "version 3"),
    ],
)
def test_a_bad_address_says_why(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse_address(text)


@pytest.mark.parametrize("length", [31, 33])
def test_only_32_bytes_have_an_address(length: int) -> None:
    with pytest.raises(ValueError, match=f"{length} bytes"):
        format_author(AuthorId(bytes(length)))


def test_a_link_is_spelled_as_documented() -> None:
    link = Link(
        AuthorId(KEY),
        "Zoë & Bob",
        (Endpoint("192.0.2.7", 7601), Endpoint("2001:db8::1", 443)),
    )
    text = (
        f"swarmfeed:{AUTHOR}?name=Zo%C3%AB%20%26%20Bob"
        "&at=192.0.2.7:7601&at=%5B2001:db8::1%5D:443"
    )
    assert format_link(link) == text
    assert parse_link(text) == link
    assert parse_link(text.replace("%5B", "[").replace("%5D", "]")) == link
    assert parse_link(f" {text.replace('swarmfeed:', 'SwarmFeed:')}&later=1\n") == link


def test_what_stands_on_a_sheet_says_which_key_comes_next() -> None:
    """The base32 of 32 bytes 00: 51 times a, and one character that carries a single bit."""
    link = Link(AuthorId(KEY), "Zoe", next_key_hash=Hash(bytes(32)))
    text = f"swarmfeed:{AUTHOR}?name=Zoe&next={'a' * 52}"
    assert format_link(link) == text
    assert parse_link(text) == parse_link(text.replace("aaaa", "AAAA")) == link
    for wrong in ("a" * 51, "a" * 53, "a" * 51 + "b", "a" * 51 + "1", "é"):
        with pytest.raises(UserError, match="mistyped after next="):
            parse_link(f"swarmfeed:{AUTHOR}?next={wrong}")


def test_a_bare_address_is_a_link() -> None:
    assert parse_link(AUTHOR) == Link(AuthorId(KEY))
    assert parse_link(f"swarmfeed:{AUTHOR}") == Link(AuthorId(KEY))
    assert format_link(Link(AuthorId(KEY))) == f"swarmfeed:{AUTHOR}"


@example(key=KEY, name="\U000e0000", at=[])  # nobody sees it
@given(keys, names, st.lists(endpoints, max_size=ENDPOINTS_MAX + 2))
def test_a_link_leads_back_to_all_that_fits(key: bytes, name: str, at: list[Endpoint]) -> None:
    text = format_link(Link(AuthorId(key), name, tuple(at)))
    parsed = parse_link(text)
    assert len(text) <= LINK_CHARS_MAX and text.isascii()
    assert (parsed.author_id, parsed.name) == (key, seen_name(name))
    assert parsed.at == tuple(at[: len(parsed.at)])
    assert len(parsed.at) == min(len(at), ENDPOINTS_MAX) or len(text) > LINK_CHARS_MAX - 70


def test_endpoints_that_do_not_fit_beside_a_long_name_are_left_out() -> None:
    at = tuple(Endpoint(f"2001:db8:1111:2222:3333:4444:5555:666{n}", 65535) for n in range(8))
    text = format_link(Link(AuthorId(KEY), "\U0001f41d" * NAME_CHARS_MAX, at))
    assert LINK_CHARS_MAX - 60 < len(text) <= LINK_CHARS_MAX
    assert parse_link(text).at == at[:3]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"swarmfeed:{AUTHOR}?name=" + "a" * 1000, "at most 1024 fit"),
        (f"swarmfeed:{AUTHOR}?name=" + "a" * 65, "65 characters, at most 64"),
        (f"swarmfeed:{AUTHOR}?name=a%00b", "control character"),
        (f"swarmfeed:{AUTHOR}?name=a%C2%85b", "control character"),
        (f"swarmfeed:{AUTHOR}?name=%FF", "cannot be read"),
        (f"swarmfeed:{AUTHOR}?name=100%", "a % that stands for nothing"),
        (f"swarmfeed:{AUTHOR}?name=%4", "write them as %23 and %25"),
        (f"swarmfeed:{AUTHOR}?later=%zz", "a % that stands for nothing"),
        (f"swarmfeed:{AUTHOR}?name=a#b", "holds a #"),
        (f"swarmfeed:{AUTHOR}?" + "a=1&" * 17, "cannot be read"),
        (f"swarmfeed:{AUTHOR}?" + "at=192.0.2.7:1&" * 9, "9 endpoints, at most 8"),
        (f"swarmfeed:{AUTHOR}?at=example.org:80", "IP address"),
        (f"swarmfeed:{AUTHOR}?at=", "no endpoint"),
        (f"magnet:{AUTHOR}", "this one has 63"),
        (f"swarmfeed://{AUTHOR}", "this one has 58"),
        ("", "this one has 0"),
    ],
)
def test_a_bad_link_says_why(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        parse_link(text)


@given(
    st.text(max_size=99) | st.text(max_size=99).map(lambda tail: f"swarmfeed:{AUTHOR}?{tail}")
)
def test_any_text_is_a_link_or_the_one_error(text: str) -> None:
    try:
        assert isinstance(parse_link(text), Link)
    except UserError:
        return


def test_a_name_too_long_for_a_link_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="65 characters"):
        format_link(Link(AuthorId(KEY), "a" * 65))


@given(endpoints)
def test_an_endpoint_leads_back_to_itself(endpoint: Endpoint) -> None:
    assert parse_endpoint(str(endpoint)) == endpoint


def test_an_ipv6_host_is_brought_to_its_canonical_form() -> None:
    assert parse_endpoint("[2001:DB8:0:0::1]:1") == Endpoint("2001:db8::1", 1)


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "192.0.2.7", "192.0.2.7:", ":80", "192.0.2.7:0", "192.0.2.7:65536"),
        *(
            "192.0.2.7:-1",
            "192.0.2.7:+1",
            "192.0.2.7:1_0",
            "192.0.2.7:\u0661",
            "192.0.2.7:000080",
        ),
        *("192.0.2.256:80", "192.0.02.7:80", "0x7f.1:80", "2130706433:80", "localhost:80"),
        *("2001:db8::1:80", "[192.0.2.7]:80", "[2001:db8::1]", "[2001:db8::1:80", "[]:80"),
        *("[fe80::1%eth0]:80", "[fe80::1%251]:80", "http://192.0.2.7:80", "192.0.2.7:80/a"),
    ],
)
def test_what_is_no_endpoint_is_refused(text: str) -> None:
    with pytest.raises(UserError):
        parse_endpoint(text)
