"""Conversations as people see them: in order, with what is missing, and how far each is."""

from collections.abc import Collection, Mapping

from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.asks.letters import ConversationView, Correspondent, LetterView, TalkView
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.bencoding import decode_fields
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.medium import Medium
from swarmfeed.core.letters import content as kinds
from swarmfeed.core.letters.content import (
    Content,
    decode_content,
    read_pictures,
    read_text,
)
from swarmfeed.core.letters.groups import GroupChange, GroupMade, open_group
from swarmfeed.core.letters.limits import AHEAD_MS, CONTENT_BYTES_MAX
from swarmfeed.core.letters.order import OrderedLetter, Placed, in_order
from swarmfeed.core.letters.rows import KeptLetter, SentLetter, TalkRow
from swarmfeed.core.letters.schedule import Progress, boxes_of, progress
from swarmfeed.core.letters.standing import Acquaintance
from swarmfeed.errors import BadEncodingError, MendingError, PassingError
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.letters.book import LetterBook

GROUP = "group-"
"""What names a group begins with."""

_STANDINGS = {
    Acquaintance.REQUESTED: sentences.REQUESTED,
    Acquaintance.IGNORED: sentences.IGNORED,
    Acquaintance.BLOCKED: sentences.BLOCKED,
    Acquaintance.LEFT: sentences.LEFT,
}


class LetterViews:
    """Makes views of what the book knows."""

    def __init__(self, ground: Ground, book: LetterBook) -> None:
        self._own = ground.identity.author_id
        self._index = ground.shells.index
        self._book = book
        self._media = ground.media

    # --- people ---

    def name_of(self, author_id: AuthorId) -> str:
        """What somebody is called; empty where it is not known."""
        return self._names_of([author_id]).get(author_id, "")

    def _names_of(self, people: Collection[AuthorId]) -> Mapping[AuthorId, str]:
        try:
            return self._index.names(people)
        except (PassingError, MendingError):
            return {}

    def called(self, author_id: AuthorId) -> str:
        """A name in any case: that of their address where nothing else is known."""
        return _called(self.name_of(author_id), author_id)

    # --- conversations ---

    def talk(self, talk_id: bytes, talk: TalkRow) -> TalkView:
        standing = Acquaintance(talk.standing)
        if self._book.is_blocked(AuthorId(talk_id)):
            standing = Acquaintance.BLOCKED
        said = _STANDINGS.get(standing)
        view = TalkView(
            talk=name_talk(talk_id, talk),
            title=self.title(talk_id, talk),
            standing=standing.value,
            sentence=said() if said is not None else "",
            last_ms=talk.last_ms,
            unread=talk.unread,
            people=self._people(talk_id, talk),
            group=talk.group is not None,
        )
        return view

    def title(self, talk_id: bytes, talk: TalkRow) -> str:
        if talk.group is not None:
            return open_group(talk.group).name
        return self.called(AuthorId(talk_id))

    def _people(self, talk_id: bytes, talk: TalkRow) -> tuple[Correspondent, ...]:
        if talk.group is None:
            author_id = AuthorId(talk_id)
            return (Correspondent(author_id=author_id, author_name=self.name_of(author_id)),)
        group = open_group(talk.group)
        names = self._names_of(group.people)
        return tuple(
            Correspondent(
                author_id=each, author_name=names.get(each, ""), admin=each in group.admins
            )
            for each in sorted(group.people)
        )

    async def conversation(
        self, talk_id: bytes, talk: TalkRow, letters: Mapping[bytes, KeptLetter], limit: int
    ) -> ConversationView:
        known = frozenset(self._book.seen)
        order = await off_loop(lambda: _placed(letters, known))
        shown = [(each, letters[each.letter_id]) for each in order[-limit:]]
        names = self._names_of({kept.author_id for _, kept in shown})
        views = tuple(
            self._letter(each.letter_id, kept, names.get(kept.author_id, ""), each.missing)
            for each, kept in shown
        )
        earlier = len(order) - len(shown)
        return ConversationView(talk=self.talk(talk_id, talk), letters=views, earlier=earlier)

    # --- one letter ---

    def letter(self, name: bytes, kept: KeptLetter) -> LetterView:
        return self._letter(name, kept, self.name_of(kept.author_id))

    def _letter(
        self, name: bytes, kept: KeptLetter, author_name: str, missing: int = 0
    ) -> LetterView:
        said = decode_content(kept.content)
        state, sentence = self._state(name, kept)
        return LetterView(
            id=name.hex(),
            author_id=kept.author_id,
            author_name=author_name,
            own=kept.author_id == self._own,
            time_ms=time_of(said, kept),
            text=text_of(said),
            notice=self._notice(author_name, kept.author_id, said),
            state=state,
            sentence=sentence,
            missing=missing,
            media=tuple(map(self._media.view_of_letter, pictures_of(said))),
        )

    def _state(self, name: bytes, kept: KeptLetter) -> tuple[str, str]:
        """How far an own letter is; empty for others'."""
        if kept.author_id != self._own:
            return "", ""
        letter = self._book.sent.get(name)
        if letter is None:
            # Another device of ours may have sent it: then that one knows.
            outcome = kept.outcome
            return outcome, {
                "arrived": sentences.ARRIVED(),
                "expired": sentences.EXPIRED(),
            }.get(outcome, "")
        far = progress(letter, self._own)
        return far.value, self._said(letter, far)

    def _said(self, letter: SentLetter, far: Progress) -> str:
        if far is Progress.ARRIVED:
            return sentences.ARRIVED()
        if far is Progress.KEPT:
            boxes = boxes_of(letter, self._own)
            return sentences.KEPT_AT(count=len(boxes)) if boxes else sentences.GIVEN()
        is_known = any(each.author_id != self._own for each in letter.targets) or any(
            each.author_id in letter.people and each.author_id != self._own
            for each in self._book.devices.values()
        )
        return sentences.WAITS() if is_known else sentences.WAITS_FOR_KEYS()

    def _notice(self, name: str, author_id: AuthorId, said: Content) -> str:
        try:
            return self._noticed(_called(name, author_id), author_id, said)
        except BadEncodingError:
            return ""

    def _noticed(self, who: str, author_id: AuthorId, said: Content) -> str:
        fields = decode_fields(said.body, "letter", limit_bytes=CONTENT_BYTES_MAX)
        if said.kind == kinds.MADE:
            made = codec_of(GroupMade).read(fields)
            return sentences.GROUP_MADE(who=who, name=made.name)
        if said.kind == kinds.TOLD:
            return sentences.TOLD_PEOPLE(who=who)
        if said.kind != kinds.CHANGED:
            return ""
        change = codec_of(GroupChange).read(fields)
        if change.who == author_id and not change.on:
            return sentences.HAS_LEFT(who=who)
        text = sentences.WAS_ADDED if change.on else sentences.WAS_REMOVED
        return text(who=who, whom=self.called(change.who))


def _placed(
    letters: Mapping[bytes, KeptLetter], known: Collection[bytes]
) -> list[OrderedLetter]:
    """Letters in their order; of 10,000 that takes 0.2 s."""
    placed = []
    for name, kept in letters.items():
        said = decode_content(kept.content)
        placed.append(Placed(letter_id=name, after=said.after, time_ms=time_of(said, kept)))
    return in_order(placed, known)


def _called(name: str, author_id: AuthorId) -> str:
    return name or format_author(author_id)[:12]


def name_talk(talk_id: bytes, talk: TalkRow) -> str:
    """What names a conversation outside."""
    if talk.group is not None:
        return GROUP + talk_id.hex()
    return format_author(AuthorId(talk_id))


def time_of(said: Content, kept: KeptLetter) -> int:
    """When a letter was written, as its writer says, if that can be."""
    return said.time_ms if said.time_ms <= kept.came_ms + AHEAD_MS else kept.came_ms


def pictures_of(said: Content) -> tuple[Medium, ...]:
    """The pictures of a letter."""
    if said.kind != kinds.TEXT:
        return ()
    try:
        return read_pictures(said.body)
    except BadEncodingError:
        return ()


def text_of(said: Content) -> str:
    """The words of a letter; empty where it is of another kind."""
    if said.kind != kinds.TEXT:
        return ""
    try:
        return read_text(said.body)
    except BadEncodingError:
        return ""
