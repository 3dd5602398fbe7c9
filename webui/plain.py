"""Requests looked at, and plain answers given, without Flask."""

from typing import TYPE_CHECKING, Final

from webui.headers import HEADERS

if TYPE_CHECKING:
    from uvicorn._types import ASGISendCallable, HTTPScope, WebSocketScope

HEADER_LIST: Final = [
    (name.lower().encode(), value.encode()) for name, value in HEADERS.items()
]
"""What every answer carries, as ASGI spells it."""


def values(scope: "HTTPScope | WebSocketScope", name: bytes) -> list[str]:
    """Return what a header says, once for each time it is there."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


async def refuse(
    send: "ASGISendCallable", status: int, sentence: str, *, closes: bool = False
) -> None:
    """Answer with a sentence; ``closes`` where the rest of the request was not read."""
    headers = [*HEADER_LIST, (b"content-type", b"text/plain; charset=utf-8")]
    headers += [(b"connection", b"close")] if closes else []
    await send(
        {"type": "http.response.start", "status": status, "headers": headers, "trailers": False}
    )
    await send({"type": "http.response.body", "body": sentence.encode(), "more_body": False})
