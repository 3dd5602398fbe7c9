"""Protected posts among whole nodes: who reads them, and who does not."""

from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.circles import ListCircles
from swarmfeed.core.asks.posts import SearchPosts, ShowPost, ref_text
from swarmfeed.core.asks.reactions import Like, LikedPosts, Unlike, WhoReacted
from swarmfeed.core.asks.withdrawing import Edit, Withdraw
from swarmfeed.core.base.types import AuthorId

from tests.node.circles.street import (
    PostOffice,
    ask,
    ask_to_read,
    let_in,
    make,
    parts,
    post,
    remove,
    timeline,
    with_circles,
)


async def three(street: Neighbourhood) -> tuple[Neighbour, Neighbour, Neighbour]:
    """Anna, and two who follow her."""
    anna, ben, cleo = [await street.move_in(is_first=True) for _ in range(3)]
    for each in (ben, cleo):
        await each.follow(anna)
        await anna.follow(each)
    await street.pass_time(5)
    return anna, ben, cleo


def test_who_is_let_in_reads_and_others_do_not(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, cleo = await three(street)
        await make(anna)
        await ask_to_read(ben, anna)
        assert [each.author_id for each in (await ask(anna, ListCircles())).waiting] == [
            ben.author_id
        ]
        await let_in(anna, ben)
        assert not (await ask(anna, ListCircles())).waiting
        written = await post(anna, "for friends", to="friends")
        assert "in your circle “Friends”" in written.audience
        await street.pass_time(5)
        assert await timeline(ben) == ["for friends"]
        assert await timeline(anna) == ["for friends"]
        assert await timeline(cleo) == []
        (seen,) = (await ask(ben, SearchPosts(words="friends"))).posts
        assert seen.audience == "only people whom its author let into “Friends” can read this"
        assert not (await ask(cleo, SearchPosts(words="friends"))).posts
        (readable,) = (await ask(ben, ListCircles())).readable
        assert (readable.author.author_id, readable.name) == (anna.author_id, "Friends")

    with_circles(tmp_path, scenario)


def test_who_is_removed_reads_no_more_and_a_newcomer_not_what_was_before(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, cleo = await three(street)
        await make(anna)
        await let_in(anna, ben)
        await post(anna, "one", to="Friends")
        await let_in(anna, cleo)
        await post(anna, "two", to="Friends")
        await remove(anna, ben)
        await post(anna, "three", to="Friends")
        await post(anna, "to all")
        await street.pass_time(5)
        assert await timeline(ben) == ["to all", "two", "one"]
        assert await timeline(cleo) == ["to all", "three", "two"]
        assert await timeline(anna) == ["to all", "three", "two", "one"]

    with_circles(tmp_path, scenario)


def test_where_newcomers_read_back_they_read_all(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, cleo = await three(street)
        await make(anna, reads_back=True)
        await let_in(anna, ben)
        await post(anna, "one", to="Friends")
        await remove(anna, ben)
        await post(anna, "two", to="Friends")
        await let_in(anna, cleo)
        await post(anna, "three", to="Friends")
        await street.pass_time(5)
        assert await timeline(cleo) == ["three", "two", "one"]
        assert await timeline(ben) == ["one"]

    with_circles(tmp_path, scenario)


def test_all_is_opened_again_after_a_restart(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, _ = await three(street)
        await make(anna)
        await let_in(anna, ben)
        await post(anna, "one", to="Friends")
        await remove(anna, ben)
        await post(anna, "two", to="Friends")
        await street.pass_time(5)
        for each in (anna, ben):
            await each.stop()
            office.grounds.clear()
            await each.start()
        await settle()
        assert await timeline(ben) == ["one"]
        assert await timeline(anna) == ["two", "one"]

    with_circles(tmp_path, scenario)


def test_answers_stay_among_those_who_read_what_they_answer(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, cleo = await three(street)
        await cleo.follow(ben)
        await make(anna)
        await let_in(anna, ben)
        first = await post(anna, "who comes?", to="Friends")
        await street.pass_time(5)
        answer = await post(ben, "I do", reply_to=ref_text(first.ref))
        assert answer.audience
        await street.pass_time(5)
        thread = await ask(anna, ShowPost(ref=ref_text(first.ref)))
        assert [each.text for each in thread.replies] == ["I do"]
        assert thread.post.reply_count == thread.reply_total == 1
        assert thread.replies[0].answers.words == "who comes?"
        assert await timeline(cleo) == []

    with_circles(tmp_path, scenario)


def test_a_protected_post_is_edited_and_withdrawn_as_any(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, _ = await three(street)
        await make(anna)
        await let_in(anna, ben)
        written = await post(anna, "first", to="Friends")
        edited = await ask(anna, Edit(ref=ref_text(written.ref), text="second"))
        assert (edited.text, bool(edited.audience)) == ("second", True)
        await street.pass_time(5)
        assert await timeline(ben) == ["second"]
        await ask(anna, Withdraw(ref=ref_text(written.ref)))
        await street.pass_time(5)
        assert await timeline(ben) == await timeline(anna) == []

    with_circles(tmp_path, scenario)


def test_a_like_of_a_protected_post_is_seen_by_its_people_and_said_once(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, cleo = await three(street)
        await make(anna)
        await let_in(anna, ben)
        written = await post(anna, "who comes?", to="Friends")
        await street.pass_time(5)
        ref = ref_text(written.ref)
        liked = await ask(ben, Like(ref=ref))
        assert (liked.likes, liked.liked) == (1, True)
        replica = ben.running.ground.shelf.replica(ben.feed_id)
        assert (await ask(ben, Like(ref=ref))).likes == 1
        again = ben.running.ground.shelf.replica(ben.feed_id)
        assert replica is not None and again is not None and again.size == replica.size
        await street.pass_time(5)
        seen = (await ask(anna, ShowPost(ref=ref))).post
        assert (seen.likes, seen.liked) == (1, False)
        (who,) = (await ask(anna, WhoReacted(ref=ref))).people
        assert (who.author_id, who.boosts) == (ben.author_id, False)
        own = await post(ben, "for everybody")
        await ask(ben, Like(ref=ref_text(own.ref)))
        both = (await ask(ben, LikedPosts())).posts
        assert [each.text for each in both] == ["for everybody", "who comes?"]
        (older,) = (await ask(ben, LikedPosts(before=both[0].cursor))).posts
        assert older.cursor > written.cursor, "it stands where it was liked"
        assert (await ask(anna, LikedPosts())).posts == ()
        # Others hold the entry, and see nothing in it.
        assert cleo.index.reactors(written.ref) == anna.index.reactors(written.ref) == []
        await ask(ben, Unlike(ref=ref))
        await street.pass_time(5)
        assert (await ask(anna, ShowPost(ref=ref))).post.likes == 0
        assert [each.text for each in (await ask(ben, LikedPosts())).posts] == ["for everybody"]

    with_circles(tmp_path, scenario)


def test_whose_entries_are_looked_at_is_not_read_from_the_index_for_each_that_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood, _: PostOffice) -> None:
        anna, ben, carl = [await street.move_in(is_first=True) for _ in range(3)]
        await ben.follow(anna)
        await street.pass_time(5)
        await make(ben)
        await let_in(ben, carl)
        asked: list[AuthorId] = []
        opener = parts(ben).opener
        monkeypatch.setattr(opener._index, "follows_of", asked.append)
        everybody = [ben.author_id, carl.author_id, AuthorId(bytes(32)), anna.author_id]
        near = opener.near(everybody)
        assert near == [ben.author_id, carl.author_id, anna.author_id]
        assert asked == []

    with_circles(tmp_path, scenario)
