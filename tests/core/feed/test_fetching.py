"""Plans of fetches: who is asked for which chunk, and who never is."""

from time import thread_time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, PIECE_BYTES_MAX
from swarmfeed.core.base.types import ChunkSpan, Endpoint, FeedId, NodeId
from swarmfeed.core.feed.chunklist import covering_spans
from swarmfeed.core.feed.fetching import (
    Accounts,
    Burden,
    ChunkAsk,
    Source,
    WantedChunk,
    can_serve,
    plan_fetches,
    plan_race,
)
from swarmfeed.core.feed.patience import Repute

FEED = FeedId(bytes([1]) * 32)
OTHER_FEED = FeedId(bytes([2]) * 32)
ANNA, BERT, CARL = (NodeId(bytes([number]) * 32) for number in (10, 11, 12))


def source(node_id: NodeId, size: int = 1024, *, complete: bool = True) -> Source:
    return Source(node_id, Endpoint("127.0.0.1", 2000 + node_id[0]), size, complete)


def wanted(position: int, size_bytes: int = 1000, *tried: NodeId) -> WantedChunk:
    return WantedChunk(FEED, ChunkSpan(0, position), size_bytes, frozenset(tried))


def owing(load_bytes: dict[NodeId, int]) -> Accounts:
    """Holders that delivered before, and still have so much to send."""
    proven = Repute(delivered=10)
    return Accounts(
        reputes={NodeId(bytes([n]) * 32): proven for n in range(20)},
        burdens={each: Burden(bytes=load, chunks=1) for each, load in load_bytes.items()},
    )


def asked(plan: list[ChunkAsk]) -> list[tuple[int, list[NodeId]]]:
    """Chunk positions with the holders they are asked of."""
    return [(ask.chunk.span.position, [each.node_id for each in ask.sources]) for ask in plan]


def test_chunks_are_asked_in_their_order_and_spread_over_holders() -> None:
    plan = plan_fetches(
        [wanted(3), wanted(2), wanted(1)],
        {FEED: [source(ANNA), source(BERT)]},
        Accounts(),
        slots=10,
    )
    assert asked(plan) == [(3, [ANNA]), (2, [BERT]), (1, [ANNA])]


def test_a_chunk_of_several_pieces_is_asked_of_all_holders() -> None:
    plan = plan_fetches(
        [wanted(0, PIECE_BYTES_MAX + 1)],
        {FEED: [source(BERT), source(ANNA)]},
        Accounts(),
        slots=1,
    )
    assert asked(plan) == [(0, [ANNA, BERT])]


def test_a_chunk_of_one_piece_is_asked_of_one_holder() -> None:
    plan = plan_fetches(
        [wanted(0, PIECE_BYTES_MAX)], {FEED: [source(BERT), source(ANNA)]}, Accounts(), slots=1
    )
    assert asked(plan) == [(0, [ANNA])]


def test_who_still_has_much_to_send_is_asked_last() -> None:
    plan = plan_fetches(
        [wanted(0)], {FEED: [source(ANNA), source(BERT)]}, owing({ANNA: 5000}), slots=1
    )
    assert asked(plan) == [(0, [BERT])]


def test_holders_that_failed_before_come_last_but_are_not_given_up() -> None:
    both = {FEED: [source(ANNA), source(BERT)]}
    assert asked(
        plan_fetches([wanted(0, 1000, ANNA)], both, owing({BERT: 10**9}), slots=1)
    ) == [(0, [BERT])]
    alone = {FEED: [source(ANNA)]}
    assert asked(plan_fetches([wanted(0, 1000, ANNA)], alone, Accounts(), slots=1)) == [
        (0, [ANNA])
    ]


def test_holders_with_gaps_come_after_complete_ones() -> None:
    sources = {FEED: [source(ANNA, complete=False), source(BERT)]}
    assert asked(plan_fetches([wanted(0)], sources, owing({BERT: 10**9}), slots=1)) == [
        (0, [BERT])
    ]


def test_a_holder_of_an_older_size_is_not_asked_for_what_came_later() -> None:
    sources = {FEED: [source(ANNA, 511), source(BERT, 512)]}
    assert asked(plan_fetches([wanted(1), wanted(0)], sources, Accounts(), slots=5)) == [
        (1, [BERT]),
        (0, [ANNA]),
    ]


def test_a_holder_that_merged_a_chunk_into_a_larger_one_is_not_asked_for_it() -> None:
    assert can_serve(source(ANNA, 4095), ChunkSpan(0, 14))
    assert not can_serve(source(ANNA, 4096), ChunkSpan(0, 14))
    assert can_serve(source(ANNA, 4096), ChunkSpan(1, 0))


def test_nobody_is_asked_for_a_feed_of_which_only_others_are_held() -> None:
    assert plan_fetches([wanted(0)], {OTHER_FEED: [source(ANNA)]}, Accounts(), slots=5) == []


def test_without_slots_nothing_is_asked() -> None:
    assert plan_fetches([wanted(0)], {FEED: [source(ANNA)]}, Accounts(), slots=0) == []


@pytest.mark.attack("A10")
def test_the_claim_of_an_enormous_feed_costs_nothing() -> None:
    liar = source(ANNA, FEED_ENTRIES_MAX)
    start_s = thread_time()
    for _ in range(1000):
        can_serve(liar, ChunkSpan(0, 0))
    assert thread_time() - start_s < 0.1, "listing 4,096 chunks a thousand times takes 5 s"


sizes = st.one_of(st.integers(0, 70_000), st.integers(0, FEED_ENTRIES_MAX))
spans = st.builds(ChunkSpan, st.integers(0, 3), st.integers(0, 40))


@given(st.integers(0, 300_000), spans)
def test_can_serve_is_membership_in_the_cover(size: int, span: ChunkSpan) -> None:
    assert can_serve(source(ANNA, size), span) == (span in covering_spans(size))


@st.composite
def problems(draw: st.DrawFn) -> tuple[list[WantedChunk], list[Source], dict[NodeId, int], int]:
    nodes = [NodeId(bytes([number]) * 32) for number in range(draw(st.integers(0, 6)))]
    sources = [
        source(node_id, draw(st.integers(0, 5000)), complete=draw(st.booleans()))
        for node_id in nodes
    ]
    positions = draw(st.lists(st.integers(0, 15), unique=True, max_size=16))
    chunks = [
        wanted(
            position,
            draw(st.integers(1, 3 * PIECE_BYTES_MAX)),
            *draw(st.sets(st.sampled_from(nodes))) if nodes else (),
        )
        for position in positions
    ]
    load = {node_id: draw(st.integers(0, 10**7)) for node_id in nodes if draw(st.booleans())}
    return chunks, sources, load, draw(st.integers(0, 20))


@given(problems())
def test_every_chunk_with_an_able_holder_is_asked_of_able_ones_while_slots_last(
    problem: tuple[list[WantedChunk], list[Source], dict[NodeId, int], int],
) -> None:
    chunks, sources, load, slots = problem
    plan = plan_fetches(chunks, {FEED: sources}, owing(load), slots=slots)
    possible = [
        chunk for chunk in chunks if any(can_serve(each, chunk.span) for each in sources)
    ]
    assert [ask.chunk for ask in plan] == possible[:slots]
    for ask in plan:
        assert ask.sources
        assert len(set(ask.sources)) == len(ask.sources)
        assert all(can_serve(each, ask.chunk.span) for each in ask.sources)


@given(problems())
def test_failed_holders_stand_behind_all_others(
    problem: tuple[list[WantedChunk], list[Source], dict[NodeId, int], int],
) -> None:
    chunks, sources, load, slots = problem
    for ask in plan_fetches(chunks, {FEED: sources}, owing(load), slots=slots):
        failed = [each.node_id in ask.chunk.tried for each in ask.sources]
        assert failed == sorted(failed)
        able = [each for each in sources if can_serve(each, ask.chunk.span)]
        if failed[0]:
            assert all(each.node_id in ask.chunk.tried for each in able)


@given(st.lists(st.integers(1, PIECE_BYTES_MAX), min_size=1, max_size=15), st.integers(1, 6))
def test_equal_holders_get_equal_work_within_one_chunk(
    sizes_bytes: list[int], holder_count: int
) -> None:
    sources = [source(NodeId(bytes([number]) * 32), 4095) for number in range(holder_count)]
    chunks = [wanted(position, size) for position, size in enumerate(sizes_bytes)]
    load = dict.fromkeys((each.node_id for each in sources), 0)
    for ask in plan_fetches(chunks, {FEED: sources}, owing({}), slots=100):
        load[ask.sources[0].node_id] += ask.chunk.size_bytes
    assert max(load.values()) - min(load.values()) <= max(sizes_bytes)


NOW_MS = 50_000
SLOW = Repute().kept_waiting(NOW_MS)


def known(burdens: dict[NodeId, int] | None = None, **reputes: Repute) -> Accounts:
    """Anna, Bert and Carl by their first letter; burdens in chunks."""
    nodes = {"a": ANNA, "b": BERT, "c": CARL}
    return Accounts(
        now_ms=NOW_MS,
        reputes={nodes[each]: repute for each, repute in reputes.items()},
        burdens={each: Burden(chunks=count) for each, count in (burdens or {}).items()},
    )


@pytest.mark.attack("A44")
def test_who_kept_us_waiting_is_asked_only_when_nobody_else_is_there() -> None:
    both = {FEED: [source(ANNA), source(BERT)]}
    plan = plan_fetches([wanted(2), wanted(1)], both, known(a=SLOW), slots=5)
    assert asked(plan) == [(2, [BERT]), (1, [BERT])]
    alone = {FEED: [source(ANNA)]}
    assert asked(plan_fetches([wanted(2)], alone, known(a=SLOW), slots=5)) == [(2, [ANNA])]
    full = known({BERT: 8}, a=SLOW)
    assert asked(plan_fetches([wanted(2)], both, full, slots=5)) == [(2, [BERT])]


@pytest.mark.attack("A44")
def test_nobody_gets_much_to_do_before_it_has_delivered() -> None:
    three = {FEED: [source(ANNA), source(BERT), source(CARL)]}
    full = known({ANNA: 8, BERT: 8, CARL: 7})
    assert asked(plan_fetches([wanted(2), wanted(1)], three, full, slots=5)) == [(2, [CARL])]
    proven = known({ANNA: 8, BERT: 8, CARL: 8}, b=Repute(delivered=1))
    assert asked(plan_fetches([wanted(2)], three, proven, slots=5)) == [(2, [BERT])]


def test_a_holder_the_person_named_is_asked_before_strangers_and_the_proven_before_both() -> (
    None
):
    named = Source(CARL, Endpoint("127.0.0.1", 2012), 1024, complete=True, named=True)
    three = {FEED: [source(ANNA), source(BERT), named]}
    assert asked(plan_fetches([wanted(2)], three, known(), slots=5)) == [(2, [CARL])]
    proven = known(b=Repute(delivered=1))
    assert asked(plan_fetches([wanted(2)], three, proven, slots=5)) == [(2, [BERT])]


def test_a_race_is_joined_by_those_who_were_not_asked_and_last_by_the_demoted() -> None:
    three = [source(ANNA), source(BERT), source(CARL)]

    def joining(accounts: Accounts, *tried: NodeId, count: int = 2) -> list[NodeId]:
        chosen = plan_race(wanted(2, 1000, *tried), three, accounts, count=count)
        return [each.node_id for each in chosen]

    assert joining(known(), ANNA) == [BERT, CARL]
    assert joining(known(), ANNA, count=1) == [BERT]
    assert joining(known(b=SLOW), ANNA) == [CARL]
    assert joining(known(b=SLOW, c=SLOW), ANNA) == [BERT, CARL]
    assert joining(known({BERT: 8, CARL: 9}), ANNA) == [BERT, CARL], "it waited long enough"
    assert joining(known(), ANNA, BERT, CARL) == []


def test_a_chunk_of_several_pieces_is_asked_of_eight_holders_at_most() -> None:
    many = [source(NodeId(bytes([number]) * 32)) for number in range(20)]
    (ask,) = plan_fetches([wanted(0, PIECE_BYTES_MAX + 1)], {FEED: many}, Accounts(), slots=1)
    assert len(ask.sources) == 8
