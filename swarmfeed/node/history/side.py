"""What is remembered of a peer for the history of feeds."""

from collections import OrderedDict
from dataclasses import dataclass, field

from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.history.choice import HISTORY_ROLE
from swarmfeed.core.history.words import NoticeRecord
from swarmfeed.node.ground.session import Session


@dataclass(slots=True)
class HistorySide:
    """History's part of a session."""

    watches: set[AuthorId] = field(default_factory=set)
    """Authors the peer wants notices about."""
    untold: OrderedDict[tuple[FeedId, NodeId], NoticeRecord] = field(
        default_factory=OrderedDict
    )
    """Notices it asked for and was not sent yet, first asked first."""
    reported: bool = False
    """Whether it reported as a history server, whatever its hello said."""


def is_server(session: Session) -> bool:
    """Whether a peer is a history server, by its hello or because it reports as one."""
    return HISTORY_ROLE in session.peer.hello.roles or session.part(HistorySide).reported
