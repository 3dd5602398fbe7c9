"""Groups by the person's own hand: made, and their people added and removed."""

from collections.abc import Callable, Sequence

from msgspec.structs import replace

from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.letters.content import CHANGED, MADE
from swarmfeed.core.letters.groups import (
    Group,
    GroupChange,
    GroupHistory,
    GroupMade,
    WrittenChange,
    begin_group,
    encode_change,
    encode_made,
    group_id_of,
    is_full,
    open_group,
    with_change,
)
from swarmfeed.core.letters.limits import (
    GROUP_CHANGES_MAX,
    GROUP_NAME_CHARS_MAX,
    GROUP_PEOPLE_MAX,
)
from swarmfeed.core.letters.rows import TalkRow
from swarmfeed.core.letters.standing import Acquaintance
from swarmfeed.errors import UserError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.letters.book import Edits, LetterBook
from swarmfeed.node.letters.keyring import PrekeyRing
from swarmfeed.node.letters.showing import LetterViews
from swarmfeed.node.letters.writing import LetterWriter

_NOBODY = bytes(32)
"""Whom the letter is to that a group begins with: the group has no name before it."""


class Founding:
    """Belongs to the node's loop."""

    def __init__(
        self,
        ground: Ground,
        book: LetterBook,
        keyring: PrekeyRing,
        writing: LetterWriter,
        wake: Callable[[], None],
    ) -> None:
        self._own = ground.identity.author_id
        self._clock = ground.shells.clock
        self._book = book
        self._keyring = keyring
        self._writing = writing
        self._views = LetterViews(ground, book)
        self._wake = wake

    def people(self, talk_id: bytes, talk: TalkRow | None) -> tuple[AuthorId, ...]:
        """To whom a letter in a conversation goes."""
        if talk is not None and talk.group is not None:
            return tuple(sorted(open_group(talk.group).people))
        return (AuthorId(talk_id),)

    async def make(self, name: str, people: Sequence[AuthorId]) -> bytes:
        """Begin a group; returns what names it.  Raises UserError, PassingError."""
        if not 1 <= len(name) <= GROUP_NAME_CHARS_MAX:
            raise UserError(sentences.GROUP_NAME(most=GROUP_NAME_CHARS_MAX))
        others = tuple(dict.fromkeys(each for each in people if each != self._own))
        if len(others) >= GROUP_PEOPLE_MAX:
            raise UserError(sentences.GROUP_IS_FULL(most=GROUP_PEOPLE_MAX))
        await self._keyring.publish()
        made = encode_made(GroupMade(name=name, people=others))
        async with self._book.lock:
            edits = Edits()
            letter_name = self._writing.put(edits, others, MADE, made, _NOBODY)
            letter = edits.sent[letter_name]
            assert letter is not None
            talk_id = group_id_of(self._own, letter.content)
            edits.sent[letter_name] = replace(letter, talk=talk_id)
            history = begin_group(self._own, letter.content)
            self._writing.keep(
                edits,
                talk_id,
                TalkRow(standing=Acquaintance.ACCEPTED.value, group=history),
                letter_name,
                letter.content,
            )
            await self._book.save(edits, self._clock.now_ms())
        self._wake()
        return talk_id

    async def change(self, talk_id: bytes, who: AuthorId, *, on: bool) -> None:
        """Add or remove somebody.  Raises UserError, PassingError."""
        await self._keyring.publish()
        async with self._book.lock:
            talk = self._book.talks.get(talk_id)
            if talk is None or talk.group is None:
                raise UserError(sentences.NO_GROUP())
            group = open_group(talk.group)
            self._check(talk.group, who, on=on)
            edits = Edits()
            self._write_change(edits, talk_id, talk, group, who, on=on)
            await self._book.save(edits, self._clock.now_ms())
        self._wake()

    def _check(self, history: GroupHistory, who: AuthorId, *, on: bool) -> None:
        group = open_group(history)
        leaves = who == self._own and not on
        if self._own not in group.admins and not leaves:
            admins = ", ".join(self._views.called(each) for each in sorted(group.admins))
            raise UserError(sentences.NOT_AN_ADMIN(admins=admins))
        if is_full(history) and not leaves:
            raise UserError(sentences.GROUP_IS_OLD(most=GROUP_CHANGES_MAX - GROUP_PEOPLE_MAX))
        if on == (who in group.people):
            raise UserError(sentences.IS_IN_IT() if on else sentences.IS_NOT_IN_IT())
        if on and len(group.people) >= GROUP_PEOPLE_MAX:
            raise UserError(sentences.GROUP_IS_FULL(most=GROUP_PEOPLE_MAX))

    def _write_change(
        self,
        edits: Edits,
        talk_id: bytes,
        talk: TalkRow,
        group: Group,
        who: AuthorId,
        *,
        on: bool,
    ) -> None:
        """Tell all who are in it, and whoever is removed; a newcomer is told everything."""
        assert talk.group is not None
        body = encode_change(GroupChange(on=on, who=who, refs=group.refs))
        told = tuple(sorted(group.people - {who} if on else group.people))
        name = self._writing.write_to(edits, talk_id, talk, told, CHANGED, body)
        letter, after = edits.sent[name], edits.talks[talk_id]
        assert letter is not None and after is not None
        change = WrittenChange(author_id=self._own, content=letter.content)
        history = with_change(talk.group, change)
        is_in = self._own in open_group(history).people
        standing = after.standing if is_in else Acquaintance.LEFT.value
        edits.talks[talk_id] = replace(after, group=history, standing=standing)
        if on:
            self._writing.tell_group(edits, who, history)
