"""Notes: what the person wrote down about others; private state, known to nobody else."""

from swarmfeed.core.asks.notes import SetNote, clean_note
from swarmfeed.core.asks.people import AboutAuthor, AuthorView
from swarmfeed.core.base.address import parse_link
from swarmfeed.node.feeds.answers import AboutPeople
from swarmfeed.node.ground.desk import Answers, in_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.ground.private import NOTE


class Noting:
    """Writes them down; belongs to the node's loop."""

    def __init__(self, ground: Ground, people: AboutPeople) -> None:
        self._private = ground.private
        self._people = people

    def rows(self) -> tuple[Answers, ...]:
        return (in_loop(SetNote, self.set),)

    async def set(self, ask: SetNote) -> AuthorView:
        """Raises UserError, PassingError: all is as it was."""
        author_id = parse_link(ask.who).author_id
        text = clean_note(ask.text)
        if self._private.text(NOTE, author_id) != text:
            self._private.set(NOTE, {author_id: text.encode()})
        return await self._people.about(AboutAuthor(author=author_id))
