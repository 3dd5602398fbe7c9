"""Where a browser may be led with a code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.oauth.limits import REDIRECTS_MAX
from swarmfeed.core.oauth.redirects import (
    OUT_OF_BAND,
    clean_origin,
    form_action,
    read_redirects,
)
from swarmfeed.core.oauth.refusal import OAuthError


def test_a_place_says_what_a_form_has_to_allow() -> None:
    cases = {
        OUT_OF_BAND: "",
        "https://app.example/back?x=1": "https://app.example",
        "https://App.Example:8443/": "https://app.example:8443",
        "http://localhost:3000/cb": "http://localhost:3000",
        "http://127.0.0.1:9/": "http://127.0.0.1:9",
        "http://[::1]:9/": "http://[::1]:9",
        "http://name.localhost/": "http://name.localhost",
        "tusky://oauth.callback": "tusky:",
        "com.example.app:/back": "com.example.app:",
    }
    assert {place: form_action(place) for place in cases} == cases


@pytest.mark.attack("A262")
def test_nobody_is_led_to_a_script_or_to_another_machine_in_clear() -> None:
    bad = (
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "vbscript:x",
        "blob:http://a",
        "http://example.org/",
        "http://localhost.example.org/",
        "http://127.0.0.1.example.org/",
        "http://127.0.0.1@example.org/",
        "https://a@b/",
        "https://good.example\\@evil.example/",
        "https:///x",
        "https:app.example",
        "https://app.example/#part",
        "https://app.example/ x",
        "https://app.example;script-src/",
        "https://app.example:99999999/",
        "https://[::1",
        "/relative",
        "",
        "https://app.example/" + "a" * 1_024,
    )

    for place in bad:
        with pytest.raises(OAuthError):
            form_action(place)
            pytest.fail(place)


@given(st.text(max_size=60))
def test_what_a_policy_is_given_cannot_end_its_directive(place: str) -> None:
    try:
        allowed = form_action(place)
    except OAuthError:
        return
    assert not set(allowed) & set(" ;,'\"\n\t")


def test_an_app_names_its_places_in_one_text_or_in_several() -> None:
    assert read_redirects(["a.b:/x\nhttps://c/", OUT_OF_BAND, "a.b:/x"]) == (
        "a.b:/x",
        "https://c/",
        OUT_OF_BAND,
    )


def test_an_app_names_some_places_and_not_too_many() -> None:
    for texts in ([], [" "], [f"a{n}:/x" for n in range(REDIRECTS_MAX + 1)]):
        with pytest.raises(OAuthError):
            read_redirects(texts)


def test_an_origin_is_a_scheme_a_host_and_a_port() -> None:
    good = ("https://phanpy.social", "http://localhost:5173", "capacitor://localhost")
    bad = ("null", "", "https://a/b", "https://a b", "HTTPS://A", "https://" + "a" * 300)
    assert [clean_origin(each) for each in good] == list(good)
    assert [each for each in bad if clean_origin(each)] == []
