"""A browser of sorts: it keeps cookies, and takes every name for this machine.

Browsers know that a name under .localhost is this machine; not every system's resolver does.

Source: RFC 6761, section 6.3.
"""

import socket
from http.client import HTTPConnection, HTTPResponse
from http.cookiejar import CookieJar
from urllib.request import (
    HTTPCookieProcessor,
    HTTPHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)


def new_browser() -> OpenerDirector:
    """Return one that was nowhere yet."""
    return build_opener(ProxyHandler({}), _Handler(), HTTPCookieProcessor(CookieJar()))


class _Connection(HTTPConnection):
    def connect(self) -> None:
        self.sock = socket.create_connection(("127.0.0.1", self.port), self.timeout)


class _Handler(HTTPHandler):
    def http_open(self, req: Request) -> HTTPResponse:
        return self.do_open(_Connection, req)
