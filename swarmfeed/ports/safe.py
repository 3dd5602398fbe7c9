"""The key file of a home, as far as a running node may look into it."""

from typing import Protocol

from swarmfeed.core.base.papers import Papers
from swarmfeed.core.feed.authorkey import AuthorKey


class Safe(Protocol):
    """Opens what a node does not keep in memory: who needs it signs, and forgets it."""

    def is_protected(self) -> bool:
        """Whether the key file opens with a passphrase only.  Raises UserError."""
        ...

    def papers(self) -> Papers:
        """Which sheets are still to be written down; waits for the disk."""
        ...

    def note_papers(self, papers: Papers) -> None:
        """Remember that; durable when it returns.  Raises PassingError."""
        ...

    def author_key(self, passphrase: str) -> AuthorKey:
        """The author key; takes half a second, so not in the loop.

        Raises:
            UserError: The passphrase is wrong, or this device has no author key.
        """
        ...
