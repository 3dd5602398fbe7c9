"""Plans of fetches: who is asked for which chunk, and who never is."""

from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, PIECE_BYTES_MAX
from swarmfeed.core.base.types import ChunkSpan, Endpoint, FeedId, NodeId
from swarmfeed.core.feed.chunklist import covering_spans
from swarmfeed.core.feed.fetching import Ask, Source, WantedChunk, can_serve, plan_fetches

FEED = FeedId(bytes([1]) * 32)
OTHER_FEED = FeedId(bytes([2]) * 32)
ANNA, BERT, CARL = (NodeId(bytes([number]) * 32) for number in (10, 11, 12))


def source(node_id: NodeId, size: int = 1024, *, complete: bool = True) -> Source:
    return Source(node_id, Endpoint("127.0.0.1", 2000 + node_id[0]), size, complete)


def wanted(position: int, size_bytes: int = 1000, *tried: NodeId) -> WantedChunk:
    return WantedChunk(FEED, ChunkSpan(0, position), size_bytes, frozenset(tried))


def asked(plan: list[Ask]) -> list[tuple[int, list[NodeId]]]:
    """Chunk positions with the holders they are asked of."""
    return [(ask.chunk.span.position, [each.node_id for each in ask.sources]) for ask in plan]


def test_chunks_are_asked_in_their_order_and_spread_over_holders() -> None:
    plan = plan_fetches(
        [wanted(3), wanted(2), wanted(1)],
        {FEED: [source(ANNA), source(BERT)]},
        {},
        slots=10,
    )
    assert asked(plan) == [(3, [ANNA]), (2, [BERT]), (1, [ANNA])]


def test_a_chunk_of_several_pieces_is_asked_of_all_holders() -> None:
    plan = plan_fetches(
        [wanted(0, PIECE_BYTES_MAX + 1)], {FEED: [source(BERT), source(ANNA)]}, {}, slots=1
    )
    assert asked(plan) == [(0, [ANNA, BERT])]


def test_a_chunk_of_one_piece_is_asked_of_one_holder() -> None:
    plan = plan_fetches(
        [wanted(0, PIECE_BYTES_MAX)], {FEED: [source(BERT), source(ANNA)]}, {}, slots=1
    )
    assert asked(plan) == [(0, [ANNA])]


def test_who_still_has_much_to_send_is_asked_last() -> None:
    plan = plan_fetches(
        [wanted(0)], {FEED: [source(ANNA), source(BERT)]}, {ANNA: 5000}, slots=1
    )
    assert asked(plan) == [(0, [BERT])]


def test_holders_that_failed_before_come_last_but_are_not_given_up() -> None:
    both = {FEED: [source(ANNA), source(BERT)]}
    assert asked(plan_fetches([wanted(0, 1000, ANNA)], both, {BERT: 10**9}, slots=1)) == [
        (0, [BERT])
    ]
    alone = {FEED: [source(ANNA)]}
    assert asked(plan_fetches([wanted(0, 1000, ANNA)], alone, {}, slots=1)) == [(0, [ANNA])]


def test_holders_with_gaps_come_after_complete_ones() -> None:
    sources = {FEED: [source(ANNA, complete=False), source(BERT)]}
    assert asked(plan_fetches([wanted(0)], sources, {BERT: 10**9}, slots=1)) == [(0, [BERT])]


def test_a_holder_of_an_older_size_is_not_asked_for_what_came_later() -> None:
    sources = {FEED: [source(ANNA, 511), source(BERT, 512)]}
    assert asked(plan_fetches([wanted(1), wanted(0)], sources, {}, slots=5)) == [
        (1, [BERT]),
        (0, [ANNA]),
    ]


def test_a_holder_that_merged_a_chunk_into_a_larger_one_is_not_asked_for_it() -> None:
    assert can_serve(source(ANNA, 4095), ChunkSpan(0, 14))
    assert not can_serve(source(ANNA, 4096), ChunkSpan(0, 14))
    assert can_serve(source(ANNA, 4096), ChunkSpan(1, 0))


def test_nobody_is_asked_for_a_feed_of_which_only_others_are_held() -> None:
    assert plan_fetches([wanted(0)], {OTHER_FEED: [source(ANNA)]}, {}, slots=5) == []


def test_without_slots_nothing_is_asked() -> None:
    assert plan_fetches([wanted(0)], {FEED: [source(ANNA)]}, {}, slots=0) == []


@pytest.mark.attack("A10")
def test_the_claim_of_an_enormous_feed_costs_nothing() -> None:
    liar = source(ANNA, FEED_ENTRIES_MAX)
    start_s = perf_counter()
    for _ in range(1000):
        can_serve(liar, ChunkSpan(0, 0))
    assert perf_counter() - start_s < 0.1, "listing 4,096 chunks a thousand times takes 5 s"


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
    plan = plan_fetches(chunks, {FEED: sources}, load, slots=slots)
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
    for ask in plan_fetches(chunks, {FEED: sources}, load, slots=slots):
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
    for ask in plan_fetches(chunks, {FEED: sources}, {}, slots=100):
        load[ask.sources[0].node_id] += ask.chunk.size_bytes
    assert max(load.values()) - min(load.values()) <= max(sizes_bytes)
