"""Who answers what: one row for each ask, and one ask for each name."""

from dataclasses import dataclass

import pytest
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.people import Whoami, WhoAreYou
from swarmfeed.node.ground.desk import Answering, in_loop


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoAmI(Ask[Whoami]):
    """Another ask with the name of one that there is."""

    name = "whoami"


@pytest.mark.parametrize("again", [WhoAreYou, WhoAmI])
def test_a_name_is_answered_by_one_row(again: type[Ask[Whoami]]) -> None:
    answering = Answering()
    answering.connect([in_loop(WhoAreYou, lambda _: pytest.fail("nobody asks"))])
    with pytest.raises(ValueError, match="whoami is answered twice"):
        answering.connect([in_loop(again, lambda _: pytest.fail("nobody asks"))])
