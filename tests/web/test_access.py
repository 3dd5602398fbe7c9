"""Login links, sessions and the bearer key."""

import pytest
from swarmfeed.core.base.limits import LOGIN_LINK_S, LOGIN_LINKS_MAX, SESSIONS_MAX
from webui.access import Access, allowed_hosts

from tests.web.conftest import URL, Site


class Hands:
    """A clock that a test turns."""

    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.attack("A04")
def test_a_login_link_works_once() -> None:
    access = Access(8765)
    token = access.new_login_token()
    assert access.open_session(token) is not None
    assert access.open_session(token) is None


@pytest.mark.attack("A04")
def test_a_login_link_works_for_ten_minutes() -> None:
    hands = Hands()
    access = Access(8765, hands)
    early, late = access.new_login_token(), access.new_login_token()
    hands.now_s += LOGIN_LINK_S - 1
    assert access.open_session(early) is not None
    hands.now_s += 1
    assert access.open_session(late) is None


@pytest.mark.parametrize("junk", ["", "x", "é", "\ud800", "a" * 43])
def test_junk_is_no_login(junk: str) -> None:
    access = Access(8765)
    access.new_login_token()
    assert access.open_session(junk) is None
    assert not access.has_key(f"Bearer {junk}")


def test_only_the_newest_login_links_wait() -> None:
    access = Access(8765)
    tokens = [access.new_login_token() for _ in range(LOGIN_LINKS_MAX + 1)]
    assert access.open_session(tokens[0]) is None
    assert access.open_session(tokens[1]) is not None


@pytest.mark.attack("A32")
def test_the_oldest_session_ends_when_there_are_too_many() -> None:
    access = Access(8765)
    sessions = [access.open_session(access.new_login_token()) for _ in range(SESSIONS_MAX + 1)]
    assert access.session(f"swarmfeed-8765={sessions[0]}") is None
    assert access.session(f"swarmfeed-8765={sessions[1]}") == sessions[1]


def test_a_session_belongs_to_one_port() -> None:
    access = Access(8765)
    session = access.open_session(access.new_login_token())
    assert access.session(f"other=1; swarmfeed-8765={session}") == session
    assert access.session(f"swarmfeed-8766={session}") is None
    assert access.session("swarmfeed-8765=made-up") is None


def test_the_key_opens_the_api_only_in_its_own_scheme() -> None:
    access = Access(8765)
    assert access.has_key(f"Bearer {access.key}")
    assert not access.has_key(f"Basic {access.key}")
    assert not access.has_key(access.key)
    assert not access.has_key("")


def test_hosts_are_this_machine_and_this_port() -> None:
    assert "127.0.0.1:8765" in allowed_hosts("127.0.0.1", 8765)
    assert "[::1]:8765" in allowed_hosts("::1", 8765)
    assert "127.0.0.1:8766" not in allowed_hosts("127.0.0.1", 8765)


@pytest.mark.attack("A04")
def test_logging_in_leaves_the_token_behind(site: Site) -> None:
    browser = site.browser(logged_in=False)
    token = site.access.new_login_token()
    answer = browser.get(f"/login?token={token}", base_url=URL)
    assert (answer.status_code, answer.location) == (303, "/")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("swarmfeed-8765=")
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
    cookie = browser.get_cookie(site.access.cookie_name, domain="127.0.0.1")
    assert cookie is not None
    own = {"Sec-Fetch-Site": "same-origin"}
    assert browser.post("/logout", base_url=URL, headers=own).status_code == 303
    assert site.access.session(f"swarmfeed-8765={cookie.value}") is None
