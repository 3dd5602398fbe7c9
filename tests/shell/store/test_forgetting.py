"""What is let go leaves nothing behind in the index: feeds held for others come and go."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.feed.kinds import FollowBody
from swarmfeed.shell.store.index import SqliteIndex

from tests.shell.store.index_samples import ANN, BOB, BOBS, CYD, CYDS, add, stored

OTHERS = [AuthorId(bytes([number, 9]) * 16) for number in range(5)]
FOLLOWS = [stored(FollowBody(author_id=each, on=True), 5) for each in OTHERS]


@pytest.fixture
def index(tmp_path: Path) -> Iterator[SqliteIndex]:
    with closing(SqliteIndex(tmp_path / "index.db")) as opened:
        yield opened


def count_authors(index: SqliteIndex) -> int:
    with index._database.read() as db:
        (count,) = db.execute("SELECT count(*) FROM author").fetchone()
    return int(count)


def test_a_feed_takes_those_along_whom_it_alone_named(index: SqliteIndex) -> None:
    index.save_own_author(ANN)
    add(index, BOBS, 0, [*FOLLOWS[:2], stored(FollowBody(author_id=OTHERS[0], on=False), 6)])
    add(index, CYDS, 0, FOLLOWS)
    assert count_authors(index) == len([ANN, BOB, CYD]) + len(OTHERS)
    index.drop_feed(CYDS)
    assert count_authors(index) == len([ANN, BOB]) + 2
    assert index.follows_of(BOB) == [OTHERS[1]] and index.followers_of(OTHERS[1]) == [BOB]
    index.drop_feed(BOBS)
    assert count_authors(index) == 1


def test_what_comes_back_is_as_it_was(index: SqliteIndex) -> None:
    index.save_own_author(ANN)
    for _ in range(2):
        add(index, CYDS, 0, [*FOLLOWS, stored("a word", 7)])
        assert index.follows_of(CYD) == sorted(OTHERS)
        assert [view.author_id for view in index.search("word", 5, None)] == [CYD]
        index.drop_feed(CYDS)
        assert index.search("word", 5, None) == [] and index.followers_of(OTHERS[0]) == []
