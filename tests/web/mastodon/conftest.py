"""The client API around the fake node, and an app that was let in."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from ordeals.api.description import NAME, data_folder, read_mastodon
from street.fakes.desk import FakeDesk
from webui.access import Access
from webui.app import create_app
from webui.apps import AppBook
from webui.current import EXTENSION, Running
from webui.logins import Logins
from webui.mastodon.app import create_mastodon
from webui.mastodon.resources import CALLS
from werkzeug.test import TestResponse

from tests.web.conftest import KEPT, MACHINE_URL, SETTINGS, Site

EVERYTHING = "read write follow push profile"
OOB = "urn:ietf:wg:oauth:2.0:oob"


@cache
def read_schema() -> dict[str, Any]:
    """The public description of the API; a test says so when it is not here."""
    found = read_mastodon()
    if found is None:
        path = data_folder() / NAME
        pytest.skip(f"{path} is missing; set SWARMFEED_TEST_DATA to the folder that has it")
    return found


@dataclass
class Api:
    """A node as an app sees it."""

    desk: FakeDesk
    apps: AppBook
    app: Flask
    site: Site
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, **given: Any) -> TestResponse:
        headers = {**self.headers, **given.pop("headers", {})}
        client: FlaskClient = self.app.test_client()
        return client.open(
            path, method=method, base_url=MACHINE_URL, headers=headers, buffered=True, **given
        )

    def get(self, path: str, **query: Any) -> Any:
        return self._json(self.call("GET", path, query_string=query))

    def post(self, path: str, **body: Any) -> Any:
        return self._json(self.call("POST", path, json=body))

    def _json(self, answer: TestResponse) -> Any:
        assert answer.status_code == 200, (answer.status_code, answer.get_json())
        return answer.get_json()

    def register(self, **said: Any) -> dict[str, Any]:
        body = {"client_name": "Test", "redirect_uris": OOB, "scopes": EVERYTHING, **said}
        found: dict[str, Any] = self.post("/api/v1/apps", **body)
        return found

    def answer_page(self, query: dict[str, str], answer: str = "yes") -> TestResponse:
        """Say on the page whether an app is let in."""
        return self.site.post("/oauth/authorize", {**query, "answer": answer})

    def log_in(self, scopes: str = EVERYTHING, registered: str = "") -> None:
        """Be an app that the person let in; it registered for as much, or for more."""
        back = "https://app.example/back"
        app = self.register(redirect_uris=back, scopes=registered or scopes)
        asked = {
            "response_type": "code",
            "client_id": app["client_id"],
            "redirect_uri": back,
            "scope": scopes,
        }
        answer = self.answer_page(asked)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
        told = self.post(
            "/oauth/token",
            grant_type="authorization_code",
            code=code,
            client_id=app["client_id"],
            client_secret=app["client_secret"],
            redirect_uri=back,
        )
        self.headers = {"Authorization": f"Bearer {told['access_token']}"}


@pytest.fixture(scope="session")
def pages() -> Flask:
    return create_app(Running(FakeDesk(), Access(Logins(KEPT)), SETTINGS))


@pytest.fixture(scope="session")
def api_app() -> Flask:
    return create_mastodon(Running(FakeDesk(), Access(Logins(KEPT)), SETTINGS), CALLS)


@pytest.fixture
def stranger(pages: Flask, api_app: Flask) -> Api:
    """Nobody was let in yet."""
    desk, access, apps = FakeDesk(), Access(Logins(KEPT)), AppBook()
    now = Running(desk, access, SETTINGS, apps)
    pages.extensions[EXTENSION] = api_app.extensions[EXTENSION] = now
    return Api(desk, apps, api_app, Site(desk, access, pages))


@pytest.fixture
def api(stranger: Api) -> Api:
    """An app that may do everything."""
    stranger.log_in()
    return stranger
