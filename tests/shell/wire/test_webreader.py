"""Reading the web: what each ``ports.web.WebReader`` promises, and whom the real one asks."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from street.fakes.web import FakeSites, FakeWebReader
from swarmfeed.core.base.texts import Sentence
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.reach import is_public
from swarmfeed.core.webfeeds.limits import FETCHED_BYTES_MAX, REDIRECTS_MAX
from swarmfeed.errors import RetryError
from swarmfeed.ports.web import WebAnswer, WebReader
from swarmfeed.shell.wire.tls import server_context
from swarmfeed.shell.wire.webreader import PublicWebReader

from tests.socks import socks_server

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HOST = "blog.example"
HERE = "127.0.0.1"


def answer(body: bytes = b"", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


class Web:
    """A server on loopback that answers by path, and what was asked of it."""

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Serve] = {}
        self.asked: list[str] = []
        self.looked_up: list[str] = []
        self.names: dict[str, list[str]] = {HOST: [HERE]}
        self.port = 0

    def url(self, path: str, host: str = HOST) -> str:
        return f"http://{host}:{self.port}{path}"

    def look_up(self, host: str, port: int) -> list[str]:
        self.looked_up.append(host)
        return self.names[host]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        page: bytes | Serve = b""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.asked.append(head)
            page = self.pages[head.split(" ")[1]]
            if isinstance(page, bytes):
                writer.write(page)
            else:
                await page(reader, writer)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # who asked has had enough
        finally:
            if isinstance(page, bytes):
                writer.close()
            else:
                writer.transport.abort()


def may_dial(address: str) -> bool:
    """Loopback as if it were public: of this test alone."""
    return address == HERE or is_public(address)


def reading(web: Web, url: str, **extra: str) -> WebAnswer:
    return asyncio.run(_reading(web, lambda: [web.url(url) if url[0] == "/" else url], extra))


async def _reading(
    web: Web,
    urls: Callable[[], list[str]],
    tags: dict[str, str],
    within_s: float = 5,
    proxy: Endpoint | None = None,
) -> WebAnswer:
    server = await asyncio.start_server(web.serve, HERE, web.port)
    web.port = server.sockets[0].getsockname()[1]
    reader = PublicWebReader(proxy, may_dial=may_dial, look_up=web.look_up, within_s=within_s)
    try:
        return [await reader.read(url, **tags) for url in urls()][-1]
    finally:
        reader.close()
        server.close()


@pytest.fixture
def web() -> Web:
    return Web()


@contextmanager
def refused(why: str) -> Iterator[None]:
    """It is refused in a sentence that can be said in any language."""
    with pytest.raises(RetryError, match=why) as found:
        yield
    assert isinstance(found.value.args[0], Sentence)


def test_the_fake_and_the_real_answer_alike(web: Web) -> None:
    sites = FakeSites()
    sites.serve("https://blog.example/feed", "hello", etag='"1"')
    fake: WebReader = FakeWebReader(sites)
    web.pages["/feed"] = answer(b"hello", "200 OK", 'ETag: "1"')
    told = asyncio.run(fake.read("https://blog.example/feed"))
    real = reading(web, "/feed")
    assert (told.status, told.body, told.etag) == (real.status, real.body, real.etag)
    web.pages["/feed"] = answer(b"", "304 Not Modified")
    same = asyncio.run(fake.read("https://blog.example/feed", etag='"1"'))
    again = reading(web, "/feed")
    assert (same.status, same.body) == (again.status, again.body) == (304, b"")
    with refused("nobody knows where"):
        asyncio.run(fake.read("https://nobody.example/"))


def test_what_is_asked_says_who_asks_which_version_is_known_and_nothing_else(web: Web) -> None:
    web.pages["/feed?x=1"] = answer(b"x", "200 OK", "Set-Cookie: id=1", "Last-Modified: then")
    found = reading(web, "/feed?x=1", etag='"a"', modified="then")
    assert found.modified == "then"
    (head,) = web.asked
    names = [line.partition(":")[0] for line in head.split("\r\n")[1:] if line]
    assert names == [
        "Host", "User-Agent", "Accept", "Accept-Encoding", "If-None-Match",
        "If-Modified-Since", "Connection",
    ]  # fmt: skip
    assert f"Host: {HOST}:{web.port}" in head and "User-Agent: swarmfeed/" in head


def test_redirects_are_followed_and_packed_answers_unpacked(web: Web) -> None:
    web.pages["/old"] = answer(b"", "301 Moved", "Location: /new")
    web.pages["/new"] = answer(gzip.compress(b"hello"), "200 OK", "Content-Encoding: gzip")
    found = reading(web, "/old")
    assert (found.body, found.url) == (b"hello", web.url("/new"))


@pytest.mark.parametrize(
    ("chain", "moved"),
    [
        ([], ""),
        (["301 Moved"], "/1"),
        (["308 Moved", "301 Moved"], "/2"),
        (["301 Moved", "302 Found", "301 Moved"], "/1"),
        (["302 Found", "301 Moved"], ""),
        (["307 Found"], ""),
        (["303 Look there"], ""),
    ],
)
def test_it_is_told_where_it_was_sent_on_for_good_and_no_further(
    web: Web, chain: list[str], moved: str
) -> None:
    for number, status in enumerate(chain):
        web.pages[f"/{number}"] = answer(b"", status, f"Location: /{number + 1}")
    web.pages[f"/{len(chain)}"] = answer(b"hello")
    found = reading(web, "/0")
    assert found.body == b"hello"
    assert found.moved == (web.url(moved) if moved else "")


@pytest.mark.attack("A304")
def test_what_a_host_said_of_its_version_goes_back_to_it_and_to_no_other(web: Web) -> None:
    web.names["other.example"] = [HERE]

    async def leads() -> list[WebAnswer]:
        server = await asyncio.start_server(web.serve, HERE, 0)
        web.port = server.sockets[0].getsockname()[1]
        told = ("200 OK", 'ETag: "b"', "Last-Modified: now")
        web.pages = {
            "/": answer(b"", "302 Found", "Location: /moved"),
            "/moved": answer(b"", "302 Found", f"Location: {web.url('/b', 'other.example')}"),
            "/b": answer(b"other", *told),
            "/a": answer(b"same", *told),
            "/to-a": answer(b"", "302 Found", "Location: /a"),
        }
        reader = PublicWebReader(may_dial=may_dial, look_up=web.look_up)
        found = [
            await reader.read(web.url(each), etag='"a"', modified="then")
            for each in ("/", "/to-a")
        ]
        reader.close()
        server.close()
        return found

    elsewhere, same = asyncio.run(leads())
    assert (elsewhere.body, elsewhere.etag, elsewhere.modified) == (b"other", "", "")
    assert (same.body, same.etag, same.modified) == (b"same", '"b"', "now")
    sent = {head.split(" ")[1]: ("If-None-Match" in head, "then" in head) for head in web.asked}
    assert sent == {
        "/": (True, True), "/moved": (True, True), "/b": (False, False),
        "/to-a": (True, True), "/a": (True, True),
    }  # fmt: skip


@pytest.mark.attack("A302")
@pytest.mark.parametrize(
    "there",
    [
        "http://127.0.0.2/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/",
        "http://10.0.0.1/", "http://[::ffff:127.0.0.2]/", "http://0/", "http://2130706433/",
        "http://0x7f.1/",
    ],
)  # fmt: skip
def test_no_redirect_leads_to_an_address_that_is_not_public(web: Web, there: str) -> None:
    web.pages["/"] = answer(b"", "302 Found", f"Location: {there}")
    with refused("no place on the public web"):
        reading(web, "/")
    assert len(web.asked) == 1


@pytest.mark.attack("A302")
def test_no_name_leads_to_an_address_that_is_not_public(web: Web) -> None:
    web.names["inside.example"] = ["127.0.0.2", "192.168.0.1", "fe80::1"]
    with refused("inside.example is no place on the public web"):
        reading(web, "http://inside.example/")
    web.names["both.example"] = ["127.0.0.2", HERE]
    web.pages["/"] = answer(b"public")
    found = asyncio.run(_reading(web, lambda: [web.url("/", "both.example")], {}))
    assert found.body == b"public", "of its addresses only the public one is asked"


@pytest.mark.attack("A302")
def test_a_name_that_changes_between_looking_and_dialling_leads_nowhere_else(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialled: list[str] = []
    open_connection = asyncio.open_connection

    async def noting(host: str, *given: object, **extra: object) -> object:
        dialled.append(host)
        return await open_connection(host, *given, **extra)  # type: ignore[arg-type]

    monkeypatch.setattr(asyncio, "open_connection", noting)
    answers = iter([[HERE], ["169.254.169.254"], ["169.254.169.254"]])
    monkeypatch.setattr(web, "look_up", lambda host, port: next(answers))
    web.pages["/"] = answer(b"", "302 Found", "Location: /again")
    with refused("no place on the public web"):
        reading(web, "/")
    assert dialled == [HERE], "what was judged is dialled, never the name"


@pytest.mark.attack("A304")
def test_redirects_without_end_end(web: Web) -> None:
    web.pages["/"] = answer(b"", "302 Found", "Location: /")
    with refused("sends its readers on and on"):
        reading(web, "/")
    assert len(web.asked) == REDIRECTS_MAX + 1
    for there in ("ftp://example.org/", "file:///etc/passwd", "http://a:b@example.org/"):
        web.pages["/"] = answer(b"", "302 Found", f"Location: {there}")
        with refused("no address of the web"):
            reading(web, "/")


@pytest.mark.attack("A303")
@pytest.mark.parametrize(
    ("packed", "header", "why"),
    [
        (gzip.compress(bytes(FETCHED_BYTES_MAX * 20)), "gzip", "longer than is read"),
        (b"no gzip", "gzip", "cannot be read"),
        (b"x", "br", "cannot be read"),
        (bytes(FETCHED_BYTES_MAX + 1), "identity", "longer than is read"),
    ],
    ids=["bomb", "broken", "unknown", "long"],
)
def test_no_more_is_unpacked_than_is_read(
    web: Web, packed: bytes, header: str, why: str
) -> None:
    web.pages["/"] = answer(packed, "200 OK", f"Content-Encoding: {header}")
    with refused(why):
        reading(web, "/")


@pytest.mark.attack("A303")
def test_one_that_drips_is_silent_or_never_ends_is_left(web: Web) -> None:
    async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"a")
            await asyncio.sleep(0.01)

    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(bytes(65_536))
            await writer.drain()

    web.pages = {"/drip": drip, "/flood": flood}
    with refused("in time"):
        asyncio.run(_reading(web, lambda: [web.url("/drip")], {}, within_s=0.1))
    with refused("longer than is read"):
        reading(web, "/flood")
    web.pages["/"] = b"SSH-2.0-OpenSSH\r\n\r\n"
    with refused("does not speak HTTP"):
        reading(web, "/")
    web.pages["/"] = b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 50_000
    with refused("does not speak HTTP"):
        reading(web, "/")


@pytest.mark.attack("A302")
def test_who_shows_no_certificate_of_its_name_gets_nothing(web: Web, tmp_path: Path) -> None:
    got: list[bytes] = []

    async def conversation() -> None:
        done = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await writer.start_tls(server_context(b"s" * 32, tmp_path))
                got.append(await reader.read(100))
            except OSError:
                pass
            finally:
                done.set()
                writer.transport.abort()

        server = await asyncio.start_server(serve, HERE, 0)
        port = server.sockets[0].getsockname()[1]
        reader = PublicWebReader(may_dial=may_dial, look_up=web.look_up)
        with refused("certificate"):
            await reader.read(f"https://{HOST}:{port}/")
        await done.wait()
        reader.close()
        server.close()

    asyncio.run(conversation())
    assert got == []


@pytest.mark.attack("A152")
def test_by_a_proxy_names_are_looked_up_there_and_addresses_are_judged_here(web: Web) -> None:
    web.pages["/"] = answer(b"hello")
    with socks_server() as proxy:
        by = proxy.endpoint
        # The proxy of the tests knows localhost, and we are asked for no such name.
        found = asyncio.run(_reading(web, lambda: [web.url("/", "127.0.0.1")], {}, proxy=by))
        assert found.body == b"hello"
        assert proxy.asked == [Endpoint("127.0.0.1", web.port)]
        with refused("no place on the public web"):
            asyncio.run(_reading(web, lambda: ["http://10.0.0.1/"], {}, proxy=by))
    assert web.looked_up == []
