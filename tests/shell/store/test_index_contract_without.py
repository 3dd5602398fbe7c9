"""Without whom the person does not want to see: the fake and the real index say the same."""

from swarmfeed.core.asks.cursor import Cursor
from swarmfeed.core.feed.kinds import FollowBody
from swarmfeed.ports import Index

from tests.shell.store.index_samples import ANN, BOB, BOBS, LAPTOP, add, stored


def test_home_and_what_is_new_in_it_leave_them_out(index: Index) -> None:
    index.save_own_author(ANN)
    add(index, LAPTOP, 0, [stored("mine"), stored(FollowBody(BOB, True))])
    add(index, BOBS, 0, [stored("bobs"), stored("bobs, too")])
    nothing = Cursor(0, 0)
    assert len(index.home(10, None)) == index.newer_than(nothing) == 3
    assert [post.text for post in index.home(10, None, [BOB])] == ["mine"]
    assert index.newer_than(nothing, [BOB]) == 1
    assert [index.newer_than(nothing, most=most) for most in (1, 2, 3, 4)] == [1, 2, 3, 3]
    assert len(index.home(2, None, [BOB])) == 1
    assert index.home(10, None, [ANN, BOB]) == []
