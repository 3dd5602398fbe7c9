"""Where others connect: those who say nothing cost next to nothing, and nobody can fill it.

    connected -> silent: a bare socket -> speaking: TLS, WebSocket, hello -> through

Both crowds are bounded, each address has its share, and all of it takes HANDSHAKE_TIMEOUT_S.
Whoever has to go is cut off at the socket, whatever stands on it by then.
"""

import asyncio
import errno
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Final

from msgspec import Struct

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.net import limits
from swarmfeed.core.net.crowd import Crowd, address_of
from swarmfeed.shell.wire.rules import LinkRules

TLS_HANDSHAKE: Final = b"\x16"
"""First byte of a record that opens TLS (RFC 8446, 5.1)."""

_EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

LetThrough = Callable[[], None]
"""Called when a stranger has proved who they are, or is gone; a second time it does nothing."""


class _Stranger(Struct, eq=False):
    """A connection that nobody vouches for yet."""

    socket: socket.socket
    address: str
    """What it has its share with."""
    deadline: asyncio.TimerHandle | None = None
    speaks: bool = False


class Doorstep:
    """Listens, and hands each socket on once it speaks.  Belongs to the running loop."""

    def __init__(
        self,
        rules: LinkRules,
        hand_on: Callable[[socket.socket, LetThrough], Coroutine[Any, Any, None]],
    ) -> None:
        """``hand_on`` opens TLS on a socket, which is then its own, and raises nothing."""
        self._rules = rules
        self._hand_on = hand_on
        self._loop = asyncio.get_running_loop()
        self._listening: list[socket.socket] = []
        self._strangers: set[_Stranger] = set()
        self._silent: Crowd[_Stranger] = Crowd(rules.silent_max, rules.one_address_max)
        self._speaking: Crowd[_Stranger] = Crowd(rules.speaking_max, rules.one_address_max)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_open(self) -> bool:
        return bool(self._listening)

    @property
    def stranger_count(self) -> int:
        """Connections that are not through yet."""
        return len(self._strangers)

    async def open(self, at: Endpoint) -> asyncio.Server:
        """Listen; port 0 chooses one.  OSError when the port is taken.

        Returns a server that owns the port, and accepts nobody by itself.
        """
        server = await self._loop.create_server(
            asyncio.Protocol, at.host, at.port, start_serving=False
        )
        for each in server.sockets:
            listening = each.dup()
            listening.setblocking(False)
            listening.listen(limits.LISTEN_QUEUE)
            self._listening.append(listening)
            self._watch(listening)
        return server

    async def close(self) -> None:
        """Listen no more, and send away all who are not through."""
        for listening in self._listening:
            self._loop.remove_reader(listening)
            listening.close()
        self._listening.clear()
        for stranger in list(self._strangers):
            self._cut(stranger)
        if self._tasks:
            await asyncio.wait(self._tasks)

    # --- accepting ---

    def _watch(self, listening: socket.socket) -> None:
        if listening in self._listening:  # not closed while it paused
            self._loop.add_reader(listening, self._accept, listening)

    def _accept(self, listening: socket.socket) -> None:
        """Take some; a crowd that presses in must not keep the loop from all else."""
        for _ in range(limits.ACCEPTS_IN_A_ROW_MAX):
            try:
                accepted, name = listening.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    self._pause(listening)
                    return
                continue  # It was gone before it was looked at.
            accepted.setblocking(False)
            self._take_in(_Stranger(accepted, address_of(name[0])))

    def _pause(self, listening: socket.socket) -> None:
        """Nothing is left to open anybody with: the one who waits longest makes room."""
        self._cut(self._silent.drop())
        self._loop.remove_reader(listening)
        self._loop.call_later(limits.ACCEPT_PAUSE_S, self._watch, listening)

    def _take_in(self, stranger: _Stranger) -> None:
        self._strangers.add(stranger)
        stranger.deadline = self._loop.call_later(
            self._rules.handshake_timeout_s, self._cut, stranger
        )
        self._loop.add_reader(stranger.socket, self._on_first_byte, stranger)
        self._cut(self._silent.enter(stranger, stranger.address))

    # --- those who wait ---

    def _on_first_byte(self, stranger: _Stranger) -> None:
        try:
            first = stranger.socket.recv(1, socket.MSG_PEEK)
        except OSError:
            first = b""
        if first != TLS_HANDSHAKE:
            self._cut(stranger)
            return
        self._loop.remove_reader(stranger.socket)
        stranger.speaks = True
        self._silent.leave(stranger)
        self._cut(self._speaking.enter(stranger, stranger.address))
        let_through = partial(self._forget, stranger)
        task = self._loop.create_task(self._hand_on(stranger.socket, let_through))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _forget(self, stranger: _Stranger) -> None:
        """Whoever proved themselves, or is gone, is no stranger any more."""
        self._strangers.discard(stranger)
        self._silent.leave(stranger)
        self._speaking.leave(stranger)
        if stranger.deadline is not None:
            stranger.deadline.cancel()

    def _cut(self, stranger: _Stranger | None) -> None:
        """End a connection at its socket: what was built on it sees the end of the stream."""
        if stranger is None or stranger not in self._strangers:
            return
        self._forget(stranger)
        if stranger.speaks:
            with suppress(OSError):
                stranger.socket.shutdown(socket.SHUT_RDWR)
        else:
            self._loop.remove_reader(stranger.socket)
            stranger.socket.close()
