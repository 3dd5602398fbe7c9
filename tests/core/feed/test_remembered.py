"""What is remembered of a feed, and what that makes missing."""

import pytest
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.remembered import (
    Remembered,
    absent,
    decode_remembered,
    encode_remembered,
    grown,
)
from swarmfeed.errors import DamageError

ANN = AuthorId(b"a" * 32)


def remembered(size: int, whole: int) -> Remembered:
    return Remembered(author_id=ANN, size=size, whole=whole)


@pytest.mark.parametrize(
    ("known", "size", "held", "missing"),
    [
        (remembered(600, 600), 600, [(0, 600)], ()),
        (remembered(600, 600), 0, [], ((0, 600),)),
        (remembered(600, 600), 600, [(0, 256), (512, 600)], ((256, 512),)),
        (remembered(600, 600), 512, [(0, 512)], ((512, 600),)),
        (remembered(600, 600), 512, [(0, 256)], ((256, 512), (512, 600))),
        (remembered(600, 300), 600, [(300, 600)], ((0, 300),)),
        (remembered(600, 0), 600, [(512, 600)], ()),  # never was here whole
        (remembered(600, 0), 500, [], ((500, 600),)),
        (remembered(600, 600), 700, [(0, 700)], ()),
        (remembered(600, 600), 700, [(0, 256), (512, 600)], ((256, 512),)),
    ],
)
def test_what_was_here_and_is_not_is_missing(
    known: Remembered,
    size: int,
    held: list[tuple[int, int]],
    missing: tuple[tuple[int, int], ...],
) -> None:
    assert absent(known, size, held) == missing


def test_what_is_remembered_only_grows() -> None:
    before = Remembered(
        author_id=ANN, size=600, whole=600, certificates=2, read=True, forked=True
    )
    now = Remembered(author_id=ANN, size=512, whole=0, certificates=1)
    assert grown(None, now) == now
    assert grown(before, now) == Remembered(
        author_id=ANN, size=600, whole=600, certificates=2, read=False, forked=True
    )


def test_a_row_comes_back_as_it_was() -> None:
    row = Remembered(author_id=ANN, size=7, whole=5, certificates=3, read=True, forked=False)
    assert decode_remembered(encode_remembered(row)) == row


@pytest.mark.parametrize("row", [b"", b"de", b"i1e", b"x" * 40, b"d1:a32:" + b"a" * 32 + b"e"])
def test_a_row_that_is_none_is_damage(row: bytes) -> None:
    with pytest.raises(DamageError):
        decode_remembered(row)
