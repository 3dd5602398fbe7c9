"""What a page is told of posts that share a public id."""

import pytest
from street.fakes.index import FakeIndex
from swarmfeed.core.asks.posts import ShowPost, ref_text
from swarmfeed.core.base.address import format_address
from swarmfeed.core.feed.public_id import public_id
from swarmfeed.errors import UserError
from swarmfeed.node.feeds.reading import Reading

from tests.shell.store.index_samples import BOBS, add, stored


def namesakes() -> tuple[int, int]:
    """Two entries of one feed that have the same id if they claim the same time."""
    seen: dict[str, int] = {}
    for at in range(2000):
        name = public_id(BOBS, at, 5)
        if name in seen:
            return seen[name], at
        seen[name] = at
    raise AssertionError("2,000 have 30 pairs")


def test_a_post_whose_id_another_one_has_goes_by_its_place() -> None:
    index, (first, second) = FakeIndex(), namesakes()
    for at in (first, second):
        add(index, BOBS, at, [stored(f"entry {at}", 5)])
    posts = [post for at in (first, second) if (post := index.post(BOBS, at))]
    reading = Reading(index)
    assert [reading.show(ShowPost(ref=ref_text(each.ref))).post.id for each in posts] == [
        public_id(BOBS, first, 5),
        "",
    ]
    by_id = reading.show(ShowPost(ref=public_id(BOBS, second, 5)))
    assert by_id.post == posts[0]


def test_of_a_number_that_nobody_knows_no_author_is_asked_for() -> None:
    reading = Reading(FakeIndex())
    with pytest.raises(UserError, match="no post 5 on this machine"):
        reading.find("5")
    with pytest.raises(UserError, match="fetch its author first"):
        reading.find(f"{format_address(BOBS)}/5")
