"""A running node of this machine, reached through the JSON API of its page."""

import json
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Final, Self, cast
from urllib.parse import urlencode, urlsplit

from swarmfeed.cli import history_read, views_read
from swarmfeed.cli.views_read import Reader
from swarmfeed.core.asks.views import (
    AuthorView,
    Cursor,
    Explanation,
    FetchProgress,
    HistoryStatus,
    ImportReport,
    NodeStatus,
    PostView,
    VerifyReport,
    Whoami,
)
from swarmfeed.core.asks.views_json import Json, ref_text
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.types import AuthorId, EntryRef
from swarmfeed.errors import RetryError, UserError
from swarmfeed.node.ground.settings import page_path

PREFIX: Final = "/api/1/"

CONNECT_TIMEOUT_S: Final = 5
"""How long a node on this machine may take to answer that it lives."""

ANSWER_TIMEOUT_S: Final = 3_600
"""How long it may take for an answer: checking every byte of a large home takes minutes."""

ANSWER_BYTES_MAX: Final = 64 * 1024 * 1024
"""Longest answer: a thousand longest posts stay far below."""


def find_running(home: Path) -> "RemoteNode | None":
    """Return the node that runs on ``home`` and answers, else None."""
    try:
        page = Reader(json.loads(page_path(home).read_text(encoding="utf-8")))
        os.kill(page.number("pid"), 0)
        found = RemoteNode(page.text("url"), page.text("key"))
    except PermissionError:
        return None  # somebody else's process got the number of one that is gone
    except (OSError, ValueError, AttributeError, UserError):
        return None
    try:
        found.whoami()
    except RetryError:
        found.close()
        return None
    return found


class RemoteNode:
    """Implements ``cli.node.Node`` by asking another process; a context manager."""

    def __init__(self, url: str, key: str) -> None:
        """Connects at the first question.

        Args:
            url: ``http://ADDRESS:PORT`` of this machine.
            key: Of the API.

        Raises:
            ValueError: The url leads elsewhere; the key must not go there.
        """
        parts = urlsplit(url)
        if parts.scheme != "http" or not ip_address(parts.hostname or "").is_loopback:
            raise ValueError(f"{url} is not on this machine")
        self._connection = HTTPConnection(parts.hostname or "", parts.port, CONNECT_TIMEOUT_S)
        self._authorization = f"Bearer {key}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up; the next question connects again."""
        self._connection.close()

    def page_link(self) -> str:
        """A fresh link that logs a browser in once."""
        return self._change("login-link").text("url")

    def whoami(self) -> Whoami:
        return views_read.read_whoami(self._ask("whoami"))

    def publish_post(self, text: str, reply_to: EntryRef | None = None) -> PostView:
        parent = {} if reply_to is None else {"reply_to": ref_text(reply_to)}
        return views_read.read_post(self._change("post", text=text, **parent))

    def follow(self, link_or_address: str) -> AuthorView:
        return views_read.read_author(self._change("follow", who=link_or_address))

    def unfollow(self, link_or_address: str) -> AuthorView:
        return views_read.read_author(self._change("unfollow", who=link_or_address))

    def fetch(self, link_or_address: str) -> AuthorId:
        return AuthorId(self._change("fetch", who=link_or_address).key("author"))

    def fetch_progress(self, author_id: AuthorId) -> FetchProgress:
        answer = self._ask("fetch-progress", author=format_address(author_id))
        return views_read.read_fetch_progress(answer)

    def home(self, limit: int, before: Cursor | None = None) -> list[PostView]:
        return self._ask_posts("timeline", limit, before)

    def author_posts(
        self, author_id: AuthorId, limit: int, before: Cursor | None = None
    ) -> list[PostView]:
        return self._ask_posts("timeline", limit, before, author=format_address(author_id))

    def search(self, words: str, limit: int, before: Cursor | None = None) -> list[PostView]:
        return self._ask_posts("search", limit, before, q=words)

    def post(self, ref_text: str) -> PostView:
        return views_read.read_post(self._ask("show", ref=ref_text).object("post"))

    def status(self) -> NodeStatus:
        return views_read.read_status(self._ask("status"))

    def history(self) -> HistoryStatus:
        return history_read.read_history(self._ask("history"))

    def explain(self, link_or_address: str) -> list[Explanation]:
        return history_read.read_explanations(self._ask("explain", who=link_or_address))

    def leave_history(self) -> HistoryStatus:
        return history_read.read_history(self._change("leave-history"))

    def say_goodbye(self) -> int:
        return self._change("goodbye").number("told")

    def import_posts(self, posts: Sequence[tuple[int, str]]) -> ImportReport:
        return views_read.read_import(self._change("import", posts=list(posts)))

    def verify(self) -> VerifyReport:
        return views_read.read_verify(self._change("verify"))

    def reindex(self) -> int:
        return self._change("reindex").number("posts")

    def _ask_posts(
        self, name: str, limit: int, before: Cursor | None, **query: str
    ) -> list[PostView]:
        cursor = {} if before is None else {"before": str(before)}
        answer = self._ask(name, limit=str(limit), **cursor, **query)
        return [views_read.read_post(post) for post in answer.objects("posts")]

    def _ask(self, name: str, **query: str) -> Reader:
        path = f"{PREFIX}{name}"
        return self._request("GET", f"{path}?{urlencode(query)}" if query else path, None)

    def _change(self, name: str, **body: object) -> Reader:
        return self._request("POST", f"{PREFIX}{name}", json.dumps(body).encode("ascii"))

    def _request(self, method: str, path: str, body: bytes | None) -> Reader:
        headers = {
            "Authorization": self._authorization,
            "Accept": "application/json",
            # A connection that was kept may be closed at the very moment of the next question,
            # and a post is not sent twice to find out.  A new one costs 0.1 ms here.
            "Connection": "close",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            self._connect()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
            content = response.read(ANSWER_BYTES_MAX)
        except (OSError, HTTPException) as error:
            raise RetryError("the running node does not answer; try again") from error
        finally:
            self.close()
        return _open_answer(response, content)

    def _connect(self) -> None:
        """Connect quickly, or not at all; answers may take longer."""
        self._connection.connect()
        # typeshed does not say that connect() sets it.
        connected = cast(socket.socket, self._connection.sock)
        connected.settimeout(ANSWER_TIMEOUT_S)


def _open_answer(response: HTTPResponse, content: bytes) -> Reader:
    answer: Json = {}
    with suppress(ValueError):
        found = json.loads(content)
        answer = found if isinstance(found, dict) else {}
    if response.status in (200, 201):
        return Reader(answer)
    sentence = answer.get("error")
    if not isinstance(sentence, str):
        sentence = f"the running node answered {response.status} {response.reason}"
    raise RetryError(sentence) if response.status == 503 else UserError(sentence)
