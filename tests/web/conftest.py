"""A page around the fake node, and a browser of sorts that is logged in."""

from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from street.fakes.desk import FakeDesk
from swarmfeed.core.base.address import format_address, format_author
from webui.access import Access
from webui.app import create_app
from webui.current import EXTENSION, PageSettings, Running
from webui.hosts import machine_hosts, own_host
from webui.logins import Kept, Logins
from werkzeug.test import TestResponse

PORT = 8765
KEPT = Kept(port=PORT, name="2own4host6name7a", secret="s" * 43)
HOST = own_host(KEPT.name, PORT)
URL = f"http://{HOST}"
MACHINE_URL = f"http://127.0.0.1:{PORT}"
SETTINGS = PageSettings(
    url=MACHINE_URL, own_host=HOST, hosts=machine_hosts(PORT), reader_key="r" * 43
)
OWN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Site:
    """One served page."""

    desk: FakeDesk
    access: Access
    app: Flask

    def browser(self, *, logged_in: bool = True) -> FlaskClient:
        client = self.app.test_client()
        if logged_in:
            session = self.access.open_session(self.access.new_login_token())
            assert session is not None
            name = self.access.logins.cookie_name
            client.set_cookie(name, session, domain=f"{KEPT.name}.localhost")
        return client

    def form_key(self, browser: FlaskClient) -> str:
        """Return what stands in the forms of this browser."""
        cookie = browser.get_cookie(
            self.access.logins.cookie_name, domain=f"{KEPT.name}.localhost"
        )
        assert cookie is not None
        return self.access.logins.form_key(cookie.value)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.browser().get(path, base_url=URL, headers=headers, buffered=True)

    def post(self, path: str, form: dict[str, str]) -> TestResponse:
        browser = self.browser()
        data = {**form, "form_key": self.form_key(browser)}
        return browser.post(path, base_url=URL, headers=OWN, data=data)

    def ask(self, path: str, body: object = None) -> TestResponse:
        """Use the API as a command does."""
        headers = {"Authorization": f"Bearer {self.access.key}"}
        client = self.browser(logged_in=False)
        if body is None:
            return client.get(f"/api/1/{path}", base_url=URL, headers=headers, buffered=True)
        return client.post(f"/api/1/{path}", base_url=URL, headers=headers, json=body)

    def path_of(self, rule: str) -> str:
        """Fill a route's rule with values that exist."""
        mine = self.desk.posts[-1]
        author = format_author(mine.author_id)
        feed = format_address(mine.ref.feed_id)
        return (
            rule.replace("<address:author_id>", author)
            .replace("<address:feed_id>", feed)
            .replace("<int(max=4294967295):index>", str(mine.ref.index))
            .replace("<name>", mine.id)
            .replace("<medium>", "ab" * 32)
            .replace("<form>", "small")
            .replace("<int:number>", "1")
            .replace("<path:called>", "Choir")
            .replace("<int:level>", "0")
            .replace("<int:position>", "0")
            .replace("<path:filename>", "swarmfeed.css")
        )


@pytest.fixture(scope="session")
def app() -> Flask:
    """Built once: templates are compiled on first use."""
    return create_app(Running(FakeDesk(), new_access(), SETTINGS))


def new_access() -> Access:
    """Nobody is logged in."""
    return Access(Logins(KEPT))


@pytest.fixture
def site(app: Flask) -> Site:
    desk, access = FakeDesk(), new_access()
    app.extensions[EXTENSION] = Running(desk, access, SETTINGS)
    return Site(desk, access, app)
