"""What SQLite has in memory."""

import gc

import apsw


def sqlite_bytes() -> int:
    """Of all connections of this process; those nobody holds any more are not among them."""
    gc.collect()
    return apsw.memory_used()
