"""A real node in a process of its own, in which calls on chosen files can be made to fail."""

import itertools
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from swarmfeed.wiring import create_home

CHECKOUT: Final = Path(__file__).resolve().parents[3]
SOURCE: Final = Path(__file__).with_name("refuse.c")
READY_S: Final = 60
STOP_S: Final = 60
ANSWER_S: Final = 30
LOOK_EVERY_S: Final = 0.05
BUGS: Final = ("Traceback", "session failed", "indexing failed", "chunk not kept", "a bug")
"""Words of a log that stand for something nobody had thought of."""

_numbers = itertools.count(1)


def new_host() -> str:
    """An own address on loopback for each node: libtorrent tells nodes apart by address."""
    number = next(_numbers)
    return f"127.{os.getpid() % 60 + 132}.{number // 250}.{number % 250 + 1}"


def build_refuser(folder: Path) -> Path:
    """Compile what stands between a node and the C library.

    Raises:
        OSError, CalledProcessError: This machine has no C compiler, or it fails.
    """
    made = folder / "refuse.so"
    command = ["cc", "-O1", "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return made


class Refused(Exception):
    """The node answered with an error: the sentence of it."""


class Silent(Exception):
    """The node did not answer at all."""


class Victim:
    """A home, and the process that runs it while there is one."""

    def __init__(
        self,
        folder: Path,
        name: str,
        *options: str,
        logs: Path | None = None,
        refuser: Path | None = None,
        files_max: int | None = None,
    ) -> None:
        """Make the home.

        Args:
            folder: Where home and control file go.
            options: Of ``swarmfeed run``.
            logs: Where its log goes, if not there too.
            refuser: Made by ``build_refuser``; without it nothing can be made to fail.
            files_max: Open files the process may have.
        """
        self.home, self.log = folder / name, (logs or folder) / f"{name}.log"
        self.host, self._options = new_host(), options
        self._control, self._refuser = folder / f"{name}.refuse", refuser
        self._files_max = files_max
        self.process: subprocess.Popen[bytes] | None = None
        self._logged = 0
        if not self.home.exists():
            create_home(self.home, name, "")

    # --- life ---------------------------------------------------------------------------

    def start(self) -> bool:
        """Run it; returns whether it was ready: otherwise it has ended by itself."""
        environment = dict(os.environ)
        if self._refuser is not None:
            environment |= {"LD_PRELOAD": str(self._refuser), "REFUSE_FILE": str(self._control)}
        command = [sys.executable, "-m", "swarmfeed", "--home", str(self.home)]
        command += ["run", "--no-open", "--no-dht", "--listen", self.host, *self._options]
        limit = partial(_limit_files, self._files_max) if self._files_max else None
        self._logged = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=CHECKOUT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=limit,
            )
        until(lambda: "page: http" in self.said() or not self.is_alive, READY_S)
        return self.is_alive

    def stop(self) -> int:
        """End it in good order; returns its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(STOP_S)

    def end(self) -> None:
        """End it, however it is."""
        if self.process is not None and self.is_alive:
            self.process.kill()
            self.process.wait()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def code(self) -> int | None:
        """Exit code; None while it runs."""
        return self.process.poll() if self.process is not None else None

    # --- its troubles -------------------------------------------------------------------

    def refuse(self, number: int, kinds: str, part: str) -> None:
        """Let calls fail from now on; see refuse.c."""
        self._control.write_text(f"{number} {kinds} {part}\n")

    def relent(self) -> None:
        """Let nothing fail any more."""
        self._control.unlink(missing_ok=True)

    # --- asking -------------------------------------------------------------------------

    def get(self, name: str) -> Any:
        """Ask ``/api/1/NAME``.  Raises Refused, Silent."""
        return self._ask("GET", name, None)

    def post(self, name: str, **body: object) -> Any:
        """Change something through ``/api/1/NAME``.  Raises Refused, Silent."""
        return self._ask("POST", name, json.dumps(body).encode())

    def texts(self) -> set[str]:
        """What stands in the timeline.  Raises Refused, Silent."""
        return {each["text"] for each in self.get("timeline?limit=200")["posts"]}

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run ``swarmfeed --home HOME WORDS``, with whatever fails now."""
        command = [sys.executable, "-m", "swarmfeed", "--home", str(self.home), *words]
        return subprocess.run(
            command,
            cwd=CHECKOUT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ANSWER_S * 4,
        )

    # --- looking ------------------------------------------------------------------------

    def said(self) -> str:
        """What it printed since it was started last."""
        with self.log.open("rb") as log:
            log.seek(self._logged)
            return log.read().decode(errors="replace")

    def bugs(self) -> list[str]:
        """Lines of its log that tell of a bug."""
        return [line for line in self.said().splitlines() if any(bug in line for bug in BUGS)]

    def set_aside(self) -> list[str]:
        return sorted(each.name for each in self.home.rglob("*.damaged*"))

    def is_found(self) -> bool:
        """Whether commands find it."""
        try:
            return self._page() is not None
        except Silent:
            return False

    # --- inside -------------------------------------------------------------------------

    def _page(self) -> dict[str, Any]:
        try:
            page: dict[str, Any] = json.loads((self.home / "run" / "page.json").read_text())
        except (OSError, ValueError) as error:
            raise Silent(f"no page file: {error}") from error
        if self.process is None or page.get("pid") != self.process.pid:
            raise Silent("the page file is another process's")
        return page

    def _ask(self, method: str, name: str, body: bytes | None) -> Any:
        page = self._page()
        address = urlsplit(page["url"])
        connection = HTTPConnection(address.hostname or "", address.port, timeout=ANSWER_S)
        headers = {"Authorization": f"Bearer {page['key']}", "Connection": "close"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            connection.request(method, f"/api/1/{name}", body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException) as error:
            raise Silent(f"{name}: {error!r}") from error
        finally:
            connection.close()
        return _open(response.status, content)


def _open(status: int, content: bytes) -> Any:
    try:
        answer = json.loads(content)
    except ValueError as error:
        raise Refused(f"{status} without a sentence: {content[:80]!r}") from error
    if status not in (200, 201):
        raise Refused(f"{status} {answer.get('error')}")
    return answer


def until(reached: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is so; returns whether it was in time."""
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        if reached():
            return True
        time.sleep(LOOK_EVERY_S)
    return reached()


def answers(ask: Callable[[], object]) -> bool:
    """Whether a question is answered."""
    try:
        ask()
    except (Refused, Silent):
        return False
    return True


def sentence_of(lines: Sequence[str]) -> str:
    """The last line of a log that is an error for a person; empty without one."""
    found = [line for line in lines if line.startswith("Error: ")]
    return found[-1] if found else ""


def _limit_files(files_max: int) -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (files_max, files_max))
