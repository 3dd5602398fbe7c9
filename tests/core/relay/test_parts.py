"""A chunk in parts: what is asked, what is taken, who is blamed, and what stays."""

from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.limits import PIECE_BYTES_MAX
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.feed.metainfo import Pieces, hash_pieces, is_piece
from swarmfeed.core.relay.limits import PART_BYTES_ASKED, PARTS_AHEAD
from swarmfeed.core.relay.parts import Assembly, Extent, Piece, find_pieces
from swarmfeed.errors import RemoteError

ANNA, BEN = (NodeId(letter * 32) for letter in (b"a", b"b"))
SMALL = Random(1).randbytes(3 * PART_BYTES_ASKED + 100)


@cache
def large() -> tuple[bytes, Pieces]:
    """A file of three pieces, the last one short."""
    content = Random(2).randbytes(2 * PIECE_BYTES_MAX + 5_000)
    return content, hash_pieces(content)


def small() -> Assembly:
    return Assembly(hash_pieces(SMALL))


def asks_of(assembly: Assembly) -> list[Extent]:
    asks = []
    while (ask := assembly.next_ask()) is not None:
        asks.append(ask)
    return asks


def give(assembly: Assembly, content: bytes, giver: NodeId = ANNA) -> list[Piece]:
    """Give all that is asked for, until nothing is."""
    pieces = []
    while asks := asks_of(assembly):
        for ask in asks:
            part = content[ask.offset : ask.offset + ask.count]
            if (piece := assembly.take(ask.offset, part, giver)) is not None:
                pieces.append(piece)
    return pieces


def test_parts_are_asked_for_in_order_and_a_few_ahead() -> None:
    assembly = small()
    assert asks_of(assembly) == [
        Extent(0, PART_BYTES_ASKED),
        Extent(PART_BYTES_ASKED, PART_BYTES_ASKED),
    ]
    assert PARTS_AHEAD == 2
    assert assembly.take(0, SMALL[:PART_BYTES_ASKED], ANNA) is None
    assert asks_of(assembly) == [Extent(2 * PART_BYTES_ASKED, PART_BYTES_ASKED)]


def test_a_file_of_several_pieces_comes_piece_by_piece() -> None:
    content, pieces = large()
    assembly = Assembly(pieces)
    came = give(assembly, content)
    assert [each.offset for each in came] == [0, PIECE_BYTES_MAX, 2 * PIECE_BYTES_MAX]
    assert b"".join(each.content for each in came) == content
    assert assembly.is_whole
    assert assembly.next_ask() is None


def test_what_is_there_is_not_asked_for_again() -> None:
    content, pieces = large()
    torn = (
        content[: PIECE_BYTES_MAX - 1] + b"?" + content[PIECE_BYTES_MAX : 2 * PIECE_BYTES_MAX]
    )
    assert find_pieces(torn, pieces) == {1}
    assert find_pieces(b"", pieces) == frozenset()
    assert find_pieces(content, pieces) == {0, 1, 2}
    assembly = Assembly(pieces, find_pieces(torn, pieces))
    assert [each.offset for each in give(assembly, content)] == [0, 2 * PIECE_BYTES_MAX]
    assert Assembly(pieces, {0, 1, 2}).is_whole


def test_what_nobody_asked_for_is_passed_over() -> None:
    assembly = small()
    assert assembly.take(0, SMALL[:10], ANNA) is None
    first, second = asks_of(assembly)
    for offset, data in (
        (second.offset, SMALL[second.offset :][: second.count]),  # out of order
        (0, SMALL[: first.count - 1]),
        (0, SMALL[: first.count + 1]),
        (1, SMALL[: first.count]),
    ):
        assert assembly.take(offset, data, BEN) is None
    assert give_rest(assembly, [first, second]) == SMALL


def give_rest(assembly: Assembly, asked: list[Extent]) -> bytes:
    for ask in asked:
        assembly.take(ask.offset, SMALL[ask.offset : ask.offset + ask.count], ANNA)
    (piece,) = give(assembly, SMALL)
    return piece.content


@pytest.mark.attack("A151")
def test_who_alone_gave_a_false_piece_is_to_blame() -> None:
    assembly = small()
    with pytest.raises(RemoteError, match="not the chunk"):
        give(assembly, SMALL[:-1] + b"?")
    assembly.unask()
    assert [each.content for each in give(assembly, SMALL, BEN)] == [SMALL]


@pytest.mark.attack("A151")
def test_a_false_piece_of_two_givers_is_asked_for_once_more_and_nobody_is_blamed() -> None:
    assembly = small()
    first, _ = asks_of(assembly)
    assembly.take(0, bytes(first.count), ANNA)
    assembly.unask()
    ask = assembly.next_ask()
    assert ask is not None and ask.offset == first.count, "what came stays"
    assembly.unask()
    for ask in iter(assembly.next_ask, None):
        if ask.offset == 0:
            break
        assembly.take(ask.offset, SMALL[ask.offset : ask.offset + ask.count], BEN)
    assembly.unask()
    assert [each.content for each in give(assembly, SMALL, BEN)] == [SMALL]


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 5))
def test_links_that_end_at_any_time_cost_what_was_under_way(ends: list[bool], run: int) -> None:
    assembly, came = small(), list[Piece]()
    for number in range(200):
        if number < len(ends) and ends[number]:
            assembly.unask()
        asks = asks_of(assembly) or assembly._asked[:run]
        if assembly.is_whole:
            break
        for ask in list(asks):
            piece = assembly.take(ask.offset, SMALL[ask.offset :][: ask.count], ANNA)
            came += [piece] if piece else []
    assert came == [Piece(0, SMALL)]


def test_a_piece_is_what_both_hashes_say() -> None:
    content, pieces = large()
    last = content[2 * PIECE_BYTES_MAX :]
    assert is_piece(last, pieces, 2)
    assert not is_piece(last[:-1], pieces, 2)
    assert not is_piece(last + b"x", pieces, 2)
    assert not is_piece(last, pieces, 1)
    for forged in (
        Pieces(pieces.size_bytes, bytes(60), pieces.v2),
        Pieces(pieces.size_bytes, pieces.v1, bytes(96)),
    ):
        assert not is_piece(last, forged, 2)
