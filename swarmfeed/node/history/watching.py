"""Whom a node watches over: its own, whom it reads, and the scope of a server."""

from collections.abc import Sequence

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.history.notice import OF_SERVERS
from swarmfeed.node.feeds.finder import Finder
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.interests import FETCHED, FOLLOWED, OWN
from swarmfeed.node.history.board import NoticeBoard
from swarmfeed.node.history.kept import KeptNotice, NoticeCame
from swarmfeed.node.history.office import Office
from swarmfeed.node.history.server import HistoryServer


class Watching:
    """Says whom the board watches, and looks for who holds them."""

    def __init__(
        self,
        ground: Ground,
        finder: Finder,
        board: NoticeBoard,
        office: Office,
        server: HistoryServer,
    ) -> None:
        self._interests = ground.interests
        self._sessions = ground.sessions
        self._shelf = ground.shelf
        self._finder = finder
        self._board = board
        self._office = office
        self._server = server

    def renew(self) -> None:
        """Watch over what is ours, whom we follow or fetched, and the scope of a server."""
        own = self._interests.with_interest(OWN)
        followed = self._interests.with_interest(FOLLOWED)
        fetched = self._interests.with_interest(FETCHED)
        self._board.watch([*own, *followed, *fetched, *self._server.watched()])

    def unheld(self) -> Sequence[AuthorId]:
        """Watched authors of whom nobody has said anything yet: to be looked for."""
        if not self._office.is_held:
            return ()
        return [each for each in self._board.watched() if not self._board.feeds_of(each)]

    def on_notice(self, event: NoticeCame) -> None:
        """Somebody holds what we watch: be linked to servers, they speak for many.

        And to whoever it is, while what a person wants to read is not here: a server may know
        who holds it, and hold nothing itself.
        """
        kept = event.kept
        is_wanted = kept.notice.word in OF_SERVERS or self._office.is_held or self._lacks(kept)
        is_linked = self._sessions.find(kept.notice.node_id) is not None
        if kept.link is not None and not is_linked and is_wanted:
            self._finder.heard([kept.link])

    def _lacks(self, kept: KeptNotice) -> bool:
        notice = kept.notice
        is_read = self._interests.is_read(notice.author_id)
        return is_read and not self._shelf.is_complete(notice.feed_id)
