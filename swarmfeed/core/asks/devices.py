"""The devices of the person: which there are, one more, one less, what they are called."""

from collections.abc import Iterable
from typing import Annotated, Final, Protocol, TypeVar

from msgspec import Struct

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.device_sentences import NAME_NEEDED
from swarmfeed.core.asks.shape import Spare, Whole
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.blank import is_blank, is_one_line
from swarmfeed.core.base.hiding import hiding
from swarmfeed.core.base.limits import FEED_ENTRIES_MAX, NAME_CHARS_MAX
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.errors import UserError

Entries = Annotated[int, Whole(first=0, last=FEED_ENTRIES_MAX)]


class _Named(Protocol):
    """Something that a person names as a device."""

    @property
    def feed_id(self) -> FeedId: ...

    @property
    def name(self) -> str: ...


Named = TypeVar("Named", bound=_Named)


class DeviceView(Struct, frozen=True, kw_only=True):
    """A machine that writes for the person, or wrote."""

    feed_id: FeedId
    name: str
    """What it calls itself; empty while its first words are not here."""
    this: bool
    """Whether it is the machine that is asked."""
    joined_ms: int
    last_ms: int | None
    """When it wrote last, as it says; null when nothing of it is here."""
    entries: int
    """Things said by it that count, as far as is known here."""
    posts: int
    """Of those the posts."""
    removed: bool
    """Whether nothing it writes from now on counts."""
    adds_devices: bool | None
    """Whether it has the author key; null where nobody here can know."""
    crowds: Annotated[bool, Spare()] = False
    """Whether it says more that is private than is kept of one device: a stolen one may."""


class Pairing(Struct, frozen=True, kw_only=True):
    """A machine that answered, and what a person has to compare."""

    code: str
    """Both machines show it; where they do not, somebody stands in between."""
    name: str
    """What the new machine calls itself."""
    author_id: AuthorId
    sentence: str


class Devices(Struct, frozen=True, kw_only=True):
    """All machines of the person, those that were removed too; first joined first."""

    devices: tuple[DeviceView, ...]
    adds_devices: bool
    """Whether this machine can add and remove others."""
    has_passphrase: bool
    """Whether adding and removing take the passphrase."""
    sentence: str
    """What can be done here, and what not."""
    pairing: Pairing | None = None
    """A machine that was proposed and waits for its code to be confirmed."""


class WhichDevices(Ask[Devices], frozen=True, kw_only=True):
    """The machines that write for the person."""

    name = "devices"


class ProposeDevice(Ask[Pairing], frozen=True, kw_only=True):
    """Reach the machine that shows a link; it becomes a device once that is confirmed.

    An attempt before that was not confirmed comes to nothing.
    """

    __repr__ = hiding("passphrase")

    name = "propose-device"
    changes = True

    link: str
    """What the new machine shows; good for one attempt."""
    passphrase: str = ""
    """Of the keys here; empty when they have none."""


class ConfirmDevice(Ask[Devices], frozen=True, kw_only=True):
    """Say that both machines show the same code, or that they do not."""

    name = "confirm-device"
    changes = True

    code: str
    """The code this is about."""
    same: bool
    """False: the attempt comes to nothing."""


class RemoveDevice(Ask[Devices], frozen=True, kw_only=True):
    """Let nothing count that a machine writes from now on."""

    __repr__ = hiding("passphrase")

    name = "remove-device"
    changes = True

    device: str
    """Its name, or its address as far as that tells it from others."""
    passphrase: str = ""
    """Of the keys here; empty when they have none."""
    after: Entries | None = None
    """How many of the things it said stay; null: all that are known here."""


class NameDevice(Ask[Devices], frozen=True, kw_only=True):
    """Give the machine that is asked another name."""

    name = "name-device"
    changes = True

    device: str
    """The new name; everybody can see it."""


SHORT_CHARS: Final = 4
"""Start of an address that may name a device: shorter ones are names."""


def devices_called(devices: Iterable[Named], called: str) -> list[Named]:
    """Return the devices of a name, else of an address that begins so; several, or none."""
    wanted, found = called.strip(), list(devices)
    by_name = [each for each in found if wanted and each.name == wanted]
    if by_name or len(wanted) < SHORT_CHARS:
        return by_name
    start = wanted.lower()
    return [each for each in found if format_address(each.feed_id).startswith(start)]


def check_device_name(name: str) -> str:
    """Return the name of a device as it is kept.  UserError: it is none."""
    stripped = name.strip()
    is_short = 0 < len(stripped) <= NAME_CHARS_MAX
    if not is_short or not is_one_line(stripped) or is_blank(stripped):
        raise UserError(NAME_NEEDED(most=NAME_CHARS_MAX))
    return stripped
