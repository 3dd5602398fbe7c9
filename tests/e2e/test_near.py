"""People on one line without internet, who show themselves and follow each other by a press."""

from pathlib import Path

import pytest

from tests.e2e.test_punching import Housed
from tests.own_network import machines

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

NEWS = ["Do you read me?"]


@pytest.mark.parametrize(
    ("annas", "bens"),
    [("10.79.0.1/24", "10.79.0.2/24"), ("169.254.7.1/16", "169.254.9.2/16")],
    ids=["a network", "a cable alone"],
)
def test_two_people_at_one_table_see_each_other_and_nobody_who_did_not_press(
    tmp_path: Path, annas: str, bens: str
) -> None:
    with machines("anna", "ben") as (near, far):
        near.plug("line", annas, far, "line", bens)
        # As anybody starts one: it tells the network nothing by itself.
        anna, ben = (Housed(each, tmp_path, "0.0.0.0") for each in (near, far))
        try:
            anna.start()
            ben.start()
            near.do(lambda: anna.command("post", *NEWS))
            alone = anna.post("show-yourself")
            assert (alone["shown"], alone["people"]) == (True, []), "ben did not press"
            assert ben.get("near")["people"] == []
            (person,) = ben.wait_for(
                "anna", lambda: ben.post("show-yourself")["people"] or None
            )
            assert (
                person["author"] == anna.author
                and f"at={annas.partition('/')[0]}:" in person["link"]
            )
            anna.wait_for(
                "ben", lambda: [p["author"] for p in anna.get("near")["people"]] == [ben.author]
            )
            ben.post("follow", who=person["link"])
            ben.wait_for("news", lambda: ben.texts_of(anna.author, 1) == NEWS)
            assert not anna.post("hide-yourself")["shown"]
            ben.wait_for("nobody", lambda: ben.get("near")["people"] == [])
        finally:
            anna.kill()
            ben.kill()
