"""The board of heads beside libtorrent: each reads what the other put into the DHT."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha512

import libtorrent as lt
import pytest
from swarmfeed.core.base.keys import verify_signature
from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net.krpc import (
    HEAD_SALT,
    signed_buffer,
)
from swarmfeed.shell.torrents.headboard import KrpcHeadBoard

from tests.shell.torrents.test_headboard import FEED, KEY, board_at, sign

# --- libtorrent ----------------------------------------------------------------------

SESSIONS = 8
PATIENCE_S = 60
LOOKUPS = 5


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
    try:
        yield sessions, endpoints
    finally:
        sessions.clear()


async def put_at_all(board: KrpcHeadBoard, head: bytes, size: int) -> None:
    """Put it again until all sessions but one took it, as they come to know each other."""
    async with asyncio.timeout(PATIENCE_S):
        while await board.put(FEED, head, size, sign(head, size)) < SESSIONS - 1:
            await asyncio.sleep(0.1)


def wait_for_item(session: lt.session, seq: int) -> lt.dht_mutable_item_alert:
    """Ask until an item of at least ``seq`` comes."""
    deadline = time.monotonic() + PATIENCE_S
    session.dht_get_mutable_item(FEED, HEAD_SALT)
    while time.monotonic() < deadline:
        session.wait_for_alert(100)
        for alert in session.pop_alerts():
            if isinstance(alert, lt.dht_mutable_item_alert) and alert.seq >= seq:
                return alert
    raise AssertionError("libtorrent found no item")


def wait_for_put(session: lt.session) -> int:
    """How many nodes took what the session put."""
    deadline = time.monotonic() + PATIENCE_S
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
                await put_at_all(board, head, 7)

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
    """A sender of puts that answers nobody would hold up each lookup for its time-out.

    One of a few shows it: a machine that has much else to do holds up some as well.
    """
    with libtorrent_dht() as (sessions, endpoints):

        async def scenario() -> None:
            async with board_at(endpoints) as board:
                await put_at_all(board, b"head", 7)
                took_s = []
                for _ in range(LOOKUPS):
                    began = time.monotonic()
                    alert = await asyncio.to_thread(wait_for_authoritative, sessions[4])
                    took_s.append(time.monotonic() - began)
                    assert alert.item == b"head"
                assert min(took_s) < 1

        asyncio.run(scenario())


def wait_for_authoritative(session: lt.session) -> lt.dht_mutable_item_alert:
    """The answer that libtorrent gives when its lookup has ended."""
    deadline = time.monotonic() + PATIENCE_S
    session.dht_get_mutable_item(FEED, HEAD_SALT)
    while time.monotonic() < deadline:
        session.wait_for_alert(100)
        for alert in session.pop_alerts():
            if isinstance(alert, lt.dht_mutable_item_alert) and alert.authoritative:
                return alert
    raise AssertionError("libtorrent did not finish its lookup")
