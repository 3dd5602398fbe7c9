"""Real nodes in processes of their own, each at an address of its own on loopback.

libtorrent tells nodes apart by address, so every node gets one out of 127.0.0.0/8; the middle
bytes come from the process id, so that two runs of the tests never meet.
"""

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

from swarmfeed.core.base.address import format_author
from swarmfeed.shell.privacy import OWNER_ONLY
from swarmfeed.wiring import create_home
from zygote import ZYGOTE, Process, Standard, load

T = TypeVar("T")

CHECKOUT: Final = Path(__file__).resolve().parents[2]
PATIENCE_S: Final = 300
"""How long anything may take: on a quiet machine all of it takes seconds.  These tests measure
nothing, and a machine may be forty times as busy as it can be; what hangs still ends."""

COMMAND_S: Final = PATIENCE_S + 60
"""A command that waits says by itself that it waited in vain."""
LOG_LINES_SHOWN: Final = 40
LOOK_S_MIN: Final = 0.05
LOOK_S_MAX: Final = 0.5
"""Shortest and longest pause between two looks at what is waited for."""

_numbers = itertools.count()


def new_address() -> str:
    """Return an address on loopback that nobody else uses: 127.64.0.2 to 127.191.255.254."""
    pid = os.getpid()
    return f"127.{64 + (pid >> 8) % 128}.{pid % 256}.{2 + next(_numbers) % 253}"


class Refused(AssertionError):
    """A command or a question to a node did not succeed."""


def _sheet(made: dict[str, str], words: str) -> str:
    return "\n".join((made[words], made["sheet_link"])) if words in made else ""


class Node:
    """A home and, between ``start`` and ``stop``, the process that runs it."""

    def __init__(
        self,
        folder: Path,
        name: str,
        options: Iterable[str] = (),
        *,
        words: str = "",
        program: str = "swarmfeed",
        clock: str = "",
        has_home: bool = True,
    ) -> None:
        """Make the home: as ``swarmfeed init`` does, or by ``restore`` from ``words``.

        Args:
            folder: Where the home and the log of the process go.
            options: Of every ``run`` of this node, after ``--listen``.
            words: First sheet of an author that there is already.
            program: Module that is run.
            clock: How wrong the clock is that all its processes see: ``+365d``, or empty.
            has_home: False: a command of the test makes it.
        """
        self.clock = clock
        self.name = name
        self.home = folder / name
        self.program = program
        self.host = new_address()
        self.log = folder / f"{name}.log"
        self.options = tuple(options)
        self.process: Process | None = None
        self._page: dict[str, Any] = {}
        made = self._make_home(words) if has_home else {"author": ""}
        self.author: str = made["author"]
        """Its address as an author."""
        self.words: str = words or _sheet(made, "author_words")
        """Its first sheet: the words, and the link below them."""
        self.second: str = _sheet(made, "next_words")
        """Its second sheet; empty where no author was made."""

    def _make_home(self, words: str) -> Any:
        keys = ["--name", self.name, "--no-passphrase"]
        if words:
            return self.command_json("restore", "-", "--offline", *keys, stdin=words)
        if self.clock or self.program != "swarmfeed":
            return self.command_json("init", *keys)
        return _init_here(self.home, self.name)

    # --- life ---------------------------------------------------------------------------

    def start(self, *options: str) -> "Node":
        """Run the node; returns when its page answers."""
        assert self.process is None, f"{self.name} runs already"
        words = ("run", "--no-open", "--listen", self.host, *self.options, *options)
        with self.log.open("ab") as log, open(os.devnull, "rb") as nothing:
            self.process = self.begin(words, Standard(nothing, log, log))
        self._page = self.wait_for("the page to be served", self._find_page)
        return self

    def stop(self) -> None:
        """Ask the process to end, and wait until it has, in good order."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(PATIENCE_S)
        self.process = None
        assert code == 0, f"{self.name} ended with {code}\n{self.log_end()}"

    def kill(self) -> None:
        """End the process the hard way, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def freeze(self) -> None:
        """Stop the process in mid-air: its sockets stay open, and nothing is answered."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on."""
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    # --- commands -----------------------------------------------------------------------

    def command(self, *words: str, stdin: str | None = None, code: int = 0) -> str:
        """Run ``swarmfeed --home HOME WORDS`` and return what it printed.

        Raises:
            Refused: The exit code is another than ``code``.
        """
        with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as errors:
            given.write((stdin or "").encode())
            given.seek(0)
            process = self.begin(words, Standard(given, out, errors))
            try:
                ended = process.wait(COMMAND_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
            said, complained = (_content(each) for each in (out, errors))
        if ended != code:
            raise Refused(
                f"{self.name}: swarmfeed {' '.join(words)} ended with {ended},"
                f" not {code}\n{said[-2_000:]}{complained[-2_000:]}\n{self.log_end()}"
            )
        return said

    def command_json(self, *words: str, stdin: str | None = None, code: int = 0) -> Any:
        """The same with ``--json``, read."""
        return json.loads(self.command(*words, "--json", stdin=stdin, code=code))

    # --- the JSON API of a running node ---------------------------------------------------

    def get(self, name: str, **query: str | int) -> Any:
        """Ask ``/api/1/NAME``.  Raises Refused."""
        return self._ask("GET", f"/api/1/{name}?{urlencode(query)}", None)

    def post(self, name: str, **body: object) -> Any:
        """Change something through ``/api/1/NAME``.  Raises Refused."""
        return self._ask("POST", f"/api/1/{name}", json.dumps(body).encode())

    @property
    def page_url(self) -> str:
        """``http://127.0.0.1:PORT`` of the running node."""
        return str(self._page["url"])

    @property
    def api_key(self) -> str:
        return str(self._page["key"])

    def status(self) -> Any:
        return self.get("status")

    def link_endpoint(self) -> str:
        """``HOST:PORT`` for ``--peer``."""
        return str(self.status()["link"])

    def swarm_endpoint(self) -> tuple[str, int]:
        """Where its swarm, and its part of the DHT, listens."""
        return self.host, int(self.status()["swarm_port"])

    def feed_of(self, author: str) -> Any:
        """The line of ``status`` about an author with one feed, or None."""
        feeds = [each for each in self.status()["feeds"] if each["author"] == author]
        assert len(feeds) <= 1, f"{author} has several feeds"
        return feeds[0] if feeds else None

    def texts_of(self, author: str, limit: int = 10) -> list[str]:
        """Newest posts of an author, newest first."""
        found = self.get("timeline", author=author, limit=limit)["posts"]
        return [post["text"] for post in found]

    # --- waiting ------------------------------------------------------------------------

    def wait_for(
        self,
        what: str,
        look: Callable[[], T | None],
        seconds: float = PATIENCE_S,
        every_s: float | None = None,
    ) -> T:
        """Return what ``look`` finds as soon as that is true.

        Looking costs whoever is asked a hundredth of a second of its processor.  So it is done
        the more seldom the longer it takes, and takes a tenth longer at most; or ``every_s``.

        Raises:
            AssertionError: The time is up, or the process ended; with the end of its log.
        """
        started_s = time.monotonic()
        while not (found := look()):
            ended = self.process is not None and self.process.poll() is not None
            waited_s = time.monotonic() - started_s
            if ended or waited_s > seconds:
                reason = "the process ended" if ended else f"not within {seconds} s"
                raise AssertionError(f"{self.name}: {what}: {reason}\n{self.log_end()}")
            time.sleep(every_s or min(max(waited_s / 10, LOOK_S_MIN), LOOK_S_MAX))
        return found

    def wait_until_held(self, author: str, size: int, seconds: float = PATIENCE_S) -> Any:
        """Wait for all ``size`` entries of an author; returns the feed's line of status."""

        def look() -> Any:
            feed = self.feed_of(author)
            is_held = feed and feed["size"] >= size and feed["entries_held"] == feed["size"]
            return feed if is_held else None

        return self.wait_for(f"{size} entries of {author[:8]}", look, seconds)

    def log_end(self) -> str:
        """The end of what the process said, for a failure."""
        if not self.log.exists():
            return f"--- {self.name} never ran"
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES_SHOWN:]
        return "\n".join([f"--- end of the log of {self.name} ({self.host})", *lines])

    # --- inside -------------------------------------------------------------------------

    def begin(self, words: Iterable[str], standard: Standard) -> Process:
        """Begin a command."""
        # A clock is set wrong while a program is loaded.
        begin = load if self.clock else ZYGOTE.start
        line = [self.program, "--home", str(self.home), *words]
        return begin(line, _environment(self.clock), standard)

    def program_line(self) -> list[str]:
        """How its commands begin."""
        return [sys.executable, "-m", self.program, "--home", str(self.home)]

    def _find_page(self) -> dict[str, Any] | None:
        assert self.process is not None
        try:
            page = json.loads((self.home / "run" / "page.json").read_text())
        except (OSError, ValueError):
            return None
        # A process that was killed leaves its file behind.
        return page if page["pid"] == self.process.pid else None

    def _ask(self, method: str, path: str, body: bytes | None) -> Any:
        address = urlsplit(self.page_url)
        assert address.hostname is not None
        connection = HTTPConnection(address.hostname, address.port, timeout=PATIENCE_S)
        headers = {"Authorization": f"Bearer {self.api_key}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status >= 400:
            raise Refused(f"{self.name}: {method} {path}: {response.status} {content!r}")
        return json.loads(content)


def contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """All files under a folder, and what is in them; a node that runs removes some now."""
    for path in folder.rglob("*"):
        with suppress(FileNotFoundError, IsADirectoryError):
            yield path, path.read_bytes()


def _init_here(home: Path, name: str) -> dict[str, str]:
    """What ``swarmfeed init --json`` does and says, without a second of processor time for a
    process of its own."""
    before = os.umask(OWNER_ONLY)
    try:
        created = create_home(home, name, "")
    finally:
        os.umask(before)
    return {
        "author": format_author(created.whoami.author_id),
        "author_words": created.author_words,
        "next_words": created.next_words,
        "sheet_link": created.sheet_link,
    }


def _content(file: IO[bytes]) -> str:
    """All that was written into it."""
    file.seek(0)
    return file.read().decode()


def _environment(clock: str) -> dict[str, str]:
    """What processes see that live under a clock set wrong; stop-watches stay right."""
    if not clock:
        return dict(os.environ)
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    wrong = {"FAKETIME": clock, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return {**os.environ, **wrong, "LD_PRELOAD": str(library)}


class Neighbourhood:
    """Nodes of one test, ended together whatever happens."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.nodes: list[Node] = []

    def add(
        self,
        name: str,
        *options: str,
        words: str = "",
        program: str = "swarmfeed",
        clock: str = "",
    ) -> Node:
        """Make a home; the node is not started yet."""
        node = Node(self.folder, name, options, words=words, program=program, clock=clock)
        self.nodes.append(node)
        return node

    def bare(self, name: str, *options: str) -> Node:
        """A machine with no home yet."""
        node = Node(self.folder, name, options, has_home=False)
        self.nodes.append(node)
        return node

    def close(self) -> None:
        """End all processes that still run."""
        for node in self.nodes:
            node.kill()

    def logs(self) -> str:
        return "\n".join(node.log_end() for node in self.nodes)
