"""Who asks to be let into a circle: to apps, who asks to follow an account that is locked."""

from collections.abc import Callable
from typing import Final

from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.circles import CircleDone, DeclineReader, LetIn, ListCircles
from swarmfeed.core.base.address import format_author

from webui.current import ask
from webui.mastodon.accounts import page_of_people, who
from webui.mastodon.endpoint import ApiAnswer, ApiCall, Json, get, post
from webui.mastodon.entities import relationship
from webui.mastodon.ids import author_of


def waiting() -> ApiAnswer:
    """GET /api/v1/follow_requests"""
    return page_of_people(each.author_id for each in ask(ListCircles()).waiting)


def _answer(wish: Callable[[str], Ask[CircleDone]]) -> Callable[[str], Json]:
    """The view that answers somebody; where there are several circles, only the page can."""

    def answer(id: str) -> Json:
        author_id = author_of(id)
        ask(wish(format_author(author_id)))
        return relationship(who(author_id))

    return answer


_ONE: Final = "/api/v1/follow_requests/<id>"

CALLS: Final[tuple[ApiCall, ...]] = (
    get("/api/v1/follow_requests", waiting, "read:follows"),
    post(f"{_ONE}/authorize", _answer(lambda who: LetIn(who=who)), "write:follows"),
    post(f"{_ONE}/reject", _answer(lambda who: DeclineReader(who=who)), "write:follows"),
)
