"""Private state as a table: any order of rows gives the same one."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.limits import TIME_MS_MAX
from swarmfeed.core.state.limits import (
    GONE_MS,
    MERGED_BYTES_MAX,
    ROW_AHEAD_MS,
    TABLE_BYTES_MAX,
    VALUE_BYTES_MAX,
)
from swarmfeed.core.state.rows import (
    PrivateRow,
    PrivateTable,
    decode_row,
    encode_row,
    read_rows,
)
from swarmfeed.errors import BadEncodingError

from tests.core.state.scene import FEEDS, row, rows


@pytest.mark.attack("A91")
@given(found=st.lists(rows, max_size=30), luck=st.randoms(use_true_random=False))
def test_in_whatever_order_and_however_often_rows_come_the_table_is_the_same(
    found: list[PrivateRow], luck: random.Random
) -> None:
    shuffled = [*found, *found]
    luck.shuffle(shuffled)
    assert PrivateTable(shuffled).rows() == PrivateTable(found).rows()


@given(one=st.lists(rows, max_size=20), two=st.lists(rows, max_size=20))
def test_two_that_tell_each_other_what_is_beyond_know_the_same(
    one: list[PrivateRow], two: list[PrivateRow]
) -> None:
    left, right = PrivateTable(one), PrivateTable(two)
    of_left, of_right = left.rows(), right.rows()
    right.merge(of_left, FEEDS[0])
    left.merge(of_right, FEEDS[1])
    assert left.rows() == right.rows()
    assert left.beyond(right.vector()) == right.beyond(left.vector()) == []


@given(steps=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=40))
def test_devices_that_tell_only_what_the_other_does_not_know_lose_nothing(
    steps: list[tuple[int, int]],
) -> None:
    """Each device writes, and some meet; in the end all meet, and all know everything."""
    tables = [PrivateTable() for _ in range(3)]
    for number, (who, whom) in enumerate(steps):
        name = ("read", bytes([number % 5]))
        table = tables[who]
        table.take(table.make({name: b"%d" % number}, now_ms=number, device=FEEDS[who]))
        tables[whom].merge(table.beyond(tables[whom].vector()), FEEDS[whom])
    whole = PrivateTable(each for table in tables for each in table.rows())
    for _ in range(2):
        for one in tables:
            for other in tables:
                other.merge(one.beyond(other.vector()), FEEDS[0])
    assert [table.rows() for table in tables] == [whole.rows()] * 3


def test_what_a_person_does_counts_over_what_is_known_whatever_the_clock_says() -> None:
    table = PrivateTable([row(value=b"of a clock ahead", time_ms=9_000, device=FEEDS[1])])
    (made,) = table.make({("mute", b"anna"): b"mine"}, now_ms=5, device=FEEDS[0])
    assert table.merge([made], FEEDS[0]).taken == (made,)
    assert (table.get("mute", b"anna"), made.time_ms) == (b"mine", 9_001)


@pytest.mark.attack("A97")
def test_a_row_from_far_ahead_moves_no_time_of_what_a_person_does() -> None:
    early = ROW_AHEAD_MS + 6
    ahead = row(value=b"for ever", time_ms=TIME_MS_MAX, device=FEEDS[3])
    in_our_name = row(key=b"ben", time_ms=early, device=FEEDS[0])
    table = PrivateTable([ahead, in_our_name])
    assert ahead.is_early(5) and in_our_name.is_early(5) and not in_our_name.is_early(6)
    (made,) = table.make({("mute", b"anna"): b"mine"}, now_ms=5, device=FEEDS[0])
    assert made.time_ms == 5


def test_in_a_full_table_things_can_be_taken_away() -> None:
    value, step = bytes(VALUE_BYTES_MAX), VALUE_BYTES_MAX + 128
    full = [row(key=b"%06d" % n, value=value) for n in range(TABLE_BYTES_MAX // step)]
    table = PrivateTable(full)
    for after, fits in ((b"", True), (value[1:], True), (value, True)):
        changes = {full[0].name: after}
        made = table.make(changes, now_ms=2_000, device=FEEDS[0])
        assert table.has_room(made, FEEDS[0]) == fits
    assert not table.has_room([row(key=b"one more", value=value)], FEEDS[0])


def test_no_two_rows_of_a_device_have_the_same_time() -> None:
    table = PrivateTable()
    for _ in range(3):
        changes = {("read", bytes([n])): b"1" for n in range(4)}
        table.take(made := table.make(changes, now_ms=7, device=FEEDS[0]))
        assert len({each.time_ms for each in made}) == 4
    assert min(each.time_ms for each in table.rows()) == 15


def test_what_was_taken_away_is_known_for_a_while_and_then_forgotten() -> None:
    table = PrivateTable([row(time_ms=1), row(value=b"", time_ms=2)])
    assert (table.all("mute"), table.get("mute", b"anna")) == ({}, b"")
    assert table.outdated(GONE_MS + 2) == []
    assert table.outdated(GONE_MS + 3) == [("mute", b"anna")]
    table.forget(table.outdated(GONE_MS + 3))
    assert table.rows() == []


def test_a_device_writes_no_more_than_fits_and_two_that_were_full_fit_together() -> None:
    table, value = PrivateTable(), bytes(VALUE_BYTES_MAX)
    written = 0
    while True:
        (made,) = table.make({("draft", b"%d" % written): value}, now_ms=1, device=FEEDS[0])
        if not table.has_room([made], FEEDS[0]):
            break
        table.take([made])
        written += 1
    assert written == TABLE_BYTES_MAX // (VALUE_BYTES_MAX + 128 + 2)
    of_others = [
        row("draft", b"other %d" % n, value, n, FEEDS[1 + n % 2]) for n in range(4 * written)
    ]
    merged = table.merge(of_others, FEEDS[0])
    assert merged.crowding == {FEEDS[1], FEEDS[2]}
    assert sum(each.bytes_taken for each in table.rows()) <= MERGED_BYTES_MAX
    assert len(table.rows()) >= 3 * written - 2


@pytest.mark.attack("A97")
def test_a_device_that_says_too_much_takes_no_room_from_others() -> None:
    value, most = bytes(VALUE_BYTES_MAX), TABLE_BYTES_MAX // VALUE_BYTES_MAX
    junk = [row("draft", b"%d" % n, value, n, FEEDS[3]) for n in range(4 * most)]
    table = PrivateTable()
    assert table.merge(junk, FEEDS[0]).crowding == {FEEDS[3]}
    assert sum(each.bytes_taken for each in table.rows()) <= TABLE_BYTES_MAX
    said = [row("mute", b"%d" % n, b"1", n, FEEDS[1]) for n in range(1_000)]
    assert len(table.merge(said, FEEDS[0]).taken) == 1_000
    assert table.has_room([row("draft", b"mine", value)], FEEDS[0])
    # It can still put something in the place of what it said.
    smaller = row("draft", b"0", b"x", 9_000, FEEDS[3])
    assert table.merge([smaller], FEEDS[0]).taken == (smaller,)


@pytest.mark.attack("A97")
def test_who_speaks_in_the_name_of_a_device_leaves_it_half_of_its_room() -> None:
    value, most = bytes(VALUE_BYTES_MAX), TABLE_BYTES_MAX // VALUE_BYTES_MAX
    false = [row("draft", b"%d" % n, value, n, FEEDS[0]) for n in range(2 * most)]
    table = PrivateTable()
    assert table.merge(false, FEEDS[0]).crowding == {FEEDS[0]}
    mine = [row("draft", b"mine %d" % n, value) for n in range(most // 2 - 2)]
    assert table.has_room(mine, FEEDS[0])


@given(rows)
def test_a_row_goes_through_its_bytes(made: PrivateRow) -> None:
    assert decode_row(encode_row(made)) == made


@pytest.mark.parametrize(
    "change",
    [
        (b"1:s4:mute", b"1:s0:"),
        (b"1:s4:mute", b"1:s17:" + b"m" * 17),
        (b"1:ti1000e", b"1:ti-1e"),
        (b"1:k4:anna", b"1:k129:" + bytes(129)),
    ],
)
def test_a_row_out_of_its_bounds_is_passed_over(change: tuple[bytes, bytes]) -> None:
    good = encode_row(row())
    bad = good.replace(*change)
    assert bad != good
    with pytest.raises(BadEncodingError):
        decode_row(bad)
    assert read_rows([bad, good, b"", b"i1e"]) == [row()]
