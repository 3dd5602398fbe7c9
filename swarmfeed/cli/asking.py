"""Asking a person at the terminal whether they mean it."""

import sys
from typing import Final

from swarmfeed.cli.home import ask
from swarmfeed.core.asks import input_sentences
from swarmfeed.errors import UserError

YES: Final = frozenset({"y", "yes"})


def agrees(question: str) -> bool:
    """Ask a question that is answered with yes or no; whatever is not yes is no.

    Raises:
        UserError: There is no terminal: nothing is taken for yes.
    """
    if not sys.stdin.isatty():
        raise UserError(input_sentences.NOBODY_TO_ASK(question=question))
    return ask(f"{question} (yes/no)").strip().lower() in YES
