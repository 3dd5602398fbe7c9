"""Whom relays are asked for, and when."""

import asyncio
from pathlib import Path

from msgspec.structs import replace
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.relay.words import Locate
from swarmfeed.core.talk.words import Hello
from swarmfeed.node.ground.events import InterestRose
from swarmfeed.node.ground.interests import FOLLOWED, LOOKED_AT, Interest
from swarmfeed.node.ground.session import Session
from swarmfeed.node.relay.seeking import NAME

from tests.node.rig import NOW_MS, NotedPeer
from tests.node.talk import Talk, talk

FOLLOWED_BEFORE = [AuthorId(bytes([1, number]) * 16) for number in range(100)]
STRANGER = AuthorId(bytes(32))


class Relay(NotedPeer):
    """A peer that says that it relays."""

    @property
    def hello(self) -> Hello:
        return replace(super().hello, roles=(NAME,))


def link_relay(to: Talk) -> Session:
    peer = Relay(1)
    session = Session(peer, NOW_MS)
    to.node.ground.sessions._sessions[session.node_id] = session
    to.peers.append((session, peer))
    return session


async def sought(to: Talk, relay: Session) -> list[tuple[AuthorId, ...]]:
    """Whom a relay was asked for since the last time, question by question."""
    said = await to.said(relay)
    return [each.authors for each in said if isinstance(each, Locate)]


async def care(to: Talk, author_id: AuthorId, interest: Interest) -> None:
    await to.node.feeds.carer.care(author_id, interest)


def test_relays_are_asked_once_for_who_is_looked_at_and_for_nobody_else(
    tmp_path: Path,
) -> None:
    async def script(to: Talk) -> None:
        relay = link_relay(to)
        for each in FOLLOWED_BEFORE:
            to.care(each)
        await care(to, STRANGER, LOOKED_AT)
        await asyncio.sleep(4.9)
        assert await sought(to, relay) == []
        await asyncio.sleep(0.2)
        assert await sought(to, relay) == [(STRANGER,)]
        await care(to, STRANGER, LOOKED_AT)
        await asyncio.sleep(60)
        assert await sought(to, relay) == []

    talk(tmp_path, script)


def test_rounds_are_about_those_who_are_followed_in_turns(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        relay = link_relay(to)
        jobs = {job.name: job for role in to.node.roles for job in role.jobs()}
        for each in FOLLOWED_BEFORE:
            to.care(each)
        to.care(STRANGER, LOOKED_AT)
        for chosen in (FOLLOWED_BEFORE[:64], FOLLOWED_BEFORE[64:] + FOLLOWED_BEFORE[:28]):
            await jobs["seek"].run()
            assert await sought(to, relay) == [tuple(sorted(chosen))]

    talk(tmp_path, script)


def test_of_many_who_are_followed_at_once_some_are_sought_soon(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        relay = link_relay(to)
        for each in FOLLOWED_BEFORE:
            to.care(each, FOLLOWED)
        to.node.ground.events.tell(InterestRose(tuple(FOLLOWED_BEFORE)))
        await asyncio.sleep(5)
        assert await sought(to, relay) == [tuple(sorted(FOLLOWED_BEFORE[:64]))]

    talk(tmp_path, script)


def test_who_was_let_go_meanwhile_is_not_sought(tmp_path: Path) -> None:
    async def script(to: Talk) -> None:
        relay = link_relay(to)
        await care(to, STRANGER, LOOKED_AT)
        to.node.ground.interests.forget(STRANGER)
        await asyncio.sleep(6)
        assert await sought(to, relay) == []

    talk(tmp_path, script)
