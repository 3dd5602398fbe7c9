"""What each box had of that which two of them had."""

import pytest
from swarmfeed.core.base.types import NodeId
from swarmfeed.core.mailboxes.choice import BoxRecord
from swarmfeed.core.mailboxes.comparing import BoxComparison
from swarmfeed.core.mailboxes.limits import (
    COMPARED_AFTER_S,
    COMPARED_MAX,
    COUNTED_MAX,
    MISSED_MIN,
)

ONE, TWO, LIAR = (NodeId(bytes([n]) * 32) for n in (1, 2, 3))
START_S = 1_700_000_000


def three() -> dict[NodeId, BoxRecord]:
    heard = START_S + 2 * COMPARED_AFTER_S
    return {each: BoxRecord(since_s=START_S, heard_s=heard) for each in (ONE, TWO, LIAR)}


@pytest.mark.attack("A53")
def test_who_lacks_what_two_others_had_is_found() -> None:
    records, comparison = three(), BoxComparison()
    for number in range(MISSED_MIN):
        for holder in (ONE, TWO):
            parcel = b"%016d" % number
            comparison.note(parcel, holder, START_S, is_new=holder is ONE)
    comparison.hold_against(records, START_S + COMPARED_AFTER_S - 1)
    assert records[LIAR].missed == 0, "it may still come"
    comparison.hold_against(records, START_S + COMPARED_AFTER_S)
    assert [records[each].loses() for each in (ONE, TWO, LIAR)] == [False, False, True]
    comparison.hold_against(records, START_S + 2 * COMPARED_AFTER_S)
    assert records[LIAR].missed == MISSED_MIN, "each counts once"


@pytest.mark.attack("A53")
def test_nobody_brings_others_into_discredit_by_what_it_makes_up_or_repeats() -> None:
    records, comparison = three(), BoxComparison()
    for number in range(100):
        comparison.note(b"made up %08d" % number, LIAR, START_S, is_new=True)
        comparison.note(b"repeated %07d" % number, LIAR, START_S, is_new=False)
    comparison.hold_against(records, START_S + COMPARED_AFTER_S)
    assert all(record.missed == 0 for record in records.values())


def test_who_was_not_heard_of_since_or_is_new_lacks_nothing() -> None:
    records, comparison = three(), BoxComparison()
    records[LIAR] = BoxRecord(since_s=START_S, heard_s=START_S)
    for holder in (ONE, TWO):
        comparison.note(b"p" * 16, holder, START_S, is_new=holder is ONE)
    comparison.hold_against(records, START_S + COMPARED_AFTER_S)
    assert records[LIAR].missed == 0
    records[LIAR] = BoxRecord(since_s=START_S + 1, heard_s=START_S + 2 * COMPARED_AFTER_S)
    for holder in (ONE, TWO):
        comparison.note(b"q" * 16, holder, START_S, is_new=holder is ONE)
    comparison.hold_against(records, START_S + COMPARED_AFTER_S)
    assert (records[LIAR].missed, records[ONE].had) == (0, 2)


def test_it_waits_for_so_many_and_counts_do_not_grow_for_ever() -> None:
    records, comparison = three(), BoxComparison()
    for number in range(COMPARED_MAX + 50):
        for holder in (ONE, TWO):
            comparison.note(b"%016d" % number, holder, START_S, is_new=holder is ONE)
    comparison.hold_against(records, START_S + COMPARED_AFTER_S)
    assert max(each.had + each.missed for each in records.values()) < COUNTED_MAX
    assert records[LIAR].loses()
