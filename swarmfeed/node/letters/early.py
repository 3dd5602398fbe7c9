"""Letters in groups that are not known yet: their beginning went by another way, and comes.

They are kept in memory and not confirmed: what is lost with it is sent again.
"""

from collections import deque

from swarmfeed.core.letters.limits import EARLY_MAX
from swarmfeed.node.letters.sealing import OpenedLetter


class EarlyLetters:
    """Keeps the newest EARLY_MAX."""

    def __init__(self) -> None:
        self._letters: deque[tuple[bytes, OpenedLetter]] = deque(maxlen=EARLY_MAX)

    def keep(self, talk_id: bytes, opened: OpenedLetter) -> None:
        self._letters.append((talk_id, opened))

    def take(self, talk_id: bytes) -> list[OpenedLetter]:
        """Return those of a group, in the order in which they came; they are kept no longer."""
        found = [opened for at, opened in self._letters if at == talk_id]
        left = [each for each in self._letters if each[0] != talk_id]
        self._letters = deque(left, EARLY_MAX)
        return found
