"""Who is in a group: a pure function of its changes, in whatever order they came.

The founder says at the beginning who is in it; the founder and those they named admins add and
remove people, and everybody may leave.  Each change names the newest ones its writer knew, and
so all before them.  A person is in the group if some addition of them knew every removal of
them: a removal beats an addition that did not know of it.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from hashlib import sha256
from typing import Annotated, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.letters.content import Content, decode_content, letter_id
from swarmfeed.core.letters.limits import (
    CONTENT_BYTES_MAX,
    GROUP_CHANGE_BYTES_MAX,
    GROUP_CHANGES_MAX,
    GROUP_LEAVES_MAX,
    GROUP_NAME_CHARS_MAX,
    GROUP_PEOPLE_MAX,
    GROUP_REFS_MAX,
    GROUP_TOLD_BYTES_MAX,
    LETTER_ID_BYTES,
)
from swarmfeed.errors import BadEncodingError

_GROUP: Final = b"swarmfeed group 1"

People = tuple[AuthorId, ...]


class GroupMade(Struct, frozen=True, kw_only=True):
    """What a group begins with; its writer is the founder, and an admin."""

    admins: Annotated[People, At("a"), UpTo(GROUP_PEOPLE_MAX), OPTIONAL] = ()
    name: Annotated[str, At("n"), Between(1, GROUP_NAME_CHARS_MAX)]
    people: Annotated[People, At("p"), UpTo(GROUP_PEOPLE_MAX)]
    """All but the founder."""


class GroupChange(Struct, frozen=True, kw_only=True):
    """Somebody is added, or removed."""

    on: Annotated[bool, At("g")]
    who: Annotated[AuthorId, At("p")]
    refs: Annotated[
        tuple[Annotated[bytes, UpTo(LETTER_ID_BYTES)], ...],
        At("r"),
        UpTo(GROUP_REFS_MAX),
        OPTIONAL,
    ] = ()


class WrittenChange(Struct, frozen=True, kw_only=True):
    """A letter about who is in a group, as it was written, and by whom."""

    author_id: Annotated[AuthorId, At("a")]
    content: Annotated[bytes, At("c"), UpTo(GROUP_CHANGE_BYTES_MAX)]

    @property
    def letter_id(self) -> bytes:
        return letter_id(self.author_id, self.content)


class GroupHistory(Struct, frozen=True, kw_only=True):
    """All that was written about who is in a group; the beginning first."""

    changes: Annotated[
        tuple[WrittenChange, ...], At("c"), UpTo(GROUP_CHANGES_MAX + 1), OPTIONAL
    ] = ()


def encode_made(made: GroupMade) -> bytes:
    return encode(codec_of(GroupMade).write(made))


def encode_change(change: GroupChange) -> bytes:
    return encode(codec_of(GroupChange).write(change))


def encode_history(history: GroupHistory) -> bytes:
    return encode(codec_of(GroupHistory).write(history))


def decode_history(data: bytes) -> GroupHistory:
    """Raises BadEncodingError."""
    fields = decode_fields(data, "group", limit_bytes=CONTENT_BYTES_MAX)
    return codec_of(GroupHistory).read(fields)


def group_id_of(author_id: AuthorId, content: bytes) -> bytes:
    """Name of the group that begins with a letter: 32 bytes."""
    return sha256(_GROUP + author_id + content).digest()


class Group(Struct, frozen=True, kw_only=True):
    """What a history says."""

    group_id: bytes
    name: str
    admins: frozenset[AuthorId]
    people: frozenset[AuthorId]
    """Who is in it now."""
    refs: tuple[bytes, ...]
    """What the next change names."""
    missing: int
    """Changes that others knew, and are not here."""


def open_group(history: GroupHistory) -> Group:
    """Return the state of a group.

    Raises:
        BadEncodingError: It does not begin with a group, or a change of it is none.
    """
    if not history.changes:
        raise BadEncodingError("a group without a beginning")
    if any(len(each.content) > GROUP_CHANGE_BYTES_MAX for each in history.changes):
        raise BadEncodingError("a letter about a group is too long")
    first, *later = history.changes
    made = _read_made(decode_content(first.content))
    admins = frozenset({first.author_id, *made.admins})
    group_id = group_id_of(first.author_id, first.content)
    changes = {each.letter_id: (each.author_id, _read_change(each, group_id)) for each in later}
    counting = {
        name: change
        for name, (author_id, change) in changes.items()
        if author_id in admins or _is_leave(author_id, change)
    }
    named = {ref for change in counting.values() for ref in change.refs}
    return Group(
        group_id=group_id,
        name=made.name,
        admins=admins,
        people=_people({first.author_id, *made.people}, counting),
        refs=tuple(sorted(counting.keys() - named))[:GROUP_REFS_MAX],
        missing=len(named - counting.keys()),
    )


def _is_leave(author_id: AuthorId, change: GroupChange) -> bool:
    return author_id == change.who and not change.on


def _knowing(changes: Mapping[bytes, GroupChange]) -> Callable[[bytes], frozenset[bytes]]:
    """Return what tells which changes the writer of one knew."""

    @cache
    def known_to(name: bytes) -> frozenset[bytes]:
        refs = [ref for ref in changes[name].refs if ref in changes and ref != name]
        return frozenset(refs).union(*(known_to(ref) for ref in refs))

    return known_to


def _people(
    first: Collection[AuthorId], changes: Mapping[bytes, GroupChange]
) -> frozenset[AuthorId]:
    known_to = _knowing(changes)
    removals: dict[AuthorId, set[bytes]] = {}
    for name, change in changes.items():
        if not change.on:
            removals.setdefault(change.who, set()).add(name)
    found = {who for who in first if who not in removals}
    for name, change in changes.items():
        if change.on and removals.get(change.who, set()) <= known_to(name):
            found.add(change.who)
    # An admin may add more than can be written to: the same of them everywhere.
    return frozenset(sorted(found, key=lambda who: (who not in first, who))[:GROUP_PEOPLE_MAX])


def with_change(history: GroupHistory, change: WrittenChange) -> GroupHistory:
    """Return a history with one more change; the same one when it is there, or has no room.

    Raises:
        BadEncodingError: It is no change of this group, or of somebody who changes nothing.
    """
    first, author_id = history.changes[0], change.author_id
    said = _read_change(change, group_id_of(first.author_id, first.content))
    if not _is_admin(history, author_id) and not _is_leave(author_id, said):
        raise BadEncodingError("a change by somebody who adds and removes nobody")
    is_known = any(each.letter_id == change.letter_id for each in history.changes)
    if is_known or len(history.changes) > GROUP_CHANGES_MAX:
        return history
    longer = GroupHistory(changes=(*history.changes, change))
    return longer if _is_admin(history, author_id) else _with_few_leaves(longer, author_id)


def is_full(history: GroupHistory) -> bool:
    """Whether nobody is to be added or removed any more: the rest is for those who leave."""
    return len(history.changes) > GROUP_CHANGES_MAX - GROUP_PEOPLE_MAX


def in_parts(history: GroupHistory) -> list[GroupHistory]:
    """Return a history as it fits into letters, the beginning in each of them."""
    first, *later = history.changes
    parts = [GroupHistory(changes=(first,))]
    for each in later:
        longer = GroupHistory(changes=(*parts[-1].changes, each))
        if len(encode_history(longer)) <= GROUP_TOLD_BYTES_MAX:
            parts[-1] = longer
        else:
            parts.append(GroupHistory(changes=(first, each)))
    return parts


def _is_admin(history: GroupHistory, author_id: AuthorId) -> bool:
    first = history.changes[0]
    admins = _read_made(decode_content(first.content)).admins
    return author_id == first.author_id or author_id in admins


def _with_few_leaves(history: GroupHistory, author_id: AuthorId) -> GroupHistory:
    """Let go of changes by one who may only leave, where they are too many: the same ones
    everywhere."""
    names = sorted(each.letter_id for each in history.changes if each.author_id == author_id)
    gone = {*names[GROUP_LEAVES_MAX:]}
    kept = tuple(each for each in history.changes if each.letter_id not in gone)
    return GroupHistory(changes=kept) if gone else history


def untold(history: GroupHistory, change: WrittenChange) -> frozenset[AuthorId]:
    """Whom somebody who adds people has to tell the history again, once a change is in it.

    Whoever was added at the same time as something else changed is told of that by nobody: the
    writer of neither knew of the other's.
    """
    first, *later = history.changes
    group_id = group_id_of(first.author_id, first.content)
    changes = {each.letter_id: _read_change(each, group_id) for each in later}
    known_to, name = _knowing(changes), change.letter_id
    if name not in changes:
        return frozenset()
    apart = [
        each
        for each in changes
        if each != name and each not in known_to(name) and name not in known_to(each)
    ]
    added = {changes[each].who for each in apart if changes[each].on}
    if changes[name].on and apart:
        added.add(changes[name].who)
    return frozenset(added & open_group(history).people)


def begin_group(author_id: AuthorId, content: bytes) -> GroupHistory:
    """Return the history of a group that a letter begins.

    Raises:
        BadEncodingError: It begins none.
    """
    history = GroupHistory(changes=(WrittenChange(author_id=author_id, content=content),))
    open_group(history)
    return history


def _read_made(content: Content) -> GroupMade:
    fields = decode_fields(content.body, "group", limit_bytes=CONTENT_BYTES_MAX)
    made = codec_of(GroupMade).read(fields)
    if len({*made.people}) != len(made.people) or len(made.people) >= GROUP_PEOPLE_MAX:
        raise BadEncodingError("the people of a group are named once, and are not too many")
    return made


def _read_change(change: WrittenChange, group_id: bytes) -> GroupChange:
    if len(change.content) > GROUP_CHANGE_BYTES_MAX:
        raise BadEncodingError("a change of a group is too long")
    content = decode_content(change.content)
    if content.to != group_id:
        raise BadEncodingError("a change of another group")
    fields = decode_fields(content.body, "change", limit_bytes=CONTENT_BYTES_MAX)
    return codec_of(GroupChange).read(fields)
