"""The door for apps that insist on https: the client API, by TLS, on a port of its own.

Nobody is logged in there: of the pages only the one is reached to which an app leads a person,
and it leads on to the page itself.  Whatever else is asked for is not here (ADR 111).
"""

from ssl import SSLContext
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from webui.plain import refuse

if TYPE_CHECKING:
    from uvicorn._types import (
        ASGI3Application,
        ASGIReceiveCallable,
        ASGISendCallable,
        Scope,
    )

HTTPS_PORT: Final = 443
"""The one that clients leave out of what they call a server (RFC 9110, section 4.2.2)."""

LEADS_ON: Final = "/oauth/authorize"


class SecureDoor(Struct, frozen=True, kw_only=True):
    """Where it is, and by which certificate it is known."""

    port: int
    context: SSLContext
    certificate: bytes
    """In PEM, without its key."""
    fingerprint: str
    """SHA-256 of the certificate, as browsers show it."""
    address: str = ""
    """Another address of this machine on which it answers too; empty: on none."""

    @property
    def url(self) -> str:
        """``https://127.0.0.1:PORT``, or by the other address, without a slash at the end."""
        return f"https://{_host(self.address or '127.0.0.1')}{self._suffix}"

    @property
    def hosts(self) -> frozenset[str]:
        """The Host headers it answers to."""
        names = ["127.0.0.1", "localhost", "::1", *([self.address] if self.address else [])]
        ways = {f":{self.port}", self._suffix}
        return frozenset(_host(name) + way for name in names for way in ways)

    @property
    def _suffix(self) -> str:
        return "" if self.port == HTTPS_PORT else f":{self.port}"


def _host(name: str) -> str:
    """An address as it stands in a URL."""
    return f"[{name}]" if ":" in name else name


class ForApps:
    """An ASGI app: of the pages, what an app needs."""

    def __init__(self, pages: "ASGI3Application") -> None:
        self._pages = pages

    async def __call__(
        self, scope: "Scope", receive: "ASGIReceiveCallable", send: "ASGISendCallable"
    ) -> None:
        assert scope["type"] == "http", "Front lets nothing else through"
        if scope["path"] == LEADS_ON or scope["path"].startswith("/static/"):
            await self._pages(scope, receive, send)
        else:
            await refuse(
                send, 404, "This address is for apps. Open your page: swarmfeed open\n"
            )
