"""Small feeds are prepared together, and what comes of it is what comes of each alone."""

from swarmfeed.core.feed.reading import Packed
from swarmfeed.shell.store.made import prepare
from swarmfeed.shell.store.preparing import Preparer

from tests.shell.store.test_preparing import FIRST_FRAME, RECORDS, SHORT, each_by, read_by

TAILS = [Packed(tail=RECORDS[at : at + 7], count=7) for at in range(0, 70, 7)]
"""As small feeds have them: all of what they hold."""


def test_tails_are_prepared_together_as_each_is_alone() -> None:
    found = each_by(Preparer().prepare_each([*TAILS, FIRST_FRAME, *SHORT[:2]]))
    alone = [*TAILS, FIRST_FRAME, *SHORT[:2]]
    assert found == [read_by([prepare(each)])[0] for each in alone]


def test_of_tails_one_that_is_damaged_keeps_no_other_out() -> None:
    broken = Packed(tail=[b"d1:b2:le1:k"], count=1)
    found = each_by(Preparer().prepare_each([TAILS[0], broken, TAILS[1]]))
    assert [type(each) for each in found] == [type(found[0]), str, type(found[0])]
    assert found[::2] == [read_by([prepare(each)])[0] for each in TAILS[:2]]
