"""Archives of other places that come in, as a person sees them."""

from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.shape import Spare

NOTHING: Final = "nothing"
"""No archive was looked at."""
LOOKING: Final = "looking"
LOOKED: Final = "looked"
"""It was looked at, and waits for the person."""
BRINGING: Final = "bringing"
DONE: Final = "done"
FAILED: Final = "failed"


class LeftOutView(Struct, frozen=True, kw_only=True):
    """Records that do not come, and why."""

    why: str
    count: int
    about: Annotated[str, Spare()] = ""
    """The first words of one of them."""


class SampleView(Struct, frozen=True, kw_only=True):
    """A post as it would come in."""

    time_ms: int
    text: str
    src: Annotated[str, Spare()] = ""
    cw: Annotated[str, Spare()] = ""
    media: Annotated[int, Spare()] = 0


class ArchiveView(Struct, frozen=True, kw_only=True):
    """An archive that is looked at, or comes in."""

    state: str
    """``nothing``, ``looking``, ``looked``, ``bringing``, ``done`` or ``failed``."""
    name: str = ""
    """What the file is called."""
    what: str = ""
    """What it is, in words."""
    sentence: str = ""
    """What went wrong; empty otherwise."""
    records: int = 0
    """Read of it so far."""
    posts: int = 0
    """That can come in, those among them that are here already."""
    already_there: int = 0
    imported: int = 0
    replies: int = 0
    """Posts that answer an own one."""
    media: int = 0
    media_missing: int = 0
    """Pictures and files that are not in it, or are too many or too large."""
    first_ms: int = 0
    last_ms: int = 0
    left_out: tuple[LeftOutView, ...] = ()
    samples: tuple[SampleView, ...] = ()

    @property
    def is_at_work(self) -> bool:
        return self.state in (LOOKING, BRINGING)


class LookAtArchive(Ask[ArchiveView], frozen=True, kw_only=True):
    """Begin to look at an archive; nothing of it comes in.  ``archive`` says how far it is."""

    name = "look-at-archive"
    changes = True

    path: str = ""
    """A file or folder on the machine of the node, in full."""
    upload: str = ""
    """What ``upload`` answered, of one that was handed over."""


class HowIsArchive(Ask[ArchiveView], frozen=True, kw_only=True):
    """What was found in the archive that was looked at last, and how far it came in."""

    name = "archive"


class BringArchiveIn(Ask[ArchiveView], frozen=True, kw_only=True):
    """Begin to bring in what was looked at: signed into the own feed, for good."""

    name = "bring-archive-in"
    changes = True

    anyway: bool = False
    """Go on though not all of the author's feeds are here: what is in them may stand twice."""


class LeaveArchive(Ask[ArchiveView], frozen=True, kw_only=True):
    """Stop looking, or bringing in: what is signed stays."""

    name = "leave-archive"
    changes = True
