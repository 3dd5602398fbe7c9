"""A site of the web is followed by a real node: read, kept apart, and it leads nowhere else."""

import gzip
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.e2e.nodes import Neighbourhood, Node, Refused, new_address

pytestmark = [pytest.mark.e2e]

PAGE = '<!doctype html><link rel="alternate" type="application/rss+xml" href="/feed">'
BOMB = gzip.compress(bytes(64 * 1024 * 1024))
RSS = """<rss version="2.0"><channel><title>A blog</title><link>/</link>{}</channel></rss>"""
ITEM = """<item><guid>{0}</guid><title>{0}</title><link>/{0}</link>
 <description>&lt;p&gt;zebra {0}&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</description>
</item>"""


class Blog:
    """A site on loopback, and what was asked of it."""

    def __init__(self) -> None:
        blog = self
        self.items = ["one"]
        self.asked: list[tuple[str, str]] = []
        """Paths, and which version was known."""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                known = self.headers.get("If-None-Match", "")
                blog.asked.append((self.path, known))
                status, body, headers = blog.answer(self.path, known)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Nobody reads it."""

        self.host = new_address()
        self._server = ThreadingHTTPServer((self.host, 0), Handler)
        self.url = f"http://blog.example:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, path: str, known: str) -> tuple[int, bytes, dict[str, str]]:
        tag = f'"{len(self.items)}"'
        if path == "/feed" and known == tag:
            return 304, b"", {}
        if path == "/feed":
            feed = RSS.format("".join(map(ITEM.format, self.items)))
            return 200, feed.encode(), {"ETag": tag, "Content-Type": "application/rss+xml"}
        leads = {
            "/machine": "http://127.0.0.1:8080/",
            "/cloud": "http://169.254.169.254/latest/meta-data/",
            "/inside": "http://inside.example/",
            "/loop": "/loop",
        }
        if path in leads:
            return 302, b"", {"Location": leads[path]}
        if path == "/bomb":
            return 200, BOMB, {"Content-Encoding": "gzip"}
        return 200, PAGE.encode(), {"Content-Type": "text/html"}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def blog(monkeypatch: pytest.MonkeyPatch) -> Iterator[Blog]:
    served = Blog()
    monkeypatch.setenv("BLOG_AT", served.host)
    yield served
    served.close()


def reader(neighbourhood: Neighbourhood) -> Node:
    return neighbourhood.add("anna", "--no-dht", program="tests.webfeeds.program").start()


def titles(node: Node) -> list[str]:
    return [each["title"] for each in node.command_json("webfeeds", "read")]


def test_a_site_is_followed_read_looked_at_again_and_removed(
    neighbourhood: Neighbourhood, blog: Blog, tmp_path: Path
) -> None:
    anna = reader(neighbourhood)
    done = anna.command_json("webfeeds", "add", blog.url)
    assert (done["web_feed"]["url"], done["web_feed"]["title"]) == (
        f"{blog.url}/feed",
        "A blog",
    )
    (article,) = anna.command_json("webfeeds", "read")
    assert (article["text"], article["url"]) == ("zebra one", f"{blog.url}/one")
    assert anna.command_json("search", "zebra") == [] == anna.command_json("timeline")
    # Killed and started again, it is all there, and looked at when a minute is over.
    anna.kill()
    anna.start()
    assert titles(anna) == ["one"]
    assert "web-feeds" in {each["name"] for each in anna.status()["jobs"]}
    blog.items.insert(0, "two")

    def look() -> bool:
        anna.command("webfeeds", "look")
        return sorted(titles(anna)) == ["one", "two"]

    anna.wait_for("a second article", look, every_s=5)
    assert blog.asked[-1] == ("/feed", '"1"'), "the version that is known is said"
    path = tmp_path / "mine.opml"
    anna.command("webfeeds", "export", str(path))
    anna.command("webfeeds", "remove", f"{blog.url}/feed")
    assert titles(anna) == []
    assert anna.command_json("webfeeds", "import", str(path))["followed"] == 1
    anna.stop()
    with pytest.raises(Refused, match="without the network"):
        anna.command("webfeeds", "add", f"{blog.url}/other")
    assert b"zebra" not in b"".join(each.read_bytes() for each in anna.home.glob("*.db*"))


@pytest.mark.attack("A302")
@pytest.mark.attack("A303")
def test_a_site_leads_its_reader_nowhere_else_and_does_not_fill_it(
    neighbourhood: Neighbourhood, blog: Blog
) -> None:
    anna = reader(neighbourhood)
    for path, why in (
        ("/machine", "no place on the public web"),
        ("/cloud", "no place on the public web"),
        ("/inside", "no place on the public web"),
        ("/loop", "on and on"),
        ("/bomb", "longer than is read"),
    ):
        with pytest.raises(Refused, match=why):
            anna.command("webfeeds", "add", blog.url + path)
    port = anna.page_url.rpartition(":")[2]
    for url in (f"http://127.0.0.1:{port}/", f"http://localhost:{port}/", "file:///etc/passwd"):
        with pytest.raises(Refused, match=r"public web|address of the web"):
            anna.command("webfeeds", "add", url)
    assert anna.command_json("webfeeds")["web_feeds"] == []
