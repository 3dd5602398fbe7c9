"""Who quotes a post, between neighbours."""

from pathlib import Path
from typing import TypeVar

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.blocking import Block
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.quotes import HowOftenQuoted, QuotesOf
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.address import format_author
from swarmfeed.errors import UserError

A = TypeVar("A")


async def ask(of: Neighbour, question: Ask[A]) -> A:
    return await of.running.ground.answering.answer(question)


def test_quotes_of_a_post_are_told_but_not_those_of_the_blocked(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben, cleo = [await street.move_in() for _ in range(3)]
        post = await ask(me, WritePost(text="a question"))
        ref = ref_text(post.ref)
        for each in (ben, cleo):
            await each.follow(me)
            await me.follow(each)
            await street.until(lambda each=each: bool(each.reads(me.author_id)), within_s=200)
            await ask(each, WritePost(text="what a question", quote=ref))
            await street.until(lambda each=each: bool(me.reads(each.author_id)), within_s=200)
        first = await ask(me, QuotesOf(ref=ref, limit=1))
        second = await ask(me, QuotesOf(ref=ref, limit=1, before=first.next))
        assert [each.author_id for each in (*first.posts, *second.posts)] == [
            cleo.author_id,
            ben.author_id,
        ]
        asked = HowOftenQuoted(refs=f"{ref_text(first.posts[0].ref)},no,{ref}")
        assert (await ask(me, asked)).counts == (0, 0, 2)
        await ask(me, Block(who=format_author(ben.author_id)))
        left = (await ask(me, QuotesOf(ref=ref))).posts
        assert [each.author_id for each in left] == [cleo.author_id]
        with pytest.raises(UserError):
            await ask(me, QuotesOf(ref="1"))

    in_neighbourhood(tmp_path, scenario)
