"""Pictures of drafts: kept while a draft names them, on the machine that was given them."""

from pathlib import Path

import pytest
from street.loop import settle
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.media import (
    AWAY,
    HERE,
    Attached,
    HandedFile,
    HandedOver,
    ShowHanded,
)
from swarmfeed.core.asks.state import Draft, Drafts, KeepDraft
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.media.drafted import DraftFile, encode_draft_file
from swarmfeed.core.media.limits import DRAFT_FILES_MAX, UPLOADS_MAX
from swarmfeed.errors import UserError
from swarmfeed.node.ground.private import DRAFT_FILE
from swarmfeed.node.media.role import TIDY_EVERY_S

from tests.node.media.posting import PICTURE, SONG, hand_over, shown
from tests.node.state.test_mirror import two


async def keep(
    by: Neighbour, text: str, *uploads: str, place: str = "", alt: str = "A bee."
) -> tuple[Draft, ...]:
    media = tuple(Attached(upload=each, alt=alt, file_name="a/bee.jpg") for each in uploads)
    ask = KeepDraft(place=place, text=text, media=media)
    return (await by.running.ground.answering.answer(ask)).drafts


async def drafts(of: Neighbour) -> tuple[Draft, ...]:
    return (await of.running.ground.answering.answer(Drafts())).drafts


def sealed(of: Neighbour) -> list[str]:
    """Names of files that lie there for drafts."""
    return sorted(each.name for each in (of.disk.folder / "media" / "drafts").glob("*"))


def waiting(of: Neighbour) -> list[str]:
    return sorted(each.name for each in (of.disk.folder / "media" / "uploads").glob("*"))


async def picture(of: Neighbour, name: str) -> bytes:
    return (await of.running.ground.answering.answer(ShowHanded(upload=name))).data


async def tidied(street: Neighbourhood) -> None:
    await street.pass_time(TIDY_EVERY_S + 15)


def test_a_draft_keeps_its_picture_over_restarts_and_other_uploads(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        name = await hand_over(anna, PICTURE)
        kept = HandedFile(
            upload=name,
            state=HERE,
            type="image/jpeg",
            size_bytes=len(PICTURE),
            alt="A bee.",
            file_name="bee.jpg",
        )
        assert await keep(anna, "Look!", name) == (
            Draft(place="", text="Look!", media=(kept,)),
        )
        assert (sealed(anna), waiting(anna)) == ([name], [])
        for number in range(UPLOADS_MAX + 1):
            await hand_over(anna, SONG + bytes([number]))
        await anna.stop()
        await anna.start()
        await tidied(street)
        assert (await drafts(anna))[0].media == (kept,)
        assert name not in waiting(anna)
        assert (await picture(anna, name)) == PICTURE.partition(b"story")[0]

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A330")
def test_who_copies_the_folder_has_no_picture_of_a_draft(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        await keep(anna, "For a few.", await hand_over(anna, PICTURE))
        await picture(anna, sealed(anna)[0])
        lying = [each.read_bytes() for each in anna.disk.folder.rglob("*") if each.is_file()]
        assert lying
        for piece in (PICTURE[:64], PICTURE[1_000:1_064], PICTURE[-27:]):
            assert not any(piece in content for content in lying)

    in_neighbourhood(tmp_path, scenario)


def test_what_is_posted_from_a_draft_is_the_file_and_nothing_stays_behind(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        name = await hand_over(anna, PICTURE)
        await keep(anna, "Look!", name)
        attached = Attached(upload=name, alt="A bee.")
        answer = anna.running.ground.answering.answer
        said = await answer(WritePost(text="Look!", media=(attached,)))
        assert await shown(anna, said.media[0]) == PICTURE.partition(b"story")[0]
        await answer(KeepDraft(text=""))
        await tidied(street)
        assert (sealed(anna), waiting(anna), await drafts(anna)) == ([], [], ())

    in_neighbourhood(tmp_path, scenario)


def test_what_no_draft_names_any_more_is_swept(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        bee, song, moss = [await hand_over(anna, each) for each in (PICTURE, SONG, PICTURE)]
        await keep(anna, "Look!", bee, song)
        await keep(anna, "An answer", moss, place="somewhere/1")
        assert [each.upload for each in (await keep(anna, "Hear!", song))[0].media] == [song]
        await tidied(street)
        assert sealed(anna) == sorted([song, moss])
        # Without words it is a draft as well; without anything it is none.
        assert [each.text for each in await keep(anna, "", song)] == ["", "An answer"]
        assert [each.place for each in await keep(anna, "")] == ["somewhere/1"]
        await anna.running.ground.answering.answer(KeepDraft(place="somewhere/1", text=""))
        await tidied(street)
        assert (sealed(anna), await drafts(anna)) == ([], ())

    in_neighbourhood(tmp_path, scenario)


def test_words_alone_change_nothing_of_the_pictures(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        before = await keep(anna, "Look!", await hand_over(anna, PICTURE))
        answer = anna.running.ground.answering.answer
        after = (await answer(KeepDraft(text="Look there!"))).drafts
        assert (after[0].text, after[0].media) == ("Look there!", before[0].media)

    in_neighbourhood(tmp_path, scenario)


def test_what_a_power_cut_left_without_its_draft_goes_and_the_other_way_it_stays(
    tmp_path: Path,
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        name = await hand_over(anna, PICTURE)
        await keep(anna, "Look!", name)
        await anna.stop()
        # The file was on the disk, and its row was not yet.
        (anna.disk.folder / "media" / "drafts" / ("ab" * 16)).write_bytes(b"sealed")
        # The row was there, and what was handed over not yet gone.
        (anna.disk.folder / "media" / "uploads" / name).write_bytes(PICTURE)
        await anna.start()
        await tidied(street)
        assert sealed(anna) == [name]
        assert [each.state for each in (await drafts(anna))[0].media] == [HERE]

    in_neighbourhood(tmp_path, scenario)


def test_another_device_has_the_words_and_takes_nothing_away(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        laptop, phone = await two(street)
        name = await hand_over(laptop, PICTURE)
        await keep(laptop, "Look!", name)
        await settle()
        (draft,) = await drafts(phone)
        assert (draft.text, [each.state for each in draft.media]) == ("Look!", [AWAY])
        assert (draft.media[0].alt, draft.media[0].file_name) == ("A bee.", "bee.jpg")
        with pytest.raises(UserError, match="not here any more"):
            await picture(phone, name)
        with pytest.raises(UserError, match="not here any more"):
            await keep(phone, "Look!", name)
        await keep(phone, "Look there!")
        await keep(phone, "")
        await settle()
        (draft,) = await drafts(laptop)
        assert [each.state for each in draft.media] == [HERE]
        # Discarded there, it is gone here, too.
        await phone.running.ground.answering.answer(KeepDraft(text=""))
        await settle()
        await tidied(street)
        assert (sealed(laptop), await drafts(laptop)) == ([], ())

    in_neighbourhood(tmp_path, scenario)


def test_what_does_not_fit_is_refused_and_the_words_stay(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        name = await hand_over(anna, PICTURE)
        with pytest.raises(UserError, match="4 pictures"):
            await keep(anna, "Five.", *[name] * 5)
        with pytest.raises(UserError, match="letters"):
            await keep(anna, "Too much said.", name, alt="x" * 1_001)
        longest = "\U00020000\U000e0100" * 1_000
        with pytest.raises(UserError, match="too long for a draft"):
            await keep(anna, "Four bytes each.", name, alt=longest, place="x" * 128)
        for number in range(DRAFT_FILES_MAX):
            file = DraftFile(number=0, key=b"k" * 32, size_bytes=1, type="", place=f"{number}")
            row = {number.to_bytes(16, "big"): encode_draft_file(file)}
            anna.running.ground.private.set(DRAFT_FILE, row)
            path = anna.disk.folder / "media" / "drafts" / number.to_bytes(16, "big").hex()
            path.write_bytes(b"sealed")
        await tidied(street)
        with pytest.raises(UserError, match="no room for more pictures"):
            await keep(anna, "One more.", name)
        assert (await drafts(anna))[0].text == "One more."
        assert len(sealed(anna)) == DRAFT_FILES_MAX and waiting(anna) == [name]
        # In place of another one it fits.
        await keep(anna, "Instead.", name, place="7")
        await tidied(street)
        assert len(sealed(anna)) == DRAFT_FILES_MAX and name in sealed(anna)

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A331")
def test_what_a_device_that_lies_writes_is_no_file(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        file = DraftFile(number=0, key=b"k" * 32, size_bytes=10, type="image/png")
        rows = {
            b"../../keys": encode_draft_file(file),
            b"\1" * 16: b"garbage",
            b"\2" * 16: encode_draft_file(file),
        }
        anna.running.ground.private.set(DRAFT_FILE, rows)
        (draft,) = await drafts(anna)
        assert [(each.upload, each.state) for each in draft.media] == [("02" * 16, AWAY)]
        for name in ("../../keys", "02" * 16, "", "../uploads"):
            answer = anna.running.ground.answering.answer
            assert (await answer(HandedOver(upload=name))).state == AWAY
            with pytest.raises(UserError):
                await picture(anna, name)

    in_neighbourhood(tmp_path, scenario)


def test_a_damaged_file_is_said_to_be_gone(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        name = await hand_over(anna, PICTURE)
        await keep(anna, "Look!", name)
        path = anna.disk.folder / "media" / "drafts" / name
        path.write_bytes(path.read_bytes()[:-1] + b"!")
        with pytest.raises(UserError, match="not here any more"):
            await picture(anna, name)
        attached = Attached(upload=name)
        with pytest.raises(UserError, match="not here any more"):
            await anna.running.ground.answering.answer(WritePost(text="x", media=(attached,)))
        assert waiting(anna) == []

    in_neighbourhood(tmp_path, scenario)
