"""A program on the same machine sends half of what it should to the page, and waits."""

import socket
import time
from contextlib import ExitStack
from typing import Final

from ordeals.ordeal import Outcome
from ordeals.strangers.besieged import Besieged, Refused, besieged
from ordeals.strangers.siege import Siege, Terms
from ordeals.strangers.visitor import visiting

BODIES: Final = 60
HEADERS: Final = 600
LASTS_S: Final = 20
PAGE_P99_MS_MAX: Final = 100
GONE_S: Final = 45
"""When all who sent half of a request and wait must have been thrown out."""


def lay(terms: Terms) -> Outcome:
    """Half of each request is sent; the page is read meanwhile, and a post is written."""
    with besieged(terms.folder) as node, ExitStack() as stack:
        outcome = Outcome()
        cookie = node.log_in()
        for number in range(30):
            node.post("post", text=f"post {number} to be read")
        with visiting(node.url, cookie) as calm:
            time.sleep(max(1, 5 * terms.cases // 100))
        bodies = [_half_body(node, cookie) for _ in range(terms.of(BODIES, least=30))]
        headers = [_half_headers(node) for _ in range(terms.of(HEADERS, least=60))]
        for each in (*bodies, *headers):
            stack.callback(each.close)
        with visiting(node.url, cookie) as visits:
            time.sleep(max(1, LASTS_S * terms.cases // 100))
            _post(node, outcome)
        outcome.cases += 1
        if visits.p99_ms > PAGE_P99_MS_MAX or visits.failed:
            outcome.gave_way.append(f"the page came in {visits}, {visits.failed} never")
        if terms.is_whole:
            _wait_until_gone([*bodies, *headers], outcome)
        outcome.figures |= {
            "half sent": f"{len(bodies)} bodies, {len(headers)} headers",
            "page before": str(calm),
            "page meanwhile": str(visits),
        }
        return outcome


def _post(node: Besieged, outcome: Outcome) -> None:
    outcome.cases += 1
    try:
        node.post("post", text="meanwhile")
    except Refused as refused:
        outcome.gave_way.append(f"a post was refused: {refused}")


def _half_body(node: Besieged, cookie: str) -> socket.socket:
    host, port = node.page
    lines = (
        "POST /posts HTTP/1.1",
        f"Host: {host}:{port}",
        f"Cookie: {cookie}",
        "Sec-Fetch-Site: same-origin",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Length: 1000",
        "",
        "text=half+of+it",
    )
    return _say(node, "\r\n".join(lines))


def _half_headers(node: Besieged) -> socket.socket:
    host, port = node.page
    return _say(node, f"GET / HTTP/1.1\r\nHost: {host}:{port}\r\nCook")


def _say(node: Besieged, text: str) -> socket.socket:
    found = socket.create_connection(node.page, timeout=10)
    found.sendall(text.encode())
    return found


def _wait_until_gone(sockets: list[socket.socket], outcome: Outcome) -> None:
    """Reads until the end of each: an answer may come first, that it took too long."""
    deadline_s = time.monotonic() + GONE_S
    left = 0
    for each in sockets:
        try:
            each.settimeout(max(0.01, deadline_s - time.monotonic()))
            while each.recv(4096):
                pass
        except TimeoutError:
            left += 1
        except ConnectionError:
            pass
    outcome.cases += 1
    if left:
        outcome.gave_way.append(f"{left} were still connected after {GONE_S} s")


HALF_SENT: Final = Siege(
    name="half-sent",
    about="half of each request is sent to the page, which is read meanwhile",
    lay=lay,
)
