"""What is passed on among supernodes is found by everybody, though nobody holds its feed."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from swarmfeed.core.asks.network import KeepFound, NetworkPosts, SearchNetwork
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import Edit, Withdraw
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.feed.limits import FOUND_KEPT_MAX
from swarmfeed.core.lookup.limits import SETTLED_MS
from swarmfeed.errors import UserError
from swarmfeed.node.ground.events import PostEdited, PostSeen
from swarmfeed.node.lookup.prover import PostProver

from tests.node.lookup.test_prover import nothing_known
from tests.node.push.street import (
    Neighbour,
    Neighbourhood,
    in_street,
    leaf,
    misled,
    notices,
    supernodes,
)

pytestmark = pytest.mark.slow


async def search(who: Neighbour, words: str) -> NetworkPosts:
    found: NetworkPosts = await who.running.ground.answering.answer(SearchNetwork(words=words))
    return found


def test_a_post_that_no_supernode_holds_is_found_and_taken_back(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second, third = await supernodes(street, 3)
        anna, ben = await leaf(street, first, second), await leaf(street, third, second)
        told = misled(anna)
        await ben.say("green tea", "black tea")
        await street.pass_time(2)
        found = await search(anna, "tea")
        assert [post.text for post in found.posts] == ["black tea", "green tea"]
        assert found.posts[0].author_id == ben.author_id
        assert found.posts[0].author_name == f"neighbour {ben.number}"
        assert (found.answered, found.left_out) == (2, 0)
        assert first.root(ben.feed_id) is None, "it holds nothing of ben"
        post = ben.index.author_posts(ben.author_id, 1, None)[0]
        await ben.running.ground.answering.answer(Withdraw(ref=ref_text(post.ref)))
        await street.pass_time(SETTLED_MS // 1000 + 5)
        for _ in range(4):
            found = await search(anna, "tea")
            assert [post.text for post in found.posts] == ["green tea"]
            assert found.left_out == 0
        assert told == []

    in_street(tmp_path, script)


def test_a_pushed_edit_takes_the_place_of_the_old_text(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second, third = await supernodes(street, 3)
        anna, ben = await leaf(street, first, second), await leaf(street, third, second)
        await ben.say("green tea")
        await street.pass_time(2)
        (post,) = ben.index.author_posts(ben.author_id, 1, None)
        edit = Edit(ref=ref_text(post.ref), text="black coffee")
        await ben.running.ground.answering.answer(edit)
        await street.pass_time(SETTLED_MS // 1000 + 5)
        assert first.root(ben.feed_id) is None, "it holds nothing of ben"
        assert (await search(anna, "tea")).posts == ()
        found = await search(anna, "coffee")
        assert [each.text for each in found.posts] == ["black coffee"]
        assert (found.answered, found.left_out, found.untrue) == (2, 0, 0)

    in_street(tmp_path, script)


def test_an_edit_that_comes_before_its_post_is_not_lost(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        (first,) = await supernodes(street, 1)
        ben = await leaf(street)
        await ben.say("green tea")
        (post,) = ben.index.author_posts(ben.author_id, 1, None)
        edit = Edit(ref=ref_text(post.ref), text="black coffee")
        await ben.running.ground.answering.answer(edit)
        prover = PostProver(ben.running.ground)
        proving = prover.prove(ben.feed_id, 0, 1000, 0, nothing_known)
        (proven,) = [each.proven async for piece in proving for each in piece.posts]
        assert proven.edit is not None
        events = first.running.ground.events
        events.tell(PostEdited(proven.feed_id, proven.post.index, proven.edit))
        await street.pass_time(1)
        events.tell(PostSeen(replace(proven, edit=None)))
        await street.pass_time(1)
        assert [each.text for each in (await search(first, "coffee")).posts] == ["black coffee"]
        assert (await search(first, "tea")).posts == ()

    in_street(tmp_path, script)


def test_what_was_found_can_be_answered_and_its_author_hears_of_it(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna, ben = await leaf(street, first, second), await leaf(street, second, first)
        answer = anna.running.ground.answering.answer
        await ben.say("green tea")
        (post,) = ben.index.author_posts(ben.author_id, 1, None)
        await street.pass_time(2)
        named = post.ref.entry_hash.hex()
        with pytest.raises(UserError, match="not here"):
            await answer(WritePost(text="too early", reply_to=named))
        (found,) = (await search(anna, "tea")).posts
        assert (found.ref, found.far, found.text) == (post.ref, True, "green tea")
        written = await answer(WritePost(text="with milk", reply_to=named))
        assert written.reply_to == post.ref
        kept = anna.index.post(post.ref.feed_id, post.ref.index)
        assert kept is not None and (kept.text, kept.author_id) == ("green tea", ben.author_id)
        assert not (await search(anna, "tea")).posts[0].far
        await street.pass_time(2)
        assert [each.post.text for each in notices(ben)] == ["with milk"]

    in_street(tmp_path, script)


def test_what_is_kept_has_its_newest_text_and_only_the_latest_are_at_hand(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        (first,) = await supernodes(street, 1)
        anna, ben = await leaf(street, first), await leaf(street, first)
        await ben.say("green tea", "old milk")
        milk, tea = ben.index.author_posts(ben.author_id, 2, None)
        await ben.running.ground.answering.answer(Edit(ref=ref_text(tea.ref), text="red tea"))
        prover = PostProver(ben.running.ground)
        proving = prover.prove(ben.feed_id, 0, 1000, 0, nothing_known)
        proven = {
            each.checked.ref: each.proven async for piece in proving for each in piece.posts
        }
        assert proven[tea.ref].edit is not None
        guests, answer = anna.running.ground.guests, anna.running.ground.answering.answer
        guests.remember(milk.ref, proven[milk.ref])
        guests.remember(tea.ref, proven[tea.ref])
        for number in range(FOUND_KEPT_MAX - 1):
            guests.remember(replace(tea.ref, index=1000 + number), proven[tea.ref])
        kept = await answer(KeepFound(ref=ref_text(tea.ref)))
        assert (kept.ref, kept.text, kept.edited) == (tea.ref, "red tea", True)
        with pytest.raises(UserError, match="not here"):
            await answer(KeepFound(ref=ref_text(milk.ref)))

    in_street(tmp_path, script)
