"""Login links, sessions and the bearer key."""

import pytest
from swarmfeed.core.base.limits import LOGIN_LINK_S, LOGIN_LINKS_MAX
from webui.access import NOWHERE, Access
from webui.logins import Logins

from tests.web.conftest import HOST, KEPT, MACHINE_URL, OWN, URL, Site, new_access


class Hands:
    """A clock that a test turns."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.attack("A04")
def test_a_login_link_works_once() -> None:
    access = new_access()
    token = access.new_login_token()
    assert access.open_session(token) is not None
    assert access.open_session(token) is None


@pytest.mark.attack("A04")
def test_a_login_link_works_for_ten_minutes() -> None:
    hands = Hands()
    access = Access(Logins(KEPT), now_s=hands)
    early, late = access.new_login_token(), access.new_login_token()
    hands.now_s += LOGIN_LINK_S - 1
    assert access.open_session(early) is not None
    hands.now_s += 1
    assert access.open_session(late) is None


@pytest.mark.parametrize("junk", ["", "x", "é", "\ud800", "a" * 43])
def test_junk_is_no_login(junk: str) -> None:
    access = new_access()
    access.new_login_token()
    assert access.open_session(junk) is None
    assert not access.has_key(f"Bearer {junk}")


def test_only_the_newest_login_links_wait() -> None:
    access = new_access()
    tokens = [access.new_login_token() for _ in range(LOGIN_LINKS_MAX + 1)]
    assert access.open_session(tokens[0]) is None
    assert access.open_session(tokens[1]) is not None


def test_the_key_opens_the_api_only_in_its_own_scheme() -> None:
    access = new_access()
    assert access.has_key(f"Bearer {access.key}")
    assert not access.has_key(f"Basic {access.key}")
    assert not access.has_key(access.key)
    assert not access.has_key("")


@pytest.mark.slow
@pytest.mark.attack("A04")
def test_logging_in_leaves_the_token_behind(site: Site) -> None:
    browser = site.browser(logged_in=False)
    token = site.access.new_login_token()
    answer = browser.get(f"/login?token={token}", base_url=URL)
    assert (answer.status_code, answer.location) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{site.access.logins.cookie_name}=")
    assert "Domain" not in cookie, "for this host alone"
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert token not in cookie
    assert browser.get("/", base_url=URL).status_code == 200
    again = site.browser(logged_in=False).get(f"/login?token={token}", base_url=URL)
    assert again.status_code == 403
    assert token not in again.text
    assert "swarmfeed open" in again.text


def test_logging_out_ends_the_session(site: Site) -> None:
    browser = site.browser()
    form = {"form_key": site.form_key(browser)}
    answer = browser.post("/logout", base_url=URL, headers=OWN, data=form)
    assert (answer.status_code, answer.location) == (303, "/welcome")
    assert browser.get("/", base_url=URL).status_code == 401


@pytest.mark.attack("A70")
@pytest.mark.parametrize(
    "base_url", [MACHINE_URL, "http://localhost:8765", "http://[::1]:8765"]
)
def test_a_cookie_is_no_login_on_the_names_of_the_machine(site: Site, base_url: str) -> None:
    session = site.access.logins.open()
    cookie = {"Cookie": f"{site.access.logins.cookie_name}={session}"}
    stranger = site.app.test_client(use_cookies=False)
    assert stranger.get("/", base_url=URL, headers=cookie).status_code == 200
    refused = stranger.get("/", base_url=base_url, headers=cookie)
    assert refused.status_code == 401
    assert "swarmfeed open" in refused.text
    form = {"text": "x", "form_key": site.access.logins.form_key(session)}
    posted = stranger.post("/posts", base_url=base_url, headers={**cookie, **OWN}, data=form)
    assert posted.status_code == 401
    assert site.desk.changed == []


@pytest.mark.attack("A70")
def test_nobody_is_told_the_own_host_who_has_no_link(site: Site) -> None:
    stranger = site.browser(logged_in=False)
    for path in ("/", "/welcome", "/login", "/login?token=x", "/nowhere", "/api/1/whoami",
                 "/static/swarmfeed.css"):  # fmt: skip
        answer = stranger.get(path, base_url=MACHINE_URL, buffered=True)
        assert KEPT.name not in f"{answer.headers}{answer.text}", path
        assert "Set-Cookie" not in answer.headers


@pytest.mark.attack("A70")
def test_a_link_with_a_name_of_the_machine_leads_to_the_own_host(site: Site) -> None:
    token = site.access.new_login_token()
    stranger = site.browser(logged_in=False)
    answer = stranger.get(f"/login?token={token}", base_url=MACHINE_URL)
    assert (answer.status_code, answer.location) == (303, f"http://{HOST}/login?token={token}")
    assert "Set-Cookie" not in answer.headers
    followed = stranger.get(f"/login?token={token}", base_url=URL)
    assert (followed.status_code, followed.location) == (303, "/")


@pytest.mark.attack("A70")
@pytest.mark.parametrize("given", ["", "x", "0" * 64, "é", None])
def test_a_form_without_its_key_changes_nothing(site: Site, given: str | None) -> None:
    browser = site.browser()
    form = {"text": "x"} if given is None else {"text": "x", "form_key": given}
    answer = browser.post("/posts", base_url=URL, headers=OWN, data=form)
    assert answer.status_code == 403
    assert "You have logged in anew" in answer.text
    assert ">\nx</textarea>" in answer.text, "what was typed is there again"
    assert site.desk.changed == []


@pytest.mark.attack("A70")
def test_the_key_of_a_form_belongs_to_one_session(site: Site) -> None:
    one, other = site.browser(), site.browser()
    form = {"text": "x", "form_key": site.form_key(other)}
    assert one.post("/posts", base_url=URL, headers=OWN, data=form).status_code == 403
    assert site.desk.changed == []


def test_who_comes_by_a_link_from_elsewhere_is_sent_on_with_the_login(site: Site) -> None:
    # A SameSite=Strict cookie is left out then; what a page of ours leads to has it.
    led = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    stranger = site.browser(logged_in=False)
    answer = stranger.get("/search?q=a%22b", base_url=URL, headers=led)
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0;url=/search?q=a%22b">' in answer.text
    for path in ("//evil.example/", "/%09/evil.example/", "/%5Cevil.example/"):
        answer = stranger.get(path, base_url=URL, headers=led)
        assert 'content="0;url=/' in answer.text
        assert 'content="0;url=//' not in answer.text
        assert "\t/evil" not in answer.text and "\\evil" not in answer.text
    alone = stranger.get("/", base_url=URL, headers={**led, "Sec-Fetch-Site": "same-origin"})
    assert alone.status_code == 401, "no second time"
    assert stranger.get("/", base_url=MACHINE_URL, headers=led).status_code == 401


@pytest.mark.attack("A70")
def test_whose_connection_should_be_known_and_is_not_is_nobody() -> None:
    """It hung up, or the kernel did not say: two of those need not be the same user's."""
    owners = [-1, 1000, -1, 1000]
    access = Access(Logins(KEPT), owner_of=lambda client, server: owners.pop(0))
    token = access.new_login_token()
    assert access.open_session(token) is None, "and the link stays good"
    value = access.open_session(token)
    assert value is not None
    cookie = f"{access.logins.cookie_name}={value}"
    assert access.session(cookie, NOWHERE, NOWHERE) is None
    assert access.session(cookie, NOWHERE, NOWHERE) == value
