"""Letters about who is in a group: what they change, and who has to be told of it."""

from contextlib import suppress

from msgspec.structs import replace

from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.letters import content as kinds
from swarmfeed.core.letters.content import Content
from swarmfeed.core.letters.groups import (
    GroupHistory,
    WrittenChange,
    begin_group,
    decode_history,
    group_id_of,
    open_group,
    untold,
    with_change,
)
from swarmfeed.core.letters.rows import TalkRow
from swarmfeed.core.letters.standing import Acquaintance, Reception
from swarmfeed.errors import BadEncodingError


class Grouping:
    """Groups as they are told; whoever calls holds the lock of the book."""

    def __init__(self, own: AuthorId) -> None:
        self._own = own

    def group_of(self, author_id: AuthorId, encoded: bytes, content: Content) -> bytes:
        """Name of the group that a letter is about.

        Raises:
            BadEncodingError: It is about none.
        """
        if content.kind == kinds.MADE:
            return group_id_of(author_id, encoded)
        if content.kind == kinds.CHANGED:
            return content.to
        return open_group(decode_history(content.body)).group_id

    def receive(self, author_id: AuthorId, talk: TalkRow) -> Reception:
        """What becomes of a letter in a group that is known: only its people are heard."""
        assert talk.group is not None
        if talk.standing in (Acquaintance.BLOCKED, Acquaintance.IGNORED):
            return Reception.DROPPED
        group = open_group(talk.group)
        is_in = author_id in group.people or author_id in group.admins
        return Reception.TAKEN if is_in or author_id == self._own else Reception.DROPPED

    def change(
        self, talk: TalkRow, author_id: AuthorId, encoded: bytes, content: Content
    ) -> TalkRow:
        """Return a conversation after a letter about its people.

        Raises:
            BadEncodingError: It is none that changes anything here.
        """
        history = self._changed(talk.group, author_id, encoded, content)
        group = open_group(history)
        is_in = self._own in group.people
        standing = talk.standing
        if not is_in:
            standing = Acquaintance.LEFT.value
        elif standing == Acquaintance.LEFT:
            standing = Acquaintance.ACCEPTED.value
        return replace(talk, group=history, standing=standing)

    def _changed(
        self,
        history: GroupHistory | None,
        author_id: AuthorId,
        encoded: bytes,
        content: Content,
    ) -> GroupHistory:
        change = WrittenChange(author_id=author_id, content=encoded)
        if content.kind == kinds.MADE:
            return history or begin_group(author_id, encoded)
        if content.kind == kinds.CHANGED:
            if history is None:
                raise BadEncodingError("a change of a group that is not known")
            return with_change(history, change)
        return self._told(history, author_id, decode_history(content.body))

    def _told(
        self, history: GroupHistory | None, author_id: AuthorId, told: GroupHistory
    ) -> GroupHistory:
        """A history from somebody who may add people: what they say of others is believed, for
        they could have said it themselves."""
        if author_id not in open_group(told).admins and author_id != self._own:
            raise BadEncodingError("told by somebody who adds nobody")
        both = history or GroupHistory(changes=told.changes[:1])
        for change in told.changes[1:]:
            with suppress(BadEncodingError):  # of somebody who changes nothing: passed over
                both = with_change(both, change)
        return both

    def untold(
        self, before: GroupHistory | None, after: GroupHistory | None
    ) -> frozenset[AuthorId]:
        """Whom we have to tell a group's history again, once more of it is known here."""
        if before is None or after is None or self._own not in open_group(after).admins:
            return frozenset()
        new = {*after.changes} - {*before.changes}
        return frozenset[AuthorId]().union(*(untold(after, each) for each in new)) - {self._own}
