"""People by their names, and what rises: asked of supernodes, none of which is believed."""

from pathlib import Path

import pytest
from swarmfeed.core.asks.network import FarPeople, RisingTags, SearchPeople, WhatRises
from swarmfeed.core.lookup.limits import TALK_BURST
from swarmfeed.core.lookup.words import WhoIs
from swarmfeed.errors import UserError
from swarmfeed.node.lookup.role import LookupParts

from tests.node.push.street import (
    Neighbour,
    Neighbourhood,
    in_street,
    leaf,
    link,
    misled,
    supernodes,
)

pytestmark = pytest.mark.slow


async def people(who: Neighbour, called: str) -> FarPeople:
    found: FarPeople = await who.running.ground.answering.answer(SearchPeople(called=called))
    return found


async def rising(who: Neighbour) -> RisingTags:
    found: RisingTags = await who.running.ground.answering.answer(WhatRises())
    return found


def test_strangers_are_found_by_name_and_what_rises_by_those_who_write(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        first, second = await supernodes(street, 2)
        anna = await leaf(street, first, second)
        writers = [await leaf(street, second, first) for _ in range(3)]
        for each in writers:
            await each.say("some #tea", "more #tea")
        await writers[0].say("#mine", "#mine again")
        await street.pass_time(3)
        found = await people(anna, f"NEIGH {writers[0].number}")
        assert [(each.name, each.author_id) for each in found.people] == [
            (f"neighbour {writers[0].number}", writers[0].author_id)
        ]
        assert (found.answered, found.untrue, found.people[0].followed) == (2, 0, False)
        assert len((await people(first, "neighbour")).people) == 3
        assert (await people(anna, "%")).people == (await people(anna, "zoe")).people == ()
        with pytest.raises(UserError):
            await people(anna, " ")
        tags = await rising(anna)
        assert [(each.tag, each.authors, each.before) for each in tags.tags] == [("#tea", 3, 0)]
        assert (tags.answered, tags.untrue) == (2, 0)

    in_street(tmp_path, script)


@pytest.mark.attack("A164")
def test_who_names_others_than_were_asked_for_or_asks_too_much(tmp_path: Path) -> None:
    async def script(street: Neighbourhood) -> None:
        liar, honest = await supernodes(street, 2)
        anna, ben = await leaf(street, liar, honest), await leaf(street, honest, liar)
        await ben.say("hello")
        await street.pass_time(3)
        talking = liar.running.parts(LookupParts).talking
        told, look = misled(anna), talking.people

        async def everybody(_: str) -> object:
            return await look("neighbour")

        talking.people = everybody  # type: ignore[method-assign, assignment]  # it lies
        found = await people(anna, "zoe")
        assert (found.people, found.answered, found.untrue) == ((), 1, 1)
        assert [each.session.node_id for each in told] == [liar.identity.node_id]
        session = link(honest, ben)
        answering = honest.running.parts(LookupParts).talking
        for number in range(TALK_BURST + 9):
            answering.on_who(session, WhoIs(bytes([number]), "neighbour"))
        assert len(session.outbox) == TALK_BURST

    in_street(tmp_path, script)
