"""Pictures of letters stay as long as their letters, and no longer.

    kept       the file, whole, on disk; nothing names it yet
    named      beside it, the id of the letter that is going to name it
    written    the letter

Each is synced before the next begins.  So wherever the power goes, a letter that is there has
its pictures; and a picture that names a letter which is not there is let go of.
"""

from swarmfeed.errors import DamageError
from swarmfeed.node.ground.media import Media
from swarmfeed.node.letters.book import LetterBook


class Illustrations:
    """Belongs to the node's loop."""

    def __init__(self, media: Media, book: LetterBook) -> None:
        self._media = media
        self._book = book

    async def tidy(self) -> str:
        """Let go of pictures whose letter is not there, or expired; a round of the scheduler.

        Raises PassingError: not now.
        """
        await self._book.open()
        async with self._book.lock:  # nobody is between a picture and its letter
            named = self._media.naming_letters()
        try:
            lost = named - await self._book.standing(named)
        except DamageError as error:
            return str(error)  # who cannot tell which letters there are lets go of nothing
        for each in lost:
            await self._media.expired(each)
        return ""
