"""The door by which a post gets its pictures and files, and tells how far they are here.

The role that keeps media fills it; who writes posts, and who shows them, knows nothing of
torrents and decoders.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from msgspec.structs import replace

from swarmfeed.core.asks.media import Attached, HandedFile, MediumView
from swarmfeed.core.asks.media_views import view_of
from swarmfeed.core.asks.posts import FoundPosts, Posts, PostView, ThreadView
from swarmfeed.core.base.types import EntryRef, FeedId, Hash
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.media.limits import LETTER_MEDIA_KNOWN

P = TypeVar("P", Posts, FoundPosts)


class LetterName(NamedTuple):
    """What names a letter: which device wrote it, and its id."""

    feed_id: FeedId
    id: bytes


class MediaKeeper(Protocol):
    """Keeps media."""

    async def attach(
        self, attached: Sequence[Attached], *, is_protected: bool
    ) -> tuple[Medium, ...]:
        """As ``Media.attach``."""
        ...

    async def portray(self, attached: Attached, side: int) -> Medium:
        """As ``Media.portray``."""
        ...

    async def published(
        self,
        ref: EntryRef,
        media: Sequence[Medium],
        attached: Sequence[Attached],
        *,
        in_profile: bool,
    ) -> None:
        """As ``Media.published``."""
        ...

    async def name_by_letter(self, letter: LetterName, media: Sequence[Medium]) -> None:
        """As ``Media.name_by_letter``."""
        ...

    async def sent(self, media: Sequence[Medium], attached: Sequence[Attached]) -> None:
        """As ``Media.sent``."""
        ...

    def naming_letters(self) -> frozenset[bytes]:
        """As ``Media.naming_letters``."""
        ...

    def drafted(self) -> Mapping[str, tuple[HandedFile, ...]]:
        """As ``Media.drafted``."""
        ...

    async def draft(self, place: str, attached: Sequence[Attached]) -> None:
        """As ``Media.draft``."""
        ...

    async def discard(self, place: str) -> None:
        """As ``Media.discard``."""
        ...

    def want_of_letter(self, medium: Medium, letter: LetterName) -> None:
        """As ``Media.want_of_letter``."""
        ...

    async def fetch_of_letter(self, medium: Medium, letter: LetterName) -> None:
        """As ``Media.fetch_of_letter``."""
        ...

    async def expired(self, letter_id: bytes) -> None:
        """As ``Media.expired``."""
        ...

    def state(self, medium_id: Hash) -> str:
        """As ``core.asks.media`` says it; from any thread."""
        ...

    def used_bytes(self) -> int:
        """As ``Media.used_bytes``."""
        ...


class Media:
    """Where media are kept, once a role brings that."""

    def __init__(self) -> None:
        self._keeper: MediaKeeper | None = None
        self._of_letters: OrderedDict[Hash, Medium] = OrderedDict()

    def connect(self, keeper: MediaKeeper) -> None:
        """Keep media by ``keeper``.  A second one is a bug: ValueError."""
        if self._keeper is not None:
            raise ValueError("media are kept already")
        self._keeper = keeper

    async def attach(
        self, attached: Sequence[Attached], *, is_protected: bool = False
    ) -> tuple[Medium, ...]:
        """Make of files that were handed over what a post may name; on disk, synced.

        Args:
            attached: In the order in which they are shown.
            is_protected: Whether each is encrypted, under a key of its own.

        Raises:
            UserError: One of them was not handed over, or cannot be published.
        """
        if not attached:
            return ()
        assert self._keeper is not None, "the role of media is always there"
        return await self._keeper.attach(attached, is_protected=is_protected)

    async def portray(self, attached: Attached, side: int) -> Medium:
        """Make of a file what a profile may name: a picture, ``side`` pixels long at most.

        UserError: It was not handed over, or is no picture.
        """
        assert self._keeper is not None, "the role of media is always there"
        return await self._keeper.portray(attached, side)

    async def published(
        self,
        ref: EntryRef,
        media: Sequence[Medium],
        attached: Sequence[Attached] = (),
        *,
        in_profile: bool = False,
    ) -> None:
        """An entry that names them is on disk: give them to whoever asks."""
        if media and self._keeper is not None:
            await self._keeper.published(ref, media, attached, in_profile=in_profile)

    # --- pictures of drafts ---

    def drafted(self) -> Mapping[str, tuple[HandedFile, ...]]:
        """Pictures and files of drafts, by the places of those that have any."""
        return {} if self._keeper is None else self._keeper.drafted()

    async def draft(self, place: str, attached: Sequence[Attached]) -> None:
        """Keep these with a draft, and of what it has on this machine nothing else.

        Raises:
            UserError: One was not handed over, or there is no room.
            PassingError: Not now.
        """
        assert self._keeper is not None, "the role of media is always there"
        await self._keeper.draft(place, attached)

    async def discard(self, place: str) -> None:
        """A draft is gone: with all it had, on all own devices.  PassingError: not now."""
        if self._keeper is not None:
            await self._keeper.discard(place)

    # --- pictures of letters ---

    async def name_by_letter(self, letter: LetterName, media: Sequence[Medium]) -> None:
        """A letter names them that is written down next; synced.

        So none is ever there whose pictures nothing keeps.  If it does not come to be, who
        keeps letters finds its id among ``naming_letters``.
        """
        if media and self._keeper is not None:
            await self._keeper.name_by_letter(letter, media)

    async def sent(self, media: Sequence[Medium], attached: Sequence[Attached]) -> None:
        """A letter that names them is on disk: give them to whoever asks."""
        if media and self._keeper is not None:
            await self._keeper.sent(media, attached)

    def naming_letters(self) -> frozenset[bytes]:
        """Ids of all letters that are known to name a file."""
        return frozenset() if self._keeper is None else self._keeper.naming_letters()

    def want_of_letter(self, medium: Medium, letter: LetterName) -> None:
        """A letter names it: it comes by itself, as pictures of people one follows do."""
        if self._keeper is not None:
            self._keeper.want_of_letter(medium, letter)

    async def fetch_of_letter(self, medium: Medium, letter: LetterName) -> None:
        """Fetch it now; returns when it is here, or cannot come now."""
        if self._keeper is not None:
            await self._keeper.fetch_of_letter(medium, letter)

    async def expired(self, letter_id: bytes) -> None:
        """A letter reached nobody, or is not there: what it names goes, unless something else
        names it."""
        if self._keeper is not None:
            await self._keeper.expired(letter_id)

    def view_of_letter(self, medium: Medium) -> MediumView:
        """What is shown of a picture in a letter; until others are looked at it opens here."""
        self._of_letters[medium.id] = medium
        self._of_letters.move_to_end(medium.id)
        while len(self._of_letters) > LETTER_MEDIA_KNOWN:
            self._of_letters.popitem(last=False)
        found = self.view(medium)
        assert found is not None, "it is a medium"
        return found

    def of_letter(self, medium_id: Hash) -> Medium | None:
        """A picture of a letter that was looked at, with its key."""
        return self._of_letters.get(medium_id)

    # --- looking ---

    def view(self, medium: Medium | None) -> MediumView | None:
        """What is shown of one, and how far it is here; from any thread."""
        if medium is None:
            return None
        found = view_of(medium)
        state = found.state if self._keeper is None else self._keeper.state(medium.id)
        return replace(found, state=state)

    def used_bytes(self) -> int:
        """What files of the person and of others take, with what was made of them."""
        return 0 if self._keeper is None else self._keeper.used_bytes()

    def told(self, post: PostView) -> PostView:
        """Return a post that says how far its media are here; from any thread."""
        if not post.media or self._keeper is None:
            return post
        state = self._keeper.state
        return replace(
            post, media=tuple(replace(each, state=state(each.id)) for each in post.media)
        )

    def page(self, page: P) -> P:
        """The same of a page of posts."""
        return replace(page, posts=tuple(map(self.told, page.posts)))

    def thread(self, thread: ThreadView) -> ThreadView:
        """The same of a thread."""
        return replace(
            thread,
            post=self.told(thread.post),
            ancestors=tuple(map(self.told, thread.ancestors)),
            replies=tuple(map(self.told, thread.replies)),
        )
