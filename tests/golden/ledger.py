"""Every row of the ledger: its bytes, and what is made of spoilt ones."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, nan
from pathlib import Path
from struct import pack
from typing import Any, Final

from tests.golden.spoil import outcome, short_hex, spoilt
from tests.golden.stage_core import (
    SERVER,
    Allowance,
    Audits,
    AuthorId,
    Custody,
    CustodyState,
    Endpoint,
    HistoryChoice,
    Memory,
    NoticeRecord,
    Seen,
    first_presence,
    observe,
    rows,
)

NOW_MS: Final = 1_800_000_000_000
V4, V6 = Endpoint("192.0.2.1", 1), Endpoint("2001:db8::1", 65_535)


@dataclass(frozen=True)
class Row:
    """One kind of row."""

    write: Callable[[Any], bytes]
    read: Callable[[bytes], object]
    samples: tuple[Any, ...]
    is_dict: bool


def _seen() -> Seen:
    presence = first_presence(SERVER, NOW_MS)
    for number, online in enumerate([True, True, False, True], start=1):
        presence = observe(presence, online, NOW_MS + number * 900_000)
    return Seen(presence, Audits(3.0, 1.0, 1.0), "192.0.2.7")


def _custody(state: CustodyState, memory: Memory, reason: str) -> Custody:
    return Custody(
        author_id=AuthorId(b"a" * 32),
        state=state,
        since_ms=NOW_MS,
        size=1_700,
        feed_bytes=95_000,
        memory=memory,
        reason=reason,
        decided_ms=NOW_MS + 1,
    )


ROWS: Final = {
    "notice": Row(
        rows.encode_notice,
        rows.decode_notice,
        (NoticeRecord(b"signed", V4, V6), NoticeRecord(b"signed"), NoticeRecord(b"", swarm=V6)),
        is_dict=True,
    ),
    "seen": Row(rows.encode_seen, rows.decode_seen, (_seen(),), is_dict=False),
    "custody": Row(
        rows.encode_custody,
        rows.decode_custody,
        (
            _custody(CustodyState.LEASED, Memory(0.25, 3, NOW_MS, 4), "worth holding"),
            _custody(CustodyState.CLAIMED, Memory(), ""),
            _custody(CustodyState.LEAVING, Memory(0.0, 2**32 - 1, NOW_MS, 0), "é" * 400),
        ),
        is_dict=True,
    ),
    "rate": Row(
        lambda one: rows.encode_rate(*one),
        rows.decode_rate,
        ((1.5, NOW_MS), (0.0, 0)),
        is_dict=False,
    ),
    "allowance": Row(
        rows.encode_allowance,
        rows.decode_allowance,
        (Allowance(4_194_304.5, NOW_MS), Allowance(-1.0, 0)),
        is_dict=False,
    ),
    "choice": Row(
        rows.encode_choice,
        rows.decode_choice,
        (
            HistoryChoice(scope="open", disk_bytes=20 * 10**9, free_bytes_min=10**9),
            HistoryChoice(scope="friends", disk_bytes=0, free_bytes_min=0),
        ),
        is_dict=True,
    ),
}


def play(_: Path) -> dict[str, Any]:
    """Tell the bytes of every row, and what is made of spoilt ones."""
    told: dict[str, Any] = {}
    for name, row in ROWS.items():
        for number, sample in enumerate(row.samples):
            data = row.write(sample)
            told[f"{name}, sample {number}"] = short_hex(data)
            told[f"{name}, sample {number} read"] = outcome(row.read, data)
        whole = row.write(row.samples[0])
        for what, data in spoilt(whole) if row.is_dict else _broken(whole):
            told[f"{name}: {what}"] = outcome(row.read, data)
    long = _custody(CustodyState.LEASED, Memory(), "é" * 1_000)
    told["custody: a long reason"] = outcome(rows.decode_custody, rows.encode_custody(long))
    return told


def _broken(data: bytes) -> list[tuple[str, bytes]]:
    """Spoil a row of fixed places."""
    numbers = [(str(number), pack("<d", number)) for number in (nan, inf, -inf, -1.0)]
    starts = [(f"starts with {name}", packed + data[8:]) for name, packed in numbers]
    return [*starts, ("cut", data[:-1]), ("longer", data + b"\xff"), ("empty", b""),
            ("zeros", bytes(len(data)))]  # fmt: skip
