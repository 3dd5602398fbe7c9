"""What happened inside a node: told by one part, heard by any number of others.

Telling is synchronous: when ``tell`` returns, every listener has run, in the order in which
they were connected (the roster's).  A listener's error is the teller's: nothing is swallowed.

An event says what happened, and asks nothing; who needs an answer calls a part instead.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from swarmfeed.core.base.types import AuthorId, ChunkSpan, Endpoint, FeedId, NodeId
from swarmfeed.core.feed.proven import ProvenApart, ProvenPost
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.errors import FatalError, PassingError
from swarmfeed.node.ground.session import Session

E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class LinkOpened:
    """A peer was taken in; nothing was heard of it yet."""

    session: Session


@dataclass(frozen=True, slots=True)
class LinkClosed:
    """A link ended; the peer may be linked again already, by a newer one."""

    session: Session


@dataclass(frozen=True, slots=True)
class ParentCame:
    """A supernode took us as its child."""

    session: Session


@dataclass(frozen=True, slots=True)
class ParentGone:
    """A supernode is our parent no longer; its link may be closed."""

    session: Session


@dataclass(frozen=True, slots=True)
class ChildCame:
    """We, a supernode, took a node as our child."""

    session: Session


@dataclass(frozen=True, slots=True)
class ChildGone:
    """A node is our child no longer; its link may be closed."""

    session: Session


@dataclass(frozen=True, slots=True)
class ServingChanged:
    """This machine became a supernode, or is one no longer; its children were told to go."""

    serves: bool


@dataclass(frozen=True, slots=True)
class PostSeen:
    """A post that is passed on among supernodes came here, and was found to be true."""

    post: ProvenPost


@dataclass(frozen=True, slots=True)
class PostEdited:
    """The author of a post gave it another text, as was passed on among supernodes, and is
    true."""

    feed_id: FeedId
    index: int
    """Of the post."""
    edit: ProvenApart


@dataclass(frozen=True, slots=True)
class PostTakenBack:
    """The author of a post took it back, as was passed on among supernodes, and is true."""

    feed_id: FeedId
    index: int


@dataclass(frozen=True, slots=True)
class Misled:
    """A parent or a child told us what is false, or kept back what it should have told."""

    session: Session
    why: str
    """For people."""


@dataclass(frozen=True, slots=True)
class DhtAnswered:
    """Somebody in the DHT named nodes on a topic that a role asked for."""

    topic: bytes
    peers: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class HeadGrew:
    """A newer replica of a feed is on disk; nobody else was told of it yet."""

    before: Replica | None
    after: Replica


@dataclass(frozen=True, slots=True)
class ChunkKept:
    """A chunk was fetched, verified, and is on disk."""

    feed_id: FeedId
    span: ChunkSpan


@dataclass(frozen=True, slots=True)
class FeedCompleted:
    """All of a feed is on disk, up to its newest head."""

    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class FeedDropped:
    """A feed was deleted because nobody here wants it any more."""

    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class Unfollowed:
    """The person does not follow an author any more."""

    author_id: AuthorId


@dataclass(frozen=True, slots=True)
class CertificatesGrew:
    """More certificates of an author are known than before."""

    author_id: AuthorId


@dataclass(frozen=True, slots=True)
class CertificatesSigned:
    """Certificates of our own author were signed here, before anybody is told of them."""

    signed: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class CertificatesTold:
    """A peer told certificates of an author that were not known, and they are taken in."""

    session: Session
    author_id: AuthorId


@dataclass(frozen=True, slots=True)
class Doubted:
    """Feeds count as our author's that are not known to be theirs: these, and no others."""

    feed_ids: frozenset[FeedId]


@dataclass(frozen=True, slots=True)
class InterestRose:
    """A person asked for authors, or follows them: more than before."""

    author_ids: tuple[AuthorId, ...]


@dataclass(frozen=True, slots=True)
class FeedCut:
    """Entries that are not the author's any more were taken out of the index."""

    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class BacklogAsked:
    """A peer wants a feed that it has no head of."""

    session: Session
    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class HoldingTold:
    """A peer said what it holds of a feed: something else than before."""

    session: Session
    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class NothingHeld:
    """A peer said that it holds nothing of an author."""

    session: Session
    author_id: AuthorId


@dataclass(frozen=True, slots=True)
class FellAsleep:
    """The torrents of a feed were dropped, until somebody asks for them."""

    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class Indexed:
    """Entries of an author were added to the index."""

    author_id: AuthorId
    added: int
    """Posts among them that were not there; none where something else was said."""


@dataclass(frozen=True, slots=True)
class ProtectedOpened:
    """Protected posts of an author can be read since, in memory."""

    author_id: AuthorId
    added: int


@dataclass(frozen=True, slots=True)
class Forked:
    """A feed was stopped at its fork."""

    feed_id: FeedId


@dataclass(frozen=True, slots=True)
class ReceiptCame:
    """A peer confirmed that it holds the first ``size`` entries of a feed: more than before."""

    feed_id: FeedId
    node_id: NodeId
    size: int


@dataclass(frozen=True, slots=True)
class PrivateChanged:
    """Private state changed, and is on disk."""

    rows: tuple[PrivateRow, ...]
    source: object
    """Who told us of it, and need not be told; None: the person here did it."""


@dataclass(frozen=True, slots=True)
class ParcelCame:
    """Somebody brought a parcel for this device."""

    parcel: bytes
    done: Callable[[], None]
    """To be called once what is in it is synced here, or it is known that it holds nothing for
    us: then it is kept for us no longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCame:
    """A letter was opened, and is confirmed to its writer once everybody has heard of it.

    What it changes is on disk when a listener returns; PassingError: not now, it comes again.
    After a power cut it is told again, so that is to do no harm.
    """

    author_id: AuthorId
    """Who wrote it, as is known of the feed."""
    feed_id: FeedId
    """The device that sent it."""
    letter_id: bytes
    kind: str
    fields: Mapping[bytes, Any]
    """What it says, as read from a bencoded dict: bounds are for its reader to check."""


@dataclass(frozen=True, slots=True)
class Strained:
    """This machine refused something in passing; whoever tells it goes on without."""

    error: PassingError


@dataclass(frozen=True, slots=True)
class Relieved:
    """The disk takes everything again: what was left out since ``Strained`` can be done."""


@dataclass(frozen=True, slots=True)
class Fatal:
    """Our own state is unknown: the node has to stop."""

    error: FatalError


@dataclass(frozen=True, slots=True)
class Listens:
    """One kind of event, and what hears it."""

    event: type[Any]
    run: Callable[[Any], None]


def listens(event: type[E], run: Callable[[E], None]) -> Listens:
    """Return the row that has ``run`` hear each ``event``."""
    return Listens(event, run)


class Events:
    """Hands each event to all who listen."""

    def __init__(self) -> None:
        self._listeners: dict[type[Any], list[Callable[[Any], None]]] = {}

    def connect(self, rows: Iterable[Listens]) -> None:
        """Add listeners, behind those there are."""
        for row in rows:
            self._listeners.setdefault(row.event, []).append(row.run)

    def tell(self, event: object) -> None:
        """Let everybody hear of an event, now.  Raises what a listener raises."""
        for run in self._listeners.get(type(event), ()):
            run(event)
