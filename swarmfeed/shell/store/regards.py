"""Who likes or boosted the person's posts, and who follows them, as notifications.

Of each own post it is kept when the newest reaction of somebody else came: a narrow table, so
a page is a walk over it.  Followers are grouped by the day.  Every function that is given a
connection runs inside a transaction; those that read, on a read-only one.
"""

from collections.abc import Collection
from typing import Any, Final

from msgspec.structs import replace

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.asks.limits import REGARDING_COUNTED, REGARDING_NAMED
from swarmfeed.core.asks.notifications import BOOSTS, DONE, FOLLOWS, LIKES, Regarding
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.ports import KnownRegard
from swarmfeed.shell.store.entries import Table
from swarmfeed.shell.store.read import HEARD, NUMBER_MAX, clamp, in_json
from swarmfeed.shell.store.sqlite import Connection

DAY_MS: Final = 24 * 3_600 * 1_000

OF_TYPE: Final = {LIKES: 1, BOOSTS: 2, FOLLOWS: 3}
"""Of the first two the kind of a reaction; all of them the lower part of a cursor's number."""

TYPE_OF: Final = {number: name for name, number in OF_TYPE.items()}

# Reactions of others to a post of the own author, as far as they count.
REACTIONS: Final = """
    reacted CROSS JOIN post ON post.id = reacted.row_id
    CROSS JOIN feed ON feed.no = post.feed
    CROSS JOIN author AS me ON me.no = feed.author AND me.own = 1
    CROSS JOIN reaction ON reaction.post = reacted.no AND reaction.author <> me.no
        AND counts = 1 AND said <> ''
"""

NOTE: Final = f"""
    INSERT INTO regarded SELECT kind, reacted.no, reaction.sort_ms FROM {REACTIONS}
    WHERE reacted.no = :post AND kind = :kind AND reaction.author = :author
    ON CONFLICT DO UPDATE SET sort_ms = max(sort_ms, excluded.sort_ms)
"""  # noqa: S608  # fixed text

ALL: Final = f"""
    INSERT INTO regarded SELECT kind, reacted.no, max(reaction.sort_ms) FROM {REACTIONS}
    WHERE {{which}} GROUP BY kind, reacted.no
"""  # noqa: S608  # fixed text

COUNT: Final = ALL.format(which="reacted.no = :post")

NUMBER: Final = "reacted.post_index * 4 + kind"
"""The tie-breaker of a cursor: below that of any post."""

WHO_REACTED: Final = f"""FROM reaction CROSS JOIN author ON author.no = reaction.author
    WHERE reaction.post = regarded.about AND reaction.kind = regarded.kind
    AND counts = 1 AND said <> '' AND NOT author.own AND {HEARD}"""

# From the newest on, to the first who is heard: of thousands that is mostly one step.
HEARD_MS: Final = f"""iif(:without = '[]', regarded.sort_ms, (SELECT reaction.sort_ms
    {WHO_REACTED} ORDER BY reaction.sort_ms DESC LIMIT 1))"""

PAGE: Final = f"""
    SELECT kind, post_feed, post_index, sort_ms, {NUMBER}, about, {HEARD_MS}
    FROM regarded CROSS JOIN reacted ON reacted.no = regarded.about
    WHERE regarded.sort_ms <= :time_ms AND (regarded.sort_ms, {NUMBER}) < (:time_ms, :number)
    AND kind IN (:likes, :boosts) AND {HEARD_MS} IS NOT NULL
    ORDER BY regarded.sort_ms DESC, {NUMBER} DESC LIMIT :limit
"""  # noqa: S608  # fixed text

NAMES: Final = "SELECT author.author_id, coalesce(profile.name, '')"

PROFILE: Final = "LEFT JOIN profile ON profile.author = author.no AND profile.counts = 1"

REACTED_PEOPLE: Final = f"""
    {NAMES} FROM reaction CROSS JOIN author ON author.no = reaction.author {PROFILE}
    WHERE reaction.post = :about AND kind = :kind AND reaction.counts = 1 AND said <> ''
    AND NOT author.own AND {HEARD} ORDER BY reaction.sort_ms DESC, author.author_id LIMIT :limit
"""  # fixed text

FOLLOWERS: Final = """
    author AS me CROSS JOIN follow ON follow.target = me.no AND followed AND follow.counts = 1
    CROSS JOIN author ON author.no = follow.author AND NOT author.own
"""

DAYS: Final = f"""
    SELECT follow.sort_ms / {DAY_MS} AS day, max(follow.sort_ms) AS newest FROM {FOLLOWERS}
    WHERE me.own = 1 AND {HEARD} GROUP BY day
    HAVING (newest, day * 4 + 3) < (:time_ms, :number) ORDER BY newest DESC LIMIT :limit
"""  # noqa: S608  # fixed text

DAY_PEOPLE: Final = f"""
    {NAMES} FROM {FOLLOWERS} {PROFILE} WHERE me.own = 1 AND follow.sort_ms / {DAY_MS} = :about
    AND {HEARD} ORDER BY follow.sort_ms DESC, author.author_id LIMIT :limit
"""  # fixed text


# --- as entries come ---------------------------------------------------------------------


def note(db: Connection, whose: dict[str, int]) -> None:
    """Somebody reacted: to a post of the person?"""
    db.execute(NOTE, whose)


def count_again(db: Connection, post: int) -> None:
    """A reaction was taken back, a post came, or both are sorted by other times."""
    db.execute("DELETE FROM regarded WHERE about = ?", (post,))
    db.execute(COUNT, {"post": post})


def lose_posts(db: Connection, first: int, last: int) -> None:
    """Posts with these row numbers are about to go."""
    db.execute(
        "DELETE FROM regarded WHERE about IN"
        " (SELECT no FROM reacted WHERE row_id BETWEEN ? AND ?)",
        (first, last),
    )


TABLE: Final = Table(
    name="regarded",
    bodies=(),
    read=lambda _: None,  # it comes and goes with reactions
    save=lambda _db, _place, _rows: 0,
    drop=lambda _db, _feed_no: None,
    creates=(
        """
        CREATE TABLE regarded (
            kind    INTEGER NOT NULL CHECK (kind IN (1, 2)),
            about   INTEGER NOT NULL REFERENCES reacted,
            sort_ms INTEGER NOT NULL,
            PRIMARY KEY (about, kind)
        ) STRICT, WITHOUT ROWID
        """,
        "CREATE INDEX regarded_time ON regarded (sort_ms)",
        ALL.format(which="true"),
    ),
)


# --- questions ---------------------------------------------------------------------------


def regards(
    db: Connection,
    limit: int,
    before: Cursor | None,
    without: Collection[AuthorId],
    *,
    types: Collection[str] = DONE,
    named: bool = True,
) -> list[KnownRegard]:
    """As in ``ports.Index``."""
    values = {**_place(before), "limit": limit, "without": in_json(without)}
    of_posts = {each: OF_TYPE[each] if each in types else 0 for each in (LIKES, BOOSTS)}
    found = [_of_post(row) for row in db.execute(PAGE, {**values, **of_posts}).fetchall()]
    if FOLLOWS in types:
        found += [_of_day(*row) for row in db.execute(DAYS, values).fetchall()]
    found.sort(key=lambda each: each[0].cursor, reverse=True)
    if not named:
        return [regard for regard, _ in found[:limit]]
    return [_named(db, *each, values["without"]) for each in found[:limit]]


def _of_post(row: tuple[Any, ...]) -> tuple[KnownRegard, int]:
    kind, feed_id, index, sort_ms, number, about, heard_ms = row
    regard = KnownRegard(
        type=TYPE_OF[kind],
        feed_id=FeedId(feed_id),
        index=index,
        cursor=Cursor(sort_ms, number),
        time_ms=heard_ms,
    )
    return regard, about


def _of_day(day: int, newest_ms: int) -> tuple[KnownRegard, int]:
    cursor = Cursor(newest_ms, day * 4 + OF_TYPE[FOLLOWS])
    regard = KnownRegard(
        type=FOLLOWS, feed_id=None, index=day, cursor=cursor, time_ms=newest_ms
    )
    return regard, day


def _named(db: Connection, regard: KnownRegard, about: int, without: object) -> KnownRegard:
    query = DAY_PEOPLE if regard.type == FOLLOWS else REACTED_PEOPLE
    values = {"about": about, "kind": OF_TYPE[regard.type], "without": without}
    rows = db.execute(query, {**values, "limit": REGARDING_COUNTED}).fetchall()
    people = [
        Regarding(author_id=AuthorId(author_id), author_name=name)
        for author_id, name in rows[:REGARDING_NAMED]
    ]
    return replace(regard, people=tuple(people), count=len(rows))


def _place(before: Cursor | None) -> dict[str, int]:
    if before is None:
        return {"time_ms": NUMBER_MAX, "number": NUMBER_MAX}
    return {"time_ms": clamp(before.time_ms), "number": clamp(before.number)}
