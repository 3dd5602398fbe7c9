"""``swarmfeed suggestions``: whom to follow, and why."""

import json
from collections.abc import Callable

from click.testing import Result
from street.fakes.anna import BERT
from street.fakes.annas_desk import AnnasDesk
from swarmfeed.core.asks.suggesting import (
    DismissSuggestion,
    Suggestion,
    Suggestions,
    WhoIsSuggested,
)
from swarmfeed.core.base.address import format_author

Run = Callable[..., Result]

RUI = Suggestion(author_id=BERT, name="Rui", bio="", reason="Followed by Ada", count=1)


def test_people_are_told_with_the_reason_and_dismissed(run: Run, node: AnnasDesk) -> None:
    dismissed: list[str] = []
    node.rows[WhoIsSuggested] = lambda _desk, _ask: Suggestions(people=(RUI,))

    def dismiss(_desk: AnnasDesk, ask: DismissSuggestion) -> Suggestions:
        dismissed.append(ask.who)
        return Suggestions(people=())

    node.rows[DismissSuggestion] = dismiss
    address = format_author(BERT)
    assert run("suggestions").stdout.splitlines()[1:] == [f"Rui\tFollowed by Ada\t{address}"]
    (told,) = json.loads(run("suggestions", "--json").stdout)["people"]
    assert told == {
        "author": address,
        "name": "Rui",
        "bio": "",
        "reason": "Followed by Ada",
        "count": 1,
    }
    assert "Nobody to suggest" in run("suggestions", "--dismiss", address).stdout
    assert [each.partition("?")[0] for each in dismissed] == [f"swarmfeed:{address}"]
