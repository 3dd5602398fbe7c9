"""What is measured with git does what it is said to: all posts, and every author checked."""

from pathlib import Path

import pytest
from benchmarks.git import GitHolder, read_with_git
from benchmarks.posts import Sample
from nacl.exceptions import BadSignatureError
from swarmfeed.errors import RetryError

FEEDS = {
    "Ada": [Sample("Ada", 1_600_000_000_000 + at, f"Post {at}\n\nof Ada") for at in range(3)],
    "Bob": [Sample("Bob", 1_600_000_000_000, "The only one of Bob")],
}


@pytest.mark.slow
def test_all_posts_come_and_are_indexed(tmp_path: Path) -> None:
    with GitHolder(tmp_path, FEEDS) as holder:
        assert holder.posts == 4
        assert read_with_git(holder, tmp_path / "reader") > 0


@pytest.mark.slow
def test_a_feed_that_another_signed_is_refused(tmp_path: Path) -> None:
    with GitHolder(tmp_path, FEEDS) as holder:
        holder.keys.reverse()
        with pytest.raises(BadSignatureError):
            read_with_git(holder, tmp_path / "reader")


@pytest.mark.slow
def test_a_post_too_few_is_told(tmp_path: Path) -> None:
    with GitHolder(tmp_path, FEEDS) as holder:
        holder.posts += 1
        with pytest.raises(RetryError, match="4 of 5 posts"):
            read_with_git(holder, tmp_path / "reader")
