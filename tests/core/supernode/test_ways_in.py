"""Supernodes of earlier times: who is kept, who has to go, and what a list says."""

from base64 import b64encode
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.supernode.limits import (
    WAY_LIST_BYTES_MAX,
    WAY_RENEWED_S,
    WAYS_IN_LAST_S,
    WAYS_IN_MAX,
    WAYS_IN_PER_NETWORK,
)
from swarmfeed.core.supernode.records import Record, encode_record, sign_record
from swarmfeed.core.supernode.waylist import read_list, write_list
from swarmfeed.core.supernode.ways_in import WayIn, WaysIn, decode_way, encode_way
from swarmfeed.errors import DamageError, UserError

from tests.core.supernode.nodes import NOW_S, leaf, node_id, record, signed_by
from tests.examples import at_most

KEYS = [SigningKey(bytes([7, number]) + bytes(30)) for number in range(3)]
SIGNED = [
    sign_record(signed_by(key, endpoint=Endpoint(f"20.{number}.0.1", 4_000)), key)
    for number, key in enumerate(KEYS)
]


def ways_of(*records: Record, now_s: int = NOW_S) -> WaysIn:
    ways = WaysIn(node_id(0))
    for each in records:
        ways.hear(each, now_s)
    return ways


def kept(ways: WaysIn) -> set[bytes]:
    return {bytes(each.record.node_id) for each in ways.kept}


def test_only_others_that_serve_now_are_kept() -> None:
    assert kept(ways_of(record(0), record(1), leaf(2))) == {node_id(1)}


@pytest.mark.attack("A141")
def test_a_crowd_in_one_network_neither_fills_it_nor_drives_others_out() -> None:
    crowd = [record(n, endpoint=Endpoint(f"30.1.0.{n}", 4_000)) for n in range(10, 60)]
    ways = ways_of(record(1), record(2), *crowd)
    assert {node_id(1), node_id(2)} <= kept(ways)
    assert len(ways.kept) == 2 + WAYS_IN_PER_NETWORK


def test_who_was_there_over_weeks_outlasts_a_flood_of_newcomers() -> None:
    ways = ways_of(record(1))
    week = 7 * 24 * 60 * 60
    ways.hear(record(1, made_s=NOW_S + week), NOW_S + week)
    for number in range(2, 1_000):
        ways.hear(record(number, made_s=NOW_S + 2 * week), NOW_S + 2 * week)
    assert node_id(1) in kept(ways)
    assert len(ways.kept) == WAYS_IN_MAX


@settings(max_examples=at_most(20))
@given(st.lists(st.tuples(st.integers(1, 900), st.integers(0, 6_000)), max_size=400))
def test_it_stays_bounded_and_what_is_written_down_is_what_is_kept(
    heard: list[tuple[int, int]],
) -> None:
    ways, written = WaysIn(node_id(0)), dict[bytes, WayIn]()
    for number, later in heard:
        host = f"{20 + number % 60}.1.{number // 60}.1"
        now_s = NOW_S + later
        ways.hear(record(number, endpoint=Endpoint(host, 4_000), made_s=now_s), now_s)
        for key, way in ways.take_changes().items():
            if way is None:
                written.pop(key, None)
            else:
                written[key] = way
    networks = [each.record.network for each in ways.kept]
    assert len(networks) <= WAYS_IN_MAX
    assert all(networks.count(each) <= WAYS_IN_PER_NETWORK for each in networks)
    assert sorted(written) == sorted(kept(ways))
    again = WaysIn(node_id(0))
    again.recall(written.values())
    assert again.kept == sorted(again.kept, key=lambda way: -way.last_s)
    assert kept(again) == kept(ways)


def test_a_record_is_written_down_anew_now_and_then_and_at_once_when_its_node_moved() -> None:
    ways = ways_of(record(1))
    ways.take_changes()
    ways.hear(record(1, made_s=NOW_S + 9), NOW_S + WAY_RENEWED_S - 1)
    assert not ways.take_changes()
    moved = record(1, made_s=NOW_S + 1, endpoint=Endpoint("40.1.1.1", 5_000))
    ways.hear(moved, NOW_S + 1)
    assert ways.take_changes() == {
        node_id(1): WayIn(record=moved, first_s=NOW_S, last_s=NOW_S + 1)
    }
    ways.hear(replace(moved, made_s=NOW_S + 2), NOW_S + 1 + WAY_RENEWED_S)
    assert len(ways.take_changes()) == 1


def test_who_was_not_heard_of_for_two_months_is_forgotten() -> None:
    ways = ways_of(record(1))
    ways.forget_old(NOW_S + WAYS_IN_LAST_S - 1)
    assert kept(ways)
    ways.take_changes()
    ways.forget_old(NOW_S + WAYS_IN_LAST_S)
    assert not kept(ways)
    assert ways.take_changes() == {node_id(1): None}


def test_a_row_says_what_was_kept_and_a_spoilt_one_nothing() -> None:
    way = WayIn(record=SIGNED[0], first_s=NOW_S - 5, last_s=NOW_S)
    row = encode_way(way)
    assert decode_way(row) == way
    for spoilt in (row[:-1], row + b"x", row[:-1] + bytes([row[-1] ^ 1]), b""):
        with pytest.raises(DamageError):
            decode_way(spoilt)


def test_a_list_gives_back_what_was_put_in() -> None:
    at = (Endpoint("192.0.2.7", 4_000), Endpoint("2001:db8::1", 4_001))
    text = write_list(SIGNED, at)
    assert read_list(text).endpoints == (*at, *(each.endpoint for each in SIGNED))
    assert read_list(text + text).endpoints == read_list(text).endpoints, "each once"
    assert all(str(each.endpoint) in text for each in SIGNED), "a person sees where it leads"


def test_remarks_blanks_and_line_ends_of_other_systems_are_passed_over() -> None:
    text = "\r\n# a remark\r\n  192.0.2.7:4000  # and another\r\n\r\n"
    assert read_list(text).endpoints == (Endpoint("192.0.2.7", 4_000),)


@pytest.mark.attack("A140")
def test_a_line_that_says_nothing_is_named() -> None:
    good = b64encode(encode_record(SIGNED[0])).decode()
    changed = ("A" if good[-5] != "A" else "B").join((good[:-5], good[-4:]))
    for bad in ("example.org:4000", "192.0.2.7:0", "hello", good[:-8], changed, "192.0.2.7"):
        with pytest.raises(UserError, match="line 2 of the list"):
            read_list(f"{good}\n{bad}\n")


def test_a_list_that_is_empty_or_endless_is_refused() -> None:
    for text, why in (
        ("# nothing\n", "names no supernode"),
        ("#" * (WAY_LIST_BYTES_MAX + 1), "longer than"),
        ("".join(f"20.1.{n}.1:4000\n" for n in range(WAYS_IN_MAX + 1)), "at most 200"),
    ):
        with pytest.raises(UserError, match=why):
            read_list(text)


def test_no_text_makes_it_do_anything_but_read_or_refuse() -> None:
    luck = Random(1)
    text = write_list(SIGNED, [Endpoint("192.0.2.7", 4_000)])
    for _ in range(300):
        at = luck.randrange(len(text))
        spoilt = text[:at] + chr(luck.randrange(0x300)) + text[at + luck.randrange(3) :]
        try:
            read_list(spoilt)
        except UserError:
            continue
