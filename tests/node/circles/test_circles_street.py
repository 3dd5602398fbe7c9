"""Protected posts among whole nodes: who reads them, and who does not."""

from pathlib import Path

import pytest
from street.loop import settle
from street.neighbourhood import Neighbour, Neighbourhood
from swarmfeed.core.asks.circles import ListCircles
from swarmfeed.core.asks.posts import SearchPosts, ShowPost, ref_text
from swarmfeed.core.asks.withdrawing import Edit, Withdraw
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import BoostBody, PostBody, ReactBody
from swarmfeed.errors import UserError

from tests.node.circles.street import (
    PostOffice,
    ask,
    ask_to_read,
    let_in,
    make,
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


@pytest.mark.attack("A194")
def test_nothing_public_speaks_of_a_protected_post(tmp_path: Path) -> None:
    """Reactions and boosts are protected for the same people; a quote for others is refused."""

    async def scenario(street: Neighbourhood, office: PostOffice) -> None:
        anna, ben, _ = await three(street)
        await make(anna)
        await make(ben, "Others")
        await let_in(anna, ben)
        written = await post(anna, "for friends", to="Friends")
        await street.pass_time(5)
        writer = ben.running.feeds.writer
        for body in (ReactBody(written.ref, "!"), BoostBody(written.ref)):
            ref = await writer.publish(body)
            (stored,) = ben.running.ground.shelf.read_entries(
                ref.feed_id, ref.index, ref.index + 1
            )
            assert decode_entry(stored).kind == "protected"
        for to in ("", "Others"):
            with pytest.raises(UserError, match="only some people"):
                await writer.publish(PostBody("look", quote=written.ref), to)
        with pytest.raises(UserError, match="stays among them"):
            await post(ben, "I do", to="Others", reply_to=ref_text(written.ref))

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
