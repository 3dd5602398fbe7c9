"""The two sheets of paper as devices: what their words open is written down, to be sealed to.

Only where both author seeds are at hand: when an author is born, and when they move to their
second sheet.  From the private state of that device it comes to the others.
"""

from pathlib import Path

from swarmfeed.core.base.boxes import recovery_seed
from swarmfeed.core.base.types import FeedId
from swarmfeed.core.feed.authorkey import AuthorKey
from swarmfeed.core.state.recovery import sign_recovery
from swarmfeed.core.state.rows import PrivateTable
from swarmfeed.node.ground.private import PAPER, paper_key
from swarmfeed.shell.boxes import HpkeBoxes
from swarmfeed.shell.clock import SystemClock
from swarmfeed.shell.store.private import open_private


def sheets_statement(author: AuthorKey, next_seed: bytes) -> bytes:
    """Return the signed statement of what both sheets open; empty where ML-KEM is lacking: then
    nothing can be sealed either.

    Args:
        author: The author key in force: that of the first sheet.
        next_seed: That of the second sheet.
    """
    boxes = HpkeBoxes()
    if boxes.trouble():
        return b""
    this, next_ = (
        boxes.public_of(recovery_seed(seed)) for seed in (author.signing.seed, next_seed)
    )
    return sign_recovery(
        author.signing, author.author_id, author.generation, this=this, next_=next_
    )


def note_sheets(
    home: Path, recipient_seed: bytes, feed_id: FeedId, author: AuthorKey, next_seed: bytes
) -> None:
    """Write what both sheets open into the private state of a home of which no node runs.

    Args:
        recipient_seed: Of this device (its key file).
        feed_id: Of this device.

    Raises:
        PassingError: Not now; all is as it was.
    """
    signed = sheets_statement(author, next_seed)
    if not signed:
        return
    file = open_private(home / "private.db", recipient_seed)
    try:
        known, now_ms = PrivateTable(file.read()), SystemClock().now_ms()
        said = {(PAPER, paper_key(author.generation)): signed}
        file.write(known.make(said, now_ms=now_ms, device=feed_id))
    finally:
        file.close()
