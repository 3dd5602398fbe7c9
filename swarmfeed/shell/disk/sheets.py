"""The file ``sheets`` of a home: what both sheets say in the DHT, signed when they were made.

    [{"k": public key, "n": seq, "s": signature, "v": value}, ...]

Nothing in it is secret.  Where it is missing the items are as others put them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from swarmfeed.core.base.bencoding import Encodable, Fields, decode, encode
from swarmfeed.core.base.limits import KEY_BYTES, SIGNATURE_BYTES
from swarmfeed.core.net.krpc import SEQ_MAX, Item
from swarmfeed.core.net.limits import KRPC_VALUE_BYTES_MAX
from swarmfeed.errors import DamageError, RemoteError
from swarmfeed.shell.disk.durable import read_file, write_file

SHEETS: Final = "sheets"
"""Name of the file."""

_ITEMS_MAX: Final = 2
_BYTES_MAX: Final = _ITEMS_MAX * (KRPC_VALUE_BYTES_MAX + 256)


def write_sheets(folder: Path, items: Sequence[Item]) -> None:
    """Write the file, or put it in the place of another; durable when this returns."""
    rows: list[Encodable] = [
        {b"k": each.public, b"n": each.seq, b"s": each.signature, b"v": each.value}
        for each in items
    ]
    write_file(folder / SHEETS, encode(rows))


def read_sheets(folder: Path) -> tuple[Item, ...]:
    """Return what stands there; none where it is missing or damaged: others have it too."""
    try:
        rows = decode(read_file(folder / SHEETS, _BYTES_MAX), limit_bytes=_BYTES_MAX)
        if not isinstance(rows, list) or len(rows) > _ITEMS_MAX:
            return ()
        return tuple(_read(Fields(row, "sheet")) for row in rows)
    except (FileNotFoundError, DamageError, RemoteError):
        return ()


def _read(fields: Fields) -> Item:
    return Item(
        public=fields.take_bytes(b"k", length=KEY_BYTES),
        value=fields.take_bytes(b"v", bytes_max=KRPC_VALUE_BYTES_MAX),
        seq=fields.take_int(b"n", 0, SEQ_MAX),
        signature=fields.take_bytes(b"s", length=SIGNATURE_BYTES),
    )
