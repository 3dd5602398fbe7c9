"""A post as it was found in an archive, and why some records are none."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.base.texts import Text


class FoundMedium(NamedTuple):
    """A picture or file that goes with a post."""

    members: tuple[str, ...]
    """What it may be called in the archive; the first that is there is meant."""
    alt: str = ""
    """What it shows, in words."""


class FoundPost(Struct, frozen=True):
    """One post of an archive, not cleaned yet."""

    time_ms: int
    text: str
    src: str = ""
    """The URL under which it stood; empty: nobody knows one.  Names it for ever."""
    cw: str = ""
    lang: str = ""
    answers: str = ""
    """``src`` of the own post that it answers; empty: it answers none."""
    media: tuple[FoundMedium, ...] = ()
    order: int = 0
    """Among those of one time: the lower is the older."""
    earlier: int = 0
    """Of those without ``src``: how many equal ones stood in the batches before this one."""
    as_it_is: bool = False
    """Whether its time is to stay though another one has the same."""


class LeftOut(Struct, frozen=True):
    """A record that does not come."""

    why: Text
    about: str = ""
    """Its first words, or what was wrong."""


Read = FoundPost | LeftOut


def in_order(found: Iterable[FoundPost]) -> tuple[list[FoundPost], list[FoundPost]]:
    """Sort posts by their times, oldest first; no two of them have the same.

    Returns:
        The posts, and those that came twice: of one ``src`` the newest counts.
    """
    ordered = sorted(found, key=lambda each: (each.time_ms, each.order))
    last = {each.src: at for at, each in enumerate(ordered) if each.src}
    kept: list[FoundPost] = []
    twice: list[FoundPost] = []
    for at, each in enumerate(ordered):
        (kept if last.get(each.src, at) == at else twice).append(each)
    return list(_spread(kept)), twice


def _spread(ordered: Sequence[FoundPost]) -> Iterator[FoundPost]:
    """Let equal times follow each other by a millisecond: their order is to last."""
    free_ms = 0
    for each in ordered:
        if not each.as_it_is and each.time_ms < free_ms:
            each = replace(each, time_ms=free_ms)
        free_ms = each.time_ms + 1
        yield each
