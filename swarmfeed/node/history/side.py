"""What is remembered of a peer for the history of feeds."""

from collections import OrderedDict
from collections.abc import Iterable

from msgspec import Struct, field

from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.history.choice import HISTORY_ROLE
from swarmfeed.core.history.limits import WATCH_ANSWERED_MS, WATCHED_MAX
from swarmfeed.core.history.words import NoticeRecord
from swarmfeed.node.ground.session import Session


class HistorySide(Struct):
    """History's part of a session."""

    watches: dict[AuthorId, int] = field(default_factory=dict)
    """Authors the peer wants notices about, and when it was last told all, by our clock."""
    untold: OrderedDict[tuple[FeedId, NodeId], NoticeRecord] = field(
        default_factory=OrderedDict
    )
    """Notices it asked for, or that came since, and was not sent yet: first come first."""
    reported: bool = False
    """Whether it reported as a history server, whatever its hello said."""

    def watch(self, author_ids: Iterable[AuthorId], now_ms: int) -> list[AuthorId]:
        """Remember what the peer watches; returns the authors it has to be told about now.

        Who watches again what it was told a moment ago has not forgotten it.
        """
        due = []
        for each in author_ids:
            told_ms = self.watches.get(each)
            has_room = told_ms is not None or len(self.watches) < WATCHED_MAX
            if has_room and (told_ms is None or now_ms - told_ms >= WATCH_ANSWERED_MS):
                self.watches[each] = now_ms
                due.append(each)
        return due


def is_server(session: Session) -> bool:
    """Whether a peer is a history server, by its hello or because it reports as one."""
    return HISTORY_ROLE in session.peer.hello.roles or session.part(HistorySide).reported
