"""Which media are here, why, and how much room there is for more."""

from collections.abc import Iterable
from typing import Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from swarmfeed.core.asks.media import SMALL, WHOLE
from swarmfeed.core.base.limits import DISK_FLOOR_BYTES, HASH_BYTES
from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.feed.medium import Medium, medium_name
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.media import LetterName
from swarmfeed.node.media.settings import MediaSettings
from swarmfeed.ports.media import REFS_KEPT_MAX, KeptMedium

T = TypeVar("T")

NO_ENTRY: Final = Hash(bytes(HASH_BYTES))


class Named(Struct, frozen=True):
    """A file, and an entry that names it."""

    medium: Medium
    ref: EntryRef
    is_face: bool = False
    """Whether that is a profile; else it is a post."""
    letter: bytes = b""
    """The letter that names it instead; then ``ref`` only says whose device wrote it."""

    @property
    def id(self) -> Hash:
        return self.medium.id


def named_by_letter(medium: Medium, letter: LetterName) -> Named:
    """A picture, and the letter that names it."""
    return Named(medium, EntryRef(letter.feed_id, NO_ENTRY, 0), letter=letter.id)


class Stock:
    """The files that are whole and verified; belongs to the node's loop, looking does not."""

    def __init__(self, ground: Ground) -> None:
        self._files = ground.shells.media
        self._clock = ground.shells.clock
        self._choices = ground.choices
        self._kept: dict[Hash, KeptMedium] = {}
        self._made: dict[Hash, int] = {}
        """How long is what was made of files for a page."""
        self.unreadable: set[Hash] = set()
        """Files that are here and are no pictures, though they are called so."""

    async def start(self) -> None:
        """Look what is here."""
        self._kept = {each.id: each for each in await off_loop(self._files.read)}
        made = await off_loop(self._files.made_bytes)
        self._made = {each: made.get(medium_name(each), 0) for each in self._kept}

    # --- looking, from any thread ---

    def find(self, medium_id: Hash) -> KeptMedium | None:
        return self._kept.get(medium_id)

    def all(self) -> list[KeptMedium]:
        return list(self._kept.values())

    def bytes_of(self, kept: KeptMedium) -> int:
        """What a file takes, with what was made of it."""
        return kept.size_bytes + self._made.get(kept.id, 0)

    def others_bytes(self) -> int:
        return sum(self.bytes_of(each) for each in self.all() if not each.own)

    def used_bytes(self) -> int:
        return sum(map(self.bytes_of, self.all()))

    def naming_letters(self) -> frozenset[bytes]:
        return frozenset(letter for kept in self.all() for letter in kept.letters)

    # --- changing ---

    def write_shown(self, medium_id: Hash, whole: bytes, small: bytes) -> None:
        """Keep for pages what was made of a picture; in a thread."""
        for form, content in ((WHOLE, whole), (SMALL, small)):
            self._files.write_shown(medium_id, form, content)
        self._made[medium_id] = len(whole) + len(small)

    async def add(self, kept: KeptMedium) -> None:
        """A file was taken in."""
        self._kept[kept.id] = kept

    async def note(self, named: Named, *, own: bool = False) -> None:
        """A post, or a profile, names a file that is here.

        Posts of others take no place from those that are known: else whoever names a file
        often, and withdraws all of it, has it deleted.
        """
        kept = self._kept.get(named.id)
        if kept is None:
            return
        noted = noted_by(kept, named, own=own)
        if noted != kept:
            await self._remember(noted)

    async def forget_letter(self, letter_id: bytes) -> None:
        """A letter names nothing any more."""
        for kept in self.all():
            if letter_id in kept.letters:
                left = tuple(each for each in kept.letters if each != letter_id)
                await self._remember(replace(kept, letters=left))

    async def _remember(self, kept: KeptMedium) -> None:
        self._kept[kept.id] = kept
        await off_loop(lambda: self._files.remember(kept))

    async def let_go(self, ids: Iterable[Hash]) -> None:
        """Delete files."""
        gone = [each for each in ids if each in self._kept]
        for each in gone:
            del self._kept[each]
            self._made.pop(each, None)
            self.unreadable.discard(each)
        await off_loop(lambda: self._files.drop(gone))

    async def goes_for(self, size_bytes: int) -> list[Hash] | None:
        """Return which files have to go, the oldest ones, that a file of others fits; for one
        of 0 bytes, that those which are here do, with what was made of them.

        None when it does not, whatever goes.
        """
        given_bytes = self._choices.of(MediaSettings).disk_bytes
        if size_bytes > given_bytes:
            return None
        free_bytes = await off_loop(self._files.free_bytes)
        if free_bytes - size_bytes < DISK_FLOOR_BYTES:
            return None
        over = self.others_bytes() + size_bytes - given_bytes
        going = []
        for kept in sorted(self.all(), key=lambda each: each.since_ms):
            if over > 0 and not kept.own:
                going.append(kept.id)
                over -= self.bytes_of(kept)
        return going


def noted_by(kept: KeptMedium, named: Named, *, own: bool) -> KeptMedium:
    """A file as it is remembered once something names it."""
    noted = replace(kept, own=kept.own or own)
    if named.letter:
        return replace(noted, letters=_with(kept.letters, named.letter, own=own))
    if named.is_face:
        return replace(noted, profiles=_with(kept.profiles, named.ref, own=own))
    return replace(noted, refs=_with(kept.refs, named.ref, own=own))


def _with(known: tuple[T, ...], name: T, *, own: bool) -> tuple[T, ...]:
    """Those that are known and one more: an own one first, others where there is room."""
    if name in known:
        return known
    return ((name, *known) if own else (*known, name))[:REFS_KEPT_MAX]
