"""The languages that the page can be shown in."""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

SOURCE: Final = "en"
"""What templates, script and sentences are written in."""


class Tongue(Struct, frozen=True, kw_only=True):
    """A language that a person can choose."""

    code: str
    """As in ``lang`` of HTML."""
    called: str
    """As its speakers call it."""
    is_rtl: bool = False
    """Whether it is written from right to left."""


TONGUES: Final[Mapping[str, Tongue]] = {
    each.code: each
    for each in (
        Tongue(code=SOURCE, called="English"),
        Tongue(code="de", called="Deutsch"),
        Tongue(code="ar", called="العربية", is_rtl=True),
    )
}
