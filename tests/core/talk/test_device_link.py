"""The link of a machine that wants to be a device: one spelling, and a reason for each no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import Endpoint, FeedId, Hash
from swarmfeed.core.talk.device_link import (
    DEVICE_SCHEME,
    DeviceLink,
    format_device_link,
    parse_device_link,
)
from swarmfeed.errors import UserError

LINK = DeviceLink(
    feed_id=FeedId(bytes(range(32))),
    key_hash=Hash(bytes(range(32, 64))),
    until_s=1_800_000_000,
    at=(Endpoint("192.0.2.7", 4000), Endpoint("2001:db8::1", 4001)),
)
TEXT = format_device_link(LINK)


def test_a_link_says_what_it_means_and_fits_a_small_qr_code() -> None:
    assert TEXT.startswith("swarmfeed-device:aaaqeaye")
    assert TEXT.endswith("?until=1800000000&at=192.0.2.7:4000&at=[2001:db8::1]:4001")
    assert len(TEXT) < 192, "a code of 49 modules holds no more"
    assert parse_device_link(TEXT) == LINK


@pytest.mark.parametrize(
    "typed",
    [
        f"  {TEXT}\n",
        TEXT.replace("swarmfeed-device", "SWARMFEED-Device"),
        TEXT[:60] + "\n   " + TEXT[60:],
        TEXT[:40] + TEXT[40:129].upper() + TEXT[129:],
        TEXT + "&later=1",
    ],
)
def test_what_a_terminal_or_a_phone_makes_of_it_is_taken(typed: str) -> None:
    assert parse_device_link(typed) == LINK


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "begins with swarmfeed-device:"),
        ("swarmfeed:" + "a" * 56, "the link of a person"),
        (TEXT[:100], "is not whole"),
        (TEXT.replace("aaaqeaye", "aaaqeayb"), "its checksum does not match"),
        (TEXT.replace("aaaqeaye", "aaaqeay1"), "only a-z and 2-7"),
        (TEXT.replace("aaaqeaye", "aaaqeayé"), "only a-z and 2-7"),
        (TEXT.replace("until=1800000000&", ""), "until when"),
        (TEXT.replace("until=1800000000", "until=soon"), "until when"),
        (TEXT.replace("until=1800000000", "until=9999999999999999"), "until when"),
        (TEXT.partition("&")[0], "names 0 places"),
        (TEXT + "&at=192.0.2.7:4000" * 7, "names 9 places"),
        (TEXT.replace("192.0.2.7", "laptop.example"), "IP address"),
        (TEXT + "&x" * 2_000, "at most 1024 fit"),
    ],
)
def test_anything_else_is_refused_with_its_reason(typed: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        parse_device_link(typed)


def test_another_version_is_named() -> None:
    from base64 import b32encode
    from hashlib import sha3_256

    body = LINK.feed_id + LINK.key_hash
    checksum = sha3_256(b"swarmfeed device link" + body + b"\x02").digest()[:5]
    code = b32encode(body + checksum + b"\x02").decode().lower()
    with pytest.raises(UserError, match="of version 2"):
        parse_device_link(f"{DEVICE_SCHEME}{code}?until=1&at=192.0.2.7:1")


@given(st.text(max_size=40))
def test_whatever_is_typed_gives_a_link_or_a_reason(text: str) -> None:
    for typed in (text, DEVICE_SCHEME + text, TEXT + text):
        try:
            assert isinstance(parse_device_link(typed), DeviceLink)
        except UserError as error:
            assert str(error).strip()
