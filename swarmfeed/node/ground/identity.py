"""The keys a running node works with."""

from msgspec import Struct

from swarmfeed.core.base.hiding import hiding
from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.net.krpc import Item


class Identity(Struct, frozen=True):
    """Who this node writes as, and which node it is.

    The author key itself is not here: who needs it opens the key file anew with the passphrase,
    signs certificates, and forgets it.
    """

    __repr__ = hiding("box_seeds")

    author_id: AuthorId
    feed_key: LockableKey
    """Of the feed this device writes; a person may lock it away."""
    node_key: SigningKey
    sheets: tuple[Item, ...] = ()
    """What both sheets say in the DHT, the first sheet first; none where that is not here."""
    has_author_key: bool = True
    """Whether the key file has it; not on a device that another one added."""

    box_seeds: tuple[bytes, ...] = ()
    """What opens boxes that are sealed to this device (FORMAT 13): its own seed, and where the
    author seed is at hand, that of the words."""

    @property
    def recipient_seed(self) -> bytes:
        """This device's own seed, 32 bytes."""
        return self.box_seeds[0]

    @property
    def feed_id(self) -> FeedId:
        """The feed this device writes."""
        return FeedId(self.feed_key.public)

    @property
    def node_id(self) -> NodeId:
        return NodeId(self.node_key.public)
