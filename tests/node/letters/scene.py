"""People who write to each other, as tests stage them."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.letters import (
    AnswerRequest,
    ConversationView,
    LetterView,
    ListConversations,
    ShowConversation,
    WriteLetter,
)
from swarmfeed.core.base.address import format_author
from swarmfeed.node.letters.role import LetterParts

A = TypeVar("A")


def parts(who: Neighbour) -> LetterParts:
    return who.running.parts(LetterParts)


async def ask(who: Neighbour, question: Ask[A]) -> A:
    return await who.running.ground.answering.answer(question)


def address(who: Neighbour) -> str:
    return format_author(who.author_id)


async def friends(street: Neighbourhood, *, follow: bool = True) -> tuple[Neighbour, Neighbour]:
    """Anna and Ben, linked, with keys in their logs; following each other."""
    ben = await street.move_in()
    anna = await street.move_in(knows=[ben])
    for who in (anna, ben):
        await parts(who).keyring.publish()
    if follow:
        await anna.follow(ben)
        await ben.follow(anna)
    await street.pass_time(5)
    return anna, ben


async def write(writer: Neighbour, to: Neighbour, text: str) -> LetterView:
    return await ask(writer, WriteLetter(talk=address(to), text=text))


async def talk(who: Neighbour, other: Neighbour) -> ConversationView:
    return await ask(who, ShowConversation(talk=address(other)))


async def texts(who: Neighbour, other: Neighbour) -> list[str]:
    return [each.text for each in (await talk(who, other)).letters]


async def has(who: Neighbour, other: Neighbour, expected: list[str]) -> bool:
    return await texts(who, other) == expected


async def states(who: Neighbour, other: Neighbour) -> list[str]:
    return [each.state for each in (await talk(who, other)).letters]


async def standing(who: Neighbour, other: Neighbour) -> str:
    listed = await ask(who, ListConversations())
    return next((each.standing for each in listed.talks if each.talk == address(other)), "none")


async def answer(who: Neighbour, other: Neighbour, how: str) -> ConversationView:
    return await ask(who, AnswerRequest(talk=address(other), answer=how))


Check = Callable[[], Awaitable[bool]]


async def until(street: Neighbourhood, check: Check, *, within_s: int = 60) -> None:
    """Let time pass until something is so."""
    for _ in range(within_s):
        if await check():
            return
        await street.pass_time(1)
    await settle()
    assert await check()
