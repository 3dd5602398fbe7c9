"""The role of mailboxes: keeping letters for others, and having ours kept by others."""

from collections.abc import Sequence

from msgspec import Struct

from swarmfeed.core.mailboxes.words import (
    MailDrop,
    MailKept,
    MailLease,
    MailLeased,
    MailOpen,
    MailPut,
    MailSome,
)
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import (
    LinkClosed,
    LinkOpened,
    LinkStays,
    Listens,
    PrivateChanged,
    ReceiptCame,
    listens,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.switchboard import Hears, hears
from swarmfeed.node.mailboxes.admission import BoxAdmission
from swarmfeed.node.mailboxes.answers import MailboxAnswers
from swarmfeed.node.mailboxes.carrier import MailCarrier
from swarmfeed.node.mailboxes.collecting import Collecting
from swarmfeed.node.mailboxes.directory import BoxDirectory
from swarmfeed.node.mailboxes.keeping import BoxKeeping
from swarmfeed.node.mailboxes.leasing import NAME, BoxLeased, Leasing
from swarmfeed.node.mailboxes.own import OwnBoxes
from swarmfeed.node.mailboxes.posting import Posting
from swarmfeed.node.mailboxes.probing import Probing
from swarmfeed.node.role import Role
from swarmfeed.ports import Job

LOOK_EVERY_S = 20
TIDY_EVERY_S = 3_600


class MailboxRole(Struct, frozen=True, kw_only=True):
    """The parts, put together."""

    admission: BoxAdmission
    keeping: BoxKeeping
    own: OwnBoxes
    posting: Posting
    leasing: Leasing
    collecting: Collecting
    carrier: MailCarrier

    def hears(self) -> tuple[Hears, ...]:
        return (
            hears(MailLease, self.keeping.on_lease),
            hears(MailLeased, self.leasing.on_leased),
            hears(MailPut, self.keeping.on_put),
            hears(MailKept, self.posting.on_kept),
            hears(MailOpen, self.keeping.on_open),
            hears(MailSome, self.collecting.on_some),
            hears(MailDrop, self.keeping.on_drop),
        )

    def listens(self) -> tuple[Listens, ...]:
        return (
            listens(LinkOpened, self.collecting.on_linked),
            listens(LinkStays, self.leasing.on_linked),
            listens(LinkClosed, self.keeping.on_closed),
            listens(LinkClosed, self.collecting.on_closed),
            listens(LinkClosed, self.leasing.on_gone),
            listens(ReceiptCame, self.leasing.on_receipt),
            listens(BoxLeased, self.collecting.on_leased),
            listens(PrivateChanged, self.carrier.on_private),
        )

    def jobs(self) -> Sequence[Job]:
        return (
            Job(name="mailboxes", run=self._look, every_s=LOOK_EVERY_S, jitter_s=2),
            Job(
                name="mailboxes-tidy",
                run=self.keeping.tidy,
                every_s=TIDY_EVERY_S,
                jitter_s=300,
                at_start=False,
            ),
        )

    async def _look(self) -> str:
        await self.leasing.look()
        return await self.collecting.look()


def mailboxes_role(ground: Ground, feeds: Feeds) -> Role:
    """Make the role of one node."""
    parts = _make(ground, feeds)
    ground.mail.connect(parts.carrier)
    answers = MailboxAnswers(parts.own, parts.collecting, parts.keeping, parts.admission)
    return Role(
        name=NAME,
        parts=parts,
        says=parts.admission.keeps,
        hears=parts.hears(),
        answers=answers.rows(),
        listens=parts.listens(),
        jobs=parts.jobs,
        rows=(*parts.own.rows(), parts.collecting.rows()),
        start=parts.keeping.start,
        stop=parts.keeping.stop,
    )


def _make(ground: Ground, feeds: Feeds) -> MailboxRole:
    """Put the parts together; nothing runs yet."""
    admission, directory = BoxAdmission(ground), BoxDirectory(ground)
    keeping, own = BoxKeeping(ground, admission), OwnBoxes(ground, directory, feeds.writer)
    posting, leasing = Posting(ground, directory, keeping), Leasing(ground, own)
    collecting = Collecting(ground, own, leasing, Probing(ground, own, posting))
    return MailboxRole(
        admission=admission,
        keeping=keeping,
        own=own,
        posting=posting,
        leasing=leasing,
        collecting=collecting,
        carrier=MailCarrier(ground, own, leasing, collecting, posting),
    )
