"""Nodes nearby find each other on loopback, and say nothing about their owners."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from ipaddress import IPv4Interface
from pathlib import Path

import ifaddr
import pytest
from street.fakes.lan import FakeLan, FakeNetwork
from swarmfeed.core.base.limits import ENDPOINTS_MAX, LAN_QUESTIONS_MAX
from swarmfeed.core.base.types import Endpoint
from swarmfeed.errors import RetryError
from swarmfeed.ports import Lan
from swarmfeed.shell.wire import lan
from swarmfeed.shell.wire.lan import MdnsLan
from zeroconf import NonUniqueNameException, Zeroconf
from zeroconf._dns import DNSText
from zeroconf._protocol.incoming import DNSIncoming
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

HOST = "127.0.0.1"
PATIENCE_S = 60


def loopback_has_multicast() -> bool:
    """Whether a packet sent to the mDNS group comes back over loopback."""
    group = struct.pack("4s4s", socket.inet_aton("224.0.0.251"), socket.inet_aton(HOST))
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        try:
            receiver.bind(("", 0))
            receiver.settimeout(0.5)
            receiver.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
            sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(HOST))
            sender.sendto(b"here", ("224.0.0.251", receiver.getsockname()[1]))
            return receiver.recv(16) == b"here"
        except OSError:
            return False


needs_multicast = pytest.mark.skipif(
    not loopback_has_multicast(), reason="no multicast on the loopback interface here"
)


class Found:
    """Collects endpoints and wakes who waits for the first."""

    def __init__(self) -> None:
        self.endpoints: list[Endpoint] = []
        self.some = asyncio.Event()

    def __call__(self, endpoint: Endpoint) -> None:
        self.endpoints.append(endpoint)
        self.some.set()


MakeLan = Callable[[], Lan]


def fake_network() -> MakeLan:
    network = FakeNetwork()
    return lambda: FakeLan(network, HOST)


def mdns_network() -> MakeLan:
    return lambda: MdnsLan(HOST)


@pytest.fixture(
    params=[
        pytest.param(fake_network, id="fake"),
        pytest.param(mdns_network, id="mdns", marks=[pytest.mark.slow, needs_multicast]),
    ]
)
def make_lan(request: pytest.FixtureRequest) -> MakeLan:
    made: MakeLan = request.param()
    return made


@asynccontextmanager
async def started(nearby: Lan, port: int, found: Found) -> AsyncIterator[Lan]:
    await nearby.start(port, found)
    try:
        yield nearby
    finally:
        await nearby.stop()


def test_two_nodes_find_each_other_and_not_themselves(make_lan: MakeLan) -> None:
    async def scenario() -> None:
        one, two = Found(), Found()
        async with started(make_lan(), 4_001, one), started(make_lan(), 4_002, two):
            await asyncio.wait_for(one.some.wait(), PATIENCE_S)
            await asyncio.wait_for(two.some.wait(), PATIENCE_S)
        assert set(one.endpoints) == {Endpoint(HOST, 4_002)}
        assert set(two.endpoints) == {Endpoint(HOST, 4_001)}

    asyncio.run(scenario())


def test_a_stopped_node_finds_nobody_and_may_start_again(make_lan: MakeLan) -> None:
    async def scenario() -> None:
        early, late, again = Found(), Found(), Found()
        async with started(make_lan(), 4_003, early) as nearby:
            await nearby.stop()
            async with started(make_lan(), 4_004, late):
                await asyncio.sleep(0.1)
                assert early.endpoints == []
                await nearby.start(4_005, again)
                await asyncio.wait_for(again.some.wait(), PATIENCE_S)
            assert set(again.endpoints) == {Endpoint(HOST, 4_004)}

    asyncio.run(scenario())


@needs_multicast
@pytest.mark.slow
@pytest.mark.attack("A34")
def test_the_announcement_names_a_port_and_a_random_name_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[bytes] = []
    original = Zeroconf.async_send

    def recording(self: Zeroconf, out: object, *rest: object, **named: object) -> None:
        sent.extend(out.packets())  # type: ignore[attr-defined]  # DNSOutgoing
        original(self, out, *rest, **named)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(Zeroconf, "async_send", recording)

    async def scenario() -> None:
        for _ in range(2):
            async with started(MdnsLan(HOST), 4_006, Found()):
                pass

    asyncio.run(scenario())
    answers = [record for raw in sent for record in DNSIncoming(raw).answers()]
    names = {record.name for record in answers if record.name.endswith(lan.SERVICE)}
    instances = {name.removesuffix(lan.SERVICE).rstrip(".") for name in names} - {""}
    assert len(instances) == 2, "each start has a name of its own"
    assert all(len(instance) == 16 and int(instance, 16) >= 0 for instance in instances)
    assert all(r.text in (b"", b"\0") for r in answers if isinstance(r, DNSText))
    host_name = socket.gethostname().encode()
    assert not any(host_name in raw or Path.home().name.encode() in raw for raw in sent)


def test_an_address_of_another_machine_is_for_later() -> None:
    async def scenario() -> None:
        nearby = MdnsLan("192.0.2.1")
        with pytest.raises(RetryError, match="nearby"):
            await nearby.start(4_007, Found())
        await nearby.stop()

    asyncio.run(scenario())


def test_what_zeroconf_refuses_is_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise NonUniqueNameException

    monkeypatch.setattr(AsyncZeroconf, "async_register_service", refuse)

    async def scenario() -> None:
        with pytest.raises(RetryError):
            await MdnsLan(HOST).start(4_008, Found())

    asyncio.run(scenario())


@pytest.mark.attack("A33")
def test_a_flood_of_names_is_asked_about_only_up_to_a_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def never(*_: object) -> bool:
        await asyncio.sleep(PATIENCE_S)
        return False

    monkeypatch.setattr(AsyncServiceInfo, "async_request", never)

    async def scenario() -> None:
        nearby = MdnsLan(HOST)
        for number in range(10 * LAN_QUESTIONS_MAX):
            nearby._notice(None, f"{number}.{lan.SERVICE}", Found())  # type: ignore[arg-type]
        assert len(asyncio.all_tasks()) == 1 + LAN_QUESTIONS_MAX
        await nearby.stop()
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(scenario())


def test_a_node_that_listens_everywhere_announces_no_loopback() -> None:
    hosts = MdnsLan(lan.ANY_HOST)._own_addresses()
    assert not any(host.startswith("127.") for host in hosts)


@pytest.mark.attack("A328")
def test_what_a_vpn_gave_this_machine_is_not_told_to_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = ["10.64.9.9/32", "100.70.1.2/32", "100.71.1.2/10", "192.168.1.5/24"]
    cards = [IPv4Interface(each) for each in given]
    monkeypatch.setattr(lan, "own_cards", lambda: cards)
    assert MdnsLan(lan.ANY_HOST)._own_addresses() == ["192.168.1.5"]


def test_cards_have_their_networks_and_none_is_loopback() -> None:
    cards = lan.own_cards()
    assert not any(card.is_loopback for card in cards)
    assert all(card.ip in card.network for card in cards)
    assert lan.own_addresses() == [str(card.ip) for card in cards][:ENDPOINTS_MAX]


def test_the_card_that_leads_to_everybody_else_comes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    adapters = [ifaddr.Adapter("a", "a", [ifaddr.IP(f"10.0.{n}.1", 24, "a")]) for n in (1, 2)]
    loopback = ifaddr.Adapter("lo", "lo", [ifaddr.IP("127.0.0.1", 8, "lo")])
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: [loopback, *adapters])
    monkeypatch.setattr(lan, "_way_out", lambda: "10.0.2.1")
    assert [str(card) for card in lan.own_cards()] == ["10.0.2.1/24", "10.0.1.1/24"]
    monkeypatch.setattr(lan, "_way_out", lambda: "")
    assert [str(card) for card in lan.own_cards()] == ["10.0.1.1/24", "10.0.2.1/24"]
