"""Peers that lie, flood or give orders in the layer: nobody gains by it, nothing grows."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.base.types import Endpoint, NodeId
from swarmfeed.core.supernode.limits import (
    CAPACITIES,
    DIAL_BACKS_PER_PEER,
    RECORD_AHEAD_S,
    ROUND_S,
    SAID_BURST,
    TABLE_MAX,
    VIEW_MAX,
)
from swarmfeed.core.supernode.records import RECORD_BYTES, Record, encode_record, sign_record
from swarmfeed.core.supernode.words import (
    LEAVE,
    TAKE_OVER,
    Adopt,
    Adopted,
    DialBack,
    DialledBack,
    Exchange,
    Exchanged,
    KnownRecord,
    Load,
    Parted,
    Refused,
    StepDown,
)
from swarmfeed.errors import RemoteError
from swarmfeed.node.ground.session import Session
from swarmfeed.node.supernode.role import SupernodeParts
from swarmfeed.node.supernode.settings import SupernodeSettings

from tests.node.rig import NotedPeer
from tests.node.talk import Talk

ON, OFF = (SupernodeSettings(supernode=each) for each in ("on", "off"))
Script = Callable[[Talk], Awaitable[None]]


def play(folder: Path, script: Script, choices: SupernodeSettings = ON) -> None:
    """A conversation with a node that is in the layer for a round."""

    async def scenario(street: Neighbourhood) -> None:
        talk = Talk(street, await street.move_in(supernode=choices))
        await street.pass_time(1)
        await script(talk)

    in_neighbourhood(folder, scenario)


def key_of(session: Session) -> NotedPeer:
    assert isinstance(session.peer, NotedPeer)
    return session.peer


def record_of(
    talk: Talk, session: Session, *, serving: bool = False, load: float = 0.0, ahead_s: int = 0
) -> bytes:
    """What a peer signs of itself."""
    peer = key_of(session)
    record = Record(
        node_id=NodeId(peer.key.public),
        endpoint=peer.remote,
        size_class=2,
        eligible=True,
        serving=serving,
        load=load,
        age_minutes=10_000,
        made_s=talk.street.clock.now_ms() // 1000 + ahead_s,
    )
    return encode_record(sign_record(record, peer.key))


def layering(talk: Talk) -> SupernodeParts:
    return talk.node.parts(SupernodeParts)


@pytest.mark.attack("A100")
@pytest.mark.parametrize("lie", ["another node", "forged", "short", "known forged"])
def test_a_false_record_ends_the_link(tmp_path: Path, lie: str) -> None:
    async def script(talk: Talk) -> None:
        mallory, other = talk.link(1), talk.link(2)
        true = record_of(talk, mallory, serving=True)
        forged = true[:-1] + bytes([true[-1] ^ 1])
        said = {
            "another node": Exchange(record_of(talk, other), ()),
            "forged": Exchange(forged, ()),
            "short": Exchange(true[: RECORD_BYTES - 1], ()),
            "known forged": Exchange(true, (KnownRecord(forged, True),)),
        }[lie]
        with pytest.raises(RemoteError):
            await talk.hear(mallory, said)
        member = layering(talk).layering.member
        assert member.sampling.view == () and len(member.table) == 0

    play(tmp_path, script)


@pytest.mark.attack("A100")
def test_a_record_of_the_future_is_passed_over_and_its_node_is_no_child(tmp_path: Path) -> None:
    async def script(talk: Talk) -> None:
        early = talk.link(1)
        record = record_of(talk, early, serving=True, ahead_s=RECORD_AHEAD_S + 1)
        await talk.hear(early, Exchange(record, ()), Adopt(record))
        assert await talk.kinds_said(early) == ["Exchanged", "Refused"]
        member = layering(talk).layering.member
        assert member.sampling.view == () and len(member.table) == 0
        assert talk.node.ground.layer.children == ()

    play(tmp_path, script)


@pytest.mark.attack("A101")
def test_of_a_flood_a_burst_is_answered_and_what_is_kept_stays_small(tmp_path: Path) -> None:
    async def script(talk: Talk) -> None:
        mallory, honest = talk.link(1), talk.link(2)
        record = record_of(talk, mallory)
        for _ in range(100):
            await talk.hear(mallory, Exchange(record, ()))
        assert len(await talk.said(mallory)) == 1, "the newest answer takes the place of others"
        answered = 0
        for _ in range(SAID_BURST):
            await talk.hear(mallory, Adopt(record))
            answered += len(await talk.said(mallory))
        assert answered == 0, "it has said enough"
        await talk.hear(honest, Adopt(record_of(talk, honest)))
        assert "Adopted" in await talk.kinds_said(honest)
        await talk.street.pass_time(ROUND_S)
        await talk.hear(mallory, Adopt(record_of(talk, mallory)))
        assert "Adopted" in await talk.kinds_said(mallory), "after a round it is heard again"

    play(tmp_path, script)


@pytest.mark.attack("A101")
def test_a_crowd_fills_neither_view_nor_table(tmp_path: Path) -> None:
    async def script(talk: Talk) -> None:
        for number in range(1, 120):
            peer = talk.link(number)
            await talk.hear(peer, Exchange(record_of(talk, peer, serving=True), ()))
        member = layering(talk).layering.member
        assert len(member.sampling.view) == VIEW_MAX
        assert len(member.table.records) == TABLE_MAX

    play(tmp_path, script)


@pytest.mark.attack("A102")
def test_beyond_its_places_a_supernode_refuses_and_names_others(tmp_path: Path) -> None:
    async def script(talk: Talk) -> None:
        places = CAPACITIES[1]
        peers = [talk.link(number) for number in range(1, places + 12)]
        server = peers.pop()
        await talk.hear(server, Exchange(record_of(talk, server, serving=True), ()))
        for peer in peers:
            await talk.hear(peer, Adopt(record_of(talk, peer)))
        layer = talk.node.ground.layer
        assert len(layer.children) == places
        (refused,) = [each for each in await talk.said(peers[-1]) if isinstance(each, Refused)]
        assert [each.signed for each in refused.known] == [
            encode_record(each) for each in layering(talk).layering.member.table.records
        ]
        await talk.hear(peers[0], Parted(record_of(talk, peers[0])))
        await talk.hear(peers[-1], Adopt(record_of(talk, peers[-1])))
        assert layer.is_child(peers[-1].node_id) and not layer.is_child(peers[0].node_id)

    play(tmp_path, script)


@pytest.mark.attack("A103")
def test_orders_of_who_is_no_parent_and_answers_to_nothing_are_passed_over(
    tmp_path: Path,
) -> None:
    async def script(talk: Talk) -> None:
        mallory, liar = talk.link(1), talk.link(2)
        named = (KnownRecord(record_of(talk, liar, serving=True), True),)
        own = record_of(talk, mallory, serving=True)
        await talk.hear(
            mallory,
            StepDown(LEAVE, named),
            StepDown(TAKE_OVER, ()),
            Exchanged((own,), named),
            Refused(named),
            Load(own),
            Parted(own),
            DialledBack(Endpoint("127.0.0.9", 7000), True),
        )
        assert await talk.said(mallory) == []
        member = layering(talk).layering.member
        assert member.table.records == [] and member.sampling.view == ()
        assert layering(talk).gatekeeper.judge(()).why.startswith("this machine serves nobody")
        await talk.hear(mallory, Adopted(own))
        assert await talk.kinds_said(mallory) == ["Parted"], "nobody asked it"
        assert talk.node.ground.layer.parents == ()

    play(tmp_path, script, OFF)


@pytest.mark.slow
@pytest.mark.attack("A104")
def test_a_node_dials_back_where_the_link_comes_from_and_not_often(tmp_path: Path) -> None:
    async def script(talk: Talk) -> None:
        victim = await talk.street.move_in()
        mallory = talk.link(1)
        port = victim.endpoint.port
        for _ in range(2 * DIAL_BACKS_PER_PEER):
            await talk.hear(mallory, DialBack(port))
            await talk.street.pass_time(1)
        said = [each for each in await talk.said(mallory) if isinstance(each, DialledBack)]
        host = key_of(mallory).remote.host
        assert {(each.at, each.found) for each in said} == {(Endpoint(host, port), False)}
        assert talk.node.ground.sessions.find(victim.identity.node_id) is None

    play(tmp_path, script)


@pytest.mark.attack("A104")
def test_who_asks_to_be_dialled_back_is_found_where_it_listens(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        first = await street.move_in(supernode=OFF)
        other = await street.move_in(supernode=OFF, knows=[first])
        third = await street.move_in(supernode=OFF, knows=[first, other])
        parts = third.running.parts(SupernodeParts)
        await street.pass_time(3 * ROUND_S)
        found = {each.node_id for each in parts.gatekeeper.dialled_by}
        assert found == {first.identity.node_id, other.identity.node_id}

    in_neighbourhood(tmp_path, scenario)
