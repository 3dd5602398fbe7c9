"""What children say they hold: within bounds, and forgotten when they go."""

import pytest
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.library.catalogue import Catalogue, ChildHolding, largest_lots, news
from swarmfeed.core.library.limits import (
    HOLDERS_NAMED_MAX,
    LOTS_OF_CHILD_MAX,
    LOTS_PER_MESSAGE_MAX,
)
from swarmfeed.core.library.words import Lot, Shelved
from swarmfeed.errors import BadEncodingError

ANNA, BEN = AuthorId(b"a" * 32), AuthorId(b"b" * 32)


def node(number: int) -> NodeId:
    return NodeId(bytes([number]) * 32)


def feed(number: int) -> FeedId:
    return FeedId(number.to_bytes(32, "big"))


def lot(number: int, size: int = 10, author: AuthorId = ANNA, complete: bool = True) -> Lot:
    return Lot(author, feed(number), size, complete)


def test_who_holds_most_of_some_authors_comes_first() -> None:
    catalogue = Catalogue()
    catalogue.take(node(1), Shelved((lot(1, 5), lot(2, 5), lot(3, 100, BEN)), ()))
    catalogue.take(node(2), Shelved((lot(1, 20),), ()))
    assert catalogue.holders_of([ANNA]) == [
        ChildHolding(node(2), 20),
        ChildHolding(node(1), 10),
    ]
    assert catalogue.holders_of([ANNA, BEN])[0] == ChildHolding(node(1), 110)
    assert catalogue.largest()[0] == ChildHolding(node(1), 110)
    assert catalogue.holders_of([AuthorId(bytes(32))]) == []
    for number in range(3, 30):
        catalogue.take(node(number), Shelved((lot(1),), ()))
    assert len(catalogue.holders_of([ANNA])) == HOLDERS_NAMED_MAX


def test_what_is_told_again_takes_the_place_and_what_went_is_gone() -> None:
    catalogue = Catalogue()
    catalogue.take(node(1), Shelved((lot(1, 5), lot(2, 5)), ()))
    catalogue.take(node(1), Shelved((lot(1, 7),), (feed(2), feed(9))))
    assert catalogue.holders_of([ANNA]) == [ChildHolding(node(1), 7)]
    catalogue.take(node(1), Shelved((lot(1, 7, BEN),), ()))
    assert catalogue.holders_of([ANNA]) == []
    catalogue.leave(node(1))
    catalogue.leave(node(1))
    assert catalogue.holders_of([BEN]) == [] and len(catalogue) == 0


@pytest.mark.attack("A163")
def test_a_child_that_tells_too_much_is_false() -> None:
    catalogue = Catalogue()
    for at in range(0, LOTS_OF_CHILD_MAX, LOTS_PER_MESSAGE_MAX):
        lots = (lot(number) for number in range(at, at + LOTS_PER_MESSAGE_MAX))
        catalogue.take(node(1), Shelved(tuple(lots), ()))
    catalogue.take(node(1), Shelved((lot(0, 12),), ()))
    with pytest.raises(BadEncodingError):
        catalogue.take(node(1), Shelved((lot(LOTS_OF_CHILD_MAX),), ()))
    assert len(catalogue) == LOTS_OF_CHILD_MAX


def test_of_much_the_whole_and_the_longest_is_told() -> None:
    lots = [lot(number, number + 1, complete=number % 2 == 0) for number in range(1000)]
    told = largest_lots(lots)
    assert len(told) == LOTS_OF_CHILD_MAX
    assert all(each.complete and each.size > 480 for each in told.values())


def test_only_what_changed_is_told() -> None:
    now = largest_lots(lot(number) for number in range(LOTS_PER_MESSAGE_MAX + 1))
    messages = list(news({}, now))
    assert [len(each.lots) for each in messages] == [LOTS_PER_MESSAGE_MAX, 1]
    assert list(news(now, now)) == []
    later = {**now, feed(0): lot(0, 11), feed(1): lot(1, 10, complete=False)}
    del later[feed(2)]
    (told,) = news(now, later)
    assert {each.feed_id for each in told.lots} == {feed(0), feed(1)}
    assert told.gone == (feed(2),)
    assert list(news({feed(0): lot(0, 100)}, {feed(0): lot(0, 105)})) == []
