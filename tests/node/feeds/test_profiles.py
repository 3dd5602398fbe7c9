"""How the person is shown to others: whole nodes on a street, over the asks that faces use."""

from pathlib import Path
from typing import TypeVar

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.in_short import WhoAreThey
from swarmfeed.core.asks.people import AboutAuthor, WhoAreYou
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.profile import ChangeProfile, Pin, Unpin, WhatIsPinned
from swarmfeed.core.base.address import format_author, parse_link
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.profile_field import ProfileField
from swarmfeed.errors import UserError

A = TypeVar("A")


async def ask(of: Neighbour, question: Ask[A]) -> A:
    return await of.running.ground.answering.answer(question)


def entries(of: Neighbour) -> int:
    replica = of.running.ground.shelf.replica(of.feed_id)
    assert replica is not None
    return replica.size


async def pinned(at: Neighbour, author_id: AuthorId) -> list[str]:
    return [each.text for each in (await ask(at, WhatIsPinned(author=author_id))).posts]


def test_who_is_called_otherwise_is_so_at_once_and_at_whoever_follows(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        me, reader = [await street.move_in() for _ in range(2)]
        await reader.follow(me)
        await ask(me, ChangeProfile(called=" Zoë ", bio="likes trees"))
        whoami = await ask(me, WhoAreYou())
        assert whoami.name == parse_link(whoami.link).name == "Zoë"
        await street.until(lambda: reader.is_complete(me.feed_id), within_s=200)
        await settle()
        seen = await ask(reader, AboutAuthor(author=me.author_id))
        assert (seen.name, seen.bio) == ("Zoë", "likes trees")

    in_neighbourhood(tmp_path, script)


def test_what_changes_nothing_is_not_said_again_and_the_other_half_stays(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        me = await street.move_in()
        await me.running.feeds.writer.publish_profile("")
        with pytest.raises(UserError, match="called"):
            await ask(me, ChangeProfile(bio="nobody knows my name here"))
        await ask(me, ChangeProfile(called="Zoë", bio="x"))
        said = entries(me)
        for same in (ChangeProfile(), ChangeProfile(called="Zoë"), ChangeProfile(bio="x")):
            assert (await ask(me, same)).name == "Zoë"
            assert entries(me) == said
        found = await ask(me, ChangeProfile(bio=""))
        assert (found.name, found.bio, entries(me)) == ("Zoë", "", said + 1)
        with pytest.raises(UserError, match="can be seen"):
            await ask(me, ChangeProfile(called="\u3164"))
        assert entries(me) == said + 1

    in_neighbourhood(tmp_path, script)


def test_one_own_post_stands_above_the_others_until_it_is_taken_back(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        me, reader = [await street.move_in() for _ in range(2)]
        await reader.follow(me)
        await reader.say("of the reader")
        refs = [await me.running.feeds.writer.publish_post(text, None) for text in ("a", "b")]
        with pytest.raises(UserError, match="none of your posts"):
            await ask(me, Unpin())
        for ref in (*refs, refs[1]):
            await ask(me, Pin(ref=ref_text(ref)))
        assert await pinned(me, me.author_id) == ["b"]
        said = entries(me)
        await street.until(lambda: reader.is_complete(me.feed_id), within_s=200)
        await settle()
        assert await pinned(reader, me.author_id) == ["b"]
        with pytest.raises(UserError, match="of your own"):
            await ask(reader, Pin(ref=ref_text(refs[0])))
        assert (await ask(me, Unpin())).text == "b"
        assert await pinned(me, me.author_id) == []
        assert entries(me) == said + 1, "pinned twice, said once"

    in_neighbourhood(tmp_path, script)


def test_details_are_seen_by_whoever_follows_and_stay_when_something_else_changes(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        me, reader = [await street.move_in() for _ in range(2)]
        await reader.follow(me)
        fields = (ProfileField("Website", "https://example.org/"), ProfileField("Town", "Łódź"))
        await ask(me, ChangeProfile(called="Zoë", fields=fields))
        said = entries(me)
        await ask(me, ChangeProfile(fields=fields))
        assert entries(me) == said
        assert (await ask(me, ChangeProfile(bio="likes trees"))).fields == fields
        await street.until(lambda: reader.is_complete(me.feed_id), within_s=200)
        await settle()
        assert (await ask(reader, AboutAuthor(author=me.author_id))).fields == fields
        (person,) = (await ask(reader, WhoAreThey(authors=format_author(me.author_id)))).people
        assert person.fields == fields
        with pytest.raises(UserError, match="needs both"):
            await ask(me, ChangeProfile(fields=(ProfileField("Website", " "),)))
        assert (await ask(me, ChangeProfile(fields=()))).fields == ()

    in_neighbourhood(tmp_path, script)
