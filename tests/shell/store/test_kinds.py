"""A table that keeps a kind of a test's own, brought along from outside."""

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from msgspec import Struct
from swarmfeed.core.base.marks import At, UpTo
from swarmfeed.core.feed.entry import encode_entry
from swarmfeed.core.feed.kinds import (
    EditBody,
    FeedBody,
    FollowBody,
    PinBody,
    PostBody,
    ProfileBody,
    WithdrawBody,
)
from swarmfeed.errors import DamageError
from swarmfeed.shell.store.entries import Place, Said, Table, Tables
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.kinds import TABLES
from swarmfeed.shell.store.schema import MIGRATIONS
from swarmfeed.shell.store.sqlite import Connection, connect

from tests.shell.store.index_samples import ANN, BOBS, LAPTOP, add, stored, texts


class PlaceBody(Struct, frozen=True):
    """Where the author is."""

    kind: ClassVar[str] = "place"
    town: Annotated[str, At("t"), UpTo(20)]


def save_places(db: Connection, place: Place, rows: Sequence[tuple[int, str]]) -> int:
    db.executemany(
        "INSERT INTO place VALUES (?, ?, ?)", [(place.feed_no, *row) for row in rows]
    )
    return 0


def read_place(said: Said) -> tuple[int, str] | None:
    body: PlaceBody = said.body
    return (said.index, body.town) if body.town else None


PLACES = Table(
    name="place",
    bodies=(PlaceBody,),
    read=read_place,
    save=save_places,
    creates=(
        "CREATE TABLE place (feed INTEGER NOT NULL REFERENCES feed, entry_index INTEGER,"
        " town TEXT NOT NULL, PRIMARY KEY (feed, entry_index)) STRICT",
    ),
)
MORE = Tables((*TABLES.all, PLACES))
RECORDS = [
    stored("one"),
    stored(PlaceBody("Oslo")),
    stored(PlaceBody("")),
    encode_entry("place", 1, b"d1:t21:" + b"x" * 21 + b"e"),
    stored("two"),
]


def towns(path: Path) -> list[Any]:
    with closing(connect(path)) as db:
        return db.execute("SELECT entry_index, town FROM place ORDER BY feed").fetchall()


def test_a_kind_of_another_s_own_is_kept_and_dropped(tmp_path: Path) -> None:
    path = tmp_path / "index.db"
    with closing(SqliteIndex(path, MORE)) as index:
        assert add(index, LAPTOP, 0, RECORDS) == 2
        assert add(index, BOBS, 0, [stored(PlaceBody("Rome"))]) == 0
        assert texts(index.author_posts(ANN, 9, None)) == ["two", "one"]
        assert towns(path) == [(1, "Oslo"), (0, "Rome")]
        index.drop_feed(LAPTOP)
        assert towns(path) == [(0, "Rome")]
        index.clear()
        assert towns(path) == []


def test_its_table_is_added_to_a_file_that_has_none_and_known_only_to_who_brings_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "index.db"
    with closing(SqliteIndex(path)) as index:
        assert add(index, LAPTOP, 0, RECORDS) == 2
    with closing(SqliteIndex(path, MORE)) as index:
        assert texts(index.author_posts(ANN, 9, None)) == ["two", "one"]
        assert towns(path) == []
    version = len(MIGRATIONS) + len(MORE.migrations())
    with pytest.raises(DamageError, match=f"version {version}"):
        SqliteIndex(path)


def test_every_kind_that_is_shown_has_its_row() -> None:
    bodies = (PostBody, EditBody, WithdrawBody, ProfileBody, PinBody, FollowBody, FeedBody)
    shown = [*(each.kind for each in bodies), "react", "boost"]
    sealed = ["keys", "mailbox", "prekeys", "protected", "rekey", "state"]
    assert sorted(TABLES.kinds) == sorted([*shown, *sealed])
    names = [table.name for table in TABLES.of_kind["post"]]
    assert names == ["trait", "post", "reply", "notification", "quote", "medium"]
