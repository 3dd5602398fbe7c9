"""Stopping because the person says so, and whether all is to be deleted then."""

from swarmfeed.core.asks import ending_sentences as sentences
from swarmfeed.core.asks.ending import AGREED, DeleteHome, Ended, StopNode
from swarmfeed.core.asks.sentences import NOT_RUNNING
from swarmfeed.errors import UserError
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.events import StopWished
from swarmfeed.node.ground.ground import Ground


class StopTaker:
    """Tells the node; belongs to its loop."""

    def __init__(self, ground: Ground) -> None:
        self._events = ground.events
        self._is_running = ground.settings.network

    def rows(self) -> tuple[Answers, ...]:
        return (in_loop(StopNode, self.stop), in_loop(DeleteHome, self.delete))

    def stop(self, _: StopNode) -> Ended:
        self._wish(deletes=False)
        return Ended(sentence=sentences.STOPS())

    def delete(self, ask: DeleteHome) -> Ended:
        """Raises UserError: the person does not say that they mean it."""
        if ask.agreed.strip().lower() != AGREED:
            raise UserError(sentences.NOT_AGREED(word=AGREED))
        self._wish(deletes=True)
        return Ended(sentence=sentences.DELETES())

    def _wish(self, *, deletes: bool) -> None:
        if not self._is_running:
            raise UserError(NOT_RUNNING())
        self._events.tell(StopWished(deletes))
