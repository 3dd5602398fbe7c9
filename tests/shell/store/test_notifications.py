"""Notifications of the real index where there are more of them than a page has."""

from contextlib import closing
from pathlib import Path

from swarmfeed.core.base.address import format_author
from swarmfeed.core.base.limits import PAGE_POSTS_MAX
from swarmfeed.shell.store.index import SqliteIndex

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
