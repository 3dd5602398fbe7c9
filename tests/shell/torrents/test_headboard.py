"""Heads in the DHT: the contract, hostile nodes, and libtorrent as the other side."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from hashlib import sha512

import libtorrent as lt
import pytest
from street.fakes.dhtnode import FakeDhtNode, small_dht
from street.fakes.headboard import FakeDht, FakeHeadBoard
from swarmfeed.core.base.keys import SigningKey, verify_signature
from swarmfeed.core.base.types import Endpoint, FeedId
from swarmfeed.core.net.krpc import (
    GATE_SALT,
    HEAD_SALT,
    METHOD_UNKNOWN,
    SEALED_SALT,
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
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX
from swarmfeed.core.net.reach import is_loopback
from swarmfeed.errors import RetryError, UserError
from swarmfeed.ports import HeadBoard
from swarmfeed.shell.torrents import headboard
from swarmfeed.shell.torrents.headboard import KrpcHeadBoard

KEY = SigningKey(bytes(range(32)))
FEED = FeedId(KEY.public)
TARGET = mutable_target(FEED, HEAD_SALT)


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


# --- contract ------------------------------------------------------------------------


@asynccontextmanager
async def fake_boards(count: int) -> AsyncIterator[list[HeadBoard]]:
    dht = FakeDht(node_count=count)
    boards: list[HeadBoard] = [FakeHeadBoard(dht), FakeHeadBoard(dht)]
    for board in boards:
        await board.start()
    yield boards


@asynccontextmanager
async def krpc_boards(count: int) -> AsyncIterator[list[HeadBoard]]:
    async with (
        small_dht([FakeDhtNode(number) for number in range(count)]) as start,
        board_at(start) as one,
        board_at(start) as two,
    ):
        yield [one, two]


MakeBoards = Callable[[int], AbstractAsyncContextManager[list[HeadBoard]]]


@pytest.fixture(params=[fake_boards, krpc_boards], ids=["fake", "krpc"])
def make_boards(request: pytest.FixtureRequest) -> MakeBoards:
    made: MakeBoards = request.param
    return made


def test_what_one_node_put_another_gets(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (author, reader):
            signature = sign(b"head 7", 7)
            assert await author.put(FEED, b"head 7", 7, signature) == 8
            assert await reader.get(FEED) == (b"head 7", 7, signature)

    asyncio.run(scenario())


def test_items_under_another_salt_are_other_items(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (author, reader):
            signature = KEY.sign(signed_buffer(b"deposit", 512, SEALED_SALT))
            assert await author.put(FEED, b"head 7", 7, sign(b"head 7", 7)) == 8
            assert await author.put(FEED, b"deposit", 512, signature, SEALED_SALT) == 8
            assert await reader.get(FEED, SEALED_SALT) == (b"deposit", 512, signature)
            assert await reader.get(FEED) == (b"head 7", 7, sign(b"head 7", 7))
            # What is signed for one salt is nothing under the other.
            assert await author.put(FEED, b"deposit", 513, signature) == 0
            assert await reader.get(FEED, GATE_SALT) is None

    asyncio.run(scenario())


def test_nothing_is_found_of_a_feed_that_nobody_put(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (_, reader):
            assert await reader.get(FEED) is None

    asyncio.run(scenario())


def test_a_larger_head_takes_the_place_and_a_smaller_one_is_refused(
    make_boards: MakeBoards,
) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (author, holder):
            assert await author.put(FEED, b"head 7", 7, sign(b"head 7", 7)) == 8
            assert await author.put(FEED, b"head 9", 9, sign(b"head 9", 9)) == 8
            assert await holder.put(FEED, b"head 7", 7, sign(b"head 7", 7)) == 0
            assert await holder.get(FEED) == (b"head 9", 9, sign(b"head 9", 9))

    asyncio.run(scenario())


def test_a_holder_puts_again_what_it_got(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (author, holder):
            await author.put(FEED, b"head 7", 7, sign(b"head 7", 7))
            found = await holder.get(FEED)
            assert found is not None
            assert await holder.put(FEED, *found) == 8

    asyncio.run(scenario())


@pytest.mark.attack("A33")
def test_an_item_signed_by_another_key_is_not_stored(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (thief, reader):
            forged = sign(b"head 7", 7, SigningKey(bytes(32)))
            assert await thief.put(FEED, b"head 7", 7, forged) == 0
            assert await thief.put(FEED, b"head 7", 8, sign(b"head 7", 7)) == 0
            assert await reader.get(FEED) is None

    asyncio.run(scenario())


def test_an_item_fits_996_bytes_and_no_more(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(8) as (author, reader):
            fits, too_long = b"x" * KRPC_VALUE_BYTES_MAX, b"x" * (KRPC_VALUE_BYTES_MAX + 1)
            assert await author.put(FEED, too_long, 7, sign(too_long, 7)) == 0
            assert await author.put(FEED, fits, 7, sign(fits, 7)) == 8
            assert await reader.get(FEED) == (fits, 7, sign(fits, 7))

    asyncio.run(scenario())


def test_a_dht_in_which_nobody_is_takes_and_gives_nothing(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(0) as (author, _):
            assert await author.put(FEED, b"head 7", 7, sign(b"head 7", 7)) == 0
            assert await author.get(FEED) is None

    asyncio.run(scenario())


def test_a_stopped_board_says_not_now(make_boards: MakeBoards) -> None:
    async def scenario() -> None:
        async with make_boards(3) as (author, _):
            await author.stop()
            await author.stop()
            with pytest.raises(RetryError):
                await author.get(FEED)
            with pytest.raises(RetryError):
                await author.put(FEED, b"head 7", 7, sign(b"head 7", 7))

    asyncio.run(scenario())


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


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
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


@pytest.mark.slow
def test_dead_nodes_are_waited_for_side_by_side(impatient: None) -> None:
    async def scenario() -> None:
        nodes = [Silent(number) for number in range(8)]
        async with small_dht(nodes) as start, board_at(start) as board:
            began = time.monotonic()
            assert await board.get(FEED) is None
            assert time.monotonic() - began < 5 * 0.3

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
            assert await asyncio.wait_for(getting, 0.6) is None

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
        return decode_packet(await asyncio.wait_for(answered, 1))
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


# --- libtorrent ----------------------------------------------------------------------

SESSIONS = 8


def make_session(number: int) -> lt.session:
    return lt.session(
        {
            "listen_interfaces": f"127.0.{number}.1:0",
            "enable_dht": True,
            "dht_bootstrap_nodes": "",
            "dht_restrict_routing_ips": False,
            "dht_restrict_search_ips": False,
            "dht_block_ratelimit": 1_000_000,
            "enable_lsd": False,
            "enable_upnp": False,
            "enable_natpmp": False,
            "enable_ip_notifier": False,
            "alert_mask": lt.alert.category_t.dht_notification
            | lt.alert.category_t.dht_operation_notification,
        }
    )


@contextmanager
def libtorrent_dht() -> Iterator[tuple[list[lt.session], list[Endpoint]]]:
    sessions = [make_session(number) for number in range(1, SESSIONS + 1)]
    endpoints = [
        Endpoint(f"127.0.{number}.1", session.listen_port())
        for number, session in enumerate(sessions, start=1)
    ]
    for number, session in enumerate(sessions):
        for endpoint in endpoints[:number] + endpoints[number + 1 :]:
            session.add_dht_node((endpoint.host, endpoint.port))
    time.sleep(0.5)
    try:
        yield sessions, endpoints
    finally:
        sessions.clear()


def wait_for_item(session: lt.session, seq: int) -> lt.dht_mutable_item_alert:
    """Ask until an item of at least ``seq`` comes, for five seconds."""
    deadline = time.monotonic() + 5
    session.dht_get_mutable_item(FEED, HEAD_SALT)
    while time.monotonic() < deadline:
        session.wait_for_alert(100)
        for alert in session.pop_alerts():
            if isinstance(alert, lt.dht_mutable_item_alert) and alert.seq >= seq:
                return alert
    raise AssertionError("libtorrent found no item")


def wait_for_put(session: lt.session) -> int:
    """How many nodes took what the session put."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        session.wait_for_alert(100)
        for alert in session.pop_alerts():
            if isinstance(alert, lt.dht_put_alert):
                return alert.num_success
    raise AssertionError("libtorrent did not finish to put")


def expand(seed: bytes) -> bytes:
    """The 64-byte secret key as libtorrent wants it (RFC 8032, section 5.1.5)."""
    digest = bytearray(sha512(seed).digest())
    digest[0] &= 248
    digest[31] &= 63
    digest[31] |= 64
    return bytes(digest)


@pytest.mark.slow
def test_libtorrent_reads_what_we_put_and_we_read_what_libtorrent_put() -> None:
    with libtorrent_dht() as (sessions, endpoints):

        async def scenario() -> None:
            async with board_at(endpoints[:3]) as board:
                head = b"swarmfeed/example\n7\nroot\n"
                assert await board.put(FEED, head, 7, sign(head, 7)) >= SESSIONS - 1

                alert = await asyncio.to_thread(wait_for_item, sessions[5], 7)
                assert (alert.item, alert.seq) == (head, 7)
                assert bytes(alert.signature) == sign(head, 7)

                seed = expand(KEY.seed)
                sessions[2].dht_put_mutable_item(seed, FEED, b"from libtorrent", HEAD_SALT)
                assert await asyncio.to_thread(wait_for_put, sessions[2]) >= 1
                found = await board.get(FEED)
                assert found is not None and found[:2] == (b"from libtorrent", 8)
                verify_signature(FEED, signed_buffer(found[0], 8, HEAD_SALT), found[2])

                assert await board.put(FEED, head, 7, sign(head, 7)) < SESSIONS - 1

        asyncio.run(scenario())


@pytest.mark.slow
def test_libtorrent_lookups_stay_fast_while_our_client_is_in_its_tables() -> None:
    """A sender of puts that answers nobody would hold up each lookup for its time-out."""
    with libtorrent_dht() as (sessions, endpoints):

        async def scenario() -> None:
            async with board_at(endpoints) as board:
                await board.put(FEED, b"head", 7, sign(b"head", 7))
                began = time.monotonic()
                alert = await asyncio.to_thread(wait_for_authoritative, sessions[4])
                assert alert.item == b"head"
                assert time.monotonic() - began < 1

        asyncio.run(scenario())


def wait_for_authoritative(session: lt.session) -> lt.dht_mutable_item_alert:
    """The answer that libtorrent gives when its lookup has ended."""
    deadline = time.monotonic() + 20
    session.dht_get_mutable_item(FEED, HEAD_SALT)
    while time.monotonic() < deadline:
        session.wait_for_alert(100)
        for alert in session.pop_alerts():
            if isinstance(alert, lt.dht_mutable_item_alert) and alert.authoritative:
                return alert
    raise AssertionError("libtorrent did not finish its lookup")
