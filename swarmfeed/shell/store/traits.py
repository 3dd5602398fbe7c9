"""What is looked for in a post beside its text: language, media, whom it answers and mentions.

They are terms of a column of their own in the full-text index:

    r                 it is a reply
    a<16 hex digits>  it answers a post of the feed whose id starts so
    m<16 hex digits>  its author mentions the author whose id starts so
    l<language>       that it is in this language; of de-at there are lde-at and lde
    f                 it has pictures or files; of an edited one, those that its edit names

To be forgotten there they must be said once more, so they are kept; of nearly all posts of a
backlog there are none, and no row.  Every function runs inside a transaction.
"""

from collections.abc import Sequence
from typing import Final

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.kinds import PostBody
from swarmfeed.core.feed.matching import languages
from swarmfeed.core.feed.medium import shows_any
from swarmfeed.shell.store.entries import Place, Said, Table
from swarmfeed.shell.store.sqlite import Connection

IS_REPLY: Final = "r"
HAS_MEDIA: Final = "f"

START_BYTES: Final = 8
"""Of an id: nobody finds another one that starts so, and whoever makes two of their own gains
that one search finds both."""

TRAITS: Final = "(SELECT said FROM trait WHERE trait.id = post.id)"
"""In SQL, the terms of a row of ``post``, or NULL."""

TraitRow = tuple[int, str]
"""Row number of a post, and its terms with blanks between."""


def answers(feed_id: FeedId) -> str:
    return f"a{feed_id[:START_BYTES].hex()}"


def mentions(author_id: AuthorId) -> str:
    return f"m{author_id[:START_BYTES].hex()}"


def in_language(lang: str) -> str:
    return f"l{lang}"


def language_in(terms: str | None) -> str:
    """Return the language that terms say, the exact one of several; empty when none does."""
    said = (each[1:] for each in (terms or "").split() if each.startswith("l"))
    return max(said, key=len, default="")


def read_traits(said: Said) -> TraitRow | None:
    post: PostBody = said.body
    if not (post.reply or post.mentions or post.lang or post.media):
        return None
    terms = [in_language(lang) for lang in languages(post.lang)]
    terms += [mentions(author_id) for author_id in post.mentions]
    if post.reply is not None:
        terms += [IS_REPLY, answers(post.reply.feed_id)]
    if shows_any(post.media):
        terms.append(HAS_MEDIA)
    return said.place.base + said.index, " ".join(terms)


def save_traits(db: Connection, _place: Place, rows: Sequence[TraitRow]) -> int:
    db.executemany("INSERT OR REPLACE INTO trait VALUES (?, ?)", rows)
    return 0


def note_reply(db: Connection, row_id: int, answered: FeedId | None) -> None:
    """Of a post only an edit is known, which says of what feed the post is that it answers.

    Args:
        answered: None where it says nothing: what is known of the reply still counts.
    """
    if answered is None:
        row = db.execute("SELECT parent_feed FROM reply WHERE id = ?", (row_id,)).fetchone()
        if row is None:
            return
        (answered,) = row
    terms = f"{IS_REPLY} {answers(FeedId(answered))}"
    db.execute("INSERT OR REPLACE INTO trait VALUES (?, ?)", (row_id, terms))


def has_media(db: Connection, row_id: int) -> bool:
    """Whether the terms of a post say so."""
    return HAS_MEDIA in traits_of(db, row_id, row_id).get(row_id, "").split()


def note_media(db: Connection, row_id: int, *, is_there: bool) -> None:
    """Say whether a post has media.  Its words must be out of the index meanwhile."""
    said = traits_of(db, row_id, row_id).get(row_id, "").split()
    terms = [each for each in said if each != HAS_MEDIA] + [HAS_MEDIA] * is_there
    if terms:
        db.execute("INSERT OR REPLACE INTO trait VALUES (?, ?)", (row_id, " ".join(terms)))
    else:
        drop(db, row_id, row_id)


def traits_of(db: Connection, first: int, last: int) -> dict[int, str]:
    """Return the terms of posts with row numbers from first to last; of most there are none."""
    rows = db.execute("SELECT id, said FROM trait WHERE id BETWEEN ? AND ?", (first, last))
    return dict(rows.fetchall())


def drop(db: Connection, first: int, last: int) -> None:
    """Words of posts with these row numbers were dropped: what they are made of goes too."""
    db.execute("DELETE FROM trait WHERE id BETWEEN ? AND ?", (first, last))


TABLE: Final = Table(
    name="trait",
    bodies=(PostBody,),
    read=read_traits,
    save=save_traits,
    drop=lambda _db, _feed_no: None,  # they leave with their post
)
