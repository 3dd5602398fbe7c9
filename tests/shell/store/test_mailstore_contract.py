"""What every store of boxes promises: the one on disk, and the one in memory."""

from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.fakes.mailstore import FakeMailStore
from swarmfeed.core.base.types import FeedId
from swarmfeed.errors import FatalError
from swarmfeed.ports import GoneParcel, KeptBox, KeptParcel, MailStore
from swarmfeed.shell.store.mailboxes import SqliteMailStore

ONE = KeptBox(
    box=b"1" * 16, feed_id=FeedId(b"f" * 32), token_hash=b"t" * 32, bytes_max=9, until_s=5
)
TWO = replace(ONE, box=b"2" * 16, feed_id=FeedId(b"g" * 32))

Open = Callable[[], MailStore]


@pytest.fixture(params=["fake", "sqlite"])
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "sqlite":
        return lambda: SqliteMailStore(tmp_path / "mailboxes.db")
    fake = FakeMailStore()
    return lambda: fake


def parcel(
    number: int, box: KeptBox = ONE, *, size: int = 20, stranger: bool = False
) -> KeptParcel:
    return KeptParcel(
        box=box.box,
        id=b"%016d" % number,
        data=b"%d" % number + bytes(size - len(b"%d" % number)),
        is_stranger=stranger,
        came_s=number,
    )


def test_boxes_and_what_is_in_them_are_there_after_a_restart(open_again: Open) -> None:
    store = open_again()
    assert store.read() == []
    store.lease(TWO)
    store.lease(ONE)
    assert store.keep([parcel(1), parcel(2, TWO), parcel(3, stranger=True)]) == [True] * 3
    store.close()
    store = open_again()
    assert store.read() == [
        replace(ONE, parcels=2, bytes=40, strangers_bytes=20),
        replace(TWO, parcels=1, bytes=20),
    ]
    store.close()


def test_another_lease_leaves_what_is_in_it(open_again: Open) -> None:
    store = open_again()
    store.lease(ONE)
    store.keep([parcel(1)])
    later = replace(ONE, token_hash=b"u" * 32, until_s=77, bytes_max=8)
    store.lease(later)
    assert store.read() == [replace(later, parcels=1, bytes=20)]
    store.close()


def test_a_parcel_is_kept_once_in_each_box(open_again: Open) -> None:
    store = open_again()
    store.lease(ONE)
    store.lease(TWO)
    assert store.keep([parcel(1), parcel(1), parcel(1, TWO)]) == [True, False, True]
    assert store.keep([parcel(1), parcel(2)]) == [False, True]
    store.close()


def test_they_are_shown_in_order_some_at_a_time(open_again: Open) -> None:
    store = open_again()
    store.lease(ONE)
    store.lease(TWO)
    store.keep([parcel(5), parcel(9, TWO), parcel(2), parcel(7)])
    datas = [parcel(n).data for n in (5, 2, 7)]
    some = store.some(ONE.box, 0, bytes_max=1_000, count_max=2)
    assert (list(some.parcels), some.more) == (datas[:2], True)
    rest = store.some(ONE.box, some.last, bytes_max=1_000, count_max=2)
    assert (list(rest.parcels), rest.more) == (datas[2:], False)
    none = store.some(ONE.box, rest.last, bytes_max=1_000, count_max=2)
    assert (none.parcels, none.last, none.more) == ((), rest.last, False)
    long = store.some(ONE.box, 0, bytes_max=21, count_max=9)
    assert (list(long.parcels), long.more) == (datas[:2], True)
    store.close()


def test_a_place_is_never_given_twice(open_again: Open) -> None:
    store = open_again()
    store.lease(ONE)
    store.keep([parcel(1)])
    last = store.some(ONE.box, 0, bytes_max=99, count_max=9).last
    store.drop(ONE.box, [parcel(1).id])
    store.keep([parcel(2)])
    behind = store.some(ONE.box, last, bytes_max=99, count_max=9)
    assert behind.parcels == (parcel(2).data,)
    store.close()


def test_what_goes_is_told(open_again: Open) -> None:
    store = open_again()
    store.lease(ONE)
    store.lease(TWO)
    store.keep([parcel(n, stranger=n == 2) for n in range(1, 5)] + [parcel(1, TWO)])
    gone = store.drop(ONE.box, [parcel(2).id, b"never there yet!", parcel(3).id])
    assert gone == [GoneParcel(ONE.box, 20, True), GoneParcel(ONE.box, 20, False)]
    assert sorted(each.box for each in store.drop_older(4)) == [ONE.box, TWO.box]
    assert [(each.box, each.parcels) for each in store.read()] == [(ONE.box, 1), (TWO.box, 0)]
    store.end([ONE.box, b"no such box here"])
    assert store.read() == [TWO]
    store.lease(ONE)
    assert store.read() == [ONE, TWO], "it comes back empty"
    store.close()


def test_nothing_is_kept_in_no_box(open_again: Open) -> None:
    store = open_again()
    store.lease(ONE)
    with pytest.raises(FatalError):
        store.keep([parcel(1), parcel(1, TWO)])
    assert store.read() == [ONE], "all of it or nothing"
    store.close()
