"""A little SOCKS5 server that notes whom it was asked to reach (RFC 1928); for tests alone."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from swarmfeed.core.base.types import Endpoint


class SocksServer:
    """Serves on loopback, with a thread for each direction of each connection."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._listening = socket.create_server((host, 0))
        self.endpoint = Endpoint(host, self._listening.getsockname()[1])
        self.asked: list[Endpoint] = []
        self.carried_bytes = 0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"socks5://{self.endpoint}"

    def close(self) -> None:
        """Serve nobody any more, and end what there is."""
        for each in (self._listening, *self._open):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self._open.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError, EOFError):
            _, methods = _read(client, 2)
            _read(client, methods)
            client.sendall(b"\x05\x00")
            _, command, _, kind = _read(client, 4)
            host = _read_host(client, kind)
            (port,) = struct.unpack("!H", _read(client, 2))
            if command != 1:  # all but CONNECT, such as UDP ASSOCIATE
                client.sendall(b"\x05\x07\x00\x01" + bytes(6))
                return
            self.asked.append(Endpoint(host, port))
            try:
                there = socket.create_connection((host, port), timeout=5)
            except OSError:
                client.sendall(b"\x05\x05\x00\x01" + bytes(6))
                return
            there.settimeout(None)
            self._open.append(there)
            client.sendall(b"\x05\x00\x00\x01" + bytes(6))
            back = threading.Thread(target=self._pump, args=(there, client), daemon=True)
            back.start()
            self._pump(client, there)
            back.join()
            there.close()

    def _pump(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65_536):
                self.carried_bytes += len(data)
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@contextmanager
def socks_server() -> Iterator[SocksServer]:
    server = SocksServer()
    try:
        yield server
    finally:
        server.close()


def _read_host(client: socket.socket, kind: int) -> str:
    if kind == 3:
        return _read(client, _read(client, 1)[0]).decode()
    family, length = {1: (socket.AF_INET, 4), 4: (socket.AF_INET6, 16)}[kind]
    return socket.inet_ntop(family, _read(client, length))


def _read(client: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        if not (piece := client.recv(count - len(data))):
            raise EOFError
        data += piece
    return data
