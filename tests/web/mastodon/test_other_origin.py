"""A web app in a real browser: a page of another origin, before and after it was let in."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from swarmfeed.core.asks.posts import PostView
from webui.apps import AppBook

from tests.web.browsing import MakeVisit, Node, Visit, browser, make_visit
from tests.web.mastodon.conftest import EVERYTHING

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

__all__ = ["browser", "make_visit", "node"]

CLIENT = b"""<!doctype html><title>A client</title><script>
const call = async (url, options = {}) => {
  try {
    const answer = await fetch(url, options);
    const { status, headers } = answer;
    return { status, link: headers.get("Link"), body: await answer.json() };
  } catch { return { status: 0 }; }
};
const send = (url, token, body, more = {}) => call(url, {
  method: "POST",
  body: JSON.stringify(body),
  headers: {
    "Content-Type": "application/json",
    ...(token && { Authorization: `Bearer ${token}` }),
    ...more,
  },
});
const read = (url, token) => call(url, { headers: { Authorization: `Bearer ${token}` } });
const until = async (next, words) => {
  for (let said = ""; !said.includes(words); ) {
    const more = await next();
    if (more === null) return "";
    said += more;
    if (said.includes(words)) return said;
  }
};
const events = async (url, token) => {
  const answer = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const next = async () => {
    const { value, done } = await reader.read();
    return done ? null : value;
  };
  await until(next, ":)");
  return (words) => until(next, words);
};
const socket = (url, token) => new Promise((resolve) => {
  const heard = [], waiting = [];
  const opened = new WebSocket(url, token ? [token] : []);
  const take = (said) => waiting.length ? waiting.shift()(said) : heard.push(said);
  opened.onmessage = ({ data }) => take(data);
  opened.onclose = () => { take(null); resolve(null); };
  const next = () => heard.length
    ? Promise.resolve(heard.shift())
    : new Promise((done) => waiting.push(done));
  opened.onopen = async () => {
    for (const stream of ["user", "nonsense"])
      opened.send(JSON.stringify({ type: "subscribe", stream }));
    await until(next, "Unknown stream");
    resolve((words) => until(next, words));
  };
});
</script>"""


class ClientServer(BaseHTTPRequestHandler):
    """Serves one page, wherever it is asked for."""

    HEAD: ClassVar = (("Content-Type", "text/html"), ("Content-Length", str(len(CLIENT))))

    def do_GET(self) -> None:
        self.send_response(200)
        for name, value in self.HEAD:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(CLIENT)

    def log_message(self, *_: Any) -> None:
        """Tests are quiet."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """Where the web app is: on another port, so it is another origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), ClientServer)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """On a system that says whose each connection is."""
    running = Node(tmp_path, owner_of=lambda client, server: os.getuid())
    yield running
    running.stop()


def open_client(visit: Visit, origin: str) -> Page:
    """The web app in another tab of a browser that is logged in."""
    page = visit.context.new_page()
    page.goto(origin)
    return page


def apps_of(node: Node) -> AppBook:
    assert node.server.apps is not None
    return node.server.apps


def posts_of(node: Node) -> list[PostView]:
    return list(node.desk.posts)


def allow(visit: Visit, origin: str, answer: str = "Allow") -> None:
    visit.go("/apps")
    visit.page.get_by_role("button", name=f"{answer} {origin}").click()
    expect(visit.page.get_by_role("button", name=f"Shut out {origin}")).to_have_count(
        1 if answer == "Allow" else 0
    )


def registration(origin: str) -> dict[str, str]:
    return {
        "client_name": "Web client",
        "redirect_uris": f"{origin}/back",
        "scopes": EVERYTHING,
    }


@pytest.mark.attack("A264")
def test_a_page_nobody_let_in_registers_reads_and_hears_nothing(
    make_visit: MakeVisit, node: Node, origin: str
) -> None:
    visit, url, before = make_visit(), node.server.url, posts_of(node)
    client = open_client(visit, origin)
    for script in (
        "([url, said]) => send(`${url}/api/v1/apps`, '', said)",
        # So simple that the browser asks nobody before.
        "([url, said]) => call(`${url}/api/v1/apps`,"
        " { method: 'POST', body: new URLSearchParams(said) })",
        "([url, _]) => call(`${url}/api/v2/instance`)",
        "([url, _]) => read(`${url}/api/v1/timelines/home`, 'guessed')",
        "([url, _]) => call(`${url}/api/v1/streaming/user`)",
    ):
        assert client.evaluate(script, [url, registration(origin)]) == {"status": 0}, script
    stream = f"{url.replace('http', 'ws')}/api/v1/streaming"
    assert client.evaluate("(url) => socket(url, 'guessed')", stream) is None
    assert apps_of(node).book.apps == ()
    assert apps_of(node).origins_asking == (origin,)
    assert posts_of(node) == before


@pytest.mark.attack("A261")
def test_the_login_of_the_browser_is_lent_to_no_other_page(
    make_visit: MakeVisit, node: Node, origin: str
) -> None:
    visit, before = make_visit(), posts_of(node)
    client = open_client(visit, origin)
    client.evaluate("(url) => call(`${url}/api/v2/instance`)", node.server.url)
    allow(visit, origin)
    changed = list(node.desk.changed)
    for host in (node.url, node.server.url):
        for path in ("/api/v1/statuses", "/api/1/post", "/posts"):
            for mode in ("cors", "no-cors"):
                told = client.evaluate(
                    "([url, mode]) => call(url, { method: 'POST', mode, credentials: 'include',"
                    " body: new URLSearchParams({ status: 'mine', text: 'mine' }) })",
                    [host + path, mode],
                )
                assert told["status"] in (0, 401), (host, path, mode)
    assert posts_of(node) == before
    assert node.desk.changed == changed


def register(client: Page, node: Node, origin: str) -> dict[str, str]:
    told = client.evaluate(
        "([url, said]) => send(`${url}/api/v1/apps`, '', said)",
        [node.server.url, registration(origin)],
    )
    assert told["status"] == 200
    found: dict[str, str] = told["body"]
    return found


def log_in(client: Page, node: Node, origin: str, registered: dict[str, str]) -> str:
    """Go to the node's page, let the app in there, and come back with a token."""
    asked = {
        "response_type": "code",
        "client_id": registered["client_id"],
        "redirect_uri": f"{origin}/back",
        "scope": EVERYTHING,
        "state": "s&1",
    }
    client.evaluate(
        "([url, asked]) =>"
        " { location = `${url}/oauth/authorize?${new URLSearchParams(asked)}` }",
        [node.server.url, asked],
    )
    with client.expect_navigation(url=f"{origin}/back?*"):
        client.get_by_role("button", name="Let it in").click()
    back = parse_qs(urlsplit(client.url).query)
    assert back["state"] == ["s&1"]
    told = client.evaluate(
        "([url, said]) => send(`${url}/oauth/token`, '', said)",
        [
            node.server.url,
            {
                "grant_type": "authorization_code",
                "code": back["code"][0],
                "redirect_uri": f"{origin}/back",
                "client_id": registered["client_id"],
                "client_secret": registered["client_secret"],
            },
        ],
    )
    assert told["status"] == 200, told
    token: str = told["body"]["access_token"]
    return token


def test_a_web_app_that_was_let_in_logs_in_after_a_restart_reads_posts_and_listens(
    make_visit: MakeVisit, node: Node, origin: str
) -> None:
    visit = make_visit()
    client = open_client(visit, origin)
    client.evaluate("(url) => call(`${url}/api/v2/instance`)", node.server.url)
    allow(visit, origin)
    registered = register(client, node, origin)
    visit.page.goto("about:blank")  # nothing of it asks while the node is away
    node.restart()
    token = log_in(client, node, origin, registered)
    url = node.server.url
    home = client.evaluate(
        "([url, token]) => read(`${url}/api/v1/timelines/home?limit=2`, token)", [url, token]
    )
    assert home["status"] == 200
    assert 'rel="next"' in home["link"], "a page of another origin reads it"
    for at, heard in (
        (f"{url}/api/v1/streaming/user", "events"),
        (f"{url.replace('http', 'ws')}/api/v1/streaming", "socket"),
    ):
        listen = client.evaluate_handle(f"([at, token]) => {heard}(at, token)", [at, token])
        for _ in range(2):
            posted = client.evaluate(
                "([url, token, said, key]) => send(`${url}/api/v1/statuses`, token,"
                " { status: said }, { 'Idempotency-Key': key })",
                [url, token, f"By {heard}", heard],
            )
            assert posted["status"] == 200
        node.announce("new", n=1)
        assert f"By {heard}" in client.evaluate(
            "([listen, words]) => listen(words)", [listen, f"By {heard}"]
        )
    assert [each.text for each in posts_of(node)][-2:] == ["By events", "By socket"]
    allow(visit, origin, "Shut out")
    gone = client.evaluate("([url, token]) => read(`${url}/api/v1/apps`, token)", [url, token])
    assert gone == {"status": 0}
