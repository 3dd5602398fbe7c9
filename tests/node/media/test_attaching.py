"""Files that are handed over for a post, or to be read, and what stays of them."""

from pathlib import Path

import pytest
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.media import HERE, Attached, ReadCode
from swarmfeed.core.asks.posts import PostView
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.media.limits import UPLOADS_MAX
from swarmfeed.errors import SaidBeforeError, UserError

from tests.node.media.posting import PICTURE, SONG, files, followed, hand_over, post


@pytest.mark.attack("A230")
def test_nothing_that_was_handed_over_stays(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, _ = await followed(street)
        await post(anna, PICTURE)
        there = [each for each in (anna.disk.folder / "media").rglob("*") if each.is_file()]
        assert len(there) == 4  # the file, what is known of it, and two to be shown
        assert not any(b"story" in each.read_bytes() for each in there)

    in_neighbourhood(tmp_path, scenario)


def test_a_post_has_four_at_most_and_only_what_was_handed_over(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        with pytest.raises(UserError, match="4 pictures or files at most"):
            await post(anna, *[SONG] * 5)
        answer = anna.running.ground.answering.answer
        for upload in ("", "x" * 32, "../../keys", "0" * 32):
            with pytest.raises(UserError, match="choose it again"):
                await answer(WritePost(text="x", media=(Attached(upload=upload),)))

    in_neighbourhood(tmp_path, scenario)


@pytest.mark.attack("A301")
def test_posts_that_were_refused_keep_nobody_from_the_next_one(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        first = await hand_over(anna, PICTURE)
        for _ in range(UPLOADS_MAX):
            await hand_over(anna, SONG)
        assert (await post(anna, PICTURE)).media
        with pytest.raises(UserError, match="choose it again"):
            anna.running.ground.shells.media.upload(first)

    in_neighbourhood(tmp_path, scenario)


def test_the_same_words_with_another_picture_are_another_post(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        answer = anna.running.ground.answering.answer

        async def say(content: bytes) -> PostView:
            attached = Attached(upload=await hand_over(anna, content))
            return await answer(WritePost(text="Look!", media=(attached,), again=False))

        first = await say(PICTURE)
        assert (await say(SONG)).ref != first.ref
        with pytest.raises(SaidBeforeError):
            await say(SONG)

    in_neighbourhood(tmp_path, scenario)


def test_a_wish_whose_answer_a_crash_took_is_done_once_with_its_picture(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()

        async def say() -> PostView:
            attached = Attached(upload=await hand_over(anna, PICTURE))
            wish = WritePost(text="Look!", media=(attached,), key="same")
            return await anna.running.ground.answering.answer(wish)

        first = await say()
        await anna.stop()
        await anna.start()
        again = await say()
        assert again.ref == first.ref
        assert again.media == first.media and again.media[0].state == HERE
        assert len(files(anna)) == 1

    in_neighbourhood(tmp_path, scenario)


def test_a_link_is_read_from_a_picture_that_is_not_kept(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        answer = anna.running.ground.answering.answer

        async def read(*codes: str) -> str:
            picture = b"\xff\xd8\xffcode\n" + "".join(f"{each}\n" for each in codes).encode()
            upload = await hand_over(anna, picture)
            try:
                return (await answer(ReadCode(upload=upload))).link
            finally:
                with pytest.raises(UserError, match="not here any more"):
                    await answer(ReadCode(upload=upload))

        assert await read("https://evil.test/", " SWARMFEED:abc ", "swarmfeed:d") == (
            "SWARMFEED:abc"
        )
        with pytest.raises(UserError, match="no QR code"):
            await read()
        with pytest.raises(UserError, match="no link of a person"):
            await read("https://evil.test/", "swarmfeed-device:abc")
        no_picture = await hand_over(anna, SONG)
        with pytest.raises(UserError, match="no picture"):
            await answer(ReadCode(upload=no_picture))

    in_neighbourhood(tmp_path, scenario)
