"""What open pages are told of as it happens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Change:
    """Something a live page wants to know."""

    name: str
    """``new`` (posts arrived: ``n``, ``author``), ``progress`` (a chunk was kept: ``feed``,
    entries ``held``), ``receipt`` (own posts were confirmed), ``status`` (ask again)."""

    number: int
    """Grows by one with each change; the event id of server-sent events."""

    fields: dict[str, str | int]
