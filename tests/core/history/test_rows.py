from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.types import AuthorId, Endpoint, NodeId
from swarmfeed.core.history import rows as ledger
from swarmfeed.core.history.availability import (
    FRIEND,
    SAMPLE_EVERY_MS,
    SERVER,
    Audits,
    first_presence,
    observe,
    outlook,
)
from swarmfeed.core.history.choice import HistoryChoice
from swarmfeed.core.history.placement import Memory
from swarmfeed.core.history.quota import Allowance
from swarmfeed.core.history.rows import REASON_BYTES_MAX, Custody, CustodyState, Seen
from swarmfeed.core.history.words import NoticeRecord
from swarmfeed.errors import DamageError

from tests.examples import at_most

NOW_MS = 1_800_000_000_000
NODE = NodeId(b"n" * 32)
times = st.integers(0, 10**15 - 1)
numbers = st.floats(-1e12, 1e12, allow_nan=False)
shares = st.floats(0, 1)
counts = st.integers(0, 2**32 - 1)
memories = st.builds(Memory, st.none() | shares, counts, times, counts)
custodies = st.builds(
    Custody,
    author_id=st.binary(min_size=32, max_size=32).map(AuthorId),
    state=st.sampled_from(CustodyState),
    since_ms=times,
    size=counts,
    feed_bytes=st.integers(0, 2**50),
    memory=memories,
    reason=st.text(max_size=100),
    decided_ms=times,
)


def seen_for(samples: list[bool]) -> Seen:
    presence = first_presence(SERVER, NOW_MS)
    for number, online in enumerate(samples, start=1):
        presence = observe(presence, online, NOW_MS + number * SAMPLE_EVERY_MS)
    return Seen(presence, Audits(3.0, 1.0, 1.0), "192.0.2.7")


@settings(max_examples=at_most(30))
@given(st.lists(st.booleans(), max_size=400))
def test_a_presence_foretells_the_same_day_after_a_restart(samples: list[bool]) -> None:
    seen = seen_for(samples)
    row = ledger.encode_seen(seen)
    assert len(row) < 1_500
    back = ledger.decode_seen(row)
    assert (back.host, back.audits) == (seen.host, seen.audits)
    later_ms = NOW_MS + 500 * SAMPLE_EVERY_MS
    for prior in (FRIEND, SERVER):
        before = outlook(NODE, seen.presence, seen.audits, prior, None, later_ms)
        after = outlook(NODE, back.presence, back.audits, prior, None, later_ms)
        assert after.up == pytest.approx(before.up, rel=1e-5)
        assert after.held == before.held


@given(custodies)
def test_a_custody_comes_back_as_it_was(custody: Custody) -> None:
    assert ledger.decode_custody(ledger.encode_custody(custody)) == custody


@given(custodies)
def test_a_long_reason_is_cut(custody: Custody) -> None:
    long = replace(custody, reason="é" * REASON_BYTES_MAX)
    assert ledger.decode_custody(ledger.encode_custody(long)).reason.startswith("é" * 400)


@given(numbers, times)
def test_rates_and_allowances_come_back(number: float, at_ms: int) -> None:
    assert ledger.decode_rate(ledger.encode_rate(number, at_ms)) == (number, at_ms)
    allowance = Allowance(number, at_ms)
    assert ledger.decode_allowance(ledger.encode_allowance(allowance)) == allowance


def test_a_notice_comes_back_with_where_it_was_heard() -> None:
    for record in (
        NoticeRecord(b"signed"),
        NoticeRecord(b"signed", Endpoint("127.0.0.1", 9), Endpoint("::1", 10)),
    ):
        assert ledger.decode_notice(ledger.encode_notice(record)) == record


def test_a_choice_comes_back() -> None:
    choice = HistoryChoice(scope="open", disk_bytes=20 * 10**9, free_bytes_min=10**9)
    assert ledger.decode_choice(ledger.encode_choice(choice)) == choice


@given(st.binary(max_size=1_600), st.data())
def test_garbage_is_damage_and_nothing_else(garbage: bytes, draw: st.DataObject) -> None:
    rows = [
        ledger.encode_seen(seen_for([True, False])),
        ledger.encode_custody(draw.draw(custodies)),
        ledger.encode_rate(1.0, 1),
    ]
    row = bytearray(draw.draw(st.sampled_from(rows)))
    at = draw.draw(st.integers(0, len(row) - 1))
    row[at : at + 4] = garbage[:4]
    for data in (garbage, bytes(row)):
        for decode in (
            ledger.decode_seen,
            ledger.decode_custody,
            ledger.decode_notice,
            ledger.decode_rate,
            ledger.decode_allowance,
            ledger.decode_choice,
        ):
            with suppress(DamageError):
                decode(data)
