"""What one address of the loopback network says and hears, taken off the wire.

A raw packet socket (packet(7)) with a filter for that address gets every packet, before any
program does.  Streams of TCP are put together again, so that what runs over from one packet
into the next is found, and frames that are packed can be unpacked.  It takes the rights of the
system's administrator: ``PermissionError`` without.
"""

import ctypes
import socket
import struct
import threading
from collections import defaultdict
from types import TracebackType
from typing import Final, Self

from msgspec import Struct

from seeker.needle import Needle
from seeker.seeking import Place, places

_ETH_P_IP: Final = 0x0800
_SO_ATTACH_FILTER: Final = 26
_SO_RCVBUFFORCE: Final = 33
_SOL_PACKET: Final = 263
_PACKET_STATISTICS: Final = 6

_WAITING_BYTES: Final = 256 * 1024**2
_PACKET_BYTES_MAX: Final = 1 << 17
_SEEN_EVERY_S: Final = 0.1

_LOAD_WORD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_SENDER_AT, _RECEIVER_AT = 12, 16


class Flow(Struct, frozen=True, order=True):
    """One direction of what two sockets say."""

    protocol: int
    sender: str
    receiver: str


class Capture:
    """Everything from and to an address, from ``with`` on; streams are read after it."""

    def __init__(self, address: str) -> None:
        """Raises PermissionError: this user may not look at the wire."""
        self._packets: list[bytes] = []
        self._over = threading.Event()
        self._socket = socket.socket(
            socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ETH_P_IP)
        )
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _WAITING_BYTES)
        _only(self._socket, address)
        self._socket.bind(("lo", _ETH_P_IP))
        self._socket.settimeout(_SEEN_EVERY_S)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self.lost = 0
        """Packets that came too fast to be taken."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        told = self._socket.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8)
        self.lost = struct.unpack("II", told)[1]
        self._socket.close()

    def streams(self) -> dict[Flow, bytes]:
        """Return what was said, by who said it to whom."""
        segments = defaultdict[Flow, dict[int, bytes]](dict)
        first = dict[Flow, int]()
        for packet in self._packets:
            read = _read(packet)
            if read is not None:
                flow, at, said = read
                began = first.setdefault(flow, at)
                # Numbers begin anywhere, and begin again at 0.
                offset = (at - began + (1 << 31)) % (1 << 32) - (1 << 31)
                known = segments[flow].get(offset, b"")
                segments[flow][offset] = max(known, said, key=len)
        return {flow: _joined(parts) for flow, parts in segments.items()}

    def seek(self, needle: Needle) -> list[Place]:
        """Return every place on the wire that holds something of a text."""
        return sorted(
            Place(f"{flow.sender} to {flow.receiver}", where)
            for flow, said in self.streams().items()
            for where in places(said, needle)
        )

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                while True:
                    self._packets.append(self._socket.recv(_PACKET_BYTES_MAX))
            except TimeoutError:
                continue


def _only(raw: socket.socket, address: str) -> None:
    """Let in what has this sender or receiver: a filter of the classic kind."""
    sought = struct.unpack("!I", socket.inet_aton(address))[0]
    steps = (
        (_LOAD_WORD | 0x00, 0, 0, _SENDER_AT),
        (_JUMP_EQUAL, 2, 0, sought),
        (_LOAD_WORD | 0x00, 0, 0, _RECEIVER_AT),
        (_JUMP_EQUAL, 0, 1, sought),
        (_RETURN, 0, 0, _PACKET_BYTES_MAX),
        (_RETURN, 0, 0, 0),
    )
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *each) for each in steps))
    program = struct.pack("HP", len(steps), ctypes.addressof(code))
    raw.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)


def _read(packet: bytes) -> tuple[Flow, int, bytes] | None:
    """Return whose words a packet has, where they stand in the stream, and the words."""
    header = (packet[0] & 15) * 4
    length, protocol = struct.unpack_from("!H", packet, 2)[0], packet[9]
    body = packet[header:length]
    if protocol not in (socket.IPPROTO_TCP, socket.IPPROTO_UDP) or len(body) < 8:
        return None
    near, far = struct.unpack_from("!HH", body)
    sender, receiver = (
        socket.inet_ntoa(packet[at : at + 4]) for at in (_SENDER_AT, _RECEIVER_AT)
    )
    flow = Flow(protocol, f"{sender}:{near}", f"{receiver}:{far}")
    if protocol == socket.IPPROTO_UDP:
        return Flow(protocol, f"{sender}:{near}", f"{receiver}:{far} {id(packet)}"), 0, body[8:]
    at = struct.unpack_from("!I", body, 4)[0]
    return flow, at, body[(body[12] >> 4) * 4 :]


def _joined(parts: dict[int, bytes]) -> bytes:
    """Put a stream together; what was sent again stands in it once."""
    joined, end = bytearray(), min(parts, default=0)
    for at in sorted(parts):
        said = parts[at]
        joined += said[max(0, end - at) :]
        end = max(end, at + len(said))
    return bytes(joined)
