"""Who is in a group: a pure function of its changes, in whatever order they came.

The founder says at the beginning who is in it; the founder and those they named admins add and
remove people, and everybody may leave.  Each change names the newest ones its writer knew, and
so all before them.  A person is in the group if some addition of them knew every removal of
them: a removal beats an addition that did not know of it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Annotated, Final

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import codec_of
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.letters.content import Content, decode_content, letter_id
from swarmfeed.core.letters.limits import (
    CONTENT_BYTES_MAX,
    GROUP_CHANGE_BYTES_MAX,
    GROUP_CHANGES_MAX,
    GROUP_NAME_CHARS_MAX,
    GROUP_PEOPLE_MAX,
    GROUP_REFS_MAX,
    LETTER_ID_BYTES,
)
from swarmfeed.errors import BadEncodingError

_GROUP: Final = b"swarmfeed group 1"

People = tuple[AuthorId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMade:
    """What a group begins with; its writer is the founder, and an admin."""

    admins: Annotated[People, At("a"), UpTo(GROUP_PEOPLE_MAX), OPTIONAL] = ()
    name: Annotated[str, At("n"), Between(1, GROUP_NAME_CHARS_MAX)]
    people: Annotated[People, At("p"), UpTo(GROUP_PEOPLE_MAX)]
    """All but the founder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """Somebody is added, or removed."""

    on: Annotated[bool, At("g")]
    who: Annotated[AuthorId, At("p")]
    refs: Annotated[
        tuple[Annotated[bytes, UpTo(LETTER_ID_BYTES)], ...],
        At("r"),
        UpTo(GROUP_REFS_MAX),
        OPTIONAL,
    ] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenChange:
    """A letter about who is in a group, as it was written, and by whom."""

    author_id: Annotated[AuthorId, At("a")]
    content: Annotated[bytes, At("c"), UpTo(GROUP_CHANGE_BYTES_MAX)]

    @property
    def letter_id(self) -> bytes:
        return letter_id(self.author_id, self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupHistory:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
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
        if author_id in admins or (author_id == change.who and not change.on)
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


def _people(
    first: Collection[AuthorId], changes: Mapping[bytes, GroupChange]
) -> frozenset[AuthorId]:
    @cache
    def known_to(name: bytes) -> frozenset[bytes]:
        refs = [ref for ref in changes[name].refs if ref in changes and ref != name]
        return frozenset(refs).union(*(known_to(ref) for ref in refs))

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
    """Return a history with one more change; the same one when it is there, or it is full.

    Raises:
        BadEncodingError: It is no change of this group.
    """
    first = history.changes[0]
    _read_change(change, group_id_of(first.author_id, first.content))
    is_known = any(each.letter_id == change.letter_id for each in history.changes)
    if is_known or len(history.changes) > GROUP_CHANGES_MAX:
        return history
    return GroupHistory(changes=(*history.changes, change))


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
