"""The keys a running node works with."""

from dataclasses import dataclass

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.talk.deposit import Door


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this node writes as, and which node it is.

    The author key itself is not here: it signs certificates, once, and the door at each start,
    and then rests.
    """

    author_id: AuthorId
    feed_key: SigningKey
    node_key: SigningKey
    door: Door | None = None
    """Signed by the author key when the keys were opened: that this feed is the newest.  None
    where that key is not at hand."""

    @property
    def feed_id(self) -> FeedId:
        """The feed this device writes."""
        return FeedId(self.feed_key.public)

    @property
    def node_id(self) -> NodeId:
        return NodeId(self.node_key.public)
