"""How a command reaches a node: the running one of its home, or the home opened in-process."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from ipaddress import ip_address
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar, cast
from urllib.parse import urlencode, urlsplit

from swarmfeed.cli.home import require_home
from swarmfeed.cli.leaving import tidily
from swarmfeed.core.asks import sentences
from swarmfeed.core.asks.ask import Ask, answer_type
from swarmfeed.core.asks.codec import from_json, to_json, to_query
from swarmfeed.core.asks.page import NewLoginLink
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.desk import Answerer
from swarmfeed.errors import BadJsonError, InUseError, RetryError, UserError
from swarmfeed.node.ground.home import page_path
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.shell.disk.homelock import UNKNOWN_HOLDER, HomeLock, lock_holder
from swarmfeed.shell.interpreter import loading

A = TypeVar("A")
T = TypeVar("T")

PREFIX: Final = "/api/1/"

CONNECT_TIMEOUT_S: Final = 5
"""How long a node on this machine may take to answer that it lives."""

ANSWER_TIMEOUT_S: Final = 3_600
"""How long it may take for an answer: checking every byte of a large home takes minutes."""

ANSWER_BYTES_MAX: Final = 64 * 1024 * 1024
"""Longest answer: a thousand longest posts stay far below."""

WAIT_S: Final = 10
"""How long a home that is in use is waited for: a node that was just started opens its page
in about a second, another command is over in less."""

LOOK_EVERY_S: Final = 0.05


# --- a running node ----------------------------------------------------------------------


def find_running(home: Path) -> "RemoteDesk | None":
    """Return the desk of the node that runs on ``home`` and answers, else None."""
    found = _find_page(home, lock_holder(home))
    return found if found is not None and _answers(found, WhoAreYou()) else None


def find_starting(home: Path) -> "RemoteDesk | None":
    """Return who serves the pages of a first start at ``home``, and gives links to them."""
    found = _find_page(home, lock_holder(page_path(home).parent))
    return found if found is not None and _answers(found, NewLoginLink()) else None


def _find_page(home: Path, holder: int | None) -> "RemoteDesk | None":
    """Return the desk behind the page file of ``home``, if who wrote it is the ``holder``.

    A page file may be left over from a node that was killed, and whoever has its port by now
    is not asked: it is a node's only while the one that wrote it has the home.
    """
    if holder is None:
        return None
    try:
        page = json.loads(page_path(home).read_text(encoding="utf-8"))
        if _found(page, "pid", int) != holder != UNKNOWN_HOLDER:
            return None
        return RemoteDesk(_found(page, "url", str), _found(page, "key", str))
    except (OSError, ValueError):
        return None


def _answers(desk: "RemoteDesk", question: Ask[Any]) -> bool:
    try:
        desk.ask(question)
    except RetryError:
        return False
    finally:
        desk.close()
    return True


class RemoteDesk:
    """Implements ``desk.Answerer`` by asking another process; a context manager."""

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

    def ask(self, ask: Ask[A]) -> A:
        kind: type[A] = answer_type(type(ask))
        try:
            return from_json(kind, self._send(ask))
        except BadJsonError as error:
            raise UserError(
                f"the running node's answer has no {error.key!r}: it is of another version;"
                " stop it and start it again"
            ) from error

    def _send(self, ask: Ask[A]) -> object:
        path = f"{PREFIX}{ask.name}"
        if ask.changes:
            body = json.dumps(to_json(ask)).encode("ascii")
            # What names its wish is done once, however often it is sent.
            return self._request("POST", path, body, tries=2 if getattr(ask, "key", "") else 1)
        query = urlencode(to_query(ask))
        return self._request("GET", f"{path}?{query}" if query else path, None)

    def _request(self, method: str, path: str, body: bytes | None, *, tries: int = 1) -> object:
        headers = {
            "Authorization": self._authorization,
            "Accept": "application/json",
            # A connection that was kept may be closed at the very moment of the next question,
            # and a post is not sent twice to find out.  A new one costs 0.1 ms here.
            "Connection": "close",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        while True:
            try:
                self._connect()
                self._connection.request(method, path, body, headers)
                response = self._connection.getresponse()
                content = response.read(ANSWER_BYTES_MAX)
            except (OSError, HTTPException) as error:
                tries -= 1
                if not tries:
                    raise RetryError("the running node does not answer; try again") from error
            else:
                return _open_answer(response, content)
            finally:
                self.close()

    def _connect(self) -> None:
        """Connect quickly, or not at all; answers may take longer."""
        self._connection.connect()
        # typeshed does not say that connect() sets it.
        connected = cast(socket.socket, self._connection.sock)
        connected.settimeout(ANSWER_TIMEOUT_S)


def _open_answer(response: HTTPResponse, content: bytes) -> object:
    answer: object = None
    with suppress(ValueError, RecursionError):
        answer = json.loads(content)
    if response.status in (200, 201):
        return answer
    sentence = answer.get("error") if isinstance(answer, dict) else None
    if not isinstance(sentence, str):
        sentence = f"the running node answered {response.status} {response.reason}"
    raise RetryError(sentence) if response.status == 503 else UserError(sentence)


def _found(page: object, key: str, kind: type[T]) -> T:
    """Return what the page file says; ValueError when it does not."""
    value = page.get(key) if isinstance(page, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"the page file has no {key}")
    return value


# --- the running one, or one opened here -----------------------------------------------------


OpenNode = Callable[[Path, NodeSettings, str], AbstractContextManager[Answerer]]
"""Opens a home in this process; takes its passphrase."""


@contextmanager
def _open_node(home: Path, settings: NodeSettings, passphrase: str) -> Iterator[Answerer]:
    # Only here, because it loads a whole node, which most commands need not pay.
    with loading():
        from swarmfeed import wiring

    with tidily(), wiring.open_node(home, settings, passphrase) as opened:
        yield opened


@contextmanager
def open_desk(
    home: Path,
    settings: NodeSettings,
    passphrase: Callable[[], str],
    *,
    open_node: OpenNode = _open_node,
) -> Iterator[Answerer]:
    """Give the desk of the running node of ``home``, else of a node opened here for as long as
    it is needed.

    Args:
        settings: Of the node opened here; a running one keeps its own.
        passphrase: Asked only when the keys are opened here.
        open_node: Opens it; a program with another roster hands in its own.

    Raises:
        UserError: There is no home yet, or it does not open.
    """
    require_home(home)
    secret: list[str] = []

    def reach(opened: ExitStack) -> Answerer:
        running = find_running(home)
        if running is not None:
            return opened.enter_context(running)
        secret[:] = secret or [passphrase()]
        return opened.enter_context(open_node(home, settings, secret[0]))

    with ExitStack() as opened:
        yield while_in_use(lambda: reach(opened))


def while_in_use(attempt: Callable[[], T]) -> T:
    """Try until the home is not in use any more, or a node answers; InUseError after WAIT_S."""
    until_s = time.monotonic() + WAIT_S
    while True:
        try:
            return attempt()
        except InUseError:
            if time.monotonic() >= until_s:
                raise
        time.sleep(LOOK_EVERY_S)


def page_link(home: Path) -> str:
    """A fresh link that logs a browser in at the running node, once.

    Raises:
        UserError: No node is running.
    """
    starting = find_starting(home)
    if starting is not None:
        with starting:
            return starting.ask(NewLoginLink()).url
    require_home(home)

    def find() -> RemoteDesk | None:
        running = find_running(home)
        if running is None:
            with HomeLock(home):
                pass  # nobody has it, so no node is about to open its page
        return running

    running = while_in_use(find)
    if running is None:
        raise UserError(sentences.NOT_RUNNING())
    with running:
        return running.ask(NewLoginLink()).url
