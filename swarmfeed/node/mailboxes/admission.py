"""For whom this node keeps a box, and how much it gives for all of them."""

from typing import Final

from swarmfeed.core.base.types import FeedId
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.mailboxes.settings import MailboxSettings

HISTORY: Final = "history"
"""What a history server says of itself in its hello."""


class BoxAdmission:
    """Friends of the person here; of a history server also those whose history it holds."""

    def __init__(self, ground: Ground) -> None:
        self._shelf = ground.shelf
        self._interests = ground.interests
        self._introduction = ground.introduction
        self._choices = ground.choices
        self._is_passing = ground.settings.is_passing

    @property
    def disk_bytes(self) -> int:
        """What is given for boxes; 0: none are kept."""
        if self._is_passing:
            return 0
        return self._choices.of(MailboxSettings).given_bytes(is_server=self._is_server())

    def keeps(self) -> bool:
        """Whether any boxes are kept here."""
        given_bytes = self._choices.of(MailboxSettings).given_bytes(is_server=False)
        return not self._is_passing and given_bytes > 0

    def serves(self, feed_id: FeedId) -> bool:
        """Whether a box is kept for the device that writes a feed."""
        author_id = self._shelf.author_of(feed_id)
        if author_id is None or self._shelf.end_of(feed_id) is not None:
            return False
        is_held = self._is_server() and self._shelf.replica(feed_id) is not None
        is_friend = self._interests.is_read(author_id)
        return self._shelf.is_certified(feed_id) and (is_held or is_friend)

    def _is_server(self) -> bool:
        return HISTORY in self._introduction.hello().roles
