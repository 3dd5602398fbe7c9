"""Pictures in letters: who sees them, what lies on the disks of others, and when they go."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.letters import FetchLetterPicture, LetterView, WriteLetter
from swarmfeed.core.asks.media import AWAY, HERE, Attached
from swarmfeed.core.feed.limits import MEDIA_MAX
from swarmfeed.core.letters import schedule
from swarmfeed.errors import UserError
from swarmfeed.node.media import wishing

from tests.node.letters.scene import address, ask, friends, talk, texts, until
from tests.node.media.posting import PICTURE, SONG, files, hand_over, shown

PIXELS = PICTURE.partition(b"story")[0]


async def send(
    by: Neighbour, to: Neighbour, *contents: bytes, text: str = "Look!"
) -> LetterView:
    attached = [Attached(upload=await hand_over(by, each), alt="A bee.") for each in contents]
    return await ask(by, WriteLetter(talk=address(to), text=text, media=tuple(attached)))


async def pictures(who: Neighbour, other: Neighbour) -> list[list[str]]:
    """How far the pictures of each message are here."""
    return [[each.state for each in one.media] for one in (await talk(who, other)).letters]


@pytest.mark.attack("A321")
@pytest.mark.attack("A323")
@pytest.mark.slow
def test_a_picture_is_opened_by_who_can_read_the_message_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wishing, "UPLOAD_KEPT_S", -1)  # what nothing names goes at once

    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        cleo = await street.move_in(knows=[anna])
        await cleo.follow(anna)
        written = await send(anna, ben, PICTURE)
        assert [each.state for each in written.media] == [HERE]

        async def came() -> bool:
            return await pictures(ben, anna) == [[HERE]]

        await until(street, came)
        (letter,) = (await talk(ben, anna)).letters
        (medium,) = letter.media
        assert (letter.text, medium.alt) == ("Look!", "A bee.")
        assert await shown(ben, medium) == PIXELS
        # Neither in the file itself, nor in one that was made of it.
        for each in (anna, ben, cleo):
            lying = [
                path.read_bytes() for path in each.disk.folder.rglob("*") if path.is_file()
            ]
            assert not any(PIXELS[3:60] in content for content in lying)
        assert files(cleo) == []
        # It stays as long as the message, over a new start.
        await street.pass_time(150)
        await ben.stop()
        await ben.start()
        assert await pictures(ben, anna) == [[HERE]] == await pictures(anna, ben)
        assert await shown(ben, medium) == PIXELS

    in_neighbourhood(tmp_path, scenario)


def test_words_may_be_left_out_and_only_pictures_go_along(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        await send(anna, ben, PICTURE, PICTURE, text=" ")
        await until(street, lambda: _has_pictures(ben, anna, 2))
        assert await texts(ben, anna) == [""]
        first, second = (await talk(ben, anna)).letters[0].media
        assert first.id != second.id, "equal pictures differ"
        for contents in ((SONG,), (PICTURE,) * (MEDIA_MAX + 1)):
            with pytest.raises(UserError):
                await send(anna, ben, *contents)
        with pytest.raises(UserError):
            await send(anna, ben, text=" ")
        assert len((await talk(anna, ben)).letters) == 1

    in_neighbourhood(tmp_path, scenario)


async def _has_pictures(who: Neighbour, other: Neighbour, count: int) -> bool:
    return await pictures(who, other) == [[HERE] * count]


def test_what_had_to_go_is_fetched_when_somebody_asks(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        letter = await send(anna, ben, PICTURE)
        await until(street, lambda: _has_pictures(ben, anna, 1))
        stock = ben.running.ground.shells.media
        (kept,) = stock.read()
        await anna.stop()
        await ben.stop()
        stock.drop([kept.id])
        await ben.start()
        assert await pictures(ben, anna) == [[AWAY]] or await pictures(ben, anna) == [
            ["coming"]
        ]
        await anna.start()
        await street.pass_time(5)
        wish = FetchLetterPicture(talk=address(anna), letter=letter.id)
        assert (await ask(ben, wish)).state == HERE
        for wrong in (
            replace(wish, number=2),
            replace(wish, letter="00"),
            replace(wish, letter="x"),
        ):
            with pytest.raises(UserError):
                await ask(ben, wrong)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A322")
def test_a_stranger_brings_no_pictures(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street, follow=False)
        await send(anna, ben, PICTURE)
        await street.pass_time(30)
        assert (await talk(ben, anna)).letters == () and files(ben) == []

    in_neighbourhood(tmp_path, scenario)


def test_of_a_message_that_reached_nobody_the_picture_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wishing, "UPLOAD_KEPT_S", -1)

    async def scenario(street: Neighbourhood) -> None:
        anna, ben = await friends(street)
        await ben.stop()
        await send(anna, ben, PICTURE)
        assert len(files(anna)) == 1
        await street.pass_time(150)
        assert len(files(anna)) == 1, "it is on its way"
        monkeypatch.setattr(schedule, "EXPIRES_MS", 1_000)
        await street.pass_time(150)
        assert files(anna) == []
        (letter,) = (await talk(anna, ben)).letters
        assert letter.state == "expired"

    in_neighbourhood(tmp_path, scenario)
