"""Heads in the DHT: the contract, hostile nodes, and libtorrent as the other side."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from street.fakes.dhtnode import FakeDhtNode, small_dht
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import Endpoint, FeedId
from swarmfeed.core.net.krpc import (
    HEAD_SALT,
    METHOD_UNKNOWN,
    DhtNode,
    Failure,
    FindNode,
    Get,
    Item,
    OtherQuestion,
    Packet,
    Ping,
    Put,
    Query,
    Question,
    Reply,
    decode_packet,
    encode_packet,
    mutable_target,
    signed_buffer,
)
from swarmfeed.core.net.reach import is_loopback
from swarmfeed.errors import UserError
from swarmfeed.shell.torrents import headboard
from swarmfeed.shell.torrents.headboard import KrpcHeadBoard

KEY = SigningKey(bytes(range(32)))
FEED = FeedId(KEY.public)
TARGET = mutable_target(FEED, HEAD_SALT)
PATIENCE_S = 60


def sign(head: bytes, size: int, key: SigningKey = KEY) -> bytes:
    return key.sign(signed_buffer(head, size, HEAD_SALT))


def item(head: bytes, size: int) -> Item:
    return Item(public=FEED, value=head, seq=size, signature=sign(head, size))


def may_ask(endpoint: Endpoint) -> bool:
    return is_loopback(endpoint.host)


@asynccontextmanager
async def board_at(
    start: list[Endpoint], *, lookups_per_window: int = 20, pace_window_s: float = 10.0
) -> AsyncIterator[KrpcHeadBoard]:
    board = KrpcHeadBoard(
        "127.0.0.1",
        lambda: start,
        may_ask,
        lookups_per_window=lookups_per_window,
        pace_window_s=pace_window_s,
    )
    await board.start()
    try:
        yield board
    finally:
        await board.stop()


# --- hostile and broken nodes --------------------------------------------------------


class Silent(FakeDhtNode):
    """Never answers."""

    def reply(self, query: Query, addr: tuple[str, int]) -> None:
        pass


class Forger(FakeDhtNode):
    """Has a newer head of every feed, and signs it with a key of its own."""

    def answer(self, query: Query, addr: tuple[str, int]) -> Reply | Failure:
        forged = sign(b"forged", 99, SigningKey(bytes(32)))
        return Reply(
            transaction=query.transaction,
            node_id=self.node_id,
            item=Item(public=FEED, value=b"forged", seq=99, signature=forged),
        )


class Stranger(FakeDhtNode):
    """Answers with a well-signed item of another feed."""

    def answer(self, query: Query, addr: tuple[str, int]) -> Reply | Failure:
        other = SigningKey(bytes(32))
        signature = sign(b"other", 99, other)
        mixed = Item(public=other.public, value=b"other", seq=99, signature=signature)
        return Reply(transaction=query.transaction, node_id=self.node_id, item=mixed)


class Babbler(FakeDhtNode):
    """Answers with garbage, oversized packets, and other people's transactions."""

    def reply(self, query: Query, addr: tuple[str, int]) -> None:
        honest = encode_packet(self.answer(query, addr))
        foreign = Reply(transaction=b"zzzz", node_id=self.node_id, item=item(b"forged", 99))
        for raw in (b"", b"\xff" * 100, honest[:-1], honest + b"x" * 3_000):
            self.send(raw, addr)
        self.send(encode_packet(foreign), addr)


class Router(FakeDhtNode):
    """Sends us to addresses inside the home we listen from."""

    def answer(self, query: Query, addr: tuple[str, int]) -> Reply | Failure:
        inside = tuple(
            DhtNode(bytes([number]) * 20, Endpoint(host, 53))
            for number, host in enumerate(["192.168.1.1", "169.254.169.254", "10.0.0.1"])
        )
        return Reply(transaction=query.transaction, node_id=self.node_id, nodes=inside)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever answers is waited for, however busy the machine."""
    monkeypatch.setattr(headboard, "ANSWER_TIMEOUT_S", PATIENCE_S)


@pytest.fixture
def impatient(patient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give up on a silent node after 0.3 s, which is long enough for a busy machine."""
    monkeypatch.setattr(headboard, "ANSWER_TIMEOUT_S", 0.3)


@pytest.mark.slow
@pytest.mark.attack("A33")
@pytest.mark.parametrize("liar", [Silent, Forger, Stranger, Babbler, Router])
def test_liars_do_not_keep_a_head_from_being_put_and_found(
    impatient: None, liar: type[FakeDhtNode]
) -> None:
    async def scenario() -> None:
        nodes = [FakeDhtNode(0), FakeDhtNode(1), liar(2), liar(3), liar(4)]
        async with small_dht(nodes) as start, board_at(start) as board:
            assert await board.put(FEED, b"head 7", 7, sign(b"head 7", 7)) == 2
            assert await board.get(FEED) == (b"head 7", 7, sign(b"head 7", 7))

    asyncio.run(scenario())


def test_dead_nodes_are_waited_for_side_by_side() -> None:
    async def scenario() -> None:
        nodes = [Silent(number) for number in range(8)]
        async with small_dht(nodes) as start, board_at(start) as board:
            getting = asyncio.create_task(board.get(FEED))
            async with asyncio.timeout(PATIENCE_S / 2):  # before the first is given up
                while not all(node.asked_by for node in nodes):
                    await asyncio.sleep(0.001)
            assert not getting.done()
            await board.stop()
            assert await getting is None

    asyncio.run(scenario())


@pytest.mark.slow
@pytest.mark.attack("A33")
def test_an_answer_from_another_address_counts_for_nothing(impatient: None) -> None:
    async def scenario() -> None:
        class Deflector(FakeDhtNode):
            """Lets its neighbour answer: same transaction, another sender."""

            def send(self, raw: bytes, addr: tuple[str, int]) -> None:
                assert other.transport is not None
                other.transport.sendto(raw, addr)

        other, deflector = FakeDhtNode(0), Deflector(1)
        async with small_dht([other, deflector]), board_at([deflector.endpoint]) as board:
            deflector.items[TARGET] = item(b"head 7", 7)
            assert await board.get(FEED) is None

    asyncio.run(scenario())


def test_the_newest_item_wins_wherever_it_is_kept() -> None:
    async def scenario() -> None:
        nodes = [FakeDhtNode(number) for number in range(4)]
        async with small_dht(nodes) as start, board_at(start) as board:
            for node, size in zip(nodes, (3, 9, 5), strict=False):
                node.items[TARGET] = item(b"head", size)
            assert await board.get(FEED) == (b"head", 9, sign(b"head", 9))

    asyncio.run(scenario())


def test_one_start_node_leads_to_all_and_only_the_8_nearest_keep_an_item() -> None:
    async def scenario() -> None:
        nodes = [FakeDhtNode(number) for number in range(20)]
        async with small_dht(nodes) as start, board_at(start[:1]) as board:
            assert await board.put(FEED, b"head 7", 7, sign(b"head 7", 7)) == 8

        def away(node: FakeDhtNode) -> int:
            return int.from_bytes(node.node_id, "big") ^ int.from_bytes(TARGET, "big")

        keeping = {node.node_id for node in nodes if TARGET in node.items}
        assert keeping == {node.node_id for node in sorted(nodes, key=away)[:8]}

    asyncio.run(scenario())


def test_bursts_are_spread_so_that_no_node_bans_us() -> None:
    async def scenario() -> None:
        nodes = [FakeDhtNode(0)]
        async with (
            small_dht(nodes) as start,
            board_at(start, lookups_per_window=3, pace_window_s=0.08) as board,
        ):
            began = time.monotonic()
            await asyncio.gather(*(board.get(FEED) for _ in range(7)))
            assert time.monotonic() - began >= 0.155

    asyncio.run(scenario())


def test_an_address_of_another_machine_is_the_persons_to_mend() -> None:
    async def scenario() -> None:
        board = KrpcHeadBoard("192.0.2.1", list, may_ask)
        with pytest.raises(UserError, match=r"192\.0\.2\.1"):
            await board.start()

    asyncio.run(scenario())


def test_stop_ends_a_lookup_under_way() -> None:
    async def scenario() -> None:
        async with small_dht([Silent(0)]) as start, board_at(start) as board:
            getting = asyncio.create_task(board.get(FEED))
            await asyncio.sleep(0.02)
            await board.stop()
            assert await asyncio.wait_for(getting, PATIENCE_S / 2) is None

    asyncio.run(scenario())


async def ask_the_board(node: FakeDhtNode, question: Question) -> Packet:
    """Send a query to whoever asked ``node`` last, and return what comes back."""
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[bytes] = loop.create_future()

    class Asker(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            answered.set_result(data)

    transport, _ = await loop.create_datagram_endpoint(Asker, remote_addr=node.asked_by)
    try:
        transport.sendto(encode_packet(Query(b"aa", bytes(20), question)))
        return decode_packet(await asyncio.wait_for(answered, PATIENCE_S))
    finally:
        transport.close()
        await asyncio.sleep(0)


def test_queries_of_others_are_answered() -> None:
    async def scenario() -> None:
        node = FakeDhtNode(0)
        async with small_dht([node]) as start, board_at(start) as board:
            await board.get(FEED)
            questions: list[Question] = [
                Ping(),
                FindNode(TARGET),
                Get(TARGET),
                OtherQuestion(b"get_peers"),
            ]
            for question in questions:
                answer = await ask_the_board(node, question)
                assert isinstance(answer, Reply)
                assert (answer.transaction, answer.nodes) == (b"aa", ())
                assert (answer.token, answer.item) == (None, None)
            refusals: list[Question] = [
                Put(b"token", HEAD_SALT, item(b"head", 7)),
                OtherQuestion(b"vote"),
            ]
            for question in refusals:
                answer = await ask_the_board(node, question)
                assert isinstance(answer, Failure) and answer.code == METHOD_UNKNOWN

    asyncio.run(scenario())


@pytest.mark.attack("A33")
def test_a_flood_of_queries_is_answered_only_up_to_a_rate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(headboard, "ANSWERS_PER_S", 0)

    async def scenario() -> None:
        node = FakeDhtNode(0)
        async with small_dht([node]) as start, board_at(start) as board:
            await board.get(FEED)
            await asyncio.sleep(0)
            asking = asyncio.create_task(ask_the_board(node, Ping()))
            done, _ = await asyncio.wait([asking], timeout=0.05)
            assert not done
            asking.cancel()
            await asyncio.wait([asking])
            assert await board.get(FEED) is None, "it still works"

    asyncio.run(scenario())
