"""Two people on one line without internet, each with nothing but the other's link."""

from pathlib import Path

import pytest
from street.photographs import photograph

from tests.e2e.test_media import states
from tests.e2e.test_punching import Housed
from tests.own_network import machines

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

EVERYWHERE = "0.0.0.0"
ANNA, BEN = "10.79.0.1", "10.79.0.2"
NEWS = ["Still there?"]


def test_a_link_and_a_picture_go_from_one_machine_to_the_other(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(photograph())
    with machines("anna", "ben") as (near, far):
        near.plug("line", f"{ANNA}/24", far, "line", f"{BEN}/24")
        # As anybody starts one: no address is named to it, and no port.
        anna, ben = (Housed(each, tmp_path, EVERYWHERE) for each in (near, far))
        try:
            anna.start()
            ben.start()
            link = anna.get("whoami")["link"]
            assert f"at={ANNA}:" in link, "it says where she is"
            ben.post("follow", who=link)
            words = ("post", "Look!", "--media", str(photo), "--alt", "A grey sea.")
            near.do(lambda: anna.command(*words))
            ben.wait_for("the picture", lambda: states(ben) == ["here"])
            ben.stop()
            ben.start()
            near.do(lambda: anna.command("post", *NEWS))
            ben.wait_for("news", lambda: ben.texts_of(anna.author, 1) == NEWS)
            assert anna.get("whoami")["link"] == link
        finally:
            anna.kill()
            ben.kill()


def test_by_an_address_alone_somebody_is_found_who_lets_their_network_know(
    tmp_path: Path,
) -> None:
    with machines("anna", "ben") as (near, far):
        near.plug("line", f"{ANNA}/24", far, "line", f"{BEN}/24")
        anna, ben = (Housed(each, tmp_path, EVERYWHERE, "--lan") for each in (near, far))
        try:
            anna.start()
            ben.start()
            near.do(lambda: anna.command("post", *NEWS))
            ben.post("follow", who=anna.author)
            ben.wait_for("news", lambda: ben.texts_of(anna.author, 1) == NEWS)
        finally:
            anna.kill()
            ben.kill()
