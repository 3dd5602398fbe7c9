"""Letters: sealed, written down as a node does before they leave, and opened; and circles."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from secrets import token_bytes
from statistics import median
from typing import Final

from street.sealers import ENVELOPES, Published, SealingDevice
from swarmfeed.core.base.x25519 import exchange, x25519_public
from swarmfeed.core.letters.rows import encode_row
from swarmfeed.shell.store.letters import open_letters
from swarmfeed.shell.store.sealed_ledger import SealedLedger

from benchmarks import circles
from benchmarks.bench import Bench
from benchmarks.report import Limit, Row, at_most

DEVICES: Final = 4
LETTERS: Final = 200
WORLDS: Final = 8
TEXT: Final = b"x" * 100
FIRST_MS_BAR: Final = 15.0
LATER_MS_BAR: Final = 2.0


def measure(bench: Bench) -> Iterator[Row]:
    """First contact with somebody of four devices, then letters one after the other."""
    with closing(
        open_letters(bench.new_folder() / "letters.db", bytes(32), token_bytes)
    ) as file:
        _first(file)  # loads the library, once in a node's life
        first = [_first(file) for _ in range(bench.choose(WORLDS, 2))]
        sent, opened, length = _later(file, bench.choose(LETTERS, 40))
    agreeing = Limit("three X25519 and one ML-KEM-768 for each device, ms", _agreeing_ms())
    one = Limit("one X25519, ms", _exchange_ms())
    bars = (at_most(FIRST_MS_BAR),)
    yield Row(
        "private.first", "first letter, four devices", _ms(first, 0), "ms", agreeing, bars
    )
    yield Row("private.met", "the same, opened by all", _ms(first, 1), "ms", agreeing, bars)
    bars = (at_most(LATER_MS_BAR),)
    yield Row("private.sent", "a later letter, sealed and synced", sent, "ms", one, bars)
    yield Row("private.read", "a later letter, opened and synced", opened, "ms", one, bars)
    size = Limit("bytes of text", float(len(TEXT)))
    yield Row("private.bytes", "a later letter of 100 bytes", float(length), "B", size)
    yield from circles.measure(bench)


def _first(file: SealedLedger) -> tuple[float, float]:
    """Milliseconds of the processor to seal for all devices, and to open everywhere."""
    published = Published()
    anna = SealingDevice(1, published)
    others = [SealingDevice(2 + number, published) for number in range(DEVICES)]
    parcels: list[bytes] = []

    def seal() -> None:
        parcels.extend(anna.seal(each, TEXT) for each in others)
        _save(file, anna)

    def open_all() -> None:
        for each, parcel in zip(others, parcels, strict=True):
            each.open(parcel)
            _save(file, each)

    return _busy_ms(seal), _busy_ms(open_all)


def _later(file: SealedLedger, count: int) -> tuple[float, float, int]:
    published = Published()
    anna, ben = SealingDevice(1, published), SealingDevice(2, published)
    ben.open(anna.seal(ben, TEXT))
    anna.open(ben.seal(anna, TEXT))
    sent, opened, parcel = [], [], b""
    for _ in range(count):
        began = time.process_time()
        parcel = anna.seal(ben, TEXT)
        _save(file, anna)
        sent.append((time.process_time() - began) * 1_000)
        began = time.process_time()
        ben.open(parcel)
        _save(file, ben)
        opened.append((time.process_time() - began) * 1_000)
    return median(sent), median(opened), len(parcel)


def _save(file: SealedLedger, device: SealingDevice) -> None:
    """Write down what a node does: the rows of the devices it wrote to, or heard."""
    file.write({"devices": {name: encode_row(row) for name, row in device.devices.items()}})


def _busy_ms(work: Callable[[], None]) -> float:
    began = time.process_time()
    work()
    return (time.process_time() - began) * 1_000


def _ms(found: list[tuple[float, float]], which: int) -> float:
    return median(each[which] for each in found)


def _agreeing_ms() -> float:
    public = ENVELOPES.mlkem_public(bytes(64))

    def agree() -> None:
        for _ in range(DEVICES):
            ENVELOPES.encapsulate(public)
            for _ in range(3):
                exchange(bytes([1]) * 32, x25519_public(bytes([2]) * 32))

    return median(_busy_ms(agree) for _ in range(9))


def _exchange_ms() -> float:
    public = x25519_public(bytes([2]) * 32)

    def agree() -> None:
        exchange(bytes([1]) * 32, public)

    return median(_busy_ms(agree) for _ in range(99))
