"""What open pages are told of as it happens."""

from msgspec import Struct


class Change(Struct, frozen=True):
    """Something a live page wants to know."""

    name: str
    """``new`` (posts arrived: ``n``, ``author``), ``progress`` (a chunk was kept: ``feed``,
    entries ``held``), ``receipt`` (own posts were confirmed), ``media`` (a picture
    or file ``id`` came), ``messages``
    (a conversation changed), ``status`` (ask again)."""

    number: int
    """Grows by one with each change; the event id of server-sent events."""

    fields: dict[str, str | int]
