"""Words of sheets as a person hands them in, where shares may be handed in by mistake."""

from swarmfeed.core.asks import recovery_sentences
from swarmfeed.core.base.backup_words import seeds_of_words
from swarmfeed.errors import UserError
from swarmfeed.shell.shares import are_shares


def read_seeds(sheet: str) -> list[bytes]:
    """Return the seeds of the sheets whose words were typed; one at least.

    Raises:
        UserError: They are no words of a sheet; of shares it is said what to do with them.
    """
    try:
        return seeds_of_words(sheet)
    except UserError:
        if are_shares(sheet):
            raise UserError(recovery_sentences.SHARES_GIVEN()) from None
        raise
