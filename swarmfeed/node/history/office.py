"""Whether this node is a history server, and what its operator gives for it."""

from swarmfeed.core.history.choice import HistoryChoice


class Office:
    """Vacant until the operator chooses what to give."""

    def __init__(self) -> None:
        self._choice: HistoryChoice | None = None
        self._leaving = False

    @property
    def choice(self) -> HistoryChoice | None:
        """What is given; None: this node is no history server."""
        return self._choice

    @property
    def is_held(self) -> bool:
        """Whether this node is a history server, also while it hands everything over."""
        return self._choice is not None

    @property
    def leaving(self) -> bool:
        """Whether everything is being handed over."""
        return self._leaving

    def enter(self, choice: HistoryChoice) -> None:
        """Serve from now on, or change what is given."""
        self._choice, self._leaving = choice, False

    def begin_to_leave(self) -> None:
        self._leaving = self.is_held

    def end(self) -> None:
        """Everything is handed over."""
        self._choice, self._leaving = None, False
