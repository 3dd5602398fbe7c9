"""What stands in entries of a feed, as a supernode looks through them."""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import Edit
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import EditBody, PostBody, ProfileBody, WithdrawBody
from swarmfeed.core.feed.proven import check_post
from swarmfeed.node.lookup.prover import PostProver, check_all, scan

from tests.core.proofs import NOW_MS, Feed, stored


def nothing_known(
    feed_id: FeedId, certificates: Sequence[bytes], start: int, end: int
) -> tuple[int, ...]:
    return ()


def test_what_is_too_old_or_no_post_is_passed_over() -> None:
    records = [
        stored("old", 4),
        stored("young", 5),
        stored(ProfileBody("Anna"), 1),
        stored(EditBody(10, "newer"), 1),
        stored(WithdrawBody(11), 1),
        encode_entry("post", 9, b"not what it says"),
        stored(EditBody(10, "newest"), 1),
    ]
    found = scan(records, 10, 5)
    assert (found.posts, found.edits) == ([11], {10: 16})
    assert (found.withdrawn, found.profile) == ([11], 12)
    assert found.indexes() == [10, 11, 12, 16]


def test_only_what_is_proven_is_kept() -> None:
    feed = Feed(stored("one"), stored("two"))
    true, other = feed.hit(0), Feed(stored(PostBody("three"))).hit(0)
    false = replace(true, post=other.post)
    assert [each.proven for each in check_all([true, false], NOW_MS)] == [true]


def test_posts_in_chunks_and_tail_are_proven_under_the_newest_head(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben = await street.move_in()
        await ben.say_many(300)
        await ben.say("the last")
        ground = ben.running.ground
        prover = PostProver(ground)
        found, looked = list[str](), list[tuple[int, int]]()
        async for piece in prover.prove(ben.feed_id, 0, 10_000, 0, nothing_known):
            looked.append((piece.looked.start, piece.looked.end))
            found += [check_post(each.proven, NOW_MS).written.post.text for each in piece.posts]
        assert found == [*(f"post {number}" for number in range(300)), "the last"]
        size = ground.shelf.replica(ben.feed_id).size  # type: ignore[union-attr]
        assert looked == [(0, 256), (256, size)]
        nobodys = FeedId(ben.author_id)
        proving = prover.prove(nobodys, 0, 9, 0, nothing_known)
        assert [piece async for piece in proving] == []

    in_neighbourhood(tmp_path, scenario)


def test_what_is_known_is_not_proven_again_but_what_was_edited_is(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben = await street.move_in()
        await ben.say("one", "two", "three")
        *_, first = ben.index.author_posts(ben.author_id, 3, None)
        edit = Edit(ref=ref_text(first.ref), text="uno")
        await ben.running.ground.answering.answer(edit)
        asked, proving = list[tuple[int, int]](), list[tuple[bytes, ...]]()

        def all_but_the_last(
            _: FeedId, certificates: Sequence[bytes], start: int, end: int
        ) -> range:
            asked.append((start, end))
            proving.append(tuple(certificates))
            return range(first.ref.index + 2)

        prover = PostProver(ben.running.ground)
        (piece,) = [
            each async for each in prover.prove(ben.feed_id, 0, 99, 0, all_but_the_last)
        ]
        size = ben.running.ground.shelf.replica(ben.feed_id).size  # type: ignore[union-attr]
        assert asked == [(0, size)]
        assert (piece.looked.start, piece.looked.end) == (0, size)
        assert [each.checked.written.post.text for each in piece.posts] == ["uno", "three"]
        assert proving == [piece.posts[0].proven.certificates]

    in_neighbourhood(tmp_path, scenario)


def test_a_feed_that_is_let_go_while_it_is_read_is_no_harm(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben = await street.move_in()
        await ben.say("one")
        shelf = ben.running.ground.shelf

        def let_go(
            feed_id: FeedId, certificates: Sequence[bytes], start: int, end: int
        ) -> tuple[int, ...]:
            shelf.drop_feed(feed_id)
            return ()

        prover = PostProver(ben.running.ground)
        assert [each async for each in prover.prove(ben.feed_id, 0, 99, 0, let_go)] == []

    in_neighbourhood(tmp_path, scenario)
