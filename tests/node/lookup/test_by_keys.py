"""A network in which more is written than all supernodes can keep: each keeps its drawers."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from street.loop import settle
from swarmfeed.core.asks.network import NetworkPosts, SearchNetwork
from swarmfeed.core.base.address import format_author
from swarmfeed.core.feed.proven import check_post
from swarmfeed.core.lookup.limits import SETTLED_MS
from swarmfeed.core.lookup.words import Recall, Search, SearchFound
from swarmfeed.core.partition.keys import drawers_of
from swarmfeed.core.partition.limits import COUNTED_LEAST_S, ROLL_LASTS_S
from swarmfeed.core.supernode.placement import Mode
from swarmfeed.core.supernode.records import Record, encode_record, sign_record
from swarmfeed.node.ground.events import PostSeen
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.lookup.role import LookupParts

from tests.core.proofs import Feed, stored
from tests.node.push.street import Neighbour, Neighbourhood, in_street, leaf, supernodes

pytestmark = pytest.mark.slow

NOTHING = PostSeen(Feed(stored("what is counted")).hit(0))
SERVING = 12
LOAD = 1_500
"""Posts in ten minutes that are more than all can keep."""


def own_record(street: Neighbourhood, node: Neighbour) -> bytes:
    identity = node.identity
    record = Record(
        node_id=identity.node_id,
        endpoint=node.endpoint,
        size_class=0,
        eligible=True,
        serving=True,
        load=0.0,
        age_minutes=60,
        made_s=street.clock.now_ms() // 1000,
    )
    return encode_record(sign_record(record, identity.node_key))


def tell_records(
    street: Neighbourhood, serving: Iterable[Neighbour], leaves: Iterable[Neighbour]
) -> None:
    """As the layer does each round: everybody signs, and knows some others."""
    serving = list(serving)
    signed = {each.number: own_record(street, each) for each in serving}
    known = {
        each.number: Supernode(
            node_id=each.identity.node_id, endpoint=each.endpoint, signed=signed[each.number]
        )
        for each in serving
    }
    for node in (*serving, *leaves):
        layer = node.running.ground.layer
        layer.know(tuple(each for number, each in known.items() if number != node.number))
        if node in serving:
            layer.sign(signed[node.number])


async def rounds(
    street: Neighbourhood, serving: list[Neighbour], leaves: list[Neighbour]
) -> None:
    """Let everybody hear of everybody, and take over what came to them."""
    for _ in range(30):
        tell_records(street, serving, leaves)
        for node in serving:
            await parts(node).rolling.look()
            await settle()
        for node in serving:
            await parts(node).copier.look()
        now_s = street.clock.now_ms() // 1000
        rolls = [parts(each).partition.roll.keepers(now_s) for each in serving]
        if {len(each) for each in rolls} == {len(serving)}:
            break
    for _ in range(3 * len(serving)):
        for node in serving:
            await parts(node).copier.copy()
        await settle()


def parts(node: Neighbour) -> LookupParts:
    return node.running.parts(LookupParts)


async def busy_town(
    street: Neighbourhood, count: int = SERVING
) -> tuple[list[Neighbour], Neighbour, Neighbour]:
    """Supernodes that keep by keys, since so much is written; who writes; and who asks."""
    serving = await supernodes(street, count)
    ben, anna = await leaf(street, serving[0], serving[1]), await leaf(street, *serving[2:4])
    await rounds(street, serving, [anna, ben])
    await write_much(street, serving, [anna, ben])
    return serving, ben, anna


async def write_much(
    street: Neighbourhood, serving: list[Neighbour], leaves: list[Neighbour]
) -> None:
    """Let supernodes count more than all can keep."""
    street.clock.advance(COUNTED_LEAST_S * 1000)
    for node in serving:
        for _ in range(LOAD):
            parts(node).partition.on_seen(NOTHING)
    await rounds(street, serving, leaves)
    assert {parts(each).partition.mode for each in serving} == {Mode.BY_KEYS}


async def search(who: Neighbour, words: str) -> NetworkPosts:
    found: NetworkPosts = await who.running.ground.answering.answer(SearchNetwork(words=words))
    return found


def texts(found: NetworkPosts) -> list[str]:
    return sorted(post.text for post in found.posts)


def kept(node: Neighbour) -> list[str]:
    hits = node.running.ground.shells.recent.newest(None, 50).hits
    return sorted(check_post(each, 2**60).written.post.text for each in hits)


SAID = [f"{colour} tea{n}" for n, colour in enumerate(("green", "black", "red") * 4)]


@pytest.mark.attack("A164")
def test_each_keeps_its_drawers_and_all_is_found_though_both_parents_lie(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        serving, ben, anna = await busy_town(street)
        await ben.say(*SAID)
        await street.pass_time(5)
        held = {each.number: kept(each) for each in serving}
        assert sum(map(len, held.values())) < 0.85 * len(SAID) * len(serving)
        for node in serving:
            owned = parts(node).partition.owners.owned
            found = node.running.ground.shells.recent.newest(None, 50).hits
            assert not any(
                owned.isdisjoint(drawers_of(check_post(each, 2**60).written)) for each in found
            )
        await street.pass_time(SETTLED_MS // 1000 + 5)
        for number, text in enumerate(SAID):
            found = await search(anna, f"tea{number}")
            assert (texts(found), found.untrue, found.left_out) == ([text], 0, 0)
        assert texts(await search(anna, f"from:{format_author(ben.author_id)}")) == sorted(SAID)
        assert len(texts(await search(anna, "green -tea0"))) == 3
        assert len(texts(await search(serving[5], "black"))) == 4
        for node in serving[2:4]:
            lies(node)
        for number, text in enumerate(SAID):
            found = await search(anna, f"tea{number}")
            assert (texts(found), found.left_out) == ([text], 1), "and that is said"

    in_street(tmp_path, script)


def lies(node: Neighbour) -> None:
    """It says that it has everything, and shows nothing; and gives nothing on."""
    server = parts(node).searching

    async def look(asked: Search | Recall) -> SearchFound:
        return SearchFound(asked.search, (), more=False, since_ms=0)

    server.look = look  # type: ignore[method-assign]  # it lies


def lacks(node: Neighbour) -> list[str]:
    """What is in its drawers, and not there."""
    owned, here = parts(node).partition.owners.owned, kept(node)
    return [text for text, drawers in ON.items() if drawers & owned and text not in here]


ON = dict[str, frozenset[int]]()
"""Drawers of each post."""


@pytest.mark.attack("A164")
def test_when_supernodes_come_and_go_their_drawers_are_taken_over(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        serving, ben, anna = await busy_town(street, 9)
        liar = serving[4]
        lies(liar)
        await ben.say(*SAID)
        await street.pass_time(5)
        ON.update(
            (checked.written.post.text, drawers_of(checked.written))
            for node in serving
            for hit in node.running.ground.shells.recent.newest(None, 50).hits
            for checked in (check_post(hit, 2**60),)
        )
        assert len(ON) == len(SAID)
        came = await supernodes(street, 3)
        await rounds(street, [*serving, *came], [anna, ben])
        await write_much(street, [*serving, *came], [anna, ben])
        await rounds(street, [*serving, *came], [anna, ben])
        assert all(parts(each).partition.owners.owned for each in came)
        assert [lacks(each) for each in came] == [[], [], []]
        # A third of all go at one stroke, and are reckoned with until their records end.
        stay = [*serving[2:], *came[1:]]
        for node in (*serving[:2], came[0]):
            await node.stop()
        for _ in range(2):
            street.clock.advance(ROLL_LASTS_S * 600)
            await write_much(street, stay, [anna])
        owners = {each for node in stay for each in parts(node).partition.owners._keepers}
        assert owners == {each.identity.node_id for each in stay}
        assert all(lacks(each) == [] for each in stay if each is not liar)
        for number, text in enumerate(SAID):
            assert texts(await search(anna, f"tea{number}")) == [text]

    in_street(tmp_path, script)
