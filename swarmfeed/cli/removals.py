"""How far a text that was withdrawn is gone, at a terminal."""

from swarmfeed.cli.hints import complete
from swarmfeed.cli.output import print_answer, print_line, print_sentence
from swarmfeed.core.asks import withdrawal_sentences
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import HowFarRemoved, Removal
from swarmfeed.desk import Answerer
from swarmfeed.errors import UserError


def how_far_removed(desk: Answerer, ref: str, error: UserError) -> Removal:
    """Return how far an own post is gone that is not shown any more.

    Raises:
        UserError: ``error``, where no own one is meant that was withdrawn.
    """
    try:
        return desk.ask(HowFarRemoved(ref=ref))
    except UserError:
        raise error from None


def print_removal(removal: Removal, *, as_json: bool) -> None:
    """Say of a withdrawn post how far it is gone, and what may stay."""
    if as_json:
        print_answer(removal)
        return
    print_sentence(withdrawal_sentences.WITHDRAWN_BY_YOU())
    print_sentence(withdrawal_sentences.how_far(removal))
    print_sentence(withdrawal_sentences.WHAT_MAY_STAY())


def print_where_to_ask(removal: Removal) -> None:
    """Say by which command one looks again."""
    post = ref_text(removal.ref)
    print_line(complete(withdrawal_sentences.ASK_AGAIN_BY(post=post)))
