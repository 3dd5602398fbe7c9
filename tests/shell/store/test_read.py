"""The index under odd questions: no query walks through a table, hangs or breaks."""

import re
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from swarmfeed.errors import UserError
from swarmfeed.shell.store import home, own_reactions, readers, regards, threads
from swarmfeed.shell.store import read as index_read
from swarmfeed.shell.store import search as index_search
from swarmfeed.shell.store.database import Database
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.kinds import TABLES
from swarmfeed.shell.store.reactions import BOOSTS, LIKES
from swarmfeed.shell.store.schema import MIGRATIONS

from tests.examples import at_most
from tests.shell.store.index_samples import BOBS, add, stored


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.db"


@pytest.fixture
def index(path: Path) -> Iterator[SqliteIndex]:
    opened = SqliteIndex(path)
    yield opened
    opened.close()


PAGES = [
    *(getattr(index_read, name) for name in ("BY_PLACE", "BY_ROW")),
    *index_read.AUTHOR_POSTS.values(),
    threads.REPLIES,
    index_search.BY_ROWS,
]
STATEMENTS = [
    *(index_read.VIEWS.format(page=page, order="DESC", replies=1) for page in PAGES),
    home.HOME,
    home.NEWER_THAN,
    *(home.REACTIONS_OF.format(which=each) for each in (BOOSTS, LIKES)),
    *(regards.PAGE, regards.DAYS, regards.REACTED_PEOPLE, regards.DAY_PEOPLE),
    *(own_reactions.AT, own_reactions.LEFT),
    home.BOOSTED.replace("?", ":ids"),
    index_search.MATCHES,
    index_search.COUNT.replace("?", ":match", 1).replace("?", ":most", 1),
]


@pytest.mark.parametrize("sql", STATEMENTS)
def test_no_page_walks_through_a_whole_table(path: Path, sql: str) -> None:
    values = dict.fromkeys(re.findall(r":(\w+)", sql), "1")
    database = Database(path, (*MIGRATIONS, *TABLES.migrations()))
    with closing(database), database.read() as db:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    scans = {line for line in plan if line.startswith("SCAN")}
    # What the statements make themselves is as long as the page.
    own = r"page|p|found|timeline|near|gone_under|json_each|CONSTANT ROW|\(subquery-\d+\)"
    allowed = re.compile(rf"SCAN ({own}|.* VIRTUAL TABLE INDEX .*)")
    assert [line for line in scans if not allowed.fullmatch(line)] == []


@pytest.mark.attack("A30")
def test_a_query_that_takes_too_long_is_ended(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "QUERY_TIMEOUT_S", 0.02)
    endless = (
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT sum(i) FROM n"
    )
    database = Database(path)
    with closing(database), pytest.raises(UserError, match="too long"), database.read() as db:
        db.execute(endless).fetchone()


def test_time_in_which_nothing_is_computed_does_not_count(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readers, "QUERY_TIMEOUT_S", 0.05)
    steps = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000)"
    database = Database(path)
    with closing(database), database.read() as db:
        time.sleep(0.1)  # as on a machine that has other things to do
        assert db.execute(f"{steps} SELECT max(i) FROM n").fetchone() == (5000,)


ODD_SEARCHES = [
    '"', '""', '"""', '""""', "*", "river*", "^river", "NEAR(", "NEAR(river stone, 2)",
    "a AND", "AND", "OR OR OR", "NOT", "river NOT", "river AND NOT stone", "(river", "river)",
    "()", "{text}", "text:river", "author:1", "col:x", "- river", "--river", '-"river',
    "river-stone", "+river", "river + stone", "🎉", "🎉 river", "e\u0301", "\u200b", "\ufeff",
    "\ud800 river", "river\x00stone", "'; DROP TABLE post; --", "%", "_", "\\", "a" * 10_000,
    "a " * 5_000, '"' * 999, "from:", 'from:"', "from:* river", "FROM:bob river", "rowid:1",
    "rank:x", "river:stone", "\n\t river", "١٢٣", "river " * 32, "-a " * 31 + "river",
    "post_words", "ﷺ", "ß ẞ İ ı",
]  # fmt: skip


@pytest.mark.attack("A30")
@pytest.mark.parametrize("words", ODD_SEARCHES)
def test_an_odd_search_raises_nothing_but_user_errors(index: SqliteIndex, words: str) -> None:
    add(index, BOBS, 0, [stored(text) for text in ("river", "a stone", "of the river")])
    with suppress(UserError):
        assert len(index.search(words, 50, None)) <= 3


@pytest.mark.attack("A30")
@settings(max_examples=at_most(50), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.one_of(st.sampled_from('"*^-:(){}+ NEARODTfrom'), st.characters()), max_size=40)
)
def test_any_search_raises_nothing_but_user_errors(index: SqliteIndex, words: str) -> None:
    with suppress(UserError):
        assert index.search(words, 50, None) == []
