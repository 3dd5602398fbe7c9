"""Every route of the JSON API, with usual and with odd arguments."""

import re
from pathlib import Path
from typing import Any, Final

from tests.golden import stage
from tests.golden.stage import address_of, cursor_of, feed_of, hash_of, ref_of

PREFIX: Final = "/api/1/"
WITH_KEY: Final = {"Authorization": f"Bearer {stage.BEARER}"}
MIRA, AOI, INES, ADA = map(address_of, ("Mira Lindqvist", "山田 葵", "Ines Okafor", "Ada"))
NOBODY: Final = address_of("nobody")
HELLO, WELCOME = ref_of("Hello, swarm."), ref_of("Welcome!")

ASKING: Final = (
    "whoami",
    "whoami?more=1",
    "timeline",
    "timeline?limit=2",
    "timeline?limit=1000",
    "timeline?limit=0",
    "timeline?limit=1001",
    "timeline?limit=-1",
    "timeline?limit=x",
    "timeline?limit=",
    "timeline?limit=2.0",
    "timeline?limit=²",
    "timeline?before=",
    f"timeline?before={cursor_of('Moved the whole')}",
    f"timeline?before={cursor_of('Moved the whole')}&limit=1",
    "timeline?before=0-0",
    "timeline?before=x",
    "timeline?before=1",
    "timeline?before=1-2-3",
    "timeline?before=1234567890123456789-1",
    "timeline?before=٣-1",
    f"timeline?author={MIRA}",
    f"timeline?author={MIRA}&limit=1",
    f"timeline?author={MIRA}&limit=1&before={cursor_of('Moved the whole')}",
    f"timeline?author={INES}",
    f"timeline?author={NOBODY}",
    "timeline?author=x",
    f"timeline?author=swarmfeed:{MIRA}",
    f"show?ref={HELLO}",
    f"show?ref={WELCOME}",
    f"show?ref={hash_of('Welcome!')}",
    f"show?ref={HELLO}0",
    "show?ref=nowhere",
    "show",
    "search?q=archive",
    "search?q=libtorrent",
    "search?q=libtorrent&limit=1",
    f"search?q=libtorrent&before={cursor_of('merged logging')}",
    "search?q=zebra",
    "search?q=",
    "search",
    "search?q=a&limit=0",
    "status",
    f"fetch-progress?author={AOI}",
    f"fetch-progress?author={MIRA}",
    f"fetch-progress?author={NOBODY}",
    "fetch-progress?author=x",
    "fetch-progress",
    f"torrents?feed={feed_of('Mira Lindqvist')}",
    "torrents?feed=x",
    "torrents",
    "history",
    f"explain?who={MIRA}",
    f"explain?who=swarmfeed:{MIRA}?name=M",
    f"explain?who={NOBODY}",
    "explain?who=x",
    "explain",
    "nothing",
    "",
    "post",
    "goodbye",
)

CHANGING: Final[tuple[tuple[str, object], ...]] = (
    ("post", {"text": "hello"}),
    ("post", {"text": "zażółć 🐝\n"}),
    ("post", {"text": "yes", "reply_to": HELLO}),
    ("post", {"text": "yes", "reply_to": hash_of("Hello, swarm.")}),
    ("post", {"text": "yes", "reply_to": ""}),
    ("post", {"text": "yes", "reply_to": "nowhere"}),
    ("post", {"text": "yes", "reply_to": 7}),
    ("post", {"text": "yes", "reply_to": None}),
    ("post", {"text": "yes", "more": 1}),
    ("post", {"text": " "}),
    ("post", {"text": ""}),
    ("post", {"text": 7}),
    ("post", {"text": None}),
    ("post", {"text": "x" * 8_001}),
    ("post", {}),
    ("post", []),
    ("post", "text"),
    ("post", None),
    *((name, {"who": who}) for name in ("follow", "unfollow", "fetch")
      for who in (MIRA, INES, AOI, NOBODY, f"swarmfeed:{NOBODY}?name=No&at=192.0.2.1:4711", ADA,
                  "x", "", 7)),
    *((name, {}) for name in ("follow", "unfollow", "fetch", "verify", "reindex", "import",
                              "login-link", "choose-history", "leave-history", "goodbye")),
    ("verify", {"more": 1}),
    ("verify", []),
    ("reindex", []),
    ("goodbye", []),
    ("leave-history", []),
    ("login-link", []),
    ("import", {"posts": []}),
    ("import", {"posts": [[1_600_000_000_000, "old"], [1_600_000_000_001, "older"]]}),
    ("import", {"posts": [[1_600_000_000_000, "twice"], [1_600_000_000_000, "twice"]]}),
    ("import", {"posts": [[10**15 - 1, "last"]]}),
    ("import", {"posts": [[10**15, "too late"]]}),
    ("import", {"posts": [[-1, "too early"]]}),
    ("import", {"posts": [[1.5, "x"]]}),
    ("import", {"posts": [[True, "x"]]}),
    ("import", {"posts": [[1, 2]]}),
    ("import", {"posts": [[1]]}),
    ("import", {"posts": [{"time_ms": 1, "text": "x"}]}),
    ("import", {"posts": "x"}),
    ("choose-history", {"scope": "open", "disk_bytes": 10**9, "free_bytes_min": 0}),
    ("choose-history", {"scope": "friends", "disk_bytes": 2**50, "free_bytes_min": 2**50}),
    ("choose-history", {"scope": "all", "disk_bytes": 10**9, "free_bytes_min": 0}),
    ("choose-history", {"scope": 1, "disk_bytes": 10**9, "free_bytes_min": 0}),
    ("choose-history", {"disk_bytes": 10**9, "free_bytes_min": 0}),
    ("choose-history", {"scope": "open", "free_bytes_min": 0}),
    ("choose-history", {"scope": "open", "disk_bytes": 10**9}),
    ("choose-history", {"scope": "open", "disk_bytes": 2**50 + 1, "free_bytes_min": 0}),
    ("choose-history", {"scope": "open", "disk_bytes": -1, "free_bytes_min": 0}),
    ("choose-history", {"scope": "open", "disk_bytes": True, "free_bytes_min": 0}),
    ("choose-history", {"scope": "open", "disk_bytes": 1.5, "free_bytes_min": 0}),
    ("choose-history", {"scope": "open", "disk_bytes": "1", "free_bytes_min": 0}),
    ("nothing", {}),
    ("whoami", {}),
    ("timeline", {}),
)  # fmt: skip

STRANGERS: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("GET", "whoami", {}),
    ("GET", "nothing", {}),
    ("POST", "post", {"json": {"text": "x"}}),
    ("GET", "whoami", {"headers": {"Authorization": "Bearer wrong"}}),
    ("GET", "whoami", {"headers": {"Authorization": f"Basic {stage.BEARER}"}}),
    ("GET", "whoami", {"headers": {"Authorization": f"bearer  {stage.BEARER} "}}),
    ("GET", "whoami", {"logged_in": True}),
    ("POST", "post", {"logged_in": True, "json": {"text": "x"}}),
)
"""Method, route and request of those who may not."""

ODD: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("POST", "post", {"data": {"text": "a form"}}),
    ("POST", "post", {"data": b'{"text": "x"}', "content_type": "text/plain"}),
    ("POST", "post", {"data": b'{"text": "x"}', "content_type": "application/ld+json"}),
    ("POST", "post", {"data": b'{"text": "x', "content_type": "application/json"}),
    ("POST", "post", {"data": b"\xff", "content_type": "application/json"}),
    ("POST", "post", {"data": b"", "content_type": "application/json"}),
    ("POST", "post", {"json": {"text": "x" * 300_000}}),
    ("POST", "follow", {"data": b'{"who": "x"}'}),
    ("PUT", "post", {"json": {"text": "x"}}),
    ("DELETE", "whoami", {}),
    ("HEAD", "whoami", {}),
    ("OPTIONS", "whoami", {}),
    ("GET", "whoami/", {}),
)
"""With the key, but not as it should be."""


def play(_: Path) -> dict[str, Any]:
    """Tell the status and the JSON of every answer, and what it changed."""
    with stage.steady():
        told: dict[str, Any] = {}
        for path in ASKING:
            told[f"GET {path}"] = _ask("GET", path, {"headers": WITH_KEY})
        told["GET history of a server"] = _ask(
            "GET", "history", {"headers": WITH_KEY}, server=True
        )
        told["GET status of a server"] = _ask(
            "GET", "status", {"headers": WITH_KEY}, server=True
        )
        for path, body in CHANGING:
            name = f"POST {path} {str(body)[:200]}"
            told[name] = _ask("POST", path, {"headers": WITH_KEY, "json": body})
        for method, path, request in STRANGERS:
            told[f"{method} {path} {request}"] = _ask(method, path, request)
        for method, path, request in ODD:
            name = f"{method} {path} {str(request)[:100]}, with the key"
            told[name] = _ask(method, path, {**request, "headers": WITH_KEY})
        told["one after the other"] = _in_a_row()
        return told


def _ask(method: str, path: str, request: dict[str, Any], *, server: bool = False) -> Any:
    page = stage.open_page()
    if server:
        stage.make_server(page.node)
    return _answer(page, method, path, request)


def _in_a_row() -> list[Any]:
    """Changes are seen by those who ask later."""
    page, with_key = stage.open_page(), {"headers": WITH_KEY}
    choice = {"scope": "open", "disk_bytes": 10**9, "free_bytes_min": 0}
    return [
        _answer(
            page, "POST", "post", {**with_key, "json": {"text": "new", "reply_to": WELCOME}}
        ),
        _answer(page, "GET", f"show?ref={WELCOME}", with_key),
        _answer(page, "POST", "follow", {**with_key, "json": {"who": INES}}),
        _answer(page, "POST", "unfollow", {**with_key, "json": {"who": MIRA}}),
        _answer(page, "GET", "timeline?limit=4", with_key),
        _answer(page, "POST", "choose-history", {**with_key, "json": choice}),
        _answer(page, "POST", "leave-history", {**with_key, "json": {}}),
        _answer(page, "GET", "history", with_key),
        _answer(page, "GET", "status", with_key),
    ]


def _answer(page: stage.Page, method: str, path: str, request: dict[str, Any]) -> Any:
    answer = page.ask(method, PREFIX + path, **{"logged_in": False, **request})
    # The token of a login link is drawn anew each time.
    text = re.sub(r"token=[\w-]{43}", "token=T", answer.text)
    body = stage.parse(text) if answer.is_json else text
    told = {"status": answer.status_code, "type": answer.content_type, "body": body}
    return {**told, "changed": page.node.changed} if page.node.changed else told
