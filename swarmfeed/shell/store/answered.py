"""What posts answer and quote: whose it is, and its first words.  Runs on a read-only
connection."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from swarmfeed.core.asks.posts import (
    ABSENT,
    HERE,
    UNSHOWN,
    WITHDRAWN,
    Answered,
    PostView,
    Quoted,
    beginning,
    first_words,
)
from swarmfeed.core.base.types import EntryRef
from swarmfeed.shell.store.entries import POST_HASH
from swarmfeed.shell.store.packs import POST_TEXT
from swarmfeed.shell.store.seals import require_sealed
from swarmfeed.shell.store.sqlite import Connection

PLACE: Final = f"""
    SELECT author.author_id, coalesce(profile.name, ''), post.id, post.cw,
        CASE WHEN post.id THEN {POST_TEXT} END,
        CASE WHEN post.id THEN {POST_HASH} END,
        EXISTS (SELECT 1 FROM amendment AS said
            WHERE said.feed = feed.no AND said.target = :at AND said.text IS NULL),
        EXISTS (SELECT 1 FROM indexed WHERE indexed.feed = feed.no
            AND indexed.start <= :at AND indexed.stop > :at),
        coalesce(post.claimed_ms, post.sort_ms)
    FROM feed CROSS JOIN author ON author.no = feed.author
    LEFT JOIN profile ON profile.author = author.no AND profile.counts = 1
    LEFT JOIN block ON block.feed = feed.no AND block.start = (
        SELECT max(start) FROM block AS b WHERE b.feed = feed.no AND b.start <= :at)
        AND :at < block.start + block.size
    LEFT JOIN post ON post.id = block.base + :at - block.start
    WHERE feed.feed_id = :feed_id
"""  # noqa: S608  # fixed text


def with_answers(db: Connection, views: Sequence[PostView]) -> list[PostView]:
    """Return posts with what they answer."""
    wanted = {view.reply_to for view in views if view.reply_to is not None}
    found = {ref: answered(db, ref) for ref in wanted}
    return [
        view if view.reply_to is None else replace(view, answers=found[view.reply_to])
        for view in views
    ]


def with_quoted(db: Connection, views: Sequence[PostView]) -> list[PostView]:
    """Return posts with what they quote."""
    wanted = {view.quotes for view in views if view.quotes is not None}
    found = {ref: quoted(db, ref) for ref in wanted}
    return [
        view if view.quotes is None else replace(view, quoted=found[view.quotes])
        for view in views
    ]


def answered(db: Connection, ref: EntryRef) -> Answered:
    """Return what is known of the post that a reference names."""
    there = find(db, ref)
    return Answered(
        state=there.state,
        author_id=there.author_id,
        author_name=there.author_name,
        words=first_words(there.text, there.cw),
    )


def quoted(db: Connection, ref: EntryRef) -> Quoted:
    """The same, with more of what it says."""
    there = find(db, ref)
    return replace(there, text=beginning(there.text))


def find(db: Connection, ref: EntryRef) -> Quoted:
    """Return all of the post that a reference names."""
    row = db.execute(PLACE, {"feed_id": ref.feed_id, "at": ref.index}).fetchone()
    if row is None:
        return Quoted(state=ABSENT)
    author_id, name, row_id, cw, text, entry_hash, is_withdrawn, is_read, time_ms = row
    if row_id is not None and entry_hash == ref.entry_hash:
        require_sealed(db, row_id, cw, text)
        whose = Quoted(state=HERE, author_id=author_id, author_name=name)
        return replace(whose, text=text, cw=cw or "", time_ms=time_ms)
    state = WITHDRAWN if is_withdrawn else ABSENT
    if is_read and row_id is None and not is_withdrawn:
        state = UNSHOWN
    return Quoted(state=state, author_id=author_id, author_name=name)
