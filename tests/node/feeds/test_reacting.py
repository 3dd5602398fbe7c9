"""Likes, boosts and quotes between neighbours, as each of them sees it."""

from pathlib import Path
from typing import TypeVar

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.posts import PostView, Timeline, ref_text
from swarmfeed.core.asks.reactions import (
    Boost,
    Like,
    ReactionsLeft,
    TakeBack,
    Unboost,
    Unlike,
    WhoReacted,
)
from swarmfeed.core.asks.withdrawing import Withdraw
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.errors import SaidBeforeError, UserError

A = TypeVar("A")


async def ask(of: Neighbour, question: Ask[A]) -> A:
    return await of.running.ground.answering.answer(question)


def size_of(of: Neighbour) -> int:
    replica = of.running.ground.shelf.replica(of.running.ground.identity.feed_id)
    return replica.size if replica else 0


async def home(of: Neighbour) -> list[PostView]:
    return list((await ask(of, Timeline())).posts)


def test_a_boost_brings_a_post_to_who_follows_the_booster_and_goes_again(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ann, bob, cyd = [await street.move_in() for _ in range(3)]
        await ann.say("far away")
        await bob.follow(ann)
        await cyd.follow(bob)
        await street.until(lambda: len(bob.reads(ann.author_id)) == 1, within_s=60)
        (post,) = bob.index.author_posts(ann.author_id, 1, None)
        ref = ref_text(post.ref)
        boosted = await ask(bob, Boost(ref=ref))
        assert (boosted.boosts, boosted.boosted) == (1, True)
        # It holds what friends follow, so the post is there.
        await street.until(lambda: cyd.index.home(9, None) != [], within_s=60)
        (seen,) = [each for each in await home(cyd) if each.text == "far away"]
        assert seen.boosted_by is not None and seen.boosted_by.author_id == bob.author_id
        assert (seen.boosts, seen.boosted) == (1, False)
        size = size_of(bob)
        again = await ask(bob, Unboost(ref=ref))
        assert (again.boosts, again.boosted) == (0, False)
        assert (await ask(bob, Unboost(ref=ref))).boosts == 0
        assert size_of(bob) == size + 1, "taken back once"
        await street.until(lambda: cyd.index.home(9, None) == [], within_s=60)

    in_neighbourhood(tmp_path, scenario)


def test_a_like_is_counted_once_named_and_taken_back(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        post = await ask(me, WritePost(text="a cat"))
        liked = await ask(me, Like(ref=post.id))
        assert (liked.likes, liked.liked, liked.boosts) == (1, True, 0)
        size = size_of(me)
        assert (await ask(me, Like(ref=post.id))).likes == 1
        assert size_of(me) == size, "liked already"
        (who,) = (await ask(me, WhoReacted(ref=post.id))).people
        assert (who.author_id, who.boosts) == (me.author_id, False)
        await me.stop()
        await me.start()
        assert (await ask(me, Unlike(ref=post.id))).likes == 0
        assert (await ask(me, WhoReacted(ref=post.id))).people == ()

    in_neighbourhood(tmp_path, scenario)


def test_what_is_withdrawn_or_not_here_cannot_be_liked(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        post = await ask(me, WritePost(text="a cat"))
        await ask(me, Withdraw(ref=post.id))
        for wish in (Like(ref=post.id), Boost(ref=ref_text(post.ref)), Like(ref="12345678901")):
            size = size_of(me)
            with pytest.raises(UserError):
                await ask(me, wish)
            assert size_of(me) == size

    in_neighbourhood(tmp_path, scenario)


def test_a_like_of_a_post_that_is_gone_is_taken_back(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ann, bob, cyd = [await street.move_in() for _ in range(3)]
        await bob.follow(ann)
        await ask(ann, WritePost(text="first"))
        post = await ask(ann, WritePost(text="a mistake"))
        await street.until(lambda: len(bob.reads(ann.author_id)) == 2, within_s=60)
        await cyd.follow(bob)
        await ask(bob, Like(ref=post.id))
        await ask(bob, Boost(ref=post.id))
        assert (await ask(bob, ReactionsLeft())).reactions == ()
        await ask(ann, Withdraw(ref=post.id))
        await street.until(lambda: len(bob.reads(ann.author_id)) == 1, within_s=60)
        for wish in (Unlike(ref=post.id), Unboost(ref=ref_text(post.ref))):
            with pytest.raises(UserError, match="take-back"):
                await ask(bob, wish)
        (left,) = (await ask(bob, ReactionsLeft())).reactions
        assert (left.ref, left.liked, left.boosted) == (post.ref, True, True)
        size = size_of(bob)
        (taken,) = (await ask(bob, TakeBack(ref=post.id))).reactions
        assert taken == left and size_of(bob) == size + 2
        assert (await ask(bob, ReactionsLeft(ref=post.id))).reactions == ()
        with pytest.raises(UserError, match="neither like nor boosted"):
            await ask(bob, TakeBack(ref=post.id))
        # Whoever hears of it has nothing of it either.
        await street.until(lambda: len(cyd.index.indexed_ranges(bob.feed_id)) > 0, within_s=60)
        await street.until(lambda: cyd.index.reactors(post.ref) == [], within_s=60)

    in_neighbourhood(tmp_path, scenario)


def test_a_like_of_a_post_whose_feed_was_let_go_is_taken_back(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ann = await street.move_in(), await street.move_in()
        await me.follow(ann)
        post = await ask(ann, WritePost(text="a cat"))
        await street.until(lambda: len(me.reads(ann.author_id)) == 1, within_s=60)
        await ask(me, Like(ref=ref_text(post.ref)))
        me.index.drop_feed(ann.feed_id)
        (left,) = (await ask(me, ReactionsLeft())).reactions
        assert (left.ref, left.author_id) == (post.ref, None)
        assert (await ask(me, TakeBack(ref=ref_text(post.ref)))).reactions == (left,)
        assert (await ask(me, ReactionsLeft())).reactions == ()
        for wrong in ("12345678901", "x"):
            with pytest.raises(UserError):
                await ask(me, TakeBack(ref=wrong))

    in_neighbourhood(tmp_path, scenario)


def test_a_post_quotes_warns_and_says_its_language(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me = await street.move_in()
        first = await ask(me, WritePost(text="Das Ende", cw=" spoilers \n ahead", lang="de-AT"))
        assert (first.cw, first.lang) == ("spoilers ahead", "de-at")
        reply = await ask(me, WritePost(text="oh no", reply_to=first.id))
        assert reply.cw == "spoilers ahead", "replies inherit it"
        bare = await ask(me, WritePost(text="nothing told", reply_to=first.id, cw=""))
        assert bare.cw == ""
        quoting = await ask(me, WritePost(text="this", quote=first.id))
        assert quoting.quotes == first.ref and quoting.quoted is not None
        assert (quoting.quoted.text, quoting.quoted.cw) == ("Das Ende", "spoilers ahead")
        # The same word on another post is another post; on the same it is none.
        await ask(me, WritePost(text="this", quote=bare.id, again=False))
        with pytest.raises(SaidBeforeError):
            await ask(me, WritePost(text="this", quote=bare.id, again=False))
        # A key names one wish: with another quote it is another one.
        await ask(me, WritePost(text="that", quote=bare.id, key="k1"))
        with pytest.raises(UserError):
            await ask(me, WritePost(text="that", quote=first.id, key="k1"))
        for wrong in (WritePost(text="x", cw="w" * 201), WritePost(text="x", lang="d")):
            with pytest.raises(UserError):
                await ask(me, wrong)

    in_neighbourhood(tmp_path, scenario)
