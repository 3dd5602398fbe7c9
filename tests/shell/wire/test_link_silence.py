"""Links over which nothing is said."""

import asyncio
from pathlib import Path

import pytest
from street.fakes.hostile import (
    admitted,
    listening,
    run,
)
from swarmfeed.shell.wire import websocket
from swarmfeed.shell.wire.rules import LinkRules


@pytest.mark.slow
def test_who_is_watched_closely_and_silent_is_soon_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no goodbye of theirs is waited for."""
    monkeypatch.setattr(websocket, "CLOSE_PING_S", 0.02)
    monkeypatch.setattr(websocket, "CLOSE_SILENT_S", 1)

    async def conversation() -> None:
        rules = LinkRules(close_timeout_s=3_600)
        async with listening(tmp_path, rules) as node, admitted(node) as mallory:
            (connection,) = node.link._sockets._live
            node.peers[0].watch(closely=True)
            await asyncio.sleep(1.2)
            assert not connection.transport.is_closing(), "it answers"
            mallory.transport.pause_reading()
            async with asyncio.timeout(60):
                await node.endings.get()
            mallory.transport.abort()

    run(conversation())


def test_who_is_watched_as_ever_may_be_silent_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "CLOSE_PING_S", 0.02)
    monkeypatch.setattr(websocket, "CLOSE_SILENT_S", 0.05)

    async def conversation() -> None:
        async with listening(tmp_path) as node, admitted(node) as mallory:
            (connection,) = node.link._sockets._live
            node.peers[0].watch(closely=True)
            node.peers[0].watch(closely=False)
            mallory.transport.pause_reading()
            await asyncio.sleep(0.3)
            assert not connection.transport.is_closing()
            mallory.transport.abort()

    run(conversation())
