"""What is for some people only: the role put together."""

from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.circles.keyring import Keyring
from swarmfeed.core.circles.letters import ASK, REOPEN
from swarmfeed.core.circles.rows import SCOPE
from swarmfeed.core.circles.sentences import CIRCLE_WORK
from swarmfeed.errors import PassingError, RetryError, UserError
from swarmfeed.node.circles.answers import CircleAnswers
from swarmfeed.node.circles.book import Book
from swarmfeed.node.circles.keeper import CircleKeeper
from swarmfeed.node.circles.managing import Managing
from swarmfeed.node.circles.opener import Opener
from swarmfeed.node.circles.rekeying import Rekeying
from swarmfeed.node.circles.requests import READS, REQUEST, SHARED_WITH_US, Requests
from swarmfeed.node.circles.welcoming import Welcoming
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground import events
from swarmfeed.node.ground.desk import Answers
from swarmfeed.node.ground.events import Listens, listens
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.role import Role
from swarmfeed.ports import Job


class CirclesRole(Struct, frozen=True, kw_only=True):
    """The parts, put together."""

    ground: Ground
    book: Book
    keyring: Keyring
    requests: Requests
    rekeying: Rekeying
    welcoming: Welcoming
    managing: Managing
    opener: Opener
    keeper: CircleKeeper
    looking: "Looking"

    def answers(self) -> tuple[Answers, ...]:
        answers = CircleAnswers(
            self.ground, self.book, self.managing, self.requests, self.keyring
        )
        return answers.rows()

    def listens(self) -> tuple[Listens, ...]:
        return (
            listens(events.PrivateChanged, self._on_private),
            listens(events.LetterCame, self._on_letter),
            listens(events.Indexed, self._on_indexed),
            listens(events.FeedCut, self._on_cut),
            listens(events.FeedDropped, self._on_cut),
            listens(events.CertificatesGrew, self._on_certificates),
        )

    def jobs(self) -> Sequence[Job]:
        return (Job(name="circles", run=self._work, every_s=60, jitter_s=10, at_start=False),)

    async def start(self) -> None:
        self._take_up()
        if self.ground.settings.network:
            self.looking.at(*self.opener.authors())
        else:
            await self.opener.look(self.opener.authors())  # a command is answered once

    # --- inside ---

    async def _work(self) -> str:
        """Begin epochs that are due, and write to who is owed a letter."""
        try:
            rekeyed = await self.rekeying.begin_due()
            welcomed = await self.welcoming.welcome_due()
            await self.managing.answer_people()
        except UserError as error:
            return str(error)  # nothing may be signed: it is said where it is asked for
        for author_id, epoch in self.opener.unopened():
            with suppress(RetryError, UserError):  # one of them does not stop the others
                await self.requests.ask_again(author_id, epoch)
        return CIRCLE_WORK(rekeyed=rekeyed, welcomed=welcomed)

    def _take_up(self) -> None:
        self.opener.take_up_keys()
        self.keeper.take_up_names(self.requests)

    def _on_private(self, event: events.PrivateChanged) -> None:
        self.book.on_changed(event)
        scopes = {row.scope for row in event.rows}
        if REQUEST in scopes:
            self.ground.events.tell(events.ApproachesChanged())
        if scopes & {READS, SHARED_WITH_US} or (SCOPE in scopes and event.source is not None):
            self._take_up()
            self.looking.at(*self.opener.authors())

    def _on_letter(self, event: events.LetterCame) -> None:
        is_in = event.author_id in self.book.people()
        if event.kind == REOPEN and not is_in:
            return  # removed, and their device cannot know
        self.requests.on_letter(event)
        if is_in and event.kind in (ASK, REOPEN):
            self.ground.beside.spawn(self._answer_people())

    async def _answer_people(self) -> None:
        with suppress(RetryError, UserError, PassingError):  # they stand written down
            await self.managing.answer_people()

    def _on_indexed(self, event: events.Indexed) -> None:
        self.opener.heed(event)
        self.looking.at(event.author_id)

    def _on_cut(self, event: events.FeedCut | events.FeedDropped) -> None:
        self.opener.forget(event.feed_id)
        author_id = self.ground.shelf.author_of(event.feed_id)
        self.looking.at(*([] if author_id is None else [author_id]))

    def _on_certificates(self, event: events.CertificatesGrew) -> None:
        if event.author_id == self.ground.identity.author_id:
            self.ground.beside.spawn(self._renew())
        elif event.author_id in self.book.people():
            self.ground.beside.spawn(self._look_at_devices(event.author_id))

    async def _renew(self) -> None:
        with suppress(RetryError):  # its job goes on with it
            await self._work()

    async def _look_at_devices(self, author_id: AuthorId) -> None:
        with suppress(RetryError, UserError):  # its job goes on with it
            await self.managing.look_at_devices(author_id)


class Looking:
    """Has entries opened, one author after the other; belongs to the node's loop."""

    def __init__(self, ground: Ground, opener: Opener) -> None:
        self._beside = ground.beside
        self._opener = opener
        self._due: dict[AuthorId, None] = {}
        self._is_due = self._is_running = False

    def at(self, *author_ids: AuthorId) -> None:
        """Open what is there of some authors, soon; and forget what is to be forgotten."""
        self._due.update(dict.fromkeys(author_ids))
        self._is_due = True
        if not self._is_running:
            self._is_running = True
            self._beside.spawn(self._look())

    async def _look(self) -> None:
        try:
            while self._is_due:
                self._is_due = False
                chosen = self._opener.near(self._due)
                self._due.clear()
                await self._opener.look(chosen)
        finally:
            self._is_running = False


def circles_role(ground: Ground, feeds: Feeds) -> Role:
    """Put the role together."""
    book, requests, keyring = Book(ground), Requests(ground), Keyring()
    rekeying = Rekeying(ground, feeds.writer, book, keyring)
    welcoming = Welcoming(ground, book, rekeying)
    opener = Opener(ground, book, requests, keyring)
    keeper = CircleKeeper(ground, book, rekeying, opener, keyring)
    ground.audience.connect(keeper)
    ground.approaches.connect(requests)
    parts = CirclesRole(
        ground=ground,
        book=book,
        keyring=keyring,
        requests=requests,
        rekeying=rekeying,
        welcoming=welcoming,
        managing=Managing(book, rekeying, welcoming, requests),
        opener=opener,
        keeper=keeper,
        looking=Looking(ground, opener),
    )
    return Role(
        name="circles",
        parts=parts,
        answers=parts.answers(),
        listens=parts.listens(),
        jobs=parts.jobs,
        start=parts.start,
    )
