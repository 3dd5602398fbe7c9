"""Messages of circuits on their way out: each goes once, in order."""

from functools import partial
from itertools import count

from swarmfeed.core.talk.message import Message
from swarmfeed.node.ground.session import Session


class Mail:
    """Puts messages into outboxes, where others of the same key would take their place.

    What waits is bounded by the windows of the circuits.
    """

    def __init__(self) -> None:
        self._numbers = count()

    def put(self, session: Session, message: Message) -> None:
        """Send it when its turn comes."""
        session.outbox.put(("circuit", next(self._numbers)), partial(session.send, message))
