"""Where a post was brought in from: its log says so, the index does not keep it."""

from contextlib import suppress

from swarmfeed.core.base.types import EntryRef
from swarmfeed.core.feed.entry import decode_entry
from swarmfeed.core.feed.kinds import PostBody, decode_body
from swarmfeed.errors import DamageError, PassingError, RemoteError
from swarmfeed.ports import Logs


def source_in(logs: Logs, ref: EntryRef) -> str:
    """Return ``src`` of a post; empty: it has none, or cannot be read now.  From any thread."""
    with suppress(DamageError, PassingError, RemoteError):
        for stored in logs.read_entries(ref.feed_id, ref.index, ref.index + 1):
            entry = decode_entry(stored)
            body = decode_body(entry.kind, entry.body) if entry.body is not None else None
            return body.src if isinstance(body, PostBody) else ""
    return ""
