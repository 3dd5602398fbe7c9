"""A program on the same machine sends half of what it should to the page, and waits."""

import socket
import time
from contextlib import ExitStack
from typing import Final

from ordeals.ordeal import Outcome
from ordeals.strangers.besieged import Besieged, Login, Refused, besieged
from ordeals.strangers.siege import Siege, Terms
from ordeals.strangers.visitor import visiting

BODIES: Final = 60
HEADERS: Final = 600
LASTS_S: Final = 20
PAGE_P99_MS_MAX: Final = 100
SAMPLE_P99_MS_MAX: Final = 1_000
"""Of a sample, which is a few pages on a machine that may be busy with others: where half sent
requests keep a page waiting, it never comes."""

GONE_S: Final = 45
"""When all who sent half of a request and wait must have been thrown out."""


def lay(terms: Terms) -> Outcome:
    """Half of each request is sent; the page is read meanwhile, and a post is written."""
    with besieged(terms.folder) as node, ExitStack() as stack:
        outcome = Outcome()
        login = node.log_in()
        for number in range(30):
            node.post("post", text=f"post {number} to be read")
        with visiting(node.url, login) as calm:
            time.sleep(max(1, 5 * terms.cases // 100))
        bodies = [_half_body(node, login, n) for n in range(terms.of(BODIES, least=30))]
        headers = [_half_headers(node, login) for _ in range(terms.of(HEADERS, least=60))]
        for each in (*bodies, *headers):
            stack.callback(each.close)
        with visiting(node.url, login) as visits:
            time.sleep(max(1, LASTS_S * terms.cases // 100))
            _post(node, outcome)
        outcome.cases += 1
        p99_ms_max = (
            PAGE_P99_MS_MAX if terms.is_whole else max(SAMPLE_P99_MS_MAX, 5 * calm.p99_ms)
        )
        if visits.p99_ms > p99_ms_max or visits.failed:
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


def _half_body(node: Besieged, login: Login, number: int) -> socket.socket:
    """Half of a form, of a command's question, or of what does not say how long it is."""
    form = (f"Cookie: {login.cookie}", "Content-Type: application/x-www-form-urlencoded")
    key = (f"Authorization: Bearer {node.key}", "Content-Type: application/json")
    asked, *lines, half = (
        ("POST /posts", *form, "Content-Length: 1000", "text=half+of+it"),
        ("POST /api/1/post", *key, "Content-Length: 1000", '{"text": "half of it'),
        ("POST /posts", *form, "Transfer-Encoding: chunked", "64\r\ntext=half+of+it"),
    )[number % 3]
    return _say(node, login, asked, *lines, "Sec-Fetch-Site: same-origin", "", half)


def _half_headers(node: Besieged, login: Login) -> socket.socket:
    return _say(node, login, "GET /", "Cook")


def _say(node: Besieged, login: Login, asked: str, *lines: str) -> socket.socket:
    """Send a request line, its Host, and what is given of the rest."""
    found = socket.create_connection(node.page, timeout=10)
    text = "\r\n".join([f"{asked} HTTP/1.1", f"Host: {login.host}", *lines])
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
