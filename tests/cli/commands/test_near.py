"""``swarmfeed near``: who shows themselves in this network."""

import json
from collections.abc import Callable

from click.testing import Result
from street.fakes.anna import BERT
from street.fakes.annas_desk import AnnasDesk
from swarmfeed.core.asks.near import (
    HideYourself,
    PeopleNear,
    PersonNear,
    ShowYourself,
    WhoIsNear,
)
from swarmfeed.core.base.address import format_author

Run = Callable[..., Result]

LINK = f"swarmfeed:{format_author(BERT)}?name=Bert&at=192.168.1.5:7001"
BESIDE = PersonNear(author_id=BERT, name="Bert", link=LINK, followed=False)


def answer(*people: PersonNear, shown: bool = True, trouble: str = "") -> PeopleNear:
    return PeopleNear(
        shown=shown, left_s=900 * shown, sentence="So it is.", people=people, trouble=trouble
    )


def test_people_are_printed_with_what_leads_to_them(run: Run, node: AnnasDesk) -> None:
    node.rows[ShowYourself] = lambda _desk, _ask: answer(BESIDE)
    assert run("near", "--show").stdout.splitlines()[0] == "So it is."
    assert run("near", "--show").stdout.splitlines()[2:] == [f"Bert\t{LINK}"]
    told = json.loads(run("near", "--show", "--json").stdout)
    assert told == {
        "shown": True,
        "left_s": 900,
        "sentence": "So it is.",
        "people": [
            {"author": format_author(BERT), "name": "Bert", "link": LINK, "followed": False}
        ],
    }


def test_nobody_and_trouble_are_said(run: Run, node: AnnasDesk) -> None:
    node.rows[WhoIsNear] = lambda _desk, _ask: answer()
    assert "Nobody else shows themselves" in run("near").stdout
    node.rows[WhoIsNear] = lambda _desk, _ask: answer(trouble="No way.")
    assert "No way." in run("near").stderr
    node.rows[HideYourself] = lambda _desk, _ask: answer(shown=False)
    assert run("near", "--hide").stdout == "So it is.\n"
