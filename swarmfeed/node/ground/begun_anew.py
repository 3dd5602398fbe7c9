"""Files that were damaged and begun anew: said until a person puts the damaged one away."""

from collections.abc import Iterator

from swarmfeed.core.asks.letter_sentences import LETTERS_LOST
from swarmfeed.core.asks.sentences import LEDGER_LOST
from swarmfeed.core.asks.state_sentences import PRIVATE_LOST
from swarmfeed.node.ground.shells import Shells


def begun_anew(shells: Shells) -> Iterator[str]:
    """A sentence for each file whose damaged one is still kept.

    Sites of the web are fetched again, and the index is built anew: of these the log tells.
    """
    if shells.letters.was_lost():
        yield LETTERS_LOST()
    if shells.private.was_lost():
        yield PRIVATE_LOST()
    if shells.ledger.was_lost():
        yield LEDGER_LOST()
