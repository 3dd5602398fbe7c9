"""Every page, as a browser gets it: status, headers and each line."""

import re
from pathlib import Path
from typing import Any, Final

from tests.golden import stage
from tests.golden.stage import address_of, cursor_of, feed_of, id_of, ref_of

OWN: Final = {"Sec-Fetch-Site": "same-origin"}
MIRA, AOI, INES, ADA = map(address_of, ("Mira Lindqvist", "山田 葵", "Ines Okafor", "Ada"))
NOBODY: Final = address_of("nobody")
FEED: Final = feed_of("Mira Lindqvist")
HELLO, WELCOME = ref_of("Hello, swarm."), ref_of("Welcome!")

READING: Final = (
    "/",
    f"/?before={cursor_of('Moved the whole')}",
    "/?before=x",
    "/?before=0-0",
    f"/updates?seen={cursor_of('Moved the whole')}",
    f"/updates?seen={cursor_of('Welcome!')}",
    "/updates?seen=x",
    "/updates",
    "/sentence",
    f"/posts/{HELLO}",
    f"/posts/{WELCOME}",
    f"/posts/{id_of('Hello, swarm.')}",
    f"/posts/{id_of('Welcome!')}",
    "/posts/1",
    f"/posts/{HELLO}9",
    f"/posts/{MIRA}/4294967296",
    "/posts/x/1",
    f"/authors/{MIRA}",
    f"/authors/{MIRA}?before={cursor_of('Moved the whole')}",
    f"/authors/{AOI}",
    f"/authors/{INES}",
    f"/authors/{ADA}",
    f"/authors/{NOBODY}",
    "/authors/x",
    "/search",
    "/search?q=",
    "/search?q=archive",
    "/search?q=%23libtorrent",
    f"/search?q=libtorrent&before={cursor_of('merged logging')}",
    "/search?q=zebra",
    "/search?q=%3Cb%3E%22x%22",
    "/follow",
    f"/follow?link={INES}",
    f"/follow?link=swarmfeed:{INES}%3Fname=Ines%26at=192.0.2.1:4711",
    f"/follow?link=swarmfeed:{MIRA}%3Fname=Mira%26at=192.0.2.1:4711%26at=192.0.2.2:4711",
    f"/follow?link={NOBODY}",
    f"/follow?link={ADA}",
    "/follow?link=hello",
    "/follow?link=https://example.org/",
    "/network",
    "/status",
    "/me",
    "/history",
    f"/history/{MIRA}",
    f"/history/{NOBODY}",
    f"/feeds/{FEED}/torrents",
    f"/feeds/{feed_of('Ada')}/torrents",
    f"/feeds/{feed_of('nobody')}/torrents",
    f"/feeds/{FEED}/torrents.rss",
    f"/feeds/{FEED}/torrents/0-0.torrent",
    f"/feeds/{FEED}/torrents/9-0.torrent",
    f"/feeds/{FEED}/torrents/1-1.torrent",
    f"/feeds/{FEED}/torrents/x.torrent",
    "/welcome",
    "/login",
    "/login?token=wrong",
    "/logout",
    "/posts",
    "/nothing",
    "//example.org/",
)

CHANGING: Final[tuple[tuple[str, dict[str, str]], ...]] = (
    ("/posts", {"text": "two\r\nlines"}),
    ("/posts", {"text": "And hello.", "reply_to": HELLO}),
    ("/posts", {"text": "x", "reply_to": "nowhere"}),
    ("/posts", {"text": " "}),
    ("/posts", {}),
    ("/posts", {"text": "x" * 9_000}),
    ("/posts", {"text": "x" * 300_000}),
    ("/follow", {"who": f"swarmfeed:{INES}?name=Ines"}),
    ("/follow", {"who": "x"}),
    ("/follow", {"who": ADA}),
    ("/follow", {}),
    ("/unfollow", {"who": MIRA}),
    ("/unfollow", {}),
    ("/fetch", {"who": INES}),
    ("/fetch", {"who": "x"}),
    ("/history", {"scope": "open", "disk": "20", "keep_free": "1"}),
    ("/history", {"scope": "friends", "disk": "0,5", "keep_free": "0"}),
    ("/history", {"scope": "all", "disk": "20", "keep_free": "1"}),
    ("/history", {"scope": "open", "disk": "much", "keep_free": "1"}),
    ("/history", {"scope": "open", "disk": "inf", "keep_free": "1"}),
    ("/history", {"scope": "open", "disk": "-1", "keep_free": "1"}),
    ("/history", {}),
    ("/history/leave", {}),
    ("/logout", {}),
    ("/network", {}),
)

FOREIGN: Final[tuple[dict[str, str], ...]] = (
    {},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": stage.URL},
    {"Origin": "http://example.org"},
    {"Authorization": f"Bearer {stage.BEARER}"},
)
"""Headers of those who may or may not change something."""

STRANGERS: Final = (
    "/",
    "/network",
    "/nothing",
    "/welcome",
    "/login?token=wrong",
    f"/feeds/{FEED}/torrents.rss",
    "/search?q=a",
    "//example.org/",
)
"""What somebody asks who is not logged in."""


def play(_: Path) -> dict[str, Any]:
    """Tell every answer whole."""
    with stage.steady():
        told: dict[str, Any] = {"the site map": stage.rules()}
        for path in READING:
            told[f"GET {path}"] = _look(stage.open_page(), "GET", path)
        for path in STRANGERS:
            told[f"GET {path}, a stranger"] = _look(
                stage.open_page(), "GET", path, logged_in=False
            )
        for path, form in CHANGING:
            name = f"POST {path} {str(form)[:200]}"
            told[name] = _look(stage.open_page(), "POST", path, data=form, headers=OWN)
        for headers in FOREIGN:
            told[f"POST /posts from {headers}"] = _look(
                stage.open_page(), "POST", "/posts", data={"text": "x"}, headers=headers
            )
        told |= _other_nodes() | _coming_and_going()
        return told


def _other_nodes() -> dict[str, Any]:
    """Pages of nodes that are not as usual."""
    empty, server, unsafe = (stage.open_page(stage.new_node(samples=False)), stage.open_page(),
                             stage.open_page())  # fmt: skip
    stage.make_server(server.node)
    stage.take_safety(unsafe.node)
    odd, many, hole = stage.open_page(), stage.open_page(), stage.open_page()
    stage.add_odd_posts(odd.node)
    stage.add_many_posts(many.node)
    answer = stage.lose_first_post(hole.node)
    asked = [(empty, "empty", path) for path in ("/", "/network", "/search?q=a", "/me")]
    asked += [(server, "server", path) for path in ("/", "/history", "/network")]
    asked += [(unsafe, "unsafe", "/network"), (odd, "odd", "/"), (many, "many", "/"),
              (hole, "hole", f"/posts/{answer}")]  # fmt: skip
    told = {
        f"GET {path} of a node: {name}": _look(page, "GET", path) for page, name, path in asked
    }
    server.ask("POST", "/history/leave", headers=OWN)
    return {**told, "GET /history of a node: leaving": _look(server, "GET", "/history")}


def _coming_and_going() -> dict[str, Any]:
    page = stage.open_page()
    login = f"/login?token={page.access.new_login_token()}"
    rss = re.search(r'data-copy="([^"]+)"', page.ask("GET", f"/feeds/{FEED}/torrents").text)
    assert rss is not None
    other = rss[1].replace(FEED, feed_of("Ines Okafor"))
    return {
        "a login": _look(page, "GET", login, logged_in=False),
        "the same again": _look(page, "GET", login, logged_in=False),
        "the same again, logged in": _look(page, "GET", login),
        "RSS with its key": _look(page, "GET", rss[1], logged_in=False),
        "RSS with another's key": _look(page, "GET", other, logged_in=False),
        "all that was changed": page.node.changed,
    }


def _look(page: stage.Page, method: str, path: str, **request: Any) -> Any:
    answer = page.ask(method, path, **request)
    # Sessions are drawn anew each time.  A length is looked at here: in the record it would be
    # another one with every word that a page says otherwise.
    if answer.content_length is not None:
        assert answer.content_length == len(answer.get_data())
    headers = [
        f"{name}: {re.sub(r'=[A-Za-z0-9_-]{43};', '=S;', value)}"
        for name, value in answer.headers
        if name not in ("Date", "Content-Length")
    ]
    text = answer.get_data(as_text=True)
    text = re.sub(r'name="form_key" value="[0-9a-f]{64}"', 'name="form_key" value="K"', text)
    text = re.sub(r'name="once" value="[\w-]{22}"', 'name="once" value="O"', text)
    body = text.splitlines(keepends=True)
    told = {"status": answer.status_code, "headers": headers, "body": body}
    return {**told, "changed": page.node.changed} if page.node.changed else told
