"""Pictures that people show beside their names."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.limits import FACES_AT_ONCE_MAX
from swarmfeed.core.asks.media import MediumView
from swarmfeed.core.asks.shape import Spare
from swarmfeed.core.base.address import format_author, parse_author
from swarmfeed.core.base.types import AuthorId


class Face(Struct, frozen=True, kw_only=True):
    """What somebody shows beside their name."""

    author: AuthorId
    avatar: Annotated[MediumView | None, Spare()] = None
    banner: Annotated[MediumView | None, Spare()] = None


class FaceList(Struct, frozen=True, kw_only=True):
    """People with pictures in their profiles."""

    faces: tuple[Face, ...]
    """Whoever shows none is left out; so is whoever was asked for behind the 200th."""


class Faces(Ask[FaceList], frozen=True, kw_only=True):
    """The pictures in the profiles of these people, as far as they are known here."""

    name = "faces"

    authors: str
    """Addresses of at most 200 people, with commas between; more are passed over."""


def faces_of(*authors: AuthorId) -> Faces:
    return Faces(authors=",".join(map(format_author, authors)))


def asked_for(addresses: str) -> list[AuthorId]:
    """Return those that are looked for, each once.  UserError: one is no address."""
    named = [each.strip() for each in addresses.split(",", FACES_AT_ONCE_MAX)]
    return list(dict.fromkeys(parse_author(each) for each in named[:FACES_AT_ONCE_MAX] if each))
