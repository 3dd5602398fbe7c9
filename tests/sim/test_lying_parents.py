"""A parent that lies in one thing to one leaf: five lies in each of five things.

Each time three things hold: nothing false is shown; all that is true came by the other parent;
who lies is noticed, parted from, and another supernode has its place.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.listening import Subscribe
from swarmfeed.core.asks.network import SearchNetwork
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.catchup.limits import LATE_S
from swarmfeed.core.catchup.news import FeedTold, open_news, pack_news
from swarmfeed.core.catchup.words import CaughtUp, Lacked, NightNews
from swarmfeed.core.feed.head import Head, open_head, sign_head
from swarmfeed.core.lookup.limits import SETTLED_MS
from swarmfeed.core.lookup.words import SearchFound
from swarmfeed.core.push.limits import LEFT_OUT_MAX, SETTLES_MS, WATCHED_MS
from swarmfeed.core.push.words import HasPosts, Posted
from swarmfeed.core.relay.locator import open_locator, sign_locator
from swarmfeed.core.relay.words import Located
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.words import Several
from swarmfeed.core.witness.cosignature import sign_cosignature
from swarmfeed.core.witness.words import Witnessed
from swarmfeed.node.witness.role import WitnessParts

from tests.sim.lying_town import (
    FALSE,
    TRUE,
    Change,
    Town,
    check_replaced,
    first_again,
    made_up,
    move_in,
    on,
    spoilt,
)

pytestmark = [pytest.mark.slow, pytest.mark.attack("A165")]


# --- what is made up --------------------------------------------------------------------


# --- push ---------------------------------------------------------------------------------


def lie_in_push(town: Town, lie: str) -> Change:
    def change(message: Message) -> Sequence[Message]:
        if isinstance(message, HasPosts):
            return [] if lie in ("omits", "replays") else [message]
        if not isinstance(message, Posted):
            return [message]
        (posting,) = message.posts
        altered = {
            "forges": lambda: made_up(town.ben, town.liar, posting.certificates),
            "alters": lambda: spoilt(posting),
        }
        if lie in altered:
            return [replace(message, posts=(altered[lie](),))]
        return [] if lie == "omits" else [message]

    replayed = first_again(Posted)
    if lie != "replays":
        return change
    return lambda message: [said for each in change(message) for said in replayed(each)]


async def play_push(town: Town, tell: Callable[[], None]) -> None:
    """A stranger's posts that she listens for."""
    for each in TRUE, FALSE:
        await town.anna.running.ground.answering.answer(Subscribe(what=each))
    await town.street.pass_time(SETTLES_MS // 1000 + 5)
    await town.ben.say(f"{TRUE} of old")
    await town.street.pass_time(2)
    tell()
    said = [f"{TRUE} {number}" for number in range(LEFT_OUT_MAX + 2)]
    for each in said:
        await town.ben.say(each)
        await town.street.pass_time(3)
        assert heard(town.anna, TRUE)[0] == each, "the other one brings it at once"
    await town.street.pass_time(2 * WATCHED_MS // 1000)
    assert heard(town.anna, TRUE) == [*reversed(said), f"{TRUE} of old"]
    assert heard(town.anna, FALSE) == []


def heard(node: Neighbour, words: str) -> list[str]:
    return [post.text for post in node.index.search(words, 50, None)]


# --- search -------------------------------------------------------------------------------


def lie_in_search(town: Town, lie: str) -> Change:
    def change(found: SearchFound) -> Sequence[Message]:
        if not found.hits:
            return [found]  # to a supernode that copies, or to nobody's question
        first, *rest = found.hits
        return {
            "forges": [
                replace(
                    found,
                    hits=(made_up(town.ben, town.liar, first.certificates), *found.hits),
                )
            ],
            "alters": [replace(found, hits=(spoilt(first), *rest))],
            "omits": [replace(found, hits=tuple(rest))],
            "delays": [found],
        }[lie]

    kept: list[SearchFound] = []

    def replay(found: SearchFound) -> Sequence[Message]:
        kept.append(found)
        return [replace(kept[0], search=found.search)]

    return on(SearchFound, replay if lie == "replays" else change)


async def play_search(town: Town, tell: Callable[[], None]) -> None:
    """A stranger's posts that she searches for."""
    await town.ben.say(f"{TRUE} one")
    await town.street.pass_time(3)
    tell()
    assert await searched(town.anna) in ([f"{TRUE} one"], [])
    await town.ben.say(f"{TRUE} two")
    await town.street.pass_time(SETTLED_MS // 1000 + 5)
    for _ in range(5):
        assert await searched(town.anna) == [f"{TRUE} two", f"{TRUE} one"]
        await town.street.pass_time(10)


async def searched(node: Neighbour) -> list[str]:
    ask = SearchNetwork(words=TRUE, before=None, limit=50)
    found = await node.running.ground.answering.answer(ask)
    return [post.text for post in found.posts]


# --- catch-up -----------------------------------------------------------------------------


def lie_in_catchup(town: Town, lie: str) -> Change:
    old: list[NightNews] = []

    def change(news: NightNews) -> Sequence[Message]:
        told = open_news(news)
        first, *rest = told
        post = made_up(town.ben, town.liar, ())
        entries = (*first.stored, post.post.stored)
        known = open_head(first.of.signed_head, first.of.feed_id)
        longer = sign_head(replace(known, size=known.size + 1), town.liar.own_key.sign)
        forged = replace(first.of, count=len(entries), signed_head=longer)
        spoilt = tuple(each.replace(TRUE.encode(), FALSE.encode()) for each in first.stored)
        old.append(news)
        return {
            "forges": [pack_news(news.number, [FeedTold(forged, entries), *rest])],
            "alters": [pack_news(news.number, [FeedTold(first.of, spoilt), *rest])],
            "omits": [],
            "replays": [replace(old[0], number=news.number)],
            "delays": [news],
        }[lie]

    def keep_back(message: Message) -> Sequence[Message]:
        """Nor does it tell in the ordinary way what it leaves out."""
        is_told = getattr(message, "feed_id", None) == town.ben.feed_id
        if lie in ("omits", "replays") and (is_told or isinstance(message, Several)):
            return []
        return on(NightNews, change)(message)

    return keep_back


async def play_catchup(town: Town, tell: Callable[[], None]) -> None:
    """Posts of whom she follows, of two nights."""
    street, anna, ben = town.street, town.anna, town.ben
    for reader in anna, *town.serving:
        await reader.follow(ben)
    await ben.say("before")
    await street.pass_time(5)
    tell()
    said = ["before"]
    for night in "12":
        if town.is_noticed():
            break
        await anna.stop()
        said += [f"{TRUE} {night}{each}" for each in "abc"]
        await ben.say(*said[-3:])
        await street.pass_time(5)
        await ben.stop()
        await street.pass_time(120)
        await comes_back(town)
        await street.until(
            lambda: anna.reads(ben.author_id) == said[::-1],  # noqa: B023
            within_s=10,
        )
        await ben.start()
        await street.pass_time(int(LATE_S) + 5)
    assert heard(anna, FALSE) == []


async def comes_back(town: Town) -> None:
    """Start anna, who reaches the liar a moment sooner than others."""
    for each in (*town.honest, town.ben):
        town.street.split(town.anna, each)
    await town.anna.start()
    await town.street.pass_time(1)
    for each in (*town.honest, town.ben):
        town.street.heal(town.anna, each)
        town.anna.running.ground.sessions.forget_failures(each.endpoint)


# --- locate -------------------------------------------------------------------------------


def lie_in_locate(town: Town, lie: str) -> Change:
    old: list[Located] = []

    def change(said: Located) -> Sequence[Message]:
        signed = said.locators[0]
        true = open_locator(signed)
        old.append(said)
        here = replace(true, relays=(town.liar.identity.node_id,))
        return {
            "forges": [replace(said, locators=(sign_locator(here, town.liar.own_key.sign),))],
            "alters": [replace(said, locators=(signed[:-1] + b"x",))],
            "omits": [],
            "replays": [old[0]],
            "delays": [said],
        }[lie]

    return on(Located, change)


async def play_locate(town: Town, tell: Callable[[], None]) -> None:
    """Ben, who cannot be dialled, and is now with these supernodes and now with those."""
    street, anna, ben = town.street, town.anna, town.ben
    street.split(anna, ben)
    await street.pass_time(5)
    tell()
    for _ in range(12):
        if town.is_noticed():
            break
        await street.pass_time(60)
        asking = asyncio.create_task(anna.running.ground.reach.node(ben.identity.node_id))
        await street.until(asking.done, within_s=10)
        found = asking.result()
        assert found is not None and found.node_id == ben.identity.node_id
        await street.pass_time(15)
        await found.peer.close("enough")


# --- witness ------------------------------------------------------------------------------


def lie_in_witness(town: Town, lie: str) -> Change:
    def words_of(said: Witnessed, head: Head, key_of: Neighbour) -> Witnessed:
        signed = sign_head(head, key_of.own_key.sign)
        now_s = town.street.clock.now_ms() // 1000
        own = town.liar.identity
        line = sign_cosignature(signed, own.node_id, now_s, own.node_key.sign)
        return replace(said, signed_head=signed, cosignatures=(line,))

    def change(said: Witnessed) -> Sequence[Message]:
        head = open_head(said.signed_head, said.feed_id)
        (line, *_) = said.cosignatures
        return {
            "forges": [words_of(said, replace(head, size=head.size + 9), town.liar)],
            "alters": [replace(said, cosignatures=(line[:-9] + b"AAAAAAAA\n"[:9],))],
            "omits": [],
            "delays": [said],
        }[lie]

    if lie == "replays":
        return _old_word(town)
    return on(Witnessed, change)


def _old_word(town: Town) -> Change:
    said_first: dict[FeedId, Witnessed] = {}

    def change(said: Witnessed) -> Sequence[Message]:
        return [said_first.setdefault(said.feed_id, said)]

    return on(Witnessed, change)


async def play_witness(town: Town, tell: Callable[[], None]) -> None:
    """How new her own feed and that of whom she follows are."""
    street, anna, ben = town.street, town.anna, town.ben
    await anna.follow(ben)
    await ben.say(f"{TRUE} of old")
    await anna.say("of old")
    await street.pass_time(30)
    inquiry = anna.running.parts(WitnessParts).inquiry
    tell()
    for number in range(8):
        await ben.say(f"{TRUE} {number}")
        await anna.say(f"of mine {number}")
        await street.pass_time(40)
        for feed_id in anna.feed_id, ben.feed_id:
            newest, replica = inquiry.newest(feed_id), anna.disk.replicas[feed_id]
            assert newest is not None and newest.signed_head == replica.signed_head
            assert inquiry.kept_back(feed_id) == 0
    assert anna.reads(ben.author_id)[0] == f"{TRUE} 7"


# --- all of them --------------------------------------------------------------------------

Play = Callable[[Town, Callable[[], None]], Awaitable[None]]
Thing = tuple[tuple[type[Message], ...], Callable[[Town, str], Change], Play]
THINGS: dict[str, Thing] = {
    "push": ((Posted, HasPosts), lie_in_push, play_push),
    "search": ((SearchFound,), lie_in_search, play_search),
    "catch-up": ((NightNews, Lacked, CaughtUp), lie_in_catchup, play_catchup),
    "locate": ((Located,), lie_in_locate, play_locate),
    "witness": ((Witnessed,), lie_in_witness, play_witness),
}
LIES = {"forges": 0.0, "alters": 0.0, "omits": 0.0, "replays": 0.0, "delays": 40.0}
"""And by how many seconds."""


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("thing", THINGS)
def test_nothing_false_is_shown_nothing_is_missed_and_the_liar_is_replaced(
    tmp_path: Path, thing: str, lie: str
) -> None:
    about, bent, play = THINGS[thing]

    async def scenario(street: Neighbourhood) -> None:
        town = await move_in(street)

        def begin_to_lie() -> None:
            town.about, town.change, town.late_s = about, bent(town, lie), LIES[lie]

        await play(town, begin_to_lie)
        await check_replaced(town)
        await town.end()

    in_neighbourhood(tmp_path, scenario)
