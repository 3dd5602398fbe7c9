"""Somebody who reads the page meanwhile, in a process of their own, and how long it took.

``python -m ordeals.strangers.visitor URL HOST COOKIE``: asks for the page until its input ends,
then writes the milliseconds each answer took as a line of JSON.
"""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from msgspec import Struct, field

from ordeals.strangers.besieged import Login

EVERY_S: Final = 0.05
"""Pause between two pages: somebody who reads fast."""

PATIENCE_S: Final = 30
FAILED_MS: Final = 1000.0 * PATIENCE_S
"""What a page that did not come counts as."""

TOOLS: Final = Path(__file__).resolve().parents[2]


class Visits(Struct):
    """How long each page took, once the visitor is gone."""

    took_ms: list[float] = field(default_factory=list)

    @property
    def p50_ms(self) -> float:
        return self._at(50)

    @property
    def p99_ms(self) -> float:
        return self._at(99)

    @property
    def failed(self) -> int:
        return sum(took >= FAILED_MS for took in self.took_ms)

    def _at(self, percent: int) -> float:
        ordered = sorted(self.took_ms)
        return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]

    def __str__(self) -> str:
        return f"p50 {self.p50_ms:.0f} ms, p99 {self.p99_ms:.0f} ms of {len(self.took_ms)}"


@contextmanager
def visiting(url: str, login: Login) -> Iterator[Visits]:
    """Somebody reads the page while the block lasts; what they saw is there afterwards."""
    visits = Visits()
    process = subprocess.Popen(
        [sys.executable, "-m", "ordeals.strangers.visitor", url, login.host, login.cookie],
        env={**os.environ, "PYTHONPATH": f"{TOOLS}{os.pathsep}{TOOLS.parent}"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        yield visits
    finally:
        said, _ = process.communicate(timeout=3 * PATIENCE_S)
        visits.took_ms += json.loads(said)


def main(arguments: Sequence[str]) -> None:
    """Visit, until nobody listens any more."""
    address, host, cookie = urlsplit(arguments[0]), *arguments[1:]
    assert address.hostname is not None and address.port is not None
    headers = {"Host": host, "Cookie": cookie}
    took_ms: list[float] = []
    while not select.select([sys.stdin], [], [], EVERY_S)[0] or not took_ms:
        took_ms.append(_visit((address.hostname, address.port), headers))
    print(json.dumps(took_ms))


def _visit(at: tuple[str, int], headers: dict[str, str]) -> float:
    started_s = time.monotonic()
    connection = HTTPConnection(*at, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/", headers=headers)
        answer = connection.getresponse()
        came = answer.status == 200 and answer.read().endswith(b"</html>")
    except (OSError, HTTPException):
        came = False
    finally:
        connection.close()
    return (time.monotonic() - started_s) * 1000 if came else FAILED_MS


if __name__ == "__main__":
    main(sys.argv[1:])
