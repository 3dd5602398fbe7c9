"""Addresses: one spelling, the public web alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.net.reach import is_public
from swarmfeed.core.net.web import WebPlace
from swarmfeed.core.webfeeds.addresses import (
    is_in_one_spelling,
    join_address,
    link_or_nothing,
    parse_address,
    place_of,
)
from swarmfeed.errors import UserError


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("example.org", "https://example.org/"),
        (" https://Example.ORG/Feed?x=1#top ", "https://example.org/Feed?x=1"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("feed://example.org/rss", "https://example.org/rss"),
        ("feed:https://example.org/rss", "https://example.org/rss"),
        ("https://bücher.example/ä%20b?ü", "https://xn--bcher-kva.example/%C3%A4%20b?%C3%BC"),
        ("https://[2606:4700::1111]/", "https://[2606:4700::1111]/"),
        ("https://93.184.216.34/", "https://93.184.216.34/"),
        ("https://example\u3002org\u3002/", "https://example.org/"),
    ],
)
def test_an_address_has_one_spelling(typed: str, address: str) -> None:
    assert parse_address(typed) == address
    assert is_in_one_spelling(address)


@pytest.mark.attack("A302")
@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "no address"),
        ("ftp://example.org/", "no address"),
        ("file:///etc/passwd", "no address"),
        ("javascript:alert(1)", "no address"),
        ("https://ada:secret@example.org/", "no address"),
        ("https://example.org:99999/", "no address"),
        ("https://exa mple.org/", "no address"),
        ("https://example.org/a\nb", "no address"),
        ("https://[fe80::1%25eth0]/", "no address"),
        ("https://" + "a" * 70 + ".org/", "no address"),
        ("http://localhost/", "no place on the public web"),
        ("http://2130706433/", "no place on the public web"),
        ("http://0x7f.1/", "no place on the public web"),
        ("http://router/", "no place on the public web"),
        ("http://printer.local/", "no place on the public web"),
        ("http://metadata.google.internal/", "no place on the public web"),
        ("http://a.localhost./", "no place on the public web"),
        ("http://localhost\u3002/", "no place on the public web"),
        ("http://2130706433\uff0e/", "no place on the public web"),
        ("http://printer\uff61local\uff61/", "no place on the public web"),
        ("http://example.org:22/", "port 22"),
        ("http://example.org:25/", "port 25"),
        ("https://example.org/" + "a" * 1_024, "at most"),
    ],
)
def test_what_leads_to_no_place_of_the_public_web_is_refused(typed: str, why: str) -> None:
    with pytest.raises(UserError, match=why):
        parse_address(typed)


@pytest.mark.attack("A302")
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
        "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:0:1::", "localhost",
    ],
)  # fmt: skip
def test_addresses_of_one_network_alone_are_not_public(host: str) -> None:
    assert not is_public(host)
    assert is_public("93.184.216.34") and is_public("2606:4700::1111")


def test_a_link_leads_from_where_it_stands_or_nowhere() -> None:
    base = "https://example.org/blog/"
    assert join_address(base, "feed.xml") == "https://example.org/blog/feed.xml"
    assert join_address(base, "//cdn.example/x") == "https://cdn.example/x"
    assert link_or_nothing(base, "") == ""
    assert link_or_nothing(base, "javascript:alert(1)") == ""
    assert link_or_nothing(base, "http://[") == ""


def test_a_place_is_what_is_asked_there() -> None:
    assert place_of("https://example.org/a?b=c") == WebPlace(
        is_tls=True, host="example.org", port=443, path="/a?b=c"
    )
    assert place_of("http://[2606:4700::1111]:8080/").host == "2606:4700::1111"


@given(st.text())
def test_whatever_is_typed_is_an_address_in_one_spelling_or_refused(typed: str) -> None:
    try:
        address = parse_address(typed)
    except UserError:
        return
    assert parse_address(address) == address
    assert address.isascii() and place_of(address).path.startswith("/")
