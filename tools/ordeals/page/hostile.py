"""Every address of the page, asked with headers that mean harm: nothing breaks or leads out.

What another site would change has all else that a form of ours has, the key of this login too:
it is the headers by which it is refused.
"""

import re
import socket
from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from webui.headers import CONTENT_SECURITY_POLICY

from ordeals.page.routes import Address, addresses
from ordeals.page.stage import Scene, Stage
from ordeals.page.town import IDA
from ordeals.strangers.besieged import FORM_KEY, Besieged, Login

ANSWER_S: Final = 300
EVIL: Final = "evil.test"
MARK: Final = "<i data-xss>"
"""Stands in headers, and must come back in nothing."""
SAFE: Final = frozenset({"GET", "HEAD"})
STATUS: Final = re.compile(rb"HTTP/1\.1 (\d\d\d) ")


class Hostile(Struct, frozen=True, kw_only=True):
    """Headers that somebody sends."""

    name: str
    lines: tuple[str, ...]
    host: str = "{host}"
    """What stands in ``Host``; ``{host}`` is the right one, ``{port}`` its port."""
    refused: bool = False
    """Whether nothing at all may be shown."""
    body: str = ""
    """What follows them, so that nobody waits for more."""
    changes_only: bool = False
    """Whether what would change something is refused, and the rest is shown."""

    def refuses(self, address: Address) -> bool:
        """Whether nothing may be shown or done at an address."""
        return self.refused or (self.changes_only and address.method not in SAFE)


HONEST: Final = Hostile(name="nothing", lines=())
HOME: Final = Address(method="GET", path="/")


def _hosts() -> Iterator[Hostile]:
    for host in (
        EVIL,
        f"{EVIL}:{{port}}",
        f"127.0.0.1.{EVIL}:{{port}}",
        f"127.0.0.1:{{port}}@{EVIL}",
        f"{{host}}.{EVIL}",
        "0.0.0.0:{port}",
        "localhost:{port}.",
        "[::ffff:127.0.0.1]:{port}",
        "127.1:{port}",
        f"{MARK}:{{port}}",
        "x" * 4_000,
    ):
        yield Hostile(name=f"host {host[:40]}", host=host, lines=(), refused=True)
    yield Hostile(name="two hosts", lines=(f"Host: {EVIL}",), refused=True)
    yield Hostile(name="no login of that host", host="127.0.0.1:{port}", lines=())


HEADERS: Final = (
    *_hosts(),
    *(
        Hostile(name=f"{name} {value}", lines=(f"{name}: {value}",), changes_only=True)
        for name, value in (
            ("Origin", f"http://{EVIL}"),
            ("Origin", "null"),
            ("Origin", "http://{host}.evil.test"),
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Sec-Fetch-Site", MARK),
        )
    ),
    *(
        Hostile(name=name, lines=(f"{name}: {value}",))
        for name, value in (
            ("X-Forwarded-Host", EVIL),
            ("X-Forwarded-Proto", "javascript"),
            ("X-Forwarded-For", f"{MARK}, 127.0.0.1"),
            ("Forwarded", f"for=127.0.0.1;host={EVIL};proto=https"),
            ("X-Original-URL", f"//{EVIL}/"),
            ("X-Rewrite-URL", f"//{EVIL}/"),
            ("X-HTTP-Method-Override", "POST"),
            ("X-Script-Name", f"//{EVIL}"),
            ("Referer", f"http://{EVIL}/{MARK}"),
            ("User-Agent", MARK),
            ("Accept", f"application/json, {MARK}"),
            ("Accept-Language", f"{MARK}, ../../../etc/passwd;q=1, ar-" + "x" * 2_000),
            ("Accept-Encoding", "gzip;q=nan, " + "br, " * 500),
            ("Authorization", f"Bearer {MARK}"),
            ("Authorization", "Basic " + "=" * 999),
            ("Cookie", f"theme={MARK}; language=../../x; contrast={EVIL}"),
            ("Range", "bytes=" + "0-1," * 900),
            ("Range", "bytes=99999999999999999999-"),
            ("If-None-Match", '"' + "x" * 4_000),
            ("If-Modified-Since", "Thu, 99 Foo 99999 99:99:99 GMT"),
            ("Content-Type", f"multipart/form-data; boundary={MARK}"),
            ("Expect", "100-continue"),
            ("Upgrade", "h2c"),
            ("Last-Event-ID", MARK * 50),
            ("Idempotency-Key", MARK * 50),
            ("Odd", "caf\xe9 \xff\x80"),
        )
    ),
    Hostile(name="a hundred headers", lines=tuple(f"X-{n}: {EVIL}" for n in range(100))),
    Hostile(name="one of 60 kB", lines=("X-Long: " + "x" * 60_000,)),
    Hostile(name="lengths that differ", lines=("Content-Length: 0", "Content-Length: 9")),
    Hostile(
        name="a length and parts",
        lines=("Content-Length: 4", "Transfer-Encoding: chunked"),
        body="0\r\n\r\n",
    ),
)


def besiege(stage: Stage, hostile: Hostile) -> None:
    """Ask for every address; AssertionError names the first that answers otherwise."""
    node = stage.town.at(IDA)
    login, port = node.log_in(), node.page[1]
    known, shown = addresses(stage.town, IDA), ask(node, login, HOME, HONEST, port)
    key = FORM_KEY.search(shown.decode(errors="replace"))
    assert key is not None, f"without any such header there is no page: {shown[:300]!r}"
    before = node.get("timeline?limit=50")["posts"]
    for address in known:
        if address.path == "/logout":
            continue  # who is logged out is refused everything
        answer = ask(node, login, address, hostile, port, f"form_key={key[1]}")
        wrong = fault(answer, address, hostile)
        assert not wrong, f"{hostile.name}: {address.method} {address.path}: {wrong}"
    assert node.get("timeline?limit=50")["posts"] == before, "something was changed"
    assert not stage.town.logged(IDA, "Traceback"), "an error that nobody expected"


def ask(
    node: Besieged, login: Login, address: Address, hostile: Hostile, port: int, form: str = ""
) -> bytes:
    """All that is answered until the other end closes; ``form`` is sent where it is refused."""
    host = hostile.host.format(host=login.host, port=port)
    lines = [each.replace("{host}", login.host) for each in hostile.lines]
    head = [f"{address.method} {address.path} HTTP/1.1", f"Host: {host}"]
    head += [f"Cookie: {login.cookie}", *lines, "Connection: close"]
    if address.method not in SAFE and hostile.refuses(address):
        head += ["Content-Type: application/x-www-form-urlencoded"]
        head += [f"Content-Length: {len(form)}", "", form]
    else:
        head += ["", hostile.body]
    with socket.create_connection(node.page, ANSWER_S) as connection:
        try:
            connection.sendall("\r\n".join(head).encode("latin-1"))
            return b"".join(iter(lambda: connection.recv(65_536), b""))
        except ConnectionError:
            return b""  # it hung up on what it does not want to read


def fault(answer: bytes, address: Address, hostile: Hostile) -> str:
    """What is wrong with an answer, or with none; empty: nothing."""
    if not answer:
        return ""  # it hung up
    found = STATUS.match(answer)
    if not found:
        return f"no status: {answer[:60]!r}"
    status = int(found[1])
    head, _, body = answer.partition(b"\r\n\r\n")
    wrong = {
        f"{status}": status >= 500 and status != 503,
        "what was sent comes back": any(each.encode() in answer for each in (EVIL, MARK)),
        f"{status}, though it should be refused": status < 400 and hostile.refuses(address),
        "a page without its policy": b"text/html" in head
        and body != b""
        and CONTENT_SECURITY_POLICY.encode() not in head,
    }
    return ", ".join(sentence for sentence, is_so in wrong.items() if is_so)


def scene_of(hostile: Hostile) -> Scene:
    return Scene(
        name=f"header: {hostile.name}",
        play=lambda stage: besiege(stage, hostile),
        at=IDA,
    )


HOSTILE: Final = tuple(scene_of(each) for each in HEADERS)
