"""What the notice board hands out: a notice as it is kept, and who says to hold something."""

from msgspec import Struct

from swarmfeed.core.base.types import Endpoint
from swarmfeed.core.history import rows
from swarmfeed.core.history.notice import Notice, read_notice
from swarmfeed.core.history.words import NoticeRecord


class KeptNotice(Struct, frozen=True):
    """A notice on the board."""

    notice: Notice
    record: NoticeRecord
    """As it is passed on."""
    first_hand: bool = False
    """Whether its node told us itself, over a link of its own."""

    @property
    def link(self) -> Endpoint | None:
        """Where its node accepts links, as we were told last."""
        return self.record.link


class NoticeCame(Struct, frozen=True):
    """An event: a notice of another node was news, and is on the board."""

    kept: KeptNotice


class Claimant(Struct, frozen=True, kw_only=True):
    """A node that says that it holds something."""

    server: bool
    link: Endpoint | None


def read_kept(row: bytes) -> KeptNotice:
    """Read a notice as it was remembered; it was verified then.  Raises BadEncodingError."""
    record = rows.decode_notice(row)
    return KeptNotice(read_notice(record.signed), record)
