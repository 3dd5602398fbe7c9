"""What is remembered of a peer for the history of feeds."""

from dataclasses import dataclass, field

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.history.words import HISTORY_ROLE
from swarmfeed.node.ground.session import Session


@dataclass(slots=True)
class HistorySide:
    """History's part of a session."""

    watches: set[AuthorId] = field(default_factory=set)
    """Authors the peer wants notices about."""
    reported: bool = False
    """Whether it reported as a history server, whatever its hello said."""


def is_server(session: Session) -> bool:
    """Whether a peer is a history server, by its hello or because it reports as one."""
    return HISTORY_ROLE in session.peer.hello.roles or session.part(HistorySide).reported
