"""Notes about people: kept, on all own devices, known to nobody else."""

from pathlib import Path
from typing import TypeVar

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.ask import Ask
from swarmfeed.core.asks.in_short import WhoAreThey
from swarmfeed.core.asks.limits import NOTE_CHARS_MAX
from swarmfeed.core.asks.notes import SetNote
from swarmfeed.core.asks.people import AboutAuthor
from swarmfeed.core.base.address import format_author
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.errors import UserError

A = TypeVar("A")


async def ask(of: Neighbour, question: Ask[A]) -> A:
    return await of.running.ground.answering.answer(question)


async def noted(at: Neighbour, about: Neighbour) -> str:
    """The same wherever somebody is shown."""
    (short,) = (await ask(at, WhoAreThey(authors=format_author(about.author_id)))).people
    assert (await ask(at, AboutAuthor(author=about.author_id))).note == short.note
    return short.note


def test_a_note_is_kept_changed_and_taken_away(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(), await street.move_in()
        who = format_author(ben.author_id)
        told = await ask(me, SetNote(who=who, text="  from the choir,\r\n sings bass \n"))
        assert told.note == await noted(me, ben) == "from the choir,\n sings bass"
        await me.stop()
        await me.start()
        assert await noted(me, ben) == "from the choir,\n sings bass"
        with pytest.raises(UserError, match="room for"):
            await ask(me, SetNote(who=who, text="ü" * (NOTE_CHARS_MAX + 1)))
        longest = "\U0001f600" * NOTE_CHARS_MAX
        await ask(me, SetNote(who=who, text=longest))
        assert await noted(me, ben) == longest
        assert (await ask(me, SetNote(who=who, text=" "))).note == ""
        assert await noted(me, ben) == await noted(ben, me) == ""

    in_neighbourhood(tmp_path, scenario)


def test_another_device_has_it_and_nobody_else(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(is_first=True), await street.move_in()
        phone = await street.move_in(device_of=me, knows=[me])
        me.recognise_each_other(phone)
        await me.follow(ben)
        await ben.follow(me)
        await ask(me, SetNote(who=format_author(ben.author_id), text="sings bass"))
        names = phone.running.ground.private.names
        await street.until(lambda: ben.author_id in names("note"), within_s=200)
        assert await noted(phone, ben) == "sings bass"
        assert ben.running.ground.private.rows() == []

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A252")
def test_what_another_device_wrote_there_that_is_no_text_is_shown_as_far_as_it_is(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        me, ben = await street.move_in(), await street.move_in()
        keys = [(ben.author_id, b"a\xffb"), (b"anna", b"x"), (b"", b"x")]
        me.running.ground.private.merge(
            PrivateRow(scope="note", key=key, value=value, time_ms=1, device=ben.feed_id)
            for key, value in keys
        )
        assert await noted(me, ben) == "a�b"

    in_neighbourhood(tmp_path, scenario)
