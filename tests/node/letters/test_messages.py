"""Two people write to each other: all arrives, once, in order, and says how far it is."""

from collections.abc import Callable, Collection, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.asks.notifications import REQUESTS, MarkRead, Notifications
from swarmfeed.core.base.types import AuthorId
from swarmfeed.core.letters.order import OrderedLetter, Placed, in_order
from swarmfeed.node.ground.private import MAIL

from tests.node.letters.scene import (
    answer,
    ask,
    friends,
    parts,
    standing,
    states,
    talk,
    texts,
    until,
    write,
)


def test_friends_write_to_each_other(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        sent = await write(anna, ben, "Are you there?")
        assert sent.own and sent.state == "waits"

        async def arrived() -> bool:
            return await states(anna, ben) == ["arrived"]

        await until(street, arrived)
        assert await texts(ben, anna) == ["Are you there?"]
        await write(ben, anna, "I am.")
        await write(ben, anna, "And you?")
        await until(street, lambda: _has(anna, ben, 3))
        for who, other in ((anna, ben), (ben, anna)):
            assert await texts(who, other) == ["Are you there?", "I am.", "And you?"]
            assert all(each.missing == 0 for each in (await talk(who, other)).letters)
        await street.pass_time(5)
        assert not parts(anna).book.sent and not parts(ben).book.sent

    in_neighbourhood(tmp_path, scenario)


def test_who_is_there_reads_it_within_a_second_and_no_job_is_waited_for(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        ben = await street.move_in()
        anna = await street.move_in(knows=[ben])
        await anna.follow(ben)
        await ben.follow(anna)
        await street.pass_time(7)
        await write(anna, ben, "Are you there?")
        await street.pass_time(20)
        assert await texts(ben, anna) == [], "no keys of his are known"
        await parts(ben).keyring.publish()
        await until(street, partial(_has, ben, anna, 1), within_s=1)
        for number in range(3):
            await write(anna, ben, f"{number}")
            await until(street, partial(_has, ben, anna, number + 2), within_s=1)

    in_neighbourhood(tmp_path, scenario)


def test_who_wrote_the_letters_of_a_conversation_is_looked_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        for at in range(3):
            await write(anna, ben, f"{at}")
        index, looks = anna.running.ground.shells.index, list[int]()
        names = index.names

        def look(people: Collection[AuthorId]) -> dict[AuthorId, str]:
            looks.append(len(people))
            return names(people)

        monkeypatch.setattr(index, "names", look)
        assert len((await talk(anna, ben)).letters) == 3
        assert looks == [1, 1, 1], "of letters, of the title, and of the people"

    in_neighbourhood(tmp_path, scenario)


async def _has(who: object, other: object, count: int) -> bool:
    return len(await texts(who, other)) == count  # type: ignore[arg-type]


def test_a_stranger_asks_once(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street, follow=False)
        await write(anna, ben, "You do not know me.")
        await until(street, lambda: _has(ben, anna, 1))
        await write(anna, ben, "Hello?")
        await street.pass_time(30)
        assert await standing(ben, anna) == "requested"
        assert await texts(ben, anna) == ["You do not know me."]
        assert "arrived" not in await states(anna, ben)
        (told,) = (await ask(ben, Notifications(type=REQUESTS, unread=True))).approaches
        assert (told.author_id, told.words) == (anna.author_id, "You do not know me.")
        assert (await ask(ben, MarkRead(refs=told.mark))).count == 0
        assert (await ask(ben, Notifications(type=REQUESTS))).approaches != ()
        await answer(ben, anna, "accept")
        assert (await ask(ben, Notifications())).approaches == (), "it is answered"

        async def known() -> bool:
            return (await states(anna, ben))[0] == "arrived"

        await until(street, known)
        await write(ben, anna, "Now I do.")
        await until(street, lambda: _has(anna, ben, 3))

    in_neighbourhood(tmp_path, scenario)


def test_contacts_are_told_with_what_parcels_are_left_and_when_that_changes(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        private, known = anna.running.ground.private, parts(ben).book.talks
        private.set(MAIL, {b"token": b"1" * 16})
        await write(anna, ben, "hello")

        async def knows(token: bytes) -> bool:
            talk = known.get(anna.author_id)
            return talk is not None and talk.theirs == token

        await until(street, partial(knows, b"1" * 16))
        private.set(MAIL, {b"token": b"2" * 16})
        await until(street, partial(knows, b"2" * 16))
        assert await texts(ben, anna) == ["hello"], "it is no message"

    in_neighbourhood(tmp_path, scenario)


def test_of_whom_a_device_is_known_nobody_waits_for_keys(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        first = await write(anna, ben, "one")
        assert sentences.WAITS_FOR_KEYS() in first.sentence, "nothing was sealed to them yet"
        await until(street, lambda: _has(ben, anna, 1))
        assert sentences.WAITS() in (await write(anna, ben, "two")).sentence

    in_neighbourhood(tmp_path, scenario)


def test_a_long_conversation_is_put_in_order_beside_the_loop(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        await write(anna, ben, "one")
        beside, came = list[bool](), list[bool]()

        async def off_loop(call: Callable[[], Any]) -> Any:
            beside.append(True)
            found = call()
            beside.clear()
            return found

        def note(letters: Iterable[Placed], known: Iterable[bytes]) -> list[OrderedLetter]:
            came.append(bool(beside))
            return in_order(letters, known)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr("swarmfeed.node.letters.showing.off_loop", off_loop)
            patched.setattr("swarmfeed.node.letters.showing.in_order", note)
            assert await texts(anna, ben) == ["one"]
        assert came == [True]

    in_neighbourhood(tmp_path, scenario)
