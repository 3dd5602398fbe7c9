"""From one supernode to all of them, without a clock and without a socket."""

from collections import Counter, deque
from collections.abc import Collection, Iterable
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.core.supernode.broadcast import (
    NOWHERE,
    PLACES,
    Acknowledge,
    Action,
    Announce,
    AskFor,
    Broadcast,
    Deliver,
    Places,
    Spread,
)
from swarmfeed.core.supernode.limits import (
    ANNOUNCERS_MAX,
    DELEGATE_MS,
    LATE_ACTIONS_MAX,
    LATE_AT_ONCE_MAX,
    LAZY_LINKS,
    SEEN_TO_MAX,
    SPREAD_KEPT_MAX,
    SPREAD_KEPT_MS,
    SPREAD_OPEN_MAX,
    SPREAD_WAYS,
)

POST = Hash(b"p" * 32)


def nodes(count: int, seed: int = 1) -> list[NodeId]:
    dice = Random(seed)
    return [NodeId(dice.randbytes(32)) for _ in range(count)]


class Layer:
    """Supernodes whose messages take no time, until a step of time is made."""

    def __init__(self, members: list[NodeId], dead: Collection[NodeId] = ()) -> None:
        self.members, self.dead = members, set(dead)
        self.parts = {each: Broadcast(each, Random(each).random) for each in members}
        for part in self.parts.values():
            part.know(members)
        self.droppers: set[NodeId] = set()
        """They confirm what comes, and do nothing else."""
        self.delivered: Counter[NodeId] = Counter()
        self.sent: Counter[type[Action]] = Counter()
        self.now_ms = 0

    def publish(self, source: NodeId) -> None:
        self._run((source, each) for each in self.parts[source].publish(POST, self.now_ms))

    def begin(self, source: NodeId, wait_ms: int) -> None:
        actions = self.parts[source].publish(POST, self.now_ms, wait_ms)
        self._run((source, each) for each in actions)

    def wait(self, steps: int = 1) -> None:
        for _ in range(steps):
            self.now_ms += DELEGATE_MS
            living = [each for each in self.members if each not in self.dead]
            ticks = [(each, self.parts[each].tick(self.now_ms)) for each in living]
            self._run((each, action) for each, actions in ticks for action in actions)

    def _run(self, actions: Iterable[tuple[NodeId, Action]]) -> None:
        waiting = deque(actions)
        while waiting:
            sender, action = waiting.popleft()
            self.sent[type(action)] += 1
            if isinstance(action, Deliver):
                self.delivered[sender] += 1
            elif action.to not in self.dead:
                waiting += ((action.to, each) for each in self._hear(sender, action))

    def _hear(self, sender: NodeId, action: Action) -> list[Action]:
        assert not isinstance(action, Deliver)
        part = self.parts[action.to]
        if action.to in self.droppers:
            is_spread = isinstance(action, Spread)
            return [Acknowledge(sender, POST, action.places.low)] if is_spread else []
        if isinstance(action, Spread):
            return part.on_spread(sender, action.id, action.places, self.now_ms)
        if isinstance(action, Acknowledge):
            part.on_ack(sender, action.id, action.low)
        elif isinstance(action, Announce):
            part.on_have(sender, action.id, self.now_ms)
        elif isinstance(action, AskFor):
            return part.on_want(sender, action.id)
        return []


@pytest.mark.parametrize("count", [1, 2, 9, 30, 300])
def test_all_get_it_once_and_nobody_gives_it_to_many(count: int) -> None:
    layer = Layer(nodes(count))
    layer.publish(layer.members[count // 2])
    assert layer.delivered == dict.fromkeys(layer.members, 1)
    assert layer.sent[Spread] == layer.sent[Acknowledge] == count - 1
    assert layer.sent[Announce] == count * min(LAZY_LINKS, count - 1)
    layer.wait(3)
    assert layer.sent[Spread] == count - 1
    assert all(part.due_ms() is None for part in layer.parts.values())


def test_those_that_are_gone_cost_time_and_nobody_else() -> None:
    members = nodes(200)
    layer = Layer(members, dead=members[1::5])
    layer.publish(members[0])
    layer.wait(12)
    assert layer.delivered == dict.fromkeys(set(members) - layer.dead, 1)


def test_whoever_confirms_and_does_nothing_is_made_up_for() -> None:
    layer = Layer(nodes(200))
    layer.droppers = set(layer.members[1::10])
    layer.publish(layer.members[0])
    layer.wait(8)
    honest = set(layer.members) - layer.droppers
    assert sum(layer.delivered[each] == 1 for each in honest) >= 0.995 * len(honest)
    assert max(layer.delivered.values()) == 1


def test_lists_that_differ_leave_nobody_out_whom_somebody_on_the_way_knows() -> None:
    layer = Layer(nodes(120))
    for number, each in enumerate(layer.members):
        known = [one for at, one in enumerate(layer.members) if (at + number) % 50]
        layer.parts[each].know(known)
    layer.publish(layer.members[0])
    layer.wait(6)
    assert layer.delivered == dict.fromkeys(layer.members, 1)


@given(
    st.sets(st.binary(min_size=8, max_size=8), max_size=60),
    st.integers(0, PLACES),
    st.integers(0, PLACES),
    st.integers(0, 255),
)
def test_parts_cover_a_range_and_do_not_meet(
    ids: set[bytes], one: int, other: int, number: int
) -> None:
    me = NodeId(bytes([number]) * 32)
    ids.discard(me[:8])  # who stands just here is told beside
    places = Places(min(one, other), max(one, other))
    part = Broadcast(me, lambda: 0.5)
    part.know([NodeId(each + bytes(24)) for each in ids])
    actions = part.on_spread(NodeId(bytes(32)), POST, places, 0)
    parts = sorted((a.places.low, a.places.high) for a in actions if isinstance(a, Spread))
    everybody = sorted(int.from_bytes(each, "big") for each in ids)
    known = [place for place in everybody if places.low <= place < places.high]
    assert min(SPREAD_WAYS, len(known)) >= len(parts) >= min(1, len(known))
    assert [n for n in known if any(low <= n < high for low, high in parts)] == known
    assert all(high <= low for (_, high), (low, _) in pairwise(parts))


def test_a_part_nobody_confirms_goes_to_each_of_its_nodes_once() -> None:
    members = nodes(4)
    part = Broadcast(members[0], lambda: 0.0)
    part.know(members)
    first = [a.to for a in part.publish(POST, 0) if isinstance(a, Spread)]
    assert sorted(first) == sorted(members[1:])
    assert part.tick(DELEGATE_MS - 1) == []
    part.on_ack(first[0], POST, 0)
    part.on_ack(NodeId(b"x" * 32), POST, 1)
    assert part.tick(DELEGATE_MS) == [] and part.due_ms() is None


def test_what_is_asked_for_is_given_and_what_is_not_here_is_not() -> None:
    asker, giver = nodes(2)
    part = Broadcast(giver, lambda: 0.0)
    assert part.on_want(asker, POST) == []
    part.publish(POST, 0)
    assert part.on_want(asker, POST) == [Spread(asker, POST, NOWHERE)]
    assert part.publish(POST, 1) == []


def test_of_those_who_have_it_one_after_the_other_is_asked() -> None:
    me, *others = nodes(6)
    part = Broadcast(me, lambda: 0.0)
    for each in (others[0], *others):
        part.on_have(each, POST, 0)
    assert part.tick(DELEGATE_MS - 1) == []
    asked = [part.tick(each * DELEGATE_MS) for each in (1, 3, 5, 7)]
    assert asked == [[AskFor(each, POST)] for each in others[:ANNOUNCERS_MAX]] + [[]]
    part.on_have(others[0], POST, 9_000)
    part.on_spread(others[1], POST, NOWHERE, 9_001)
    assert part.tick(60_000) == []


def test_where_most_had_to_be_asked_for_it_is_asked_for_sooner() -> None:
    me, other = nodes(2)
    part = Broadcast(me, lambda: 0.0)

    def asks_after_ms(number: int, wait_ms: int | None = None) -> int | None:
        part.on_have(other, Hash(number.to_bytes(32, "big")), 0, wait_ms)
        due_ms = part.due_ms()
        part.tick(DELEGATE_MS)
        return due_ms

    def come(numbers: range, places: Places) -> None:
        for number in numbers:
            part.on_spread(other, Hash(number.to_bytes(32, "big")), places, 0)

    assert asks_after_ms(1) == 400
    come(range(100, 101), NOWHERE)
    assert asks_after_ms(2) == 350
    come(range(101, 108), NOWHERE)
    assert asks_after_ms(3) == 137
    assert asks_after_ms(4, 1_000) == 1_000, "who says how long is taken at his word"
    come(range(200, 240), Places(0, 1))
    assert asks_after_ms(5) == 399


@pytest.mark.slow
def test_it_remembers_for_a_while_and_never_too_much() -> None:
    part = Broadcast(NodeId(bytes(32)), lambda: 0.0)
    for number in range(SPREAD_KEPT_MAX + 5):
        part.publish(Hash(number.to_bytes(32, "big")), number)
        part.on_have(NodeId(b"x" * 32), Hash(number.to_bytes(31, "big") + b"x"), 10**9)
    part.tick(SPREAD_KEPT_MAX)
    asker = NodeId(b"y" * 32)
    assert part.on_want(asker, Hash((4).to_bytes(32, "big"))) == []
    newest = Hash((SPREAD_KEPT_MAX + 4).to_bytes(32, "big"))
    assert part.on_want(asker, newest)
    part.tick(SPREAD_KEPT_MAX + 4 + SPREAD_KEPT_MS)
    assert part.on_want(asker, newest) == []


def test_who_is_told_as_well_begins_only_if_the_first_one_does_not() -> None:
    members = nodes(30)
    first, second = members[3], members[20]
    layer = Layer(members)
    layer.begin(second, wait_ms=2 * DELEGATE_MS)
    layer.publish(first)
    once = layer.sent[Spread]
    layer.wait(6)
    assert layer.sent[Spread] == once
    assert set(layer.delivered) == set(members)
    alone = Layer(members)
    alone.begin(second, wait_ms=2 * DELEGATE_MS)
    assert alone.sent[Spread] == 0
    alone.wait(6)
    assert set(alone.delivered) == set(members)
    assert set(alone.delivered.values()) == {1}
    assert alone.parts[second].due_ms() is None


def test_no_step_is_long_however_much_is_late() -> None:
    """A liar names posts that nobody has; each is asked for, a few hundred at a time."""
    me, liar = nodes(2)
    part = Broadcast(me, Random(1).random)
    part.know([liar])
    named = [Hash(number.to_bytes(32, "big")) for number in range(5 * LATE_AT_ONCE_MAX)]
    for each in named:
        part.on_have(liar, each, 0)
    asked = list[Hash]()
    for _ in range(5):
        step = part.tick(DELEGATE_MS)
        assert len(step) == LATE_AT_ONCE_MAX
        asked += [each.id for each in step if isinstance(each, AskFor)]
    assert sorted(asked) == named
    assert part.due_ms() is None
    for each in named:
        part.publish(each, DELEGATE_MS)
    assert len(part.tick(2 * DELEGATE_MS)) <= LATE_AT_ONCE_MAX


@pytest.mark.attack("A125")
def test_ranges_that_are_thought_up_are_neither_confirmed_nor_spread() -> None:
    members = nodes(24)
    part = Broadcast(members[0], Random(1).random)
    part.know(members)
    ranges = [Places(at, PLACES - at) for at in range(SEEN_TO_MAX)]
    for each in ranges:
        assert Acknowledge(members[1], POST, each.low) in part.on_spread(
            members[1], POST, each, 0
        )
    for at in range(SEEN_TO_MAX, 100):
        assert part.on_spread(members[1], POST, Places(at, PLACES - at), 0) == []
    again = part.on_spread(members[1], POST, ranges[0], 0)
    assert again == [Acknowledge(members[1], POST, ranges[0].low)]
    assert part.on_spread(members[1], POST, NOWHERE, 0)[0] == Acknowledge(
        members[1], POST, NOWHERE.low
    )


@pytest.mark.slow
@pytest.mark.attack("A125")
def test_only_the_newest_that_nobody_confirms_are_looked_after() -> None:
    members, dice = nodes(24), Random(2)
    part = Broadcast(members[0], Random(1).random)
    part.know(members)
    count = SPREAD_OPEN_MAX + 500
    posts = [Hash(dice.randbytes(32)) for _ in range(count)]
    for number, post in enumerate(posts):
        part.publish(post, 0, 50 if number % 2 else 0)
    looked_after, now_ms = set[Hash](), DELEGATE_MS
    while part.due_ms() is not None and now_ms < SPREAD_KEPT_MS:
        actions = part.tick(now_ms)
        assert len(actions) < LATE_ACTIONS_MAX + SPREAD_WAYS
        looked_after |= {each.id for each in actions if isinstance(each, Spread)}
        now_ms += 100
    assert looked_after == set(posts[-SPREAD_OPEN_MAX:])
    assert all(part.has(each) for each in posts)
