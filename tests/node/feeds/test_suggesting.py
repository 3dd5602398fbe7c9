"""Suggestions: whom those follow whom one follows, until one follows or dismisses them."""

from pathlib import Path
from typing import TypeVar

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.limits import SUGGESTIONS_FRESH_S
from swarmfeed.core.asks.muting import Mute, Unmute
from swarmfeed.core.asks.suggesting import DismissSuggestion, Suggestion, WhoIsSuggested
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.types import AuthorId
from swarmfeed.errors import UserError

A = TypeVar("A")


async def ask(of: Neighbour, question: Ask[A]) -> A:
    return await of.running.ground.answering.answer(question)


async def suggested(of: Neighbour) -> list[Suggestion]:
    return list((await ask(of, WhoIsSuggested())).people)


async def ids(of: Neighbour) -> list[AuthorId]:
    return [each.author_id for each in await suggested(of)]


def test_whom_ones_people_follow_is_suggested_until_one_follows_them(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ann, ben, cleo = [await street.move_in() for _ in range(4)]
        assert await suggested(me) == [], "who follows nobody"
        await ann.follow(ben, cleo, me)
        await ben.follow(cleo)
        await me.follow(ann)
        await street.pass_time(SUGGESTIONS_FRESH_S + 5)
        await suggested(me)  # looks beside
        await street.pass_time(2)
        assert set(await ids(me)) == {ben.author_id, cleo.author_id}, "and never oneself"
        assert {each.count for each in await suggested(me)} == {1}
        await me.follow(ben)
        assert await ids(me) == [cleo.author_id], "at once"
        await street.pass_time(SUGGESTIONS_FRESH_S + 5)
        await suggested(me)
        await street.pass_time(2)
        (left,) = await suggested(me)
        assert (left.author_id, left.count) == (cleo.author_id, 2)
        assert left.reason.startswith("Followed by ") and " and " in left.reason

    in_neighbourhood(tmp_path, scenario)


def test_who_is_dismissed_or_muted_is_suggested_no_more(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ann, ben, cleo = [await street.move_in() for _ in range(4)]
        await ann.follow(ben, cleo)
        await me.follow(ann)
        await street.pass_time(5)
        assert set(await ids(me)) == {ben.author_id, cleo.author_id}
        await ask(me, Mute(who=format_author(ben.author_id)))
        assert await ids(me) == [cleo.author_id]
        await ask(me, Unmute(who=format_author(ben.author_id)))
        await ask(me, DismissSuggestion(who=format_author(ben.author_id)))
        assert await ids(me) == [cleo.author_id]
        await me.stop()
        await me.start()
        assert await ids(me) == [cleo.author_id], "for good"
        with pytest.raises(UserError):
            await ask(me, DismissSuggestion(who=format_author(me.author_id)))

    in_neighbourhood(tmp_path, scenario)
