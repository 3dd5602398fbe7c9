"""How a node that knows no supernode finds one."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.people import WhoAreYou
from swarmfeed.core.asks.supernode_list import ListSupernodes
from swarmfeed.core.base.address import parse_link
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.rendezvous import SUPERNODE_TOPIC
from swarmfeed.core.supernode.limits import DHT_WAYS_MAX, WAYS_IN_MAX
from swarmfeed.core.supernode.records import Record, encode_record, sign_record
from swarmfeed.core.supernode.waylist import WayList, read_list
from swarmfeed.errors import UserError
from swarmfeed.node.ground.layer import Supernode
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.node.wayin.leading import Leading
from swarmfeed.node.wayin.settings import WayInSettings
from swarmfeed.ports import DhtPeersFound

FAR = Endpoint("192.0.2.7", 4_000)


def record_of(server: Neighbour) -> Supernode:
    """What a supernode would sign of itself now."""
    record = Record(
        node_id=server.identity.node_id,
        endpoint=server.endpoint,
        size_class=1,
        eligible=True,
        serving=True,
        load=0.5,
        age_minutes=90,
        made_s=server.street.clock.now_ms() // 1000,
    )
    signed = encode_record(sign_record(record, server.identity.node_key))
    return Supernode(node_id=record.node_id, endpoint=record.endpoint, signed=signed)


def ways(of: Neighbour) -> tuple[Endpoint, ...]:
    return of.running.ground.layer.ways_in


def listed(at: Neighbour) -> str:
    return at.running.parts(Leading).list_supernodes(ListSupernodes()).text


def test_supernodes_of_earlier_times_are_ways_in_after_a_restart(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        server, anna = await street.move_in(), await street.move_in()
        anna.running.ground.layer.know((record_of(server),))
        await street.pass_time(6)
        await anna.stop()
        await anna.start()
        assert server.endpoint in ways(anna)
        assert read_list(listed(anna)).endpoints == (server.endpoint,)

    in_neighbourhood(tmp_path, script)


@pytest.mark.attack("A140")
def test_what_nobody_signed_is_neither_kept_nor_listed(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        server, anna = await street.move_in(), await street.move_in()
        true = record_of(server)
        forged = true.signed[:-1] + bytes([true.signed[-1] ^ 1])
        layer = anna.running.ground.layer
        layer.know((Supernode(node_id=true.node_id, endpoint=FAR, signed=forged),))
        await street.pass_time(6)
        assert ways(anna) == ()
        with pytest.raises(UserError, match="no supernode is known"):
            listed(anna)

    in_neighbourhood(tmp_path, script)


def test_a_list_peers_and_friends_lead_in(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        friend = await street.move_in()
        anna = await street.move_in(knows=[friend], on=False)
        anna.settings = with_list(anna.settings, WayList((FAR,)))
        await anna.start()
        assert ways(anna)[:2] == (FAR, friend.endpoint)
        ben = await street.move_in()
        await ben.follow(friend)
        await street.pass_time(6)
        assert friend.endpoint in ways(ben)

    in_neighbourhood(tmp_path, script)


def test_the_dht_leads_from_one_stranger_to_another(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        await street.open_dht()
        server, anna = await street.move_in(), await street.move_in()
        server.running.ground.layer.serve(True)
        await street.until(lambda: server.endpoint in ways(anna), within_s=130)
        assert server.endpoint in read_list(listed(server)).endpoints

    in_neighbourhood(tmp_path, script)


def test_who_has_a_parent_asks_nobody_the_way(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        await street.open_dht()
        server = await street.move_in()
        anna = await street.move_in(knows=[server])
        await street.pass_time(2)
        session = anna.running.ground.sessions.find(server.identity.node_id)
        assert session is not None
        layer, before = anna.running.ground.layer, ways(anna)
        layer.add_parent(session)
        server.running.ground.layer.serve(True)
        layer.know((record_of(server),))
        await street.pass_time(200)
        assert layer.ways_in == before

    in_neighbourhood(tmp_path, script)


def test_the_link_that_people_give_away_names_who_serves_them(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        server = await street.move_in()
        anna = await street.move_in(knows=[server])
        await street.pass_time(2)
        session = anna.running.ground.sessions.find(server.identity.node_id)
        assert session is not None
        anna.running.ground.layer.add_parent(session)
        whoami = anna.running.ground.answering._rows[WhoAreYou].run(WhoAreYou())
        assert parse_link(whoami.link).at == (anna.endpoint, server.endpoint)

    in_neighbourhood(tmp_path, script)


@pytest.mark.attack("A141")
def test_a_flood_of_addresses_in_the_dht_stays_small_and_takes_nobodys_place(
    tmp_path: Path,
) -> None:
    async def script(street: Neighbourhood) -> None:
        server, anna = await street.move_in(), await street.move_in()
        anna.running.ground.layer.know((record_of(server),))
        await street.pass_time(6)
        for start in range(0, 2_000, 100):
            told = tuple(
                Endpoint(f"20.{n // 250}.{n % 250}.1", 4_000) for n in range(start, start + 100)
            )
            flood(anna, told)
        await street.pass_time(6)
        assert server.endpoint in ways(anna)
        assert len(ways(anna)) <= DHT_WAYS_MAX + 1 <= WAYS_IN_MAX

    in_neighbourhood(tmp_path, script)


def flood(at: Neighbour, told: tuple[Endpoint, ...]) -> None:
    at.running.feeds.on_swarm(DhtPeersFound(SUPERNODE_TOPIC, told))


def with_list(settings: NodeSettings, listed: WayList) -> NodeSettings:
    mine = WayInSettings(supernode_list=(listed,))
    return replace(settings, others=(*settings.others, mine))
