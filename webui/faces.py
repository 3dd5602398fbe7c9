"""What stands for a person at a glance: the picture they show, or the pattern of their key."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, Final

from flask import g, url_for
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import astuple
from swarmfeed.core.asks.faces import Face, faces_of
from swarmfeed.core.asks.limits import FACES_AT_ONCE_MAX
from swarmfeed.core.asks.media import HERE
from swarmfeed.core.asks.meeting_sentences import what_a_link_tells
from swarmfeed.core.base.types import AuthorId

from webui import pictures
from webui.current import ask


def emblem(author_id: AuthorId) -> Markup:
    """Return their picture, where it is here already; else the pattern."""
    url = _picture_url(author_id)
    if not url:
        return pictures.emblem(author_id)
    return Markup('<img class="emblem" src="{}" alt="" width="88" height="88">').format(url)


def in_drawing(author_id: AuthorId) -> Markup:
    """The same within a drawing: as large as the SVG element that it stands in."""
    url = _picture_url(author_id)
    if not url:
        return pictures.emblem(author_id)
    return Markup(
        '<image href="{}" width="100%" height="100%" preserveAspectRatio="xMidYMid slice"/>'
    ).format(url)


def faces(authors: Iterable[AuthorId]) -> Mapping[AuthorId, Face | None]:
    """Return what these show, and all others that were looked up for this request; None: no
    picture."""
    known: dict[AuthorId, Face | None] = g.setdefault("faces", {})
    new = [each for each in dict.fromkeys(authors) if each not in known]
    for start in range(0, len(new), FACES_AT_ONCE_MAX):
        part = new[start : start + FACES_AT_ONCE_MAX]
        known.update(dict.fromkeys(part))
        known.update({each.author: each for each in ask(faces_of(*part)).faces})
    return known


def expect(shown: object) -> None:
    """Those in what a page shows are asked for together, when the first of them is drawn."""
    g.expected = people_in(shown)


def people_in(shown: object) -> Iterator[AuthorId]:
    """Return who is named in answers, as ``author_id``, however deep."""
    # A page has thousands of values: all are walked in this one frame.
    around: list[Iterator[object]] = [iter((shown,))]
    while around:
        for each in around[-1]:
            kind: Any = type(each)  # to mypy a class is not Hashable
            look = _look_into(kind)
            if look is not None:
                author_id, within = look(each)
                if isinstance(author_id, bytes):
                    yield AuthorId(author_id)
                around.append(iter(within))
                break
        else:
            around.pop()


@cache
def _look_into(kind: type) -> Callable[[Any], tuple[object, Iterable[object]]] | None:
    """What tells of such a value whom it names and what is in it; None: it holds no others."""
    if issubclass(kind, Struct):
        return lambda each: (getattr(each, "author_id", None), astuple(each))
    if issubclass(kind, dict):
        return lambda each: (each.get("author_id"), each.values())
    if issubclass(kind, tuple | list):
        return lambda each: (None, each)
    return None


def _picture_url(author_id: AuthorId) -> str:
    """Where their picture is; empty: there is none, or it is not here yet."""
    known: Mapping[AuthorId, Face | None] = g.get("faces", {})
    if author_id not in known:
        # Of very many, those that stand first; the next ones when one of them is drawn.
        others = islice(g.get("expected", ()), FACES_AT_ONCE_MAX - 1)
        known = faces((author_id, *others))
    face = known[author_id]
    if face is None or face.avatar is None or face.avatar.state != HERE:
        return ""
    return url_for("medium", medium=face.avatar.id.hex(), form="small")


FILTERS: Final[dict[str, Callable[..., str]]] = {
    "emblem": emblem,
    "pattern": pictures.emblem,
    "qr_code": pictures.qr_code,
    "what_it_tells": what_a_link_tells,
}
"""What templates show people and links with."""
