"""What is certified of an author, on the street: a device keeps its name through a move."""

from pathlib import Path

from street.neighbourhood import Neighbourhood, in_neighbourhood
from street.thefts import move
from swarmfeed.core.asks.devices import NameDevice
from swarmfeed.core.asks.recovery import TakeCertificates, WhatIsCertified


def test_a_device_that_was_named_later_keeps_its_name_through_a_move(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        desk = await street.move_in()
        phone = await street.move_in(device_of=desk, knows=[desk])
        answering = phone.running.ground.answering
        await answering.answer(NameDevice(device="phone"))
        phone.recognise(desk)  # so that its key is in its feed before the move
        await street.pass_time(60)
        listed = (await answering.answer(WhatIsCertified(author=desk.author_id))).feeds
        assert {each.feed_id: each.name for each in listed} == {
            desk.feed_id: "",
            phone.feed_id: "phone",
        }
        keys = [desk.own_key, phone.own_key]
        signed = move(desk.author, own=keys, from_ms=street.clock.now_ms())
        before = phone.disk.replicas[phone.feed_id].size
        await answering.answer(TakeCertificates(certificates=signed))
        await street.pass_time(5)
        assert phone.disk.replicas[phone.feed_id].size == before + 1, "it is said in the feed"
        assert phone.running.ground.shells.index.device(phone.feed_id).name == "phone"

    in_neighbourhood(tmp_path, scenario)
