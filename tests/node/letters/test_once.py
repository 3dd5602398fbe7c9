"""A message with a key is sent once: at once, after a refusal, after a restart."""

import asyncio
from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.letters import LetterView, WriteLetter
from swarmfeed.core.asks.troubles import FULL
from swarmfeed.core.feed.limits import WISH_KEPT_MS
from swarmfeed.core.feed.once import row_key
from swarmfeed.errors import PassingError, UserError

from tests.node.letters.scene import address, ask, friends, parts, texts, until


async def write_once(writer: Neighbour, to: Neighbour, text: str, key: str) -> LetterView:
    return await ask(writer, WriteLetter(talk=address(to), text=text, key=key))


def test_two_of_one_wish_at_once_are_one_message_on_both_sides(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        sent = await asyncio.gather(*(write_once(anna, ben, "hello", "k") for _ in range(5)))
        assert len({each.id for each in sent}) == 1
        await write_once(anna, ben, "hello", "another")

        async def arrived() -> bool:
            return await texts(ben, anna) == ["hello", "hello"]

        await until(street, arrived)
        again = await write_once(anna, ben, " hello\r\n", "k")
        assert again.id == sent[0].id, "cleaned, the same words"
        await street.pass_time(5)
        assert await texts(anna, ben) == await texts(ben, anna) == ["hello", "hello"]

    in_neighbourhood(tmp_path, scenario)


def test_a_key_is_of_these_words_to_this_person(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        carl = await street.move_in(knows=[ben])
        await write_once(anna, ben, "hello", "k")
        for other, text in ((ben, "goodbye"), (carl, "hello")):
            with pytest.raises(UserError, match="with other words"):
                await write_once(anna, other, text, "k")
        with pytest.raises(UserError, match="1 to 64 visible ASCII"):
            await write_once(anna, ben, "goodbye", "k k")
        assert await texts(anna, ben) == ["hello"]
        assert await texts(anna, carl) == []

    in_neighbourhood(tmp_path, scenario)


def test_a_restart_remembers_what_was_sent(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        sent = await write_once(anna, ben, "hello", "k")
        await anna.stop()
        await anna.start()
        assert (await write_once(anna, ben, "hello", "k")).id == sent.id
        assert await texts(anna, ben) == ["hello"]

    in_neighbourhood(tmp_path, scenario)


def test_what_could_not_be_written_down_is_still_to_be_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise FULL.unsaved("the message")

    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        with monkeypatch.context() as full:
            full.setattr(parts(anna).book._file, "write", refuse)
            with pytest.raises(PassingError):
                await write_once(anna, ben, "hello", "k")
        assert await texts(anna, ben) == []
        await write_once(anna, ben, "hello", "k")
        assert await texts(anna, ben) == ["hello"]

    in_neighbourhood(tmp_path, scenario)


def test_wishes_are_remembered_for_a_time_and_only_so_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swarmfeed.core.feed.once.WISHES_MAX", 3)

    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        book = parts(anna).book
        for number in range(5):
            await write_once(anna, ben, f"{number}", f"k{number}")
        assert set(book._file.read("wishes")) == {row_key(f"k{number}") for number in (2, 3, 4)}
        assert list(book.wishes) == [row_key(f"k{number}") for number in (2, 3, 4)]
        street.clock.advance(WISH_KEPT_MS + 1)
        await write_once(anna, ben, "later", "k")
        assert set(book._file.read("wishes")) == {*book.wishes} == {row_key("k")}

    in_neighbourhood(tmp_path, scenario)
