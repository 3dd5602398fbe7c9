"""How many notices are new is not said more exactly than it is known."""

from swarmfeed.core.asks.notification_sentences import how_many_new, how_many_short
from swarmfeed.core.base.limits import NOTIFICATIONS_COUNTED


def test_what_is_counted_up_to_a_bound_says_so() -> None:
    assert NOTIFICATIONS_COUNTED == 1_000
    assert (how_many_new(1), how_many_short(1)) == ("1 new notice", "1")
    assert (how_many_new(999), how_many_short(999)) == ("999 new notices", "999")
    assert how_many_new(1_000) == "1,000 new notices or more"
    assert how_many_short(1_000) == "1,000+"
