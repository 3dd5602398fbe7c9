"""What people are told of a node that answered badly when it was asked for all news."""

from typing import Final

from swarmfeed.core.base.texts import Text

FALSE: Final = Text("it sent news that are not what it says they are")
NOT_FOLLOWING: Final = Text("it sent news that do not follow on what is known of their author")
WITHHELD: Final = Text("it kept back what an author wrote")
LATE: Final = Text("it did not answer when it was asked for news")
