"""Plans of what to keep for friends of friends within a budget."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from swarmfeed.core.base.types import AuthorId, ChunkSpan, FeedId
from swarmfeed.core.feed.holding import Drop, Hold, HoldableChunk, plan_holding


def chunk(
    feed: int, position: int, size_bytes: int, *, held: bool = False, friends: int = 1
) -> HoldableChunk:
    return HoldableChunk(
        AuthorId(bytes([feed]) * 32),
        FeedId(bytes([feed]) * 32),
        ChunkSpan(0, position),
        size_bytes,
        held,
        friends,
    )


def carry_out(
    chunks: list[HoldableChunk], plan: list[Hold | Drop], budget_bytes: int
) -> list[HoldableChunk]:
    """Do what a plan says, step by step; the disk never holds more than the budget allows."""
    now = {(each.feed_id, each.span): each for each in chunks}
    start_bytes = sum(each.size_bytes for each in chunks if each.held)
    for step in plan:
        key = (step.feed_id, step.span)
        assert now[key].held is isinstance(step, Drop), "only what must change is planned"
        now[key] = replace(now[key], held=isinstance(step, Hold))
        if isinstance(step, Hold):
            held_bytes = sum(each.size_bytes for each in now.values() if each.held)
            assert held_bytes <= budget_bytes, f"start was {start_bytes}"
    return list(now.values())


def test_the_newest_chunks_are_held_first() -> None:
    plan = plan_holding([chunk(1, 0, 60), chunk(1, 1, 60), chunk(1, 2, 60)], budget_bytes=130)
    assert [(type(step), step.span.position) for step in plan] == [(Hold, 2), (Hold, 1)]


def test_authors_that_more_friends_follow_go_first() -> None:
    plan = plan_holding(
        [chunk(1, 9, 60, friends=1), chunk(2, 0, 60, friends=2)], budget_bytes=60
    )
    assert [step.feed_id[0] for step in plan] == [2]
    assert plan[0].reason == "2 friends follow the author"


def test_what_the_budget_does_not_cover_is_dropped_before_anything_is_held() -> None:
    plan = plan_holding([chunk(1, 1, 100), chunk(1, 0, 100, held=True)], budget_bytes=100)
    assert plan == [
        Drop(FeedId(bytes([1]) * 32), ChunkSpan(0, 0), "over the disk budget"),
        Hold(FeedId(bytes([1]) * 32), ChunkSpan(0, 1), "1 friends follow the author"),
    ]


def test_without_a_budget_everything_goes() -> None:
    plan = plan_holding([chunk(1, 0, 1, held=True), chunk(1, 1, 1)], budget_bytes=0)
    assert [type(step) for step in plan] == [Drop]


def test_ties_go_to_what_is_held_already() -> None:
    assert plan_holding([chunk(1, 0, 50), chunk(2, 0, 50, held=True)], budget_bytes=50) == []


chunk_lists = st.lists(
    st.builds(
        chunk,
        st.integers(1, 5),
        st.integers(0, 5),
        st.integers(1, 100),
        held=st.booleans(),
        friends=st.integers(0, 3),
    ),
    unique_by=lambda each: (each.feed_id, each.span),
    max_size=25,
)


@given(chunk_lists, st.integers(0, 800))
def test_a_plan_carried_out_in_order_keeps_within_the_budget(
    chunks: list[HoldableChunk], budget_bytes: int
) -> None:
    after = carry_out(chunks, plan_holding(chunks, budget_bytes=budget_bytes), budget_bytes)
    assert sum(each.size_bytes for each in after if each.held) <= budget_bytes


@given(chunk_lists, st.integers(0, 800))
def test_planning_again_after_carrying_out_changes_nothing(
    chunks: list[HoldableChunk], budget_bytes: int
) -> None:
    after = carry_out(chunks, plan_holding(chunks, budget_bytes=budget_bytes), budget_bytes)
    assert plan_holding(after, budget_bytes=budget_bytes) == []


@given(chunk_lists.flatmap(lambda found: st.tuples(st.just(found), st.permutations(found))))
def test_the_order_in_which_chunks_are_listed_does_not_matter(
    both: tuple[list[HoldableChunk], list[HoldableChunk]],
) -> None:
    chunks, shuffled = both
    assert plan_holding(chunks, budget_bytes=300) == plan_holding(shuffled, budget_bytes=300)


@given(chunk_lists, st.integers(0, 800))
def test_nothing_that_fits_in_what_is_left_stays_outside(
    chunks: list[HoldableChunk], budget_bytes: int
) -> None:
    after = carry_out(chunks, plan_holding(chunks, budget_bytes=budget_bytes), budget_bytes)
    left_bytes = budget_bytes - sum(each.size_bytes for each in after if each.held)
    assert all(each.size_bytes > left_bytes for each in after if not each.held)
