"""Letting apps in: registering, the person's word, tokens, and origins of web apps."""

from urllib.parse import parse_qs, urlsplit

import pytest
from swarmfeed.core.base.address import format_author
from webui.headers import HEADERS

from tests.web.conftest import HOST, MACHINE_URL, URL
from tests.web.mastodon.conftest import EVERYTHING, OOB, Api
from tests.web.mastodon.schema import check

WEB = "https://phanpy.example"


def asked(app: dict[str, str], **more: str) -> dict[str, str]:
    said = {"response_type": "code", "client_id": app["client_id"], "scope": "read"}
    return {**said, "redirect_uri": app["redirect_uri"], **more}


def test_an_app_registers_in_json_or_as_a_form_with_one_place_or_several(
    stranger: Api,
) -> None:
    said = {"client_name": "Toot", "redirect_uris": OOB, "scopes": "read write"}
    told = stranger.post("/api/v1/apps", **said)
    form = stranger.call("POST", "/api/v1/apps", data=said).get_json()
    assert form["name"] == "Toot"
    assert form["redirect_uris"] == [OOB]
    several = {**said, "redirect_uris": ["a.b:/x", "https://c.example/"]}
    assert stranger.post("/api/v1/apps", **several)["redirect_uri"] == (
        "a.b:/x\nhttps://c.example/"
    )
    check("CredentialApplication", told)


def test_a_bad_registration_is_refused_in_the_words_of_oauth(stranger: Api) -> None:
    answer = stranger.call(
        "POST", "/api/v1/apps", json={"client_name": "X", "redirect_uris": "javascript:x"}
    )
    assert answer.status_code == 400
    assert answer.get_json()["error"] == "invalid_redirect_uri"
    assert answer.get_json()["error_description"]


def test_the_person_lets_an_app_in_and_it_reads(api: Api) -> None:
    assert [each.name for each in api.apps.book.apps] == ["Test"]
    account = api.get("/api/v1/accounts/verify_credentials")
    app = api.get("/api/v1/apps/verify_credentials")
    assert (account["id"], app["name"]) == (format_author(api.desk.me), "Test")
    check("CredentialAccount", account)
    check("Application", app)


def test_without_a_place_the_page_shows_the_code(stranger: Api) -> None:
    app = stranger.register()
    page = stranger.answer_page(asked(app))
    code = page.get_data(as_text=True).partition('<code id="code">')[2].partition("<")[0]
    told = stranger.post(
        "/oauth/token",
        grant_type="authorization_code",
        code=code,
        client_id=app["client_id"],
        client_secret=app["client_secret"],
        redirect_uri=OOB,
    )
    assert told["scope"] == "read"
    check("Token", told)


def test_who_says_no_leads_back_without_a_code(stranger: Api) -> None:
    app = stranger.register(redirect_uris="https://app.example/back?x=1")
    answer = stranger.answer_page(asked(app, state="s&t"), "no")
    place = urlsplit(answer.headers["Location"])
    assert parse_qs(place.query) == {"x": ["1"], "error": ["access_denied"], "state": ["s&t"]}
    assert stranger.apps.book.grants == ()


@pytest.mark.attack("A261")
def test_a_browser_that_is_logged_in_lends_the_api_nothing(stranger: Api) -> None:
    browser = stranger.site.browser()
    cookie = browser.get_cookie(
        stranger.site.access.logins.cookie_name, domain=HOST.partition(":")[0]
    )
    assert cookie is not None
    headers = {"Cookie": f"{cookie.key}={cookie.value}", "Sec-Fetch-Site": "same-origin"}
    for method, path in (
        ("GET", "/api/v1/timelines/home"),
        ("POST", "/api/v1/statuses"),
        ("GET", "/api/v1/accounts/verify_credentials"),
    ):
        answer = stranger.call(method, path, headers=headers)
        assert answer.status_code == 401, path
        assert "WWW-Authenticate" not in answer.headers
        assert "Access-Control-Allow-Credentials" not in answer.headers


@pytest.mark.attack("A261")
def test_the_key_of_commands_is_no_token_of_an_app(stranger: Api) -> None:
    headers = {"Authorization": f"Bearer {stranger.site.access.key}"}
    assert stranger.call("GET", "/api/v1/timelines/home", headers=headers).status_code == 401


def test_a_token_does_what_its_scopes_say_and_no_more(stranger: Api) -> None:
    stranger.log_in("read:statuses")
    assert stranger.call("GET", "/api/v1/timelines/home").status_code == 200
    assert stranger.call("GET", "/api/v1/notifications").status_code == 403
    assert stranger.call("POST", "/api/v1/statuses", json={"status": "x"}).status_code == 403


def test_a_token_of_an_app_alone_reads_nothing_of_the_person(stranger: Api) -> None:
    app = stranger.register()
    told = stranger.post(
        "/oauth/token",
        grant_type="client_credentials",
        client_id=app["client_id"],
        client_secret=app["client_secret"],
        scope="read",
    )
    stranger.headers = {"Authorization": f"Bearer {told['access_token']}"}
    shown = stranger.get("/api/v1/apps/verify_credentials")
    assert stranger.call("GET", "/api/v1/timelines/home").status_code == 422
    check("Application", shown)


def test_a_token_that_was_given_back_is_good_for_nothing(api: Api) -> None:
    token = api.headers["Authorization"].removeprefix("Bearer ")
    app, secret = api.apps.book.apps[0], "wrong"
    refused = api.call(
        "POST",
        "/oauth/revoke",
        data={"client_id": app.id, "client_secret": secret, "token": token},
    )
    assert refused.status_code == 401
    assert refused.get_json()["error"] == "invalid_client"
    api.site.post("/apps/remove", {"app": app.id})
    assert api.call("GET", "/api/v1/timelines/home").status_code == 401


# --- the page on which a person says so ---


@pytest.mark.attack("A265")
def test_the_page_lets_a_form_lead_to_the_app_and_nowhere_else(stranger: Api) -> None:
    app = stranger.register(redirect_uris="https://app.example/back", client_name="<b>App")
    page = stranger.site.get("/oauth/authorize?" + _query(asked(app)))
    text = page.get_data(as_text=True)
    assert "&lt;b&gt;App" in text
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://app.example;" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
    other = stranger.site.get("/settings")
    assert other.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def _query(said: dict[str, str]) -> str:
    return "&".join(f"{key}={value.replace(':', '%3A')}" for key, value in said.items())


@pytest.mark.attack("A265")
def test_another_page_cannot_say_yes_for_the_person(stranger: Api) -> None:
    app = stranger.register(redirect_uris="https://app.example/back")
    form = {**asked(app), "answer": "yes"}
    browser = stranger.site.browser()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        answer = browser.post("/oauth/authorize", base_url=URL, headers=headers, data=form)
        assert answer.status_code == 403
    own = {"Sec-Fetch-Site": "same-origin"}
    answer = browser.post("/oauth/authorize", base_url=URL, headers=own, data=form)
    assert answer.status_code == 403, "the key of the form is missing"
    stranger_to_page = stranger.site.browser(logged_in=False)
    answer = stranger_to_page.post("/oauth/authorize", base_url=URL, headers=own, data=form)
    assert answer.status_code == 401


@pytest.mark.attack("A262")
def test_what_is_wrong_leads_nowhere(stranger: Api) -> None:
    app = stranger.register(redirect_uris="https://app.example/back")
    for wrong in (
        {"redirect_uri": "https://evil.example/back"},
        {"client_id": "nobody"},
        {"scope": "everything"},
        {"response_type": "token"},
    ):
        said = asked(app, **wrong)
        for answer in (
            stranger.site.get("/oauth/authorize?" + _query(said)),
            stranger.answer_page(said),
        ):
            assert answer.status_code == 400
            assert "Location" not in answer.headers


@pytest.mark.attack("A268")
def test_on_a_name_of_the_machine_our_own_host_is_told_to_nobody(stranger: Api) -> None:
    app = stranger.register(redirect_uris="https://app.example/back", client_name="Elk")
    browser = stranger.site.browser(logged_in=False)
    headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    path = "/oauth/authorize?" + _query(asked(app))
    answer = browser.get(path, base_url=MACHINE_URL, headers=headers)
    assert answer.status_code == 200
    assert HOST not in answer.get_data(as_text=True) + str(answer.headers)
    page = stranger.site.get("/apps").get_data(as_text=True)
    assert "Waiting for your word" in page
    assert "Elk" in page
    stranger.answer_page(asked(app), "no")
    assert "Waiting" not in stranger.site.get("/apps").get_data(as_text=True)


def test_the_page_lists_who_was_let_in_and_shuts_them_out(api: Api) -> None:
    page = api.site.get("/apps").get_data(as_text=True)
    assert "post, like, follow and change everything in your name" in page
    api.site.post("/apps/remove", {"app": api.apps.book.apps[0].id})
    assert "No app reads or writes" in api.site.get("/apps").get_data(as_text=True)


def test_the_page_says_what_an_app_was_let_do_not_all_it_registered_for(
    stranger: Api,
) -> None:
    stranger.log_in("read:statuses", registered=EVERYTHING)
    page = stranger.site.get("/apps").get_data(as_text=True)
    assert "May read: posts, and messages too." in page


@pytest.mark.slow
def test_what_an_app_may_do_is_said_in_the_language_of_the_person(stranger: Api) -> None:
    stranger.log_in("write:statuses")
    app = stranger.register(redirect_uris="https://app.example/back")
    browser, headers = stranger.site.browser(), {"Accept-Language": "de"}
    for path, said in (
        ("/oauth/authorize?" + _query(asked(app)), "<li>lesen, was du lesen kannst, "),
        ("/apps", "Darf schreiben, ändern und entfernen: Beiträge, auch Nachrichten."),
    ):
        answer = browser.get(path, base_url=URL, headers=headers)
        assert said in answer.get_data(as_text=True), path


def test_an_app_that_is_gone_waits_for_nobody(stranger: Api) -> None:
    app = stranger.register()
    path = "/oauth/authorize?" + _query(asked(app))
    stranger.site.browser(logged_in=False).get(path, base_url=MACHINE_URL)
    stranger.apps.remove(app["client_id"])
    assert "Waiting" not in stranger.site.get("/apps").get_data(as_text=True)


# --- pages of other origins ---


@pytest.mark.attack("A264")
def test_a_page_nobody_let_in_registers_nothing_and_reads_nothing(api: Api) -> None:
    before = api.apps.book
    for method, path in (
        ("OPTIONS", "/api/v1/apps"),
        ("POST", "/api/v1/apps"),
        ("GET", "/api/v1/instance"),
        ("GET", "/api/v1/timelines/home"),
        ("POST", "/oauth/token"),
    ):
        for origin in (WEB, "null", "http://127.0.0.1:9"):
            answer = api.call(method, path, headers={"Origin": origin})
            assert answer.status_code == 403, (method, path)
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert "Origin" in answer.headers["Vary"]
    assert api.apps.book == before
    assert WEB in api.apps.origins_asking
    assert "null" not in api.apps.origins_asking


def test_a_page_that_was_let_in_reads_answers_and_their_links(api: Api) -> None:
    api.call("GET", "/api/v1/instance", headers={"Origin": WEB})
    assert WEB in api.site.get("/apps").get_data(as_text=True)
    api.site.post("/apps/origins", {"origin": WEB, "answer": "yes"})
    before = api.call("OPTIONS", "/api/v1/apps", headers={"Origin": WEB})
    assert before.status_code == 204
    assert "Authorization" in before.headers["Access-Control-Allow-Headers"]
    answer = api.call("GET", "/api/v1/timelines/home?limit=2", headers={"Origin": WEB})
    assert answer.headers["Access-Control-Allow-Origin"] == WEB
    assert answer.headers["Access-Control-Expose-Headers"] == "Link"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    api.site.post("/apps/origins", {"origin": WEB, "answer": "no"})
    assert api.call("GET", "/api/v1/instance", headers={"Origin": WEB}).status_code == 403


def test_the_server_describes_its_oauth(stranger: Api) -> None:
    told = stranger.get("/.well-known/oauth-authorization-server")
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_endpoint"] == f"{MACHINE_URL}/oauth/authorize"
    assert set(EVERYTHING.split()) <= set(told["scopes_supported"])
    check("DiscoverOauthServerConfigurationResponse", told)
