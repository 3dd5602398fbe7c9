"""Programs of others that speak with a node, each in an environment of its own.

They are installed once (``wheelhouse.programs``); where the registry cannot be reached a test
that needs them says so.
"""

import json
import re
from pathlib import Path
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import Request

import pytest
from ordeals.strangers.besieged import FORM_KEY
from wheelhouse import programs
from wheelhouse.browsing import new_browser
from wheelhouse.programs import CACHE, NotInstalled

from tests.e2e.nodes import PATIENCE_S, Node

BACK: Final = "https://app.example/back"
EVERYTHING: Final = "read write follow push"

_CODE: Final = re.compile(r'<code id="code">([^<]+)<')


def python_program(name: str, *packages: str) -> Path:
    """Return the folder of programs of an environment with some packages of PyPI."""
    try:
        return programs.python_program(name, *packages)
    except NotInstalled as error:
        pytest.skip(str(error))


def node_packages(name: str, *packages: str) -> Path:
    """Return a folder in which node finds some packages of npm."""
    folder = CACHE / "npm" / name
    done = folder / "installed"
    if not done.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        _install(["npm", "install", "--silent", "--no-audit", *packages], folder)
        done.touch()
    return folder


def _install(command: list[str], folder: Path) -> None:
    try:
        programs.install(command, folder)
    except NotInstalled as error:
        pytest.skip(str(error))


class LoggedIn:
    """A person whose browser is logged in to the page of a node."""

    def __init__(self, node: Node) -> None:
        self._browser = new_browser()
        link = node.post("login-link")["url"]
        self._site = "http://" + urlsplit(link).netloc
        self.text = self._go(Request(link))[1]

    def let_in(self, query: dict[str, str]) -> str:
        """Say yes to an app on the page; returns the code it gets."""
        page = self._go(Request(f"{self._site}/oauth/authorize?{urlencode(query)}"))[1]
        key = FORM_KEY.search(page)
        assert key is not None, page
        form = urlencode({**query, "answer": "yes", "form_key": key[1]}).encode()
        headers = {"Sec-Fetch-Site": "same-origin"}
        place, text = self._go(
            Request(f"{self._site}/oauth/authorize", form, headers=headers), follows=False
        )
        shown = _CODE.search(text)
        return shown[1] if shown else parse_qs(urlsplit(place).query)["code"][0]

    def _go(self, request: Request, *, follows: bool = True) -> tuple[str, str]:
        """Place that is led to, and what is there; outside of this machine nobody goes."""
        try:
            answer: Any = self._browser.open(request, timeout=PATIENCE_S)
        except HTTPError as error:
            answer = error
        with answer:
            return str(answer.headers.get("Location", answer.url)), answer.read().decode()


def call(node: Node, method: str, path: str, token: str = "", **body: Any) -> Any:
    """Ask the API of a node."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    headers |= {"Authorization": f"Bearer {token}"} if token else {}
    data = urlencode(body, doseq=True).encode() if body else None
    request = Request(node.page_url + path, data, headers=headers, method=method)
    with new_browser().open(request, timeout=PATIENCE_S) as answer:
        return json.loads(answer.read())


def new_token(node: Node, name: str = "test") -> dict[str, str]:
    """Have an app let in; returns its id, secret and token."""
    oob = "urn:ietf:wg:oauth:2.0:oob"
    app = call(
        node, "POST", "/api/v1/apps", client_name=name, redirect_uris=oob, scopes=EVERYTHING
    )
    proof = {"client_id": app["client_id"], "client_secret": app["client_secret"]}
    asked = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": oob,
        "scope": EVERYTHING,
    }
    code = LoggedIn(node).let_in(asked)
    told = call(
        node,
        "POST",
        "/oauth/token",
        grant_type="authorization_code",
        code=code,
        redirect_uri=oob,
        **proof,
    )
    return {**proof, "token": told["access_token"]}
