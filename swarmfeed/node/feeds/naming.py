"""Who is called what: names are chosen by those who have them, and are nobody's alone."""

from swarmfeed.core.asks.people import Namesake, Namesakes, WhoIsCalled
from swarmfeed.core.base.types import AuthorId
from swarmfeed.node.ground.desk import Answers, in_reader
from swarmfeed.ports import Index


class Naming:
    """Finds people by their names, in the index alone."""

    def __init__(self, index: Index, own_id: AuthorId) -> None:
        self._index = index
        self._own_id = own_id

    def rows(self) -> tuple[Answers, ...]:
        return (in_reader(WhoIsCalled, self.called),)

    def called(self, ask: WhoIsCalled) -> Namesakes:
        follows = set(self._index.follows_of(self._own_id))
        called = self._index.called(ask.called).items()
        found = [
            Namesake(
                author_id=author_id,
                name=name,
                is_self=author_id == self._own_id,
                followed=author_id in follows,
            )
            for author_id, name in called
        ]
        near = sorted(found, key=lambda each: (not each.is_self, not each.followed))
        return Namesakes(people=tuple(near))
