"""The role of pushing: posts go to all who listen for them, by way of supernodes."""

from collections.abc import Sequence

from msgspec import Struct

from swarmfeed.core.push.passed_by import PassedBy
from swarmfeed.core.push.words import GivePosts, HasPosts, Listen, Posted, Salt, SeenTo
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import (
    CertificatesGrew,
    ChildCame,
    ChildGone,
    HeadGrew,
    InterestRose,
    Listens,
    ParentCame,
    ParentGone,
    PrivateChanged,
    ServingChanged,
    Unfollowed,
    listens,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.switchboard import Hears, hears
from swarmfeed.node.push.answers import ListeningAnswers
from swarmfeed.node.push.blame import Blame
from swarmfeed.node.push.children import Children
from swarmfeed.node.push.courier import Courier
from swarmfeed.node.push.ears import Ears
from swarmfeed.node.push.guestbook import Guestbook
from swarmfeed.node.push.inbox import Inbox
from swarmfeed.node.push.live import Live
from swarmfeed.node.push.mailroom import Mailroom
from swarmfeed.node.push.publishing import Publishing
from swarmfeed.node.push.subscribed import Subscribed
from swarmfeed.node.role import Role
from swarmfeed.ports import Job

NAME = "push"
LOOK_EVERY_S = 10


class Push(Struct, frozen=True, kw_only=True):
    """The parts of the role."""

    guestbook: Guestbook
    ears: Ears
    children: Children
    mailroom: Mailroom
    publishing: Publishing
    blame: Blame

    def hears(self) -> tuple[Hears, ...]:
        return (
            hears(Salt, self.ears.on_salt),
            hears(Listen, self.children.on_listen),
            hears(Posted, self.mailroom.on_posted),
            hears(SeenTo, self.mailroom.on_seen_to),
            hears(HasPosts, self.mailroom.on_has),
            hears(GivePosts, self.mailroom.on_give),
        )

    def listens(self) -> tuple[Listens, ...]:
        return (
            listens(ParentCame, self.blame.on_came),
            listens(ParentGone, self.blame.on_gone),
            listens(ParentCame, self.ears.on_parent),
            listens(ParentGone, self.ears.on_parent),
            listens(ParentCame, self.publishing.on_parent),
            listens(ChildCame, self.children.on_came),
            listens(ChildGone, self.children.on_gone),
            listens(ServingChanged, self.children.on_serving),
            listens(ServingChanged, self.mailroom.on_serving),
            listens(ServingChanged, self.publishing.on_serving),
            listens(HeadGrew, self.publishing.on_head),
            listens(HeadGrew, self.guestbook.on_head),
            listens(InterestRose, self.ears.on_change),
            listens(Unfollowed, self.ears.on_change),
            listens(CertificatesGrew, self.ears.on_change),
            listens(PrivateChanged, self.ears.on_private),
        )

    def jobs(self) -> Sequence[Job]:
        return (Job(name="parents", run=self.look, every_s=LOOK_EVERY_S, at_start=False),)

    async def look(self) -> str:
        """Meet supernodes that are new, and hold parents against each other."""
        self.mailroom.meet()
        return await self.blame.look()


def push_role(ground: Ground, feeds: Feeds) -> Role:
    """Make the role of one node."""
    courier, recent, blame = Courier(ground), PassedBy(), Blame(ground)
    subscribed, guestbook = Subscribed(ground), Guestbook(ground, feeds)
    children, ears = Children(ground, courier, recent), Ears(ground, courier, subscribed)
    inbox = Inbox(ground, subscribed, ears, Live(ground, feeds), guestbook, blame)
    deliver = (children.deliver, inbox.deliver)
    mailroom = Mailroom(ground, courier, recent, blame, deliver)
    parts = Push(
        guestbook=guestbook,
        ears=ears,
        children=children,
        mailroom=mailroom,
        publishing=Publishing(ground, courier, mailroom),
        blame=blame,
    )
    return Role(
        name=NAME,
        parts=parts,
        hears=parts.hears(),
        answers=ListeningAnswers(ground, subscribed, ears).rows(),
        listens=parts.listens(),
        jobs=parts.jobs,
        rows=(guestbook.rows(),),
        start=guestbook.start,
    )
