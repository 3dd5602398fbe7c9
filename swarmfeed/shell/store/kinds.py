"""What the index makes of each kind of entry: its table, how it is read, kept and dropped.

A new kind is one more row of ``TABLES``.  What has no row stays in the log and is not shown:
kinds of later versions.  Every function that is given a
connection runs inside a transaction.
"""

from collections.abc import Sequence
from typing import Any, Final

from swarmfeed.core.base.types import EntryRef, Hash
from swarmfeed.core.feed.kinds import EditBody, PostBody, WithdrawBody
from swarmfeed.core.feed.sightings import PLAIN
from swarmfeed.shell.store import (
    amendments,
    faces,
    media,
    notifications,
    packs,
    pins,
    profile_fields,
    quotes,
    reactions,
    regards,
    remnants,
    sealed,
    seals,
    traits,
)
from swarmfeed.shell.store.amendments import Amended, AmendmentRow
from swarmfeed.shell.store.devices import DEVICES
from swarmfeed.shell.store.entries import (
    BARE,
    POST_HASH,
    POSTS,
    Place,
    PostRow,
    Said,
    Table,
    Tables,
    read_post,
)
from swarmfeed.shell.store.made import make_of
from swarmfeed.shell.store.moments import Moments, shift_of
from swarmfeed.shell.store.packs import POST_TEXT
from swarmfeed.shell.store.people import FOLLOWS, PROFILES
from swarmfeed.shell.store.places import (
    block_ranges,
    mark_indexed,
    unmark_indexed,
)
from swarmfeed.shell.store.sqlite import Connection
from swarmfeed.shell.store.words import add_new_words, add_words, drop_words, of_many

SAVE: Final = """
    INSERT INTO post (id, feed, sort_ms, claimed_ms, hash, cw, text, shift)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""

EDIT: Final = f"UPDATE post SET cw = ?, text = ?, hash = {POST_HASH} WHERE id = ?"  # noqa: S608  # fixed text
"""The new text does not make the entry's hash any more, so it is stored from now on."""

LAY_BARE: Final = f"""
    INSERT OR IGNORE INTO bare SELECT id, feed, sort_ms, claimed_ms, {POST_HASH}
    FROM post WHERE id = ?
"""  # noqa: S608  # fixed text
"""Keep of a post that goes what an edit may be shown by."""

# --- posts -------------------------------------------------------------------------------


def save_posts(db: Connection, place: Place, posts: Sequence[PostRow]) -> int:
    """Add posts whose row numbers ascend, as their feed wants them shown now."""
    first, last = posts[0][0], posts[-1][0]
    moments = Moments(db, [post[2] for post in posts])
    given = [moments.give(post[2]) for post in posts]
    made = place.made
    if not made.is_of([post[0] for post in posts]):
        made = make_of([(post[0], post[-1]) for post in posts])
    packed = packs.put(db, made.packs, made.base)
    db.executemany(SAVE, _rows(posts, packed, given))
    if not packed:
        packs.pack_loose(db, place.feed_no, last)
    seals.seal(db, [(post[0], *post[-2:]) for post in posts if seals.is_long(*post[-2:])])
    has_traits = place.may_have(traits.TABLE.name)
    said = traits.traits_of(db, first, last) if has_traits else {}
    traits_of = (said.get(post[0]) for post in posts)
    new = zip(given, made.words, traits_of, strict=True)
    add_new_words(db, place.author_no, new)
    notifications.note_posts(db, place, posts)
    reactions.find_posts(db, place, first, last)
    if not place.may_have("amendment"):
        return len(posts)
    span = (first - place.base, last - place.base + 1)
    return len(posts) + apply_amendments(db, place.feed_no, *span)


def _rows(
    posts: Sequence[PostRow], packed: set[int], moments: Sequence[int]
) -> list[tuple[Any, ...]]:
    """As SAVE wants them."""
    return [
        (no, feed, at, claimed, salt, cw, None if no in packed else text, shift_of(moment, at))
        for (no, feed, at, claimed, salt, cw, text), moment in zip(posts, moments, strict=True)
    ]


def drop_posts_of(db: Connection, feed_no: int) -> None:
    for base, size in db.execute(
        "SELECT base, size FROM block WHERE feed = ?", (feed_no,)
    ).fetchall():
        drop_posts(db, base, base + size - 1)


ReplyRow = tuple[int, EntryRef, tuple[int, int | None], Hash]
"""Row number of the reply, the post it answers, its times as a post has them, and its hash."""


def read_reply(said: Said) -> ReplyRow | None:
    post: PostBody = said.body
    if post.reply is None:
        return None
    return said.place.base + said.index, post.reply, said.times(), said.entry_hash


def save_replies(db: Connection, _place: Place, replies: Sequence[ReplyRow]) -> int:
    """Their posts were saved before: one that is not there is withdrawn."""
    db.executemany(
        "INSERT INTO reply VALUES (?, ?, ?, ?, ?, ?,"
        " CASE WHEN EXISTS (SELECT 1 FROM post WHERE id = ?1) THEN NULL ELSE ?7 END)",
        [
            (row_id, ref.entry_hash, ref.feed_id, ref.index, *times, entry_hash)
            for row_id, ref, times, entry_hash in replies
        ],
    )
    return 0


def drop_posts(db: Connection, first: int, last: int) -> int:
    """Remove posts with row numbers from first to last; returns how many there were."""
    db.execute("DELETE FROM reply WHERE id BETWEEN ? AND ?", (first, last))
    return _drop_texts(db, first, last)


def withdraw_post(db: Connection, row_id: int) -> int:
    """Remove a post; of a reply stays where it stood."""
    db.execute(LAY_BARE, (row_id,))
    notifications.forget_answers(db, row_id)
    db.execute(
        "UPDATE reply SET hash = (SELECT hash FROM post WHERE post.id = reply.id)"
        " WHERE id = ? AND hash IS NULL",
        (row_id,),
    )
    return _drop_texts(db, row_id, row_id)


def _drop_texts(db: Connection, first: int, last: int) -> int:
    remnants.note(db, remnants.GONE)
    drop_words(db, first, last)
    traits.drop(db, first, last)
    media.drop(db, first, last)
    seals.unseal(db, first, last)
    notifications.drop(db, first, last)
    reactions.lose_posts(db, first, last)
    packs.strike(db, first, last)
    db.execute("DELETE FROM post WHERE id BETWEEN ? AND ?", (first, last))
    return db.changes()


# --- what authors say of their own entries -----------------------------------------------


def save_amendments(db: Connection, place: Place, rows: Sequence[AmendmentRow]) -> int:
    """Keep what a feed says of its posts, and show them by it.

    Posts that come with it are not there yet: ``save_posts`` looks for what is known.
    """
    spoken_of, lost = amendments.keep(db, place.feed_no, rows)
    with of_many(len(spoken_of | lost)):
        for target in lost:
            if not dict(amendments.amended(db, place.feed_no, target, target + 1)):
                read_again(db, place.feed_no, target)
        changes = (apply_amendments(db, place.feed_no, n, n + 1) for n in spoken_of | lost)
        return sum(max(change, 0) for change in changes)


def apply_amendments(db: Connection, feed_no: int, start: int, end: int) -> int:
    """Edit and withdraw the posts among entries [start, end); returns how many more are shown
    (fewer: below 0)."""
    found = list(amendments.amended(db, feed_no, start, end))
    with of_many(len(found)):
        return sum(apply_amended(db, feed_no, target, said) for target, said in found)


def apply_amended(db: Connection, feed_no: int, target: int, said: Amended) -> int:
    """Edit or withdraw one post, wherever it stands; returns how many more are shown."""
    more = 0
    if said.is_gone:
        amendments.forget_edits(db, feed_no, target)
    for base, _, _ in list(block_ranges(db, feed_no, target, target + 1)):
        row_id = base + target
        if said.is_gone:
            more -= withdraw_post(db, row_id)
        elif said.edit is not None:
            cw, text, reply = said.edit
            has_media = media.is_named_by_edit(db, feed_no, target)
            if not edit_post(db, row_id, cw, text, has_media=has_media):
                more += show_bare(db, row_id, cw, text, reply)
    return more


def read_again(db: Connection, feed_no: int, target: int) -> None:
    """Forget a post whose text here is that of an edit that is gone: it is to be read anew."""
    for base, _, _ in list(block_ranges(db, feed_no, target, target + 1)):
        row_id = base + target
        db.execute(LAY_BARE, (row_id,))
        if drop_posts(db, row_id, row_id):
            unmark_indexed(db, feed_no, target)


def edit_post(
    db: Connection, row_id: int, cw: str | None, text: str, *, has_media: bool
) -> bool:
    """Give a post another text and other media; returns whether it is there."""
    old = db.execute(f"SELECT cw, {POST_TEXT} FROM post WHERE id = ?", (row_id,)).fetchone()  # noqa: S608
    if old is None:
        return False
    seals.require_sealed(db, row_id, *old)  # its hash is made of the old text
    remnants.note(db, remnants.GONE)
    drop_words(db, row_id, row_id)
    seals.unseal(db, row_id, row_id)
    db.execute(EDIT, (cw, text, row_id))
    packs.strike(db, row_id, row_id)
    seals.seal(db, ((row_id, cw, text),))
    traits.note_media(db, row_id, is_there=has_media)
    add_words(db, row_id, row_id)
    notifications.note_edit(db, row_id, text)
    return True


BareRow = tuple[int, int, int, int | None, Hash]
"""Row number, feed, sort_ms, claimed_ms, hash: the columns of ``bare``."""


def save_bare(db: Connection, place: Place, rows: Sequence[BareRow]) -> int:
    """Keep posts that came without their bodies; returns how many an edit shows."""
    db.executemany("INSERT OR IGNORE INTO bare VALUES (?, ?, ?, ?, ?)", rows)
    span = (rows[0][0] - place.base, rows[-1][0] - place.base + 1)
    return apply_amendments(db, place.feed_no, *span)


def show_bare(
    db: Connection, row_id: int, cw: str | None, text: str, reply: EntryRef | None
) -> int:
    """Show an edit of a post that came without its body; returns 1 if there is one."""
    row = db.execute(
        "SELECT bare.*, author, base - start FROM bare JOIN feed ON feed.no = bare.feed"
        " JOIN block ON block.base = (SELECT max(base) FROM block WHERE base <= bare.id)"
        " WHERE id = ?",
        (row_id,),
    ).fetchone()
    if row is None:
        return 0
    *_, feed_no, sort_ms, claimed_ms, entry_hash, author_no, base = row
    place = Place(feed_no, author_no, base, PLAIN)
    mark_indexed(db, feed_no, row_id - base, row_id - base + 1)
    traits.note_reply(db, row_id, None if reply is None else reply.feed_id)
    save_posts(db, place, [(row_id, feed_no, sort_ms, claimed_ms, entry_hash, cw, text)])
    db.execute("UPDATE reply SET hash = NULL WHERE id = ?", (row_id,))
    if reply is not None and not db.changes():
        save_replies(db, place, [(row_id, reply, (sort_ms, claimed_ms), entry_hash)])
    if reply is not None:
        notifications.save_notifications(db, place, [(row_id, reply, ())])
    return 1


TABLES: Final = Tables(
    (
        Table(
            name="amendment",
            bodies=(EditBody, WithdrawBody),
            read=amendments.read_amendment,
            save=save_amendments,
        ),
        traits.TABLE,
        Table(
            name=POSTS,
            bodies=(PostBody,),
            read=read_post,
            save=save_posts,
            drop=drop_posts_of,
        ),
        Table(
            name="reply",
            bodies=(PostBody,),
            read=read_reply,
            save=save_replies,
            drop=lambda _db, _feed_no: None,  # it leaves with its post
        ),
        notifications.TABLE,
        Table(
            name=BARE,
            bodies=(),
            read=lambda _: None,  # what has no body is put there without being read
            save=save_bare,
        ),
        PROFILES,
        pins.TABLE,
        sealed.TABLE,
        DEVICES,
        FOLLOWS,
        Table(
            name="seal",
            bodies=(),
            read=lambda _: None,
            save=lambda _db, _place, _rows: 0,
            drop=lambda _db, _feed_no: None,  # it leaves with its post
        ),
        *reactions.TABLES,
        quotes.TABLE,
        media.TABLE,
        notifications.WITH_QUOTES,
        faces.TABLE,
        regards.TABLE,
        reactions.NEWEST,
        profile_fields.TABLE,
    )
)
"""Of the first version of the file; others come after them, with what ``creates`` them."""
