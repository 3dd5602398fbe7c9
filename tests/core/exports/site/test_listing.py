"""Which files are a site's, whatever its listing says; and what is remembered of kept ones."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.exports.site.kept import (
    KeptSite,
    clean_address,
    decode_kept,
    encode_kept,
    state_of,
)
from swarmfeed.core.exports.site.listing import Listing, decode_listing, encode_listing
from swarmfeed.errors import BadEncodingError, UserError

from tests.core.exports.site.samples import AUTHOR, FEED

FILES = {"index.html": "0123456789abcdef", "tags/größe/index.html": ""}


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_listing_is_read_as_it_was_written(is_whole: bool) -> None:
    listing = Listing(author_id=AUTHOR, files=FILES, is_whole=is_whole)
    assert decode_listing(encode_listing(listing), AUTHOR) == listing
    assert decode_listing(encode_listing(listing), AuthorId(bytes(32))) is None


@pytest.mark.attack("A296")
def test_a_listing_names_no_file_that_is_not_a_sites() -> None:
    listing = Listing(author_id=AUTHOR, files=FILES)
    told = json.loads(encode_listing(listing))
    told["files"] |= {"../../home/identity.key": "", "/etc/passwd": "", "CNAME": "a"}
    told["files"]["feed.rss"] = 5
    found = decode_listing(json.dumps(told).encode(), AUTHOR)
    assert found and found.files == {**FILES, "feed.rss": ""}
    told["files"] = ["index.html"]
    found = decode_listing(json.dumps(told).encode(), AUTHOR)
    assert found and found.files == {}


@given(st.binary(max_size=200) | st.just(b"[" * 100_000))
def test_what_is_no_listing_is_none(raw: bytes) -> None:
    assert decode_listing(raw, AUTHOR) is None


def test_what_is_kept_is_remembered() -> None:
    kept = KeptSite(url="https://a.example/", state=b"\1" * 16, posts=5, missing=1,
                    written_ms=1_700_000_000_000)  # fmt: skip
    assert decode_kept(encode_kept(kept)) == kept
    assert decode_kept(encode_kept(KeptSite())) == KeptSite()
    with pytest.raises(BadEncodingError):
        decode_kept(b"garbage")


def test_a_site_is_behind_when_anything_it_is_made_of_changed() -> None:
    states = {
        state_of("", ("Anna", ""), [(FEED, [(0, 4)])]),
        state_of("", ("Anna", ""), [(FEED, [(0, 5)])]),
        state_of("", ("Anne", ""), [(FEED, [(0, 4)])]),
        state_of("https://a.example/", ("Anna", ""), [(FEED, [(0, 4)])]),
    }
    assert len(states) == 4


def test_addresses_of_sites() -> None:
    assert clean_address("") == ""
    assert clean_address("https://a.example") == "https://a.example/"
    assert clean_address("http://A.example:8080/~anna/") == "http://A.example:8080/~anna/"
    for url in (
        "a.example", "ftp://a.example/", "https://a@b.example/", "https://a.example/?x",
        "https://a.example/#x", "javascript:alert(1)", "https://a.example/ü",
        f"https://a.example/{'a' * 2_000}", "https://a.example/ x",
    ):  # fmt: skip
        with pytest.raises(UserError, match="no website can be at"):
            clean_address(url)
