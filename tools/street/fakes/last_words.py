"""What authors said, and which of their words counts: follows, names, edits, likes."""

from collections import Counter
from collections.abc import Collection
from typing import TypeVar

from msgspec.structs import replace
from swarmfeed.core.base.blank import seen_name
from swarmfeed.core.base.limits import SEARCH_AUTHORS_MAX
from swarmfeed.core.base.types import AuthorId, EntryRef, FeedId
from swarmfeed.core.feed.kinds import (
    BoostBody,
    EditBody,
    FollowBody,
    KnownBody,
    PinBody,
    PostBody,
    ProfileBody,
    ReactBody,
    WithdrawBody,
)
from swarmfeed.core.feed.medium import is_whole
from swarmfeed.core.feed.profile_field import ProfileField
from swarmfeed.core.feed.public_id import public_id
from swarmfeed.core.words.folding import name_key
from swarmfeed.core.words.looks import look
from swarmfeed.ports.faces import KnownFace

from street.fakes.kept_entries import Kept, is_on, subject

B = TypeVar("B", ProfileBody, FollowBody, PinBody)


_SEALED = ("keys", "mailbox", "prekeys", "protected", "rekey", "state")
"""Kinds of which the place is known."""


class LastWords:
    """What was said in the entries that are kept, worked out from scratch for each answer."""

    def __init__(self) -> None:
        self._own: AuthorId | None = None
        self._authors: dict[FeedId, AuthorId] = {}
        self._kept: dict[tuple[FeedId, int], Kept] = {}
        self._said: dict[tuple[FeedId, int], dict[int, EditBody | WithdrawBody]] = {}
        """Of each entry, what later ones of its feed say."""
        self._sort_ms: dict[tuple[FeedId, int], int] = {}

    # of people

    def follows_of(self, author_id: AuthorId) -> list[AuthorId]:
        said = self._last_words(author_id, FollowBody)
        newest = {body.author_id: body.on for body in said}
        return sorted(target for target, on in newest.items() if on)

    def follows_of_all(self, authors: Collection[AuthorId]) -> dict[AuthorId, int]:
        return Counter(found for each in authors for found in self.follows_of(each))

    def followers_of(self, author_id: AuthorId) -> list[AuthorId]:
        everyone = {kept.author_id for kept in self._kept.values()}
        return sorted(one for one in everyone if author_id in self.follows_of(one))

    def called(self, name: str) -> dict[AuthorId, str]:
        names = {each: self._profile(each).name for each in set(self._authors.values())}
        wanted = name_key(name)
        found = sorted(each for each, known in names.items() if name_key(known) == wanted)
        return {each: seen_name(names[each]) for each in found[:SEARCH_AUTHORS_MAX]}

    def _with_namesakes(self) -> set[AuthorId]:
        """Authors whose name looks like another one's."""
        looks = {author_id: look(self._profile(author_id).name) for author_id in self._named()}
        return {each for each in looks if list(looks.values()).count(looks[each]) > 1}

    def _named(self) -> set[AuthorId]:
        return {k.author_id for k in self._kept.values() if isinstance(k.body, ProfileBody)}

    def _profile(self, author_id: AuthorId) -> ProfileBody:
        newest = [ProfileBody(""), *self._last_words(author_id, ProfileBody)][-1]
        return replace(newest, name=seen_name(newest.name))

    def faces(self, authors: Collection[AuthorId]) -> dict[AuthorId, KnownFace]:
        found = {each: self._last_kept(each, ProfileBody) for each in authors}
        return {each: _face_of(kept[-1], counts=True) for each, kept in found.items() if kept}

    def names(self, authors: Collection[AuthorId]) -> dict[AuthorId, str]:
        return {each: self._profile(each).name for each in authors if each in self._named()}

    def profile_fields(
        self, authors: Collection[AuthorId]
    ) -> dict[AuthorId, tuple[ProfileField, ...]]:
        found = {each: self._profile(each).fields for each in authors}
        return {each: fields for each, fields in found.items() if fields}

    def face_of_feed(self, feed_id: FeedId) -> KnownFace | None:
        said = [
            kept
            for (feed, _), kept in sorted(self._kept.items())
            if feed == feed_id and isinstance(kept.body, ProfileBody)
        ]
        if not said:
            return None
        counting = self._last_kept(said[-1].author_id, ProfileBody)[-1]
        return _face_of(said[-1], counts=counting is said[-1])

    # of entries

    def illustrated(self, authors: Collection[AuthorId]) -> set[AuthorId]:
        named = (
            each.author_id
            for each in self._kept.values()
            if isinstance(each.body, PostBody | EditBody) and each.body.media
        )
        return {*authors}.intersection(named)

    def edits_of(self, feed_id: FeedId, index: int) -> list[int]:
        if any(not body.is_edited for _, body in self._withdrawals(feed_id, index)):
            return []
        return [by for by, _ in self._edits(feed_id, index)]

    def place_of_withdrawn(self, name: str) -> tuple[FeedId, int] | None:
        gone = [
            (kept.ref.feed_id, kept.ref.index)
            for kept in self._kept.values()
            if kept.ref.index in self.withdrawals(kept.ref.feed_id)
            and public_id(kept.ref.feed_id, kept.ref.index, kept.time_ms) == name
        ]
        return min(gone, default=None)

    def feeds_with_withdrawals(self) -> list[FeedId]:
        return sorted({feed for feed, _ in self._kept if self.withdrawals(feed)})

    def withdrawals(self, feed_id: FeedId) -> dict[int, int]:
        said = {
            kept.ref.index: kept.body.index
            for (feed, _), kept in sorted(self._kept.items())
            if feed == feed_id and isinstance(kept.body, WithdrawBody)
        }
        return {target: by for by, target in said.items() if target < by}

    def sealed_entries(self, feed_id: FeedId, kind: str, limit: int) -> list[int]:
        found = [
            index
            for (feed, index), kept in self._kept.items()
            if feed == feed_id and kept.body is not None and kept.body.kind == kind
        ]
        return sorted(found, reverse=True)[:limit] if kind in _SEALED else []

    def feeds_with(self, kind: str, feed_ids: Collection[FeedId]) -> set[FeedId]:
        return {each for each in feed_ids if self.sealed_entries(each, kind, 1)}

    # how they are worked out

    def _last_words(self, author_id: AuthorId, kind: type[B]) -> list[B]:
        """Return what the author said, the word that counts last: of each feed in its order,
        and the feed whose last word on the same is newest behind the others."""
        return [kept.body for kept in self._last_kept(author_id, kind)]  # type: ignore[misc]

    def _last_kept(self, author_id: AuthorId, kind: type[KnownBody]) -> list[Kept]:
        words: list[tuple[tuple[int, FeedId, int], Kept]] = []
        said = [
            kept
            for kept in self._kept.values()
            if kept.author_id == author_id and isinstance(kept.body, kind)
        ]
        for kept in sorted(said, key=lambda kept: kept.ref.index):
            feed_id, index = kept.ref.feed_id, kept.ref.index
            words = [
                (order, word)
                for order, word in words
                if order[1] != feed_id or subject(word.body) != subject(kept.body)
            ]
            words.append(((self._sort_ms[feed_id, index], feed_id, index), kept))
        return [word for _, word in sorted(words, key=lambda word: word[0])]

    def _on(self, kind: type[ReactBody] | type[BoostBody]) -> dict[EntryRef, list[Kept]]:
        """By what entries each post is liked, or boosted; one of each person, newest last."""
        found: dict[EntryRef, list[Kept]] = {}
        said = {each.author_id for each in self._kept.values() if isinstance(each.body, kind)}
        for author_id in said:
            newest = {subject(kept.body): kept for kept in self._last_kept(author_id, kind)}
            for kept in newest.values():
                assert isinstance(kept.body, ReactBody | BoostBody)
                if is_on(kept.body):
                    found.setdefault(kept.body.ref, []).append(kept)
        for words in found.values():
            words.sort(key=self._order)
        return found

    def _order(self, kept: Kept) -> tuple[int, FeedId]:
        return self._sort_ms[kept.ref.feed_id, kept.ref.index], kept.ref.feed_id

    def _amended(self, kept: Kept) -> PostBody | None:
        """Return the post as its feed wants it shown now."""
        if not kept.is_post:
            return None
        place = kept.ref.feed_id, kept.ref.index
        withdrawn = [body.is_edited for _, body in self._withdrawals(*place)]
        edits = self._edits(*place)
        own = kept.body if isinstance(kept.body, PostBody) else None
        if not all(withdrawn) or not (edits or own) or (withdrawn and not edits):
            return None
        if not edits:
            return own
        newest = edits[-1][1]
        shown = own or PostBody(newest.text, reply=newest.reply, quote=newest.quote)
        return replace(shown, text=newest.text, cw=newest.cw, media=newest.media)

    def _edits(self, feed_id: FeedId, index: int) -> list[tuple[int, EditBody]]:
        """Edits of a post that are not withdrawn, the newest last, and where they stand."""
        return [
            (by, body)
            for by, body in self._later(feed_id, index)
            if isinstance(body, EditBody) and not self._withdrawals(feed_id, by)
        ]

    def _withdrawals(self, feed_id: FeedId, index: int) -> list[tuple[int, WithdrawBody]]:
        later = self._later(feed_id, index)
        return [(by, body) for by, body in later if isinstance(body, WithdrawBody)]

    def _later(self, feed_id: FeedId, index: int) -> list[tuple[int, EditBody | WithdrawBody]]:
        """What a feed says of one of its entries."""
        return sorted(self._said.get((feed_id, index), {}).items(), key=lambda said: said[0])

    def _is_withdrawn(self, ref: EntryRef) -> bool:
        return any(
            kept.ref.feed_id == ref.feed_id
            and isinstance(kept.body, WithdrawBody)
            and kept.body.index == ref.index < kept.ref.index
            for kept in self._kept.values()
        )

    def _is_own(self, ref: EntryRef | None) -> bool:
        kept = self._kept.get((ref.feed_id, ref.index)) if ref else None
        return (
            kept is not None
            and kept.ref == ref
            and kept.author_id == self._own
            and self._amended(kept) is not None
        )


def _face_of(kept: Kept, *, counts: bool) -> KnownFace:
    assert isinstance(kept.body, ProfileBody)
    avatar, banner = (
        each if each is not None and is_whole(each) else None
        for each in (kept.body.avatar, kept.body.banner)
    )
    return KnownFace(ref=kept.ref, counts=counts, avatar=avatar, banner=banner)
