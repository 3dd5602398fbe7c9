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
    require_terminal(question)
    return ask(f"{question} (yes/no)").strip().lower() in YES


def is_asked() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty()


def require_terminal(question: str) -> None:
    """Raise UserError when nobody is there to be asked."""
    if not is_asked():
        raise UserError(input_sentences.NOBODY_TO_ASK(question=question))


def require_yes(question: str) -> None:
    """Go on only if a person agrees.

    Raises:
        UserError: They do not, or there is no terminal.
    """
    if not agrees(question):
        raise UserError(input_sentences.NOT_DONE())
