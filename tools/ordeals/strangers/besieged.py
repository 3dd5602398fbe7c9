"""A real node in a process of its own, and what is seen of it from outside."""

import itertools
import json
import os
import re
import resource
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import urljoin, urlsplit, urlunsplit

from msgspec import Struct
from swarmfeed.wiring import create_home
from zygote import ZYGOTE, Process, Standard, load

T = TypeVar("T")

CHECKOUT: Final = Path(__file__).resolve().parents[3]
READY_S: Final = 600
STOP_S: Final = 60
ANSWER_S: Final = 300

FORM_KEY: Final = re.compile(r'name="form_key" value="([^"]+)"')
"""Where a page has the key that its forms carry."""

_numbers = itertools.count(1)


def new_host() -> str:
    """An own address on loopback for each node: libtorrent tells nodes apart by address."""
    number = next(_numbers)
    return f"127.{os.getpid() % 60 + 192}.{number // 250}.{number % 250 + 1}"


class Login(Struct, frozen=True, kw_only=True):
    """What a browser that is logged in sends with each request."""

    host: str
    cookie: str


class Refused(Exception):
    """The node answered with an error, or not at all."""


class Besieged:
    """A node that runs; ask it, watch it, end it."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *options: str,
        files_max: int | None = None,
        host: str = "",
        program: str = "swarmfeed",
    ) -> None:
        """Make a home and run it; one that is there already is run again.

        Args:
            folder: Where the home and the log of the process go.
            name: Of home and author.
            options: Of ``swarmfeed run``.
            host: Where it listens, and joins the DHT that the options name; without one it gets
                an address and knows no DHT.
            program: Module that is run, of the checkout.
            files_max: Open files the process may have, soft and hard; None leaves it.
        """
        self.host = host or new_host()
        self.home = folder / name
        self.log = folder / f"{name}.log"
        if not self.home.exists():
            create_home(self.home, name, "")
        line = [program, "--home", str(self.home), "run", "--no-open", "--listen", self.host]
        line += [*([] if host else ["--no-dht"]), *options]
        with self.log.open("ab") as log, open(os.devnull, "rb") as nothing:
            self.process = _begin(line, Standard(nothing, log, log), files_max)
        self._page = self.wait_for("its page", self._find_page, READY_S)

    # --- asking ---

    def get(self, name: str) -> Any:
        """Ask ``/api/1/NAME``.  Raises Refused."""
        return self._ask("GET", name, None)

    def post(self, name: str, **body: object) -> Any:
        """Change something through ``/api/1/NAME``.  Raises Refused."""
        return self._ask("POST", name, json.dumps(body).encode())

    def read(self, path: str, login: "Login | None" = None) -> str:
        """The page that a path leads to, for who logs in anew, or with a login that there is.

        Raises Refused where it is not for them, or leads to another site.
        """
        return self._look("GET", path, login or self.log_in())

    def submit(self, path: str, form: str, login: "Login") -> str:
        """Send a form, as its own page does; return the page that it leads to.

        Raises Refused as for a page, and where it is not taken for one of their own.
        """
        return self._look("POST", path, login, form)

    @property
    def url(self) -> str:
        """``http://127.0.0.1:PORT`` of its page."""
        return str(self._page["url"])

    @property
    def key(self) -> str:
        """What commands show instead of a session."""
        return str(self._page["key"])

    @property
    def page(self) -> tuple[str, int]:
        address = urlsplit(self.url)
        assert address.hostname is not None and address.port is not None
        return address.hostname, address.port

    def ports(self) -> dict[str, tuple[str, int]]:
        """Where its link and its swarm listen."""
        status = self.get("status")
        link_port = int(status["link"].rpartition(":")[2])
        return {
            "link": (self.host, link_port),
            "swarm": (self.host, int(status["swarm_port"])),
        }

    def log_in(self) -> "Login":
        """Log a browser in, at the host where that can be done."""
        link = urlsplit(self.post("login-link")["url"])
        connection = HTTPConnection(*self.page, timeout=ANSWER_S)
        connection.request("GET", f"{link.path}?{link.query}", headers={"Host": link.netloc})
        cookie = connection.getresponse().headers["Set-Cookie"]
        connection.close()
        return Login(host=link.netloc, cookie=str(cookie).partition(";")[0])

    # --- watching ---

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    @property
    def rss_bytes(self) -> int:
        """Memory it has in RAM now."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * resource.getpagesize()

    @property
    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def wait_for(self, what: str, look: Callable[[], T | None], seconds: float) -> T:
        """Return what ``look`` finds as soon as it is true.  Refused when it is not in time."""
        deadline_s = time.monotonic() + seconds
        while not (found := look()):
            if not self.is_alive or time.monotonic() > deadline_s:
                raise Refused(f"no sign of {what}; the end of its log: {self.log_end()}")
            time.sleep(0.05)
        return found

    def log_end(self) -> str:
        return self.log.read_text(errors="replace")[-2_000:]

    # --- ending ---

    def end(self) -> int:
        """Ask it to stop, and return its exit code; killed, if it does not."""
        if self.is_alive:
            self.process.terminate()
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    # --- inside ---

    def _find_page(self) -> dict[str, Any] | None:
        try:
            page: dict[str, Any] = json.loads((self.home / "run" / "page.json").read_text())
        except (OSError, ValueError):
            return None
        return page if page["pid"] == self.process.pid else None

    def _look(self, method: str, path: str, login: Login, form: str | None = None) -> str:
        headers = {"Host": login.host, "Cookie": login.cookie}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Sec-Fetch-Site"] = "same-origin"
        connection = HTTPConnection(*self.page, timeout=ANSWER_S)
        try:
            connection.request(method, path, form, headers)
            answer = connection.getresponse()
            page = answer.read().decode(errors="replace")
        finally:
            connection.close()
        if answer.status == 401 or (form is not None and answer.status == 403):
            raise Refused(f"{method} {path}: {answer.status}")
        location = answer.headers.get("Location")
        if location is None:
            return page
        led_to = urlsplit(urljoin(f"http://{login.host}{path}", location))
        if led_to[:2] != ("http", login.host):
            raise Refused(f"{method} {path} leads to {location}")
        return self._look("GET", urlunsplit(("", "", *led_to[2:4], "")), login)

    def _ask(self, method: str, name: str, body: bytes | None) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = HTTPConnection(*self.page, timeout=ANSWER_S)
        try:
            connection.request(method, f"/api/1/{name}", body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException) as error:
            raise Refused(f"{method} {name}: {error}") from error
        finally:
            connection.close()
        if response.status >= 400:
            raise Refused(f"{method} {name}: {response.status} {content[:200]!r}")
        return json.loads(content)


@contextmanager
def besieged(
    folder: Path,
    name: str = "ada",
    options: Sequence[str] = (),
    *,
    files_max: int | None = None,
) -> Iterator[Besieged]:
    """A node that runs for as long as the block lasts."""
    node = Besieged(folder, name, *options, files_max=files_max)
    try:
        yield node
    finally:
        node.end()


def _begin(line: Sequence[str], standard: Standard, files_max: int | None) -> Process:
    """Run a module: a copy of what is loaded already, where it may open what this one may."""
    if files_max is None:
        return ZYGOTE.start(line, os.environ, standard)
    return load(line, os.environ, standard, partial(_limit_files, files_max))


def _limit_files(files_max: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (files_max, files_max))
