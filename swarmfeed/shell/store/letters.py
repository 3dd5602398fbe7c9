"""Letters and the state of their sessions, as one sealed ledger."""

from pathlib import Path

from swarmfeed.core.asks.letter_sentences import LETTERS_SET_ASIDE
from swarmfeed.ports import Dice
from swarmfeed.shell.store.sealed_ledger import SealedLedger, open_sealed


def open_letters(path: Path, seed: bytes, dice: Dice) -> SealedLedger:
    """Open the file, or make it; a damaged one is set aside, and a new one begun.

    Raises:
        PassingError: It cannot even be read now.
    """
    return open_sealed(path, seed, dice, "letter", LETTERS_SET_ASIDE)
