"""Somebody is blocked: one word wherever it was said, and nothing else changes by it."""

from functools import partial
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.blocking import Block, Unblock, WhoIsBlocked
from swarmfeed.core.asks.letters import (
    AnswerRequest,
    ChangeGroup,
    HowManyWait,
    ListConversations,
    MakeGroup,
    WriteLetter,
)
from swarmfeed.errors import UserError

from tests.node.letters.scene import (
    address,
    answer,
    ask,
    friends,
    has,
    parts,
    standing,
    texts,
    until,
    write,
)


async def acquainted(street: Neighbourhood) -> tuple[Neighbour, Neighbour]:
    """Anna and Ben, who wrote to each other."""
    anna, ben = await friends(street)
    await write(anna, ben, "one")
    await until(street, partial(has, ben, anna, ["one"]))
    await write(ben, anna, "two")
    await until(street, partial(has, anna, ben, ["one", "two"]))
    return anna, ben


async def blocked(who: Neighbour) -> list[bytes]:
    return [each.author_id for each in (await ask(who, WhoIsBlocked())).authors]


def token_of(who: Neighbour) -> bytes:
    return who.running.ground.mail.own_token() or b""


def test_it_is_one_word_in_messages_and_everywhere(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        await answer(anna, ben, "block")
        assert await blocked(anna) == [ben.author_id]
        assert ben.author_id not in anna.index.follows_of(anna.author_id)
        with pytest.raises(UserError, match="unblock them first"):
            await write(anna, ben, "three")
        await ask(anna, Unblock(who=address(ben)))
        assert await standing(anna, ben) == "accepted"
        await ask(anna, Block(who=address(ben)))
        assert await standing(anna, ben) == "blocked"
        await write(ben, anna, "do you hear me?")
        await street.pass_time(20)
        assert await texts(anna, ben) == ["one", "two"]
        await answer(anna, ben, "unblock")
        assert await blocked(anna) == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.slow
@pytest.mark.attack("A213")
def test_said_on_one_device_it_holds_on_the_other(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        phone = await street.move_in(device_of=anna, knows=[anna])
        anna.recognise_each_other(phone)
        await anna.running.ground.mail.renew_token()
        before = token_of(anna)

        def knows(who: Neighbour, token: bytes) -> bool:
            return parts(who).book.talks[anna.author_id].theirs == token

        await street.until(lambda: knows(ben, before), within_s=60)
        await street.until(lambda: token_of(phone) == before, within_s=200)
        await ask(phone, Block(who=address(ben)))
        await street.until(lambda: token_of(anna) not in (b"", before), within_s=200)
        assert await standing(anna, ben) == "blocked"
        await write(ben, anna, "do you hear me?")
        await street.pass_time(30)
        for device in (anna, phone):
            assert "do you hear me?" not in await texts(device, ben)
        assert token_of(anna) == token_of(phone), "one device took a new one, for all"
        assert knows(ben, before), "whoever is blocked is not told the new one"

    in_neighbourhood(tmp_path, scenario)


def test_who_asked_asks_still_once_the_block_ends(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street, follow=False)
        await write(ben, anna, "You do not know me.")
        await until(street, partial(has, anna, ben, ["You do not know me."]))
        with pytest.raises(UserError, match="did not block"):
            await answer(anna, ben, "unblock")
        assert await standing(anna, ben) == "requested"
        await answer(anna, ben, "block")
        for how in ("accept", "ignore"):
            with pytest.raises(UserError, match="unblock them first"):
                await answer(anna, ben, how)
        assert (await ask(anna, ListConversations())).requests == 0
        assert (await ask(anna, HowManyWait())).requests == 0
        await answer(anna, ben, "unblock")
        assert await standing(anna, ben) == "requested"
        assert (await ask(anna, ListConversations())).requests == 1

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.parametrize("how", ["accept", "ignore", "block", "unblock"])
def test_a_group_that_was_left_is_not_entered_by_an_answer(tmp_path: Path, how: str) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await acquainted(street)
        made = await ask(anna, MakeGroup(title="us", people=(address(ben),)))
        talk, me = made.talk.talk, address(anna)
        await ask(anna, ChangeGroup(talk=talk, who=me, on=False))
        with pytest.raises(UserError):
            await ask(anna, AnswerRequest(talk=talk, answer=how))
        with pytest.raises(UserError, match="not in this group"):
            await ask(anna, WriteLetter(talk=talk, text="I am back"))

    in_neighbourhood(tmp_path, scenario)
