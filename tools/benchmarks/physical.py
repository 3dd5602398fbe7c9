"""What the machine does without swarmfeed: disk, hashes, signatures, sockets, full text."""

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from nacl.signing import SigningKey


def seconds_of(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` (0..1) of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def write_and_fsync(folder: Path, lengths: Sequence[int]) -> list[float]:
    """Append blocks to one file, each with an fsync; return the seconds of each."""
    file = folder / "raw"
    took = []
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        for length in lengths:
            block = os.urandom(length)
            started = time.perf_counter()
            os.write(descriptor, block)
            # As the log does: times of the file need no disk of their own.
            os.fdatasync(descriptor)
            took.append(time.perf_counter() - started)
    finally:
        os.close(descriptor)
        file.unlink()
    return took


def sha256_pairs_per_s(bodies: Sequence[bytes]) -> float:
    """Hash each body and a header of 70 bytes, as an entry needs; return pairs a second."""
    header = bytes(70)

    def work() -> None:
        for body in bodies:
            sha256(body).digest()
            sha256(header).digest()

    return len(bodies) / seconds_of(work)


def ed25519_verified_per_s(message: bytes, count: int) -> float:
    """Verify one signature so often."""
    key = SigningKey(bytes(32))
    signature, verify = key.sign(message).signature, key.verify_key.verify

    def work() -> None:
        for _ in range(count):
            verify(message, signature)

    return count / seconds_of(work)


def loopback_round_trips_s(count: int, size_bytes: int) -> list[float]:
    """Send so many bytes to another thread and back over TCP; return the seconds of each."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=_echo, args=(server, count, size_bytes))
        thread.start()
        took = []
        with socket.create_connection(server.getsockname()) as client:
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(count):
                started = time.perf_counter()
                client.sendall(bytes(size_bytes))
                _receive(client, size_bytes)
                took.append(time.perf_counter() - started)
        thread.join()
    return took


def fts5_inserts_per_s(file: Path, texts: Sequence[str], *, batch: int) -> float:
    """Insert texts into a table and its FTS5 index, durable batches of rows."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE post (id INTEGER PRIMARY KEY, text TEXT)")
    db.execute(
        "CREATE VIRTUAL TABLE words USING fts5"
        " (text, content = 'post', content_rowid = 'id', columnsize = 0)"
    )
    rows = list(enumerate(texts, start=1))

    def work() -> None:
        for at in range(0, len(rows), batch):
            db.execute("BEGIN")
            db.executemany("INSERT INTO post VALUES (?, ?)", rows[at : at + batch])
            db.executemany(
                "INSERT INTO words (rowid, text) VALUES (?, ?)", rows[at : at + batch]
            )
            db.execute("COMMIT")

    try:
        return len(rows) / seconds_of(work)
    finally:
        db.close()


def _echo(server: socket.socket, count: int, size_bytes: int) -> None:
    connection, _ = server.accept()
    with connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            connection.sendall(_receive(connection, size_bytes))


def _receive(connection: socket.socket, size_bytes: int) -> bytes:
    received = bytearray()
    while len(received) < size_bytes:
        part = connection.recv(size_bytes - len(received))
        if not part:
            raise ConnectionError("the other side hung up")
        received += part
    return bytes(received)
