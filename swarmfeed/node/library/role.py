"""The role of the library: who holds old posts is known, and these are asked for them."""

from collections.abc import Sequence

from msgspec import Struct

from swarmfeed.core.library.limits import TELL_EVERY_S
from swarmfeed.core.library.words import Delve, Delved, HeldBy, NotDelved, Shelved, WhoHolds
from swarmfeed.node.feeds.feeds import Feeds
from swarmfeed.node.ground.events import (
    ChildGone,
    LinkClosed,
    ParentCame,
    ServingChanged,
    listens,
)
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.switchboard import hears
from swarmfeed.node.library.delving import Delving
from swarmfeed.node.library.finding import Finding
from swarmfeed.node.library.librarian import Librarian
from swarmfeed.node.library.telling import ShelfTelling
from swarmfeed.node.role import Role
from swarmfeed.ports import Job


class LibraryParts(Struct, frozen=True, kw_only=True):
    """What the role is made of."""

    telling: ShelfTelling
    librarian: Librarian
    delving: Delving
    finding: Finding


def library_role(ground: Ground, _feeds: Feeds) -> Role:
    """Make the role of one node."""
    telling, librarian, delving = ShelfTelling(ground), Librarian(ground), Delving(ground)
    finding = Finding(ground, librarian)
    ground.library.connect(finding)

    def on_closed(event: LinkClosed) -> None:
        delving.on_closed(event.session)
        finding.on_closed(event.session)

    def jobs() -> Sequence[Job]:
        tell = Job(name="library", run=telling.tell, every_s=TELL_EVERY_S, at_start=False)
        return (tell,)

    return Role(
        name="library",
        parts=LibraryParts(
            telling=telling, librarian=librarian, delving=delving, finding=finding
        ),
        hears=(
            hears(Shelved, librarian.on_shelved),
            hears(WhoHolds, librarian.on_who),
            hears(HeldBy, finding.on_held_by),
            hears(Delve, delving.on_delve),
            hears(Delved, finding.on_delved),
            hears(NotDelved, finding.on_not_delved),
        ),
        listens=(
            listens(ParentCame, telling.on_parent),
            listens(ChildGone, librarian.on_gone),
            listens(ServingChanged, librarian.on_serving),
            listens(LinkClosed, on_closed),
        ),
        jobs=jobs,
    )
