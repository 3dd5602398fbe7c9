"""What happened inside a node: told by one part, heard by any number of others.

Telling is synchronous: when ``tell`` returns, every listener has run, in the order in which
they were connected (the roster's).  A listener's error is the teller's: nothing is swallowed.

An event says what happened, and asks nothing; who needs an answer calls a part instead.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId, ChunkSpan, Endpoint, FeedId, Hash, NodeId
from swarmfeed.core.feed.proven import ProvenApart, ProvenPost
from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.errors import FatalError, PassingError
from swarmfeed.node.ground.session import Session
from swarmfeed.node.ground.settings import NodeSettings
from swarmfeed.ports import ChunkArrived, PeerSentGarbage, SwarmFailed

E = TypeVar("E")


class LinkOpened(Struct, frozen=True):
    """A peer was taken in; nothing was heard of it yet."""

    session: Session


class LinkStays(Struct, frozen=True):
    """A link is there for all that nodes say to each other: told right after it was opened, or,
    of a visit, as soon as one of both needs it for more than a question."""

    session: Session


class LinkClosed(Struct, frozen=True):
    """A link ended; the peer may be linked again already, by a newer one."""

    session: Session


class ParentCame(Struct, frozen=True):
    """A supernode took us as its child."""

    session: Session


class ParentGone(Struct, frozen=True):
    """A supernode is our parent no longer; its link may be closed."""

    session: Session


class ChildCame(Struct, frozen=True):
    """We, a supernode, took a node as our child."""

    session: Session


class ChildGone(Struct, frozen=True):
    """A node is our child no longer; its link may be closed."""

    session: Session


class ServingChanged(Struct, frozen=True):
    """This machine became a supernode, or is one no longer; its children were told to go."""

    serves: bool


class PostSeen(Struct, frozen=True):
    """A post that is passed on among supernodes came here, and was found to be true."""

    post: ProvenPost


class PostEdited(Struct, frozen=True):
    """The author of a post gave it another text, as was passed on among supernodes, and is
    true."""

    feed_id: FeedId
    index: int
    """Of the post."""
    edit: ProvenApart


class PostTakenBack(Struct, frozen=True):
    """The author of a post took it back, as was passed on among supernodes, and is true."""

    feed_id: FeedId
    index: int


class Misled(Struct, frozen=True):
    """A parent or a child told us what is false, or kept back what it should have told."""

    session: Session
    why: str
    """For people."""


class DhtAnswered(Struct, frozen=True):
    """Somebody in the DHT named nodes on a topic that a role asked for."""

    topic: bytes
    peers: tuple[Endpoint, ...]


class HeadGrew(Struct, frozen=True):
    """A newer replica of a feed is on disk; nobody else was told of it yet."""

    before: Replica | None
    after: Replica


class ChunkKept(Struct, frozen=True):
    """A chunk was fetched, verified, and is on disk."""

    feed_id: FeedId
    span: ChunkSpan


class TorrentTold(Struct, frozen=True):
    """The swarm said something of a torrent that holds no chunk, as far as feeds know."""

    event: ChunkArrived | SwarmFailed | PeerSentGarbage


class MediumCame(Struct, frozen=True):
    """A picture or file of a post was fetched, verified, and is on disk."""

    medium_id: Hash


class FeedCompleted(Struct, frozen=True):
    """All of a feed is on disk, up to its newest head."""

    feed_id: FeedId


class FeedDropped(Struct, frozen=True):
    """A feed was deleted because nobody here wants it any more."""

    feed_id: FeedId


class Unfollowed(Struct, frozen=True):
    """The person does not follow an author any more."""

    author_id: AuthorId


class CertificatesGrew(Struct, frozen=True):
    """More certificates of an author are known than before."""

    author_id: AuthorId


class CertificatesSigned(Struct, frozen=True):
    """Certificates of our own author were signed here, before anybody is told of them."""

    signed: tuple[bytes, ...]


class CertificatesTold(Struct, frozen=True):
    """A peer told certificates of an author that were not known, and they are taken in."""

    session: Session
    author_id: AuthorId


class Doubted(Struct, frozen=True):
    """Feeds count as our author's that are not known to be theirs: these, and no others."""

    feed_ids: frozenset[FeedId]


class InterestRose(Struct, frozen=True):
    """A person asked for authors, or follows them: more than before."""

    author_ids: tuple[AuthorId, ...]


class FeedCut(Struct, frozen=True):
    """Entries that are not the author's any more were taken out of the index."""

    feed_id: FeedId


class BacklogAsked(Struct, frozen=True):
    """A peer wants a feed that it has no head of."""

    session: Session
    feed_id: FeedId


class HoldingTold(Struct, frozen=True):
    """A peer said what it holds of a feed: something else than before."""

    session: Session
    feed_id: FeedId


class NothingHeld(Struct, frozen=True):
    """A peer said that it holds nothing of an author."""

    session: Session
    author_id: AuthorId


class FellAsleep(Struct, frozen=True):
    """The torrents of a feed were dropped, until somebody asks for them."""

    feed_id: FeedId


class Indexed(Struct, frozen=True):
    """Entries of an author were added to the index."""

    author_id: AuthorId
    added: int
    """Posts among them that were not there; none where something else was said."""
    is_plain: bool = False
    """Nothing came but posts of nothing but text; False where that is not known."""


class ProtectedOpened(Struct, frozen=True):
    """Protected posts of an author can be read since, in memory."""

    author_id: AuthorId
    added: int


class ApproachesChanged(Struct, frozen=True):
    """Somebody wants something of the person, or has their answer."""


class Forked(Struct, frozen=True):
    """A feed was stopped at its fork."""

    feed_id: FeedId


class ReceiptCame(Struct, frozen=True):
    """A peer confirmed that it holds the first ``size`` entries of a feed: more than before."""

    feed_id: FeedId
    node_id: NodeId
    size: int


class PrivateChanged(Struct, frozen=True):
    """Private state changed, and is on disk."""

    rows: tuple[PrivateRow, ...]
    source: object
    """Who told us of it, and need not be told; None: the person here did it."""


class ParcelCame(Struct, frozen=True):
    """Somebody brought a parcel for this device."""

    parcel: bytes
    done: Callable[[], None]
    """To be called once what is in it is synced here, or it is known that it holds nothing for
    us: then it is kept for us no longer."""


class LetterCame(Struct, frozen=True, kw_only=True):
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


class StopWished(Struct, frozen=True):
    """The person wants the node to stop."""

    deletes: bool
    """Whether all that is in the home is to be deleted then."""


class SettingsChanged(Struct, frozen=True):
    """The person chose other settings; they are kept, and count from now on."""

    before: NodeSettings
    after: NodeSettings


class Strained(Struct, frozen=True):
    """This machine refused something in passing; whoever tells it goes on without."""

    error: PassingError


class Relieved(Struct, frozen=True):
    """The disk takes everything again: what was left out since ``Strained`` can be done."""


class Fatal(Struct, frozen=True):
    """Our own state is unknown: the node has to stop."""

    error: FatalError


class Listens(Struct, frozen=True):
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
