"""A site of the web, on this machine, whose every word is a text that would run."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import unquote
from xml.sax.saxutils import escape

from ordeals.page.sheltered import SITE_HOST

KINDS: Final = ("rss", "json")
"""Kinds of feed that it has of each text."""

RSS: Final = """<rss version="2.0"><channel><title>{0}</title><link>{0}</link><item>
<title>{0}</title><author>{0}</author><category>{0}</category><link>{0}</link><guid>{0}</guid>
<pubDate>Fri, 20 Nov 2026 12:00:00 GMT</pubDate><description>{0}</description>
<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/"><![CDATA[{1}]]>
</content:encoded></item></channel></rss>"""
"""Of a text that is escaped, and as markup."""


def rss_of(text: str) -> str:
    """A file in which the text stands wherever one can."""
    return RSS.format(escape(text), text)


def json_of(text: str) -> str:
    """The same as a JSON Feed, which has texts that are no markup."""
    item = {"id": text, "url": text, "title": text, "content_text": text}
    whole: dict[str, object] = {"version": "https://jsonfeed.org/version/1.1", "title": text}
    whole |= {"home_page_url": text, "description": text, "authors": [{"name": text}]}
    return json.dumps(whole | {"items": [item, {"id": "2", "content_html": text}]})


class Site:
    """It has a feed of each text, at an address with the text in it."""

    def __init__(self) -> None:
        self._server = ThreadingHTTPServer((SITE_HOST, 0), _Teller)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url: Final = f"http://site.example:{self._server.server_port}"
        """By a name, as sites have; nodes of the town know it."""

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Teller(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind, _, text = unquote(self.path).removeprefix("/").partition("/")
        told = (json_of if kind == "json" else rss_of)(text)
        body = told.encode()
        self.send_response(200)
        self.send_header("Content-Type", f"application/{kind}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""
