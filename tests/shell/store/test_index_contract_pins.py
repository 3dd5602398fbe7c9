"""Which post stands above an author's others: the fake and the real index say the same."""

from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.feed.kinds import EditBody, PinBody, WithdrawBody
from swarmfeed.ports import Index

from tests.shell.store.index_samples import (
    ANN,
    BOB,
    BOBS,
    LAPTOP,
    NOW_MS,
    PHONE,
    add,
    ref_of,
    seen_at,
    stored,
)

YEAR_MS = 365 * 24 * 3600 * 1000


def pinned(index: Index) -> str | None:
    found = index.pinned(ANN)
    return found.text if found else None


def test_the_newest_pin_counts_and_none_takes_it_back(index: Index) -> None:
    assert pinned(index) is None
    add(index, LAPTOP, 0, [stored("one"), stored("two")])
    assert pinned(index) is None
    one, two = ref_of(index, LAPTOP, 0), ref_of(index, LAPTOP, 1)
    add(index, LAPTOP, 2, [stored(PinBody(one), NOW_MS + YEAR_MS)])
    assert pinned(index) == "one"
    # Within a feed the place decides, and not the time that it claims.
    add(index, LAPTOP, 3, [stored(PinBody(two), NOW_MS)])
    assert pinned(index) == "two"
    add(index, LAPTOP, 4, [stored(PinBody())])
    assert pinned(index) is None
    assert index.pinned(BOB) is None


def test_a_post_of_another_device_can_be_pinned_and_the_later_device_decides(
    index: Index,
) -> None:
    add(index, LAPTOP, 0, [stored("of the laptop")])
    laptops = ref_of(index, LAPTOP, 0)
    add(index, PHONE, 0, [stored("of the phone"), stored(PinBody(laptops), NOW_MS + 1)])
    assert pinned(index) == "of the laptop"
    phones = ref_of(index, PHONE, 0)
    add(index, LAPTOP, 1, [stored(PinBody(phones), NOW_MS)])
    assert pinned(index) == "of the laptop"
    add(index, LAPTOP, 2, [stored(PinBody(phones), NOW_MS + 2)])
    assert pinned(index) == "of the phone"
    index.drop_feed(LAPTOP)
    assert pinned(index) is None, "the phone's word is on a post that is not here any more"


def test_a_pin_from_the_future_counts_by_when_it_was_seen(index: Index) -> None:
    ahead = [stored("ahead"), stored(PinBody(), NOW_MS + YEAR_MS)]
    add(index, PHONE, 0, ahead, seen_at(NOW_MS))
    add(index, LAPTOP, 0, [stored("now")])
    add(index, LAPTOP, 1, [stored(PinBody(ref_of(index, LAPTOP, 0)), NOW_MS + 1)])
    assert pinned(index) == "now"


def test_a_pin_is_sorted_anew_when_more_was_seen(index: Index) -> None:
    add(index, LAPTOP, 0, [stored("now")])
    add(index, LAPTOP, 1, [stored(PinBody(ref_of(index, LAPTOP, 0)), NOW_MS + 1)])
    add(index, PHONE, 0, [stored(PinBody(), NOW_MS + YEAR_MS)])
    assert pinned(index) is None
    index.resort(PHONE, 0, 1, seen_at(NOW_MS))
    assert pinned(index) == "now"


def test_what_is_not_there_or_somebody_else_s_is_not_pinned(index: Index) -> None:
    add(index, BOBS, 0, [stored("Bob's")])
    add(index, LAPTOP, 0, [stored("mine"), stored("other")])
    mine, other = ref_of(index, LAPTOP, 0), ref_of(index, LAPTOP, 1)
    for number, ref in enumerate(
        (
            ref_of(index, BOBS, 0),
            EntryRef(LAPTOP, other.entry_hash, 0),
            EntryRef(LAPTOP, Hash(bytes(32)), 99),
            EntryRef(PHONE, mine.entry_hash, 0),
        )
    ):
        add(index, LAPTOP, 2 + number, [stored(PinBody(ref))])
        assert pinned(index) is None, ref


def test_a_pinned_post_is_shown_as_it_is_now(index: Index) -> None:
    add(index, LAPTOP, 0, [stored("one")])
    pin, edit = PinBody(ref_of(index, LAPTOP, 0)), EditBody(0, "one, edited")
    add(index, LAPTOP, 1, [stored(pin), stored(edit)])
    assert pinned(index) == "one, edited"
    add(index, LAPTOP, 3, [stored(WithdrawBody(0))])
    assert pinned(index) is None


def test_a_pin_can_come_before_its_post_and_goes_with_all_that_is_cleared(
    index: Index,
) -> None:
    records = [stored("one"), stored("two")]
    add(index, LAPTOP, 0, records)
    pin = stored(PinBody(ref_of(index, LAPTOP, 0)))
    index.clear()
    add(index, LAPTOP, 2, [pin])
    assert pinned(index) is None
    add(index, LAPTOP, 0, records)
    assert pinned(index) == "one"
    index.clear()
    assert pinned(index) is None
