"""What authors say of themselves and each other in the index: profiles, and whom they follow.

Every function that is given a connection runs inside a transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from swarmfeed.core.base.blank import seen_name
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.kinds import FollowBody, ProfileBody
from swarmfeed.core.words.folding import name_key
from swarmfeed.core.words.looks import look
from swarmfeed.shell.store.entries import Place, Said, Table
from swarmfeed.shell.store.places import number_author
from swarmfeed.shell.store.sqlite import Connection

ProfileRow = tuple[int, int, int, int, int | None, str, str, str, str]
"""Author, feed, entry, sort_ms, claimed_ms, name, how it is looked up, how it looks, bio."""


def read_profile(said: Said) -> ProfileRow:
    place, body = said.place, said.body
    key = (place.author_no, place.feed_no, said.index, *said.times())
    name = seen_name(body.name)
    return (*key, name, name_key(name), look(name), body.bio)


def save_profiles(db: Connection, place: Place, rows: Sequence[ProfileRow]) -> int:
    """Keep the feed's last profile: the place of an entry decides, not its time."""
    one_of_several = db.execute(OTHER_PROFILE, (place.author_no, place.feed_no)).fetchone()
    counts = one_of_several is None
    db.executemany(
        "INSERT INTO profile VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
        " SET entry_index = excluded.entry_index, sort_ms = excluded.sort_ms,"
        " claimed_ms = excluded.claimed_ms, name = excluded.name,"
        " name_key = excluded.name_key, look = excluded.look, bio = excluded.bio"
        " WHERE excluded.entry_index > entry_index",
        [(*row[:5], counts, *row[5:]) for row in rows],
    )
    if not counts:
        count_profiles(db, place.author_no)
    return 0


OTHER_PROFILE: Final = "SELECT 1 FROM profile WHERE author = ? AND feed <> ? LIMIT 1"


def drop_profile_of(db: Connection, feed_no: int) -> None:
    db.execute("DELETE FROM profile WHERE feed = ?", (feed_no,))
    count_profiles(db, author_of(db, feed_no))


def count_profiles(db: Connection, author_no: int) -> None:
    """Go by the newest among the last profiles of an author's feeds."""
    db.execute(COUNT_PROFILES, {"author": author_no})


COUNT_PROFILES: Final = """
    UPDATE profile SET counts = (feed = (
        SELECT said.feed FROM profile AS said JOIN feed ON feed.no = said.feed
        WHERE said.author = :author ORDER BY said.sort_ms DESC, feed.feed_id DESC LIMIT 1))
    WHERE author = :author
"""

FollowRow = tuple[int, int, int | None, FollowBody]
"""Entry, sort_ms, claimed_ms, body."""


def read_follow(said: Said) -> FollowRow:
    return (said.index, *said.times(), said.body)


def save_follows(db: Connection, place: Place, rows: Sequence[FollowRow]) -> int:
    """Keep the feed's last word on each author it follows, or no longer does."""
    feed_no, author_no = place.feed_no, place.author_no
    targets = {
        author_id: number_author(db, author_id)
        for author_id in {body.author_id for *_, body in rows}
    }
    db.executemany(
        "INSERT INTO follow VALUES (?, ?, ?, ?, ?, ?, 0, ?) ON CONFLICT DO UPDATE"
        " SET entry_index = excluded.entry_index, sort_ms = excluded.sort_ms,"
        " claimed_ms = excluded.claimed_ms, followed = excluded.followed"
        " WHERE excluded.entry_index > entry_index",
        [
            (author_no, targets[body.author_id], feed_no, *times, body.on)
            for *times, body in rows
        ],
    )
    count_follows(db, author_no, targets.values())
    return 0


def drop_follows_of(db: Connection, feed_no: int) -> None:
    author_no = author_of(db, feed_no)
    found = db.execute("SELECT target FROM follow WHERE feed = ?", (feed_no,)).fetchall()
    db.execute("DELETE FROM follow WHERE feed = ?", (feed_no,))
    count_follows(db, author_no, [target for (target,) in found])


def count_follows(db: Connection, author_no: int, targets: Iterable[int]) -> None:
    """Go by the newest among the last words of an author's feeds on each of these."""
    db.executemany(
        COUNT_FOLLOWS, [{"author": author_no, "target": target} for target in targets]
    )
    if db.execute("SELECT own FROM author WHERE no = ?", (author_no,)).fetchone() == (1,):
        refresh_home(db)


COUNT_FOLLOWS: Final = """
    UPDATE follow SET counts = (feed = (
        SELECT said.feed FROM follow AS said JOIN feed ON feed.no = said.feed
        WHERE said.author = :author AND said.target = :target
        ORDER BY said.sort_ms DESC, feed.feed_id DESC LIMIT 1))
    WHERE author = :author AND target = :target
"""


def author_of(db: Connection, feed_no: int) -> int:
    (author_no,) = db.execute("SELECT author FROM feed WHERE no = ?", (feed_no,)).fetchone()
    return int(author_no)


def refresh_home(db: Connection) -> None:
    """Put posts of the own author and of those they follow on the home timeline, no others."""
    db.execute(
        "WITH wanted (no) AS ("
        " SELECT no FROM author WHERE own UNION"
        " SELECT target FROM follow JOIN author ON author.no = follow.author"
        " WHERE own AND followed AND counts)"
        " UPDATE author SET home = NOT home WHERE home <> (no IN wanted)"
    )


NAME: Final = """
    SELECT name FROM author CROSS JOIN profile ON profile.author = author.no AND counts = 1
    WHERE author_id = ?
"""


def names(db: Connection, authors: Collection[AuthorId]) -> dict[AuthorId, str]:
    """As ``ports.faces.FacesIndex``."""
    found = ((each, db.execute(NAME, (each,)).fetchone()) for each in authors)
    return {author_id: row[0] for author_id, row in found if row}


PROFILES: Final = Table(
    name="profile",
    bodies=(ProfileBody,),
    read=read_profile,
    save=save_profiles,
    drop=drop_profile_of,
)

FOLLOWS: Final = Table(
    name="follow",
    bodies=(FollowBody,),
    read=read_follow,
    save=save_follows,
    drop=drop_follows_of,
)
