"""What open pages hear of what happened: the one translation of events into changes."""

from swarmfeed.node.ground import events
from swarmfeed.node.ground.events import Listens, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import DRAFT, DRAFT_FILE


class LiveUpdates:
    """Listens to everything that a page wants to know."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._changes = ground.changes
        self._refused: tuple[str, ...] = ()

    def rows(self) -> tuple[Listens, ...]:
        return (
            listens(events.LinkOpened, self._on_peers),
            listens(events.LinkClosed, self._on_peers),
            listens(events.ChunkKept, self._on_chunk),
            listens(events.HeadGrew, self._on_head),
            listens(events.FeedCut, self._on_cut),
            listens(events.Forked, self._on_fork),
            listens(events.Indexed, self._on_indexed),
            listens(events.ProtectedOpened, self._on_indexed),
            listens(events.ReceiptCame, self._on_receipt),
            listens(events.MediumCame, self._on_medium),
            listens(events.Strained, self._on_strain),
            listens(events.Relieved, self._on_strain),
            listens(events.PrivateChanged, self._on_private),
        )

    def _on_peers(self, _: events.LinkOpened | events.LinkClosed) -> None:
        self._changes.tell("status", peers=len(self._ground.sessions.all()))

    def _on_chunk(self, event: events.ChunkKept) -> None:
        feed_id, shelf = event.feed_id, self._ground.shelf
        if shelf.author_of(feed_id) is not None:
            held = shelf.entries_held(feed_id)
            self._changes.tell("progress", held=held, feed=feed_id.hex())

    def _on_head(self, event: events.HeadGrew) -> None:
        """The own feed grew by others' hand: it may be written again, or never more."""
        is_own = event.after.feed_id == self._ground.identity.feed_id
        if is_own and not self._ground.pen.wrote(event.after):
            self._changes.tell("status", own=event.after.size)

    def _on_cut(self, _: events.FeedCut) -> None:
        self._changes.tell("status", left=1)

    def _on_strain(self, _: events.Strained | events.Relieved) -> None:
        before, self._refused = self._refused, self._ground.strain.now()
        if before != self._refused:
            self._changes.tell("status", refused=len(self._refused))

    def _on_fork(self, _: events.Forked) -> None:
        self._changes.tell("status", forked=1)

    def _on_indexed(self, event: events.Indexed | events.ProtectedOpened) -> None:
        if event.added:
            self._changes.tell("new", n=event.added, author=event.author_id.hex())

    def _on_receipt(self, event: events.ReceiptCame) -> None:
        if event.feed_id == self._ground.identity.feed_id:
            self._changes.tell("receipt", size=event.size)

    def _on_medium(self, event: events.MediumCame) -> None:
        self._changes.tell("media", id=event.medium_id.hex())

    def _on_private(self, event: events.PrivateChanged) -> None:
        drafts = sum(row.scope in (DRAFT, DRAFT_FILE) for row in event.rows)
        if drafts:
            self._changes.tell("drafts", n=drafts)
