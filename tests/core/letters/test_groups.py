"""Who is in a group: the same people, in whatever order its changes came."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.letters.content import CHANGED, MADE, Content, encode_content
from swarmfeed.core.letters.groups import (
    GroupChange,
    GroupHistory,
    GroupMade,
    WrittenChange,
    begin_group,
    decode_history,
    encode_change,
    encode_history,
    encode_made,
    group_id_of,
    in_parts,
    is_full,
    open_group,
    untold,
    with_change,
)
from swarmfeed.core.letters.limits import (
    CONTENT_BYTES_MAX,
    GROUP_CHANGES_MAX,
    GROUP_LEAVES_MAX,
    GROUP_PEOPLE_MAX,
)
from swarmfeed.errors import BadEncodingError

PEOPLE = [AuthorId(bytes([n]) * 32) for n in range(40)]
ANNA, BEN, CLEO, DORA, EMIL = PEOPLE[:5]


def made(*people: AuthorId, admins: tuple[AuthorId, ...] = (), name: str = "us") -> bytes:
    body = encode_made(GroupMade(name=name, people=people, admins=admins))
    return encode_content(Content(body=body, kind=MADE, time_ms=1, to=bytes(32)))


def change(
    group: bytes, writer: AuthorId, who: AuthorId, on: bool, *refs: bytes, time_ms: int = 2
) -> WrittenChange:
    body = encode_change(GroupChange(on=on, who=who, refs=refs))
    content = encode_content(Content(body=body, kind=CHANGED, time_ms=time_ms, to=group))
    return WrittenChange(author_id=writer, content=content)


def of(history: GroupHistory, *changes: WrittenChange) -> GroupHistory:
    for each in changes:
        history = with_change(history, each)
    return history


def test_the_founder_and_whom_they_named_are_in_it() -> None:
    group = open_group(begin_group(ANNA, made(BEN, CLEO)))
    assert group.people == {ANNA, BEN, CLEO}
    assert group.admins == {ANNA}
    assert group.name == "us"
    assert group.group_id == group_id_of(ANNA, made(BEN, CLEO))


def test_admins_add_and_remove_and_nobody_else() -> None:
    begun = begin_group(ANNA, made(BEN, CLEO, admins=(BEN,)))
    group = open_group(begun).group_id
    added = of(begun, change(group, BEN, DORA, True))
    assert DORA in open_group(added).people
    for unasked in (change(group, CLEO, DORA, True), change(group, CLEO, BEN, False)):
        with pytest.raises(BadEncodingError, match="adds and removes nobody"):
            with_change(begun, unasked)
    assert open_group(of(begun, change(group, CLEO, CLEO, False))).people == {ANNA, BEN}


def test_a_removal_beats_an_addition_that_did_not_know_it() -> None:
    begun = begin_group(ANNA, made(BEN, CLEO, admins=(BEN,)))
    group = open_group(begun).group_id
    removal = change(group, ANNA, CLEO, False)
    unaware = change(group, BEN, CLEO, True)
    aware = change(group, BEN, CLEO, True, removal.letter_id)
    assert CLEO not in open_group(of(begun, removal, unaware)).people
    assert CLEO in open_group(of(begun, removal, aware)).people
    assert open_group(of(begun, aware)).missing == 1


@pytest.mark.attack("A215")
def test_whoever_was_added_at_the_same_time_is_told_again() -> None:
    begun = begin_group(ANNA, made(BEN, CLEO, admins=(BEN,)))
    group = open_group(begun).group_id
    added, removed = change(group, ANNA, DORA, True), change(group, BEN, CLEO, False)
    for changes in ((added, removed), (removed, added)):
        assert untold(of(begun, *changes), changes[-1]) == {DORA}
    aware = change(group, BEN, CLEO, False, added.letter_id)
    assert untold(of(begun, added, aware), aware) == frozenset()
    assert untold(of(begun, removed), removed) == frozenset()


@pytest.mark.attack("A208")
@settings(max_examples=60)
@given(data=st.data())
def test_every_order_gives_the_same_people(data: st.DataObject) -> None:
    begun = begin_group(ANNA, made(BEN, CLEO, DORA, admins=(BEN,)))
    group, changes = open_group(begun).group_id, list[WrittenChange]()
    for number in range(data.draw(st.integers(0, 10))):
        refs = data.draw(st.sets(st.sampled_from(changes or [None]), max_size=3))  # type: ignore[type-var]
        writer = data.draw(st.sampled_from([ANNA, BEN, CLEO]))
        who, on = data.draw(st.sampled_from([BEN, CLEO, DORA, EMIL])), data.draw(st.booleans())
        if writer == CLEO:  # who may only leave
            who, on = CLEO, False
        known = (each.letter_id for each in refs if each is not None)
        changes.append(change(group, writer, who, on, *known, time_ms=number))
    shuffled = data.draw(st.permutations(changes))
    one, other = open_group(of(begun, *changes)), open_group(of(begun, *shuffled))
    assert (one.people, one.refs, one.missing) == (other.people, other.refs, other.missing)
    assert ANNA in one.people


@pytest.mark.attack("A214")
def test_nobody_fills_a_group_so_that_they_cannot_be_removed() -> None:
    history = begin_group(ANNA, made(*PEOPLE[1:10]))
    group = open_group(history).group_id
    for number in range(GROUP_CHANGES_MAX):
        for who in (BEN, CLEO):
            history = with_change(history, change(group, who, who, False, time_ms=number))
    assert len(history.changes) == 1 + 2 * GROUP_LEAVES_MAX
    refs = open_group(history).refs
    history = with_change(history, change(group, ANNA, DORA, False, *refs))
    assert DORA not in open_group(history).people


def test_where_nobody_is_added_any_more_all_can_leave() -> None:
    history = begin_group(ANNA, made(*PEOPLE[1:GROUP_PEOPLE_MAX]))
    group, number = open_group(history).group_id, 0
    while not is_full(history):
        refs, number = open_group(history).refs, number + 1
        history = with_change(
            history, change(group, ANNA, EMIL, bool(number % 2), *refs, time_ms=number)
        )
    for who in open_group(history).people:
        history = with_change(history, change(group, who, who, False))
    assert open_group(history).people == frozenset()


def test_a_history_is_told_in_letters_that_say_the_same_in_any_order() -> None:
    others = tuple(PEOPLE[1:GROUP_PEOPLE_MAX])
    history = begin_group(ANNA, made(*others))
    group = open_group(history).group_id
    for number in range(GROUP_CHANGES_MAX + 5):
        refs = (*open_group(history).refs, *(bytes([n]) * 16 for n in range(7)))
        history = with_change(
            history, change(group, ANNA, others[0], bool(number % 2), *refs, time_ms=number)
        )
    assert len(history.changes) == GROUP_CHANGES_MAX + 1
    assert with_change(history, history.changes[3]) is history
    parts = in_parts(history)
    assert len(parts) > 1
    for part in parts:
        assert len(encode_history(part)) < CONTENT_BYTES_MAX - 500
        assert decode_history(encode_history(part)) == part
    told = of(parts[-1], *(each for part in parts for each in part.changes[1:]))
    assert open_group(told).people == open_group(history).people


def test_what_is_no_group_is_refused() -> None:
    with pytest.raises(BadEncodingError, match="beginning"):
        open_group(GroupHistory())
    with pytest.raises(BadEncodingError, match="once"):
        begin_group(ANNA, made(BEN, BEN))
    with pytest.raises(BadEncodingError):
        begin_group(ANNA, made(*PEOPLE[1 : GROUP_PEOPLE_MAX + 1]))
    begun = begin_group(ANNA, made(BEN))
    with pytest.raises(BadEncodingError, match="another group"):
        with_change(begun, change(bytes(32), ANNA, CLEO, True))


@pytest.mark.attack("A209")
def test_more_people_than_can_be_written_to_are_not_in_it() -> None:
    begun = begin_group(ANNA, made(*PEOPLE[30:40]))
    group = open_group(begun).group_id
    more = [change(group, ANNA, who, True) for who in PEOPLE[1:30]]
    found = open_group(of(begun, *more)).people
    assert len(found) == GROUP_PEOPLE_MAX
    assert {ANNA, *PEOPLE[30:40]} <= found, "who was named first"
    assert found == open_group(of(begun, *reversed(more))).people


@pytest.mark.attack("A209")
def test_what_could_not_be_read_from_disk_again_begins_and_changes_no_group() -> None:
    begun = begin_group(ANNA, made(BEN))
    body = encode_made(GroupMade(name="us", people=(BEN,)))[:-1] + b"1:z3000:" + bytes(3_000)
    long = encode_content(Content(body=body + b"e", kind=MADE, time_ms=1, to=bytes(32)))
    with pytest.raises(BadEncodingError):
        begin_group(ANNA, long)
    group, padding = open_group(begun).group_id, b"1:z3000:" + bytes(3_000) + b"e"
    body = encode_change(GroupChange(on=True, who=CLEO))[:-1] + padding
    bent = encode_content(Content(body=body, kind=CHANGED, time_ms=2, to=group))
    with pytest.raises(BadEncodingError):
        with_change(begun, WrittenChange(author_id=ANNA, content=bent))
