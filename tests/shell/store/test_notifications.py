"""Notifications of the real index where there are more of them than a page has."""

from contextlib import closing
from pathlib import Path

import pytest
from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.shell.store.index import SqliteIndex
from swarmfeed.shell.store.kinds import TABLES
from swarmfeed.shell.store.notifications import WITH_QUOTES
from swarmfeed.shell.store.schema import MIGRATIONS
from swarmfeed.shell.store.sqlite import connect_memory

from tests.shell.store.index_samples import ANN, BOBS, add_timed


def test_more_of_them_are_known_than_a_page_has(tmp_path: Path) -> None:
    """Of what was read twice as many are remembered as count as unread."""
    count = PAGE_POSTS_MAX + 50
    with closing(SqliteIndex(tmp_path / "index.db")) as index:
        index.save_own_author(ANN)
        add_timed(index, BOBS, *((at, f"{at} {format_author(ANN)}") for at in range(count)))
        known = index.known_notifications(2 * PAGE_POSTS_MAX, None)
        assert [each.index for each in known] == list(range(count))[::-1]
        assert len(index.notifications(2 * PAGE_POSTS_MAX, None)) == PAGE_POSTS_MAX


def test_those_of_a_file_from_before_quotes_are_kept() -> None:
    earlier = [*MIGRATIONS, *TABLES.migrations()]
    at = earlier.index(WITH_QUOTES.creates)
    db = connect_memory()
    with closing(db):
        for statement in (each for migration in earlier[:at] for each in migration):
            db.execute(statement)
        db.execute("INSERT INTO notification VALUES (3, 20, 7), (4, 30, 1)")
        for statement in WITH_QUOTES.creates:
            db.execute(statement)
        rows = db.execute("SELECT * FROM notification ORDER BY sort_ms").fetchall()
        assert rows == [(3, 20, 7), (4, 30, 1)]
        db.execute("INSERT INTO notification VALUES (5, 40, 8)")


@pytest.mark.attack("A73")
def test_those_of_a_rare_type_are_found_without_a_look_at_the_others() -> None:
    with closing(connect_memory()) as db:
        for statement in (
            each for step in (*MIGRATIONS, *TABLES.migrations()) for each in step
        ):
            db.execute(statement)
        plan = db.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM notification WHERE sort_ms <= 9 AND why & 8"
            " ORDER BY sort_ms DESC"
        ).fetchall()
        (step,) = [each[-1] for each in plan]
        assert step.startswith("SEARCH notification USING COVERING INDEX notification_time")
