"""What a relay does with circuits: whom it joins, how much and how fast, and when it ends."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.relay import sentences as sentences
from swarmfeed.core.relay.limits import (
    CIRCUIT_BYTES_PER_S,
    CIRCUIT_DAY_BYTES,
    CIRCUIT_IDLE_S,
    CIRCUIT_OPENED_WITHIN_S,
    CIRCUIT_PIECE_BYTES,
    CIRCUIT_WINDOW_BYTES,
    CIRCUITS_OF_NODE_MAX,
    CIRCUITS_RELAYED_MAX,
    PUNCHES_OF_CIRCUIT_MAX,
)
from swarmfeed.core.relay.relay import Addressed, Relay
from swarmfeed.core.relay.words import (
    Punch,
    PunchSeen,
    RelayCall,
    RelayClose,
    RelayCredit,
    RelayData,
    RelayOpen,
)
from swarmfeed.errors import RemoteError

ANNA, BEN, CLEO = (NodeId(letter * 32) for letter in (b"a", b"b", b"c"))
C = b"circuit1"
PIECE = bytes(CIRCUIT_PIECE_BYTES)


def everybody(_: NodeId) -> bool:
    return True


def opened() -> Relay:
    """Anna was joined to Ben at 0 s, and Ben took it up."""
    relay = Relay(everybody)
    relay.open(ANNA, RelayOpen(C, BEN), 0)
    relay.credit(BEN, RelayCredit(C, CIRCUIT_WINDOW_BYTES), 0)
    return relay


def refused(told: list[Addressed]) -> str:
    (only,) = told
    assert isinstance(only.message, RelayClose)
    return only.message.reason


def test_a_conversation() -> None:
    relay = Relay(everybody)
    assert relay.open(ANNA, RelayOpen(C, BEN), 0) == [Addressed(BEN, RelayCall(C, ANNA))]
    credit = RelayCredit(C, CIRCUIT_WINDOW_BYTES)
    assert relay.credit(BEN, credit, 1) == [Addressed(ANNA, credit)]
    there, back = RelayData(C, b"hello"), RelayData(C, b"hello, Anna")
    assert relay.data(ANNA, there, 2) == [Addressed(BEN, there)]
    assert relay.data(BEN, back, 2) == [Addressed(ANNA, back)]
    assert relay.carried_today(ANNA) == relay.carried_today(BEN) == 16
    close = RelayClose(C, "")
    assert relay.close(ANNA, close) == [Addressed(BEN, close)]
    assert relay.count == 0
    # What was under way is of no circuit any more.
    assert relay.data(BEN, back, 3) == []
    assert relay.credit(BEN, RelayCredit(C, 5), 3) == []
    assert relay.close(BEN, close) == []


def test_nobody_is_joined_who_did_not_say_that_they_are_here() -> None:
    relay = Relay(lambda node_id: node_id == BEN)
    assert refused(relay.open(ANNA, RelayOpen(C, CLEO), 0)) == sentences.NOT_HERE()
    assert refused(relay.open(BEN, RelayOpen(C, BEN), 0)) == sentences.NOT_LIKE_THIS()
    assert relay.count == 0


def test_an_id_is_of_one_circuit_at_a_node() -> None:
    relay = opened()
    with pytest.raises(RemoteError):
        relay.open(ANNA, RelayOpen(C, CLEO), 0)
    assert refused(relay.open(CLEO, RelayOpen(C, BEN), 0)) == sentences.NOT_LIKE_THIS()


def test_a_third_node_has_no_part_in_a_circuit() -> None:
    relay = opened()
    assert relay.data(CLEO, RelayData(C, b"hello"), 0) == []
    assert relay.credit(CLEO, RelayCredit(C, 1), 0) == []
    assert relay.close(CLEO, RelayClose(C, "")) == []
    assert relay.count == 1


@pytest.mark.attack("A99")
@pytest.mark.parametrize("sender", [ANNA, BEN])
def test_nobody_sends_more_than_was_given(sender: NodeId) -> None:
    relay = opened()
    for _ in range(CIRCUIT_WINDOW_BYTES // CIRCUIT_PIECE_BYTES):
        assert len(relay.data(sender, RelayData(C, PIECE), 0)) == 1
    with pytest.raises(RemoteError):
        relay.data(sender, RelayData(C, b"x"), 0)


@pytest.mark.attack("A99")
def test_nothing_is_not_passed_on_for_nothing() -> None:
    with pytest.raises(RemoteError):
        opened().data(ANNA, RelayData(C, b""), 0)


@pytest.mark.attack("A99")
@pytest.mark.parametrize("giver", [ANNA, BEN])
def test_nobody_gives_more_than_a_window(giver: NodeId) -> None:
    relay = opened()
    with pytest.raises(RemoteError):
        relay.credit(giver, RelayCredit(C, 1), 0)


def carried_in(relay: Relay, seconds: int) -> int:
    """Bytes from Anna to Ben when both do what they can, Ben reads at once."""
    allowed, carried = CIRCUIT_WINDOW_BYTES, 0
    for quarter in range(4 * seconds):
        now_s = quarter / 4
        told = relay.tick(now_s)
        while allowed:
            piece = bytes(min(allowed, CIRCUIT_PIECE_BYTES))
            relay.data(ANNA, RelayData(C, piece), now_s)
            allowed -= len(piece)
            carried += len(piece)
            told += relay.credit(BEN, RelayCredit(C, len(piece)), now_s)
        given = [each.message for each in told if each.node_id == ANNA]
        allowed += sum(each.count for each in given if isinstance(each, RelayCredit))
    return carried


def test_a_circuit_is_as_fast_as_the_relay_lets_it_be() -> None:
    carried = carried_in(opened(), 60)
    assert 59 * CIRCUIT_BYTES_PER_S <= carried <= 61 * CIRCUIT_BYTES_PER_S


def test_a_day_has_so_many_bytes_for_each_node_and_the_next_day_as_many() -> None:
    relay, told = opened(), list[Addressed]()
    for second in range(CIRCUIT_DAY_BYTES // CIRCUIT_WINDOW_BYTES + 1):
        relay.tick(second)
        for _ in range(CIRCUIT_WINDOW_BYTES // CIRCUIT_PIECE_BYTES):
            told = relay.data(ANNA, RelayData(C, PIECE), second)
            relay.credit(BEN, RelayCredit(C, CIRCUIT_PIECE_BYTES), second)
        if relay.count == 0:
            break
    reason = sentences.DAY_USED_UP()
    assert relay.count == 0
    for asker, called in ((ANNA, CLEO), (CLEO, BEN)):
        ask = RelayOpen(b"circuit2", called)
        assert refused(relay.open(asker, ask, 400)) == reason
    assert relay.open(ANNA, RelayOpen(C, BEN), 86_400) == [Addressed(BEN, RelayCall(C, ANNA))]
    assert told == []


@pytest.mark.attack("A99")
def test_a_node_has_so_many_circuits_and_the_relay_so_many_altogether() -> None:
    relay = Relay(everybody)
    for number in range(CIRCUITS_OF_NODE_MAX):
        called = NodeId(bytes([200 + number]) * 32)
        assert relay.open(ANNA, RelayOpen(bytes([number]), called), 0)[0].node_id == called
    ask = RelayOpen(b"one more", BEN)
    assert refused(relay.open(ANNA, ask, 0)) == sentences.TOO_MANY_CIRCUITS()
    for number in range(CIRCUITS_RELAYED_MAX - CIRCUITS_OF_NODE_MAX):
        asker, called = (NodeId(bytes([kind, number]) * 16) for kind in (1, 2))
        relay.open(asker, RelayOpen(C, called), 0)
    assert relay.count == CIRCUITS_RELAYED_MAX
    assert refused(relay.open(CLEO, ask, 0)) == sentences.RELAY_FULL()


def test_with_a_link_go_its_circuits() -> None:
    relay = opened()
    told = relay.gone(BEN)
    assert [each.node_id for each in told] == [ANNA]
    assert refused(told) == sentences.END_GONE()
    assert relay.gone(ANNA) == []


@pytest.mark.parametrize(
    ("make", "after_s"),
    [
        (lambda: Relay(everybody), CIRCUIT_OPENED_WITHIN_S),
        (opened, CIRCUIT_IDLE_S),
    ],
    ids=["not taken up", "idle"],
)
def test_what_is_silent_ends(make: Callable[[], Relay], after_s: int) -> None:
    relay = make()
    if relay.count == 0:
        relay.open(ANNA, RelayOpen(C, BEN), 0)
    assert relay.tick(after_s) == []
    close = RelayClose(C, sentences.SILENT())
    assert relay.tick(after_s + 0.25) == [Addressed(ANNA, close), Addressed(BEN, close)]
    assert relay.count == 0


NODES = st.sampled_from([ANNA, BEN, CLEO])
IDS = st.sampled_from([b"1", b"2", b"3"])
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("open"), NODES, st.builds(RelayOpen, IDS, NODES)),
        st.tuples(st.just("data"), NODES, st.builds(RelayData, IDS, st.binary(max_size=40))),
        st.tuples(st.just("credit"), NODES, st.builds(RelayCredit, IDS, st.integers(1, 60))),
        st.tuples(st.just("close"), NODES, st.builds(RelayClose, IDS, st.just(""))),
        st.tuples(st.just("gone"), NODES, st.none()),
        st.tuples(st.just("tick"), NODES, st.none()),
    ),
    max_size=60,
)


@pytest.mark.attack("A99")
@given(DEEDS)
def test_whatever_comes_nobody_gets_more_than_they_gave_credit_for(
    deeds: list[tuple[str, NodeId, object]],
) -> None:
    relay, given_to = Relay(everybody), dict[tuple[NodeId, bytes], int]()
    for second, (what, sender, said) in enumerate(deeds):
        told: list[Addressed] = []
        try:
            if what == "gone":
                told = relay.gone(sender)
            elif what == "tick":
                told = relay.tick(second)
            elif what == "close":
                told = relay.close(sender, said)  # type: ignore[arg-type]  # by its name
            else:
                told = getattr(relay, what)(sender, said, second)
        except RemoteError:
            told = relay.gone(sender)  # as the session does: it is shut out
        if isinstance(said, RelayCredit):
            key = sender, said.circuit
            given_to[key] = given_to.get(key, CIRCUIT_WINDOW_BYTES) + said.count
        for each in told:
            assert each.node_id != sender or isinstance(each.message, RelayClose | RelayCredit)
            if isinstance(each.message, RelayData):
                key = each.node_id, each.message.circuit
                # The asker gives a whole window with its wish.
                given_to[key] = given_to.get(key, CIRCUIT_WINDOW_BYTES)
                given_to[key] -= len(each.message.data)
                assert given_to[key] >= 0
        assert relay.count <= 9
    for node_id in (ANNA, BEN, CLEO):
        relay.gone(node_id)
    assert relay.count == 0


A, B = Endpoint("20.0.0.1", 40_001), Endpoint("20.0.0.2", 40_002)


def test_ends_that_both_want_a_straight_link_hear_where_the_other_one_comes_from() -> None:
    relay = opened()
    assert relay.punch(ANNA, Punch(C), A) == []
    assert relay.punch(BEN, Punch(C), B) == [
        Addressed(ANNA, PunchSeen(C, other=B, own=A)),
        Addressed(BEN, PunchSeen(C, other=A, own=B)),
    ]
    assert relay.punch(BEN, Punch(C), B) == [], "each time both say so anew"


@pytest.mark.attack("A224")
def test_nobody_hears_where_somebody_is_who_did_not_want_it() -> None:
    relay = opened()
    for _ in range(3):
        assert relay.punch(ANNA, Punch(C), A) == []
    assert relay.punch(CLEO, Punch(C), A) == [], "it is no end of this circuit"
    assert relay.punch(BEN, Punch(b"another1"), B) == []


@pytest.mark.attack("A223")
def test_a_relay_tells_the_ends_of_a_circuit_so_often_and_no_more() -> None:
    relay = opened()
    rounds = [
        (relay.punch(ANNA, Punch(C), A), relay.punch(BEN, Punch(C), B)) for _ in range(99)
    ]
    told = [each for _, each in rounds if each]
    assert len(told) == PUNCHES_OF_CIRCUIT_MAX
