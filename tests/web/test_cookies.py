"""The Cookie header of a host that others set cookies for as well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webui.cookies import VALUES_MAX, cookie_values

HOSTILE = [
    "x", "=", "=;", ";;;", 'q="', 'q="a;b', "a b=c", "a=b=c", "a[b]=1", "a@b=1; $Version=1",
    "é=1", "\x00=1", "\x7f=1; ,=,", "swarmfeed=1", "own-=2", "own", "Own=3", "expires=1",
    "path=/; domain=x", "httponly; secure", "x=" + "y" * 100_000, "a=1; " * 5_000,
]  # fmt: skip


@pytest.mark.attack("A70")
@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda text: text[:12])
@pytest.mark.parametrize("sign", [";", "; "])
def test_what_others_set_hides_nothing(hostile: str, sign: str) -> None:
    for header in (f"{hostile}{sign}own=V", f"own=V{sign}{hostile}"):
        assert cookie_values(header, "own") == ("V",)


@pytest.mark.attack("A70")
@given(st.text(), st.text())
def test_any_text_before_and_after_leaves_our_own(before: str, after: str) -> None:
    assert "V" in cookie_values(f"{before};own=V;{after}", "own") or before.count("own=") >= 16


@pytest.mark.attack("A70")
def test_every_value_of_the_name_is_found_up_to_a_bound() -> None:
    assert cookie_values('own=a; own=b; own="c"; own=', "own") == ("a", "b", "c", "")
    assert len(cookie_values("own=x;" * 5_000, "own")) == VALUES_MAX
    assert cookie_values("", "own") == cookie_values("own", "own") == ()
