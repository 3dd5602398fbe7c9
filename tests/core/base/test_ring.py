"""A ring of records: the newest ones stay, in so many bytes."""

import tracemalloc

from swarmfeed.core.base.ring import Ring


def test_a_record_is_given_as_it_was_put() -> None:
    ring = Ring(16)
    begins = [ring.put(each) for each in (b"one", b"", b"three")]
    assert [ring.get(at, size) for at, size in zip(begins, (3, 0, 5), strict=True)] == [
        b"one",
        b"",
        b"three",
    ]
    assert all(map(ring.holds, begins))


def test_new_records_take_the_place_of_the_oldest() -> None:
    ring = Ring(16)
    kept: list[tuple[int, bytes]] = []
    for number in range(1_000):
        record = bytes([number % 251]) * (number % 7 + 1)
        kept.append((ring.put(record), record))
        kept = [(begin, each) for begin, each in kept if ring.holds(begin)]
        assert all(ring.get(begin, len(each)) == each for begin, each in kept)
        assert number < 16 or sum(len(each) for _, each in kept) > 16 - 2 * 7


def test_a_record_may_fill_it() -> None:
    ring = Ring(4)
    first = ring.put(b"a")
    whole = ring.put(b"full")
    assert not ring.holds(first)
    assert ring.get(whole, 4) == b"full"


def test_it_takes_what_was_put_and_no_more_than_was_said() -> None:
    tracemalloc.start()
    try:
        ring = Ring(65_536)
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(1_000):
            ring.put(bytes(1_000))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert before < 1_000
    assert taken < (65_536 + 1_000) * 9 // 8 + 1_000
