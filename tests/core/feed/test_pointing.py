from typing import ClassVar

import pytest
from msgspec import Struct
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.feed.kinds import (
    Body,
    BoostBody,
    EditBody,
    PinBody,
    PostBody,
    ReactBody,
    UnknownBody,
    WithdrawBody,
)
from swarmfeed.core.feed.pointing import answered_by, named_by

OWN, THEIRS = FeedId(bytes(32)), FeedId(bytes([1]) * 32)
A, B, C = (EntryRef(THEIRS, Hash(bytes([n]) * 32), n) for n in range(3))


class AlbumBody(Struct, frozen=True):
    """A kind of a later version."""

    kind: ClassVar[str] = "album"
    cover: EntryRef
    shown: tuple[EntryRef, ...]


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (PostBody("x"), None),
        (PostBody("x", reply=B, root=A, quote=C), (THEIRS, 1)),
        (PostBody("x", quote=C), None),
        (ReactBody(B, "!"), (THEIRS, 1)),
        (BoostBody(C), (THEIRS, 2)),
        (EditBody(7, "x", reply=B), (OWN, 7)),
        (WithdrawBody(7), None),
        (PinBody(B), None),
        (UnknownBody("later", b"de"), None),
    ],
)
def test_what_an_entry_is_for_the_readers_of(
    body: Body, place: tuple[FeedId, int] | None
) -> None:
    assert answered_by(body, OWN) == place


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (PostBody("x"), []),
        (PostBody("x", reply=B, root=A, quote=C), [B, A, C]),
        (EditBody(7, "x", reply=B, quote=C), [B, C]),
        (ReactBody(B, "!"), [B]),
        (PinBody(), []),
        (PinBody(B), [B]),
        (AlbumBody(A, (C, B)), [A, C, B]),
        (UnknownBody("later", b"de"), []),
    ],
)
def test_every_entry_that_is_named_is_found(body: Body, named: list[EntryRef]) -> None:
    assert list(named_by(body)) == named
