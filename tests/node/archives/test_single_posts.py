"""A post goes out as a file that proves itself; what is for some people only never does."""

from pathlib import Path

import pytest
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood, in_neighbourhood
from swarmfeed.core.asks.circles import CreateCircle
from swarmfeed.core.asks.exports import ExportPost
from swarmfeed.core.asks.posts import ref_text
from swarmfeed.core.asks.withdrawing import Edit, Withdraw
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.errors import UserError


async def exported(of: Neighbour, ref: str) -> str:
    return (await of.running.ground.answering.answer(ExportPost(ref=ref))).page


def problems_of(page: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[3] / "tools"))
    from _post_file import check_post_file

    (path := folder / "post.html").write_bytes(page.encode())
    return list(check_post_file(path).problems)


@pytest.mark.slow
def test_own_posts_and_those_of_others_go_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna, bert = await street.move_in(), await street.move_in()
        answer = anna.running.ground.answering.answer
        first = await answer(WritePost(text="old text"))
        await anna.say_many(300)  # the first ones are in a sealed chunk
        post = await answer(WritePost(text="the last one"))
        await answer(Edit(ref=first.id, text="another text"))
        await bert.follow(anna)
        places = [(each.ref.feed_id, each.ref.index) for each in (first, post)]
        await street.until(
            lambda: all(bert.index.post(*each) is not None for each in places), within_s=120
        )
        for who in (anna, bert):
            for ref, text in ((post.id, "the last one"), (first.id, "another text")):
                page = await exported(who, ref)
                assert f">{text}</div>" in page
                assert problems_of(page, tmp_path, monkeypatch) == []

    in_neighbourhood(tmp_path, scenario)


def test_what_is_not_for_everybody_is_refused(tmp_path: Path) -> None:
    async def scenario(street: Neighbourhood) -> None:
        anna = await street.move_in()
        answer = anna.running.ground.answering.answer
        await answer(CreateCircle(circle="friends"))
        secret = await answer(WritePost(text="for friends", to="friends"))
        with pytest.raises(UserError, match="for some people only"):
            await exported(anna, ref_text(secret.ref))
        gone = await answer(WritePost(text="taken back"))
        await answer(Withdraw(ref=gone.id))
        with pytest.raises(UserError, match="withdr"):
            await exported(anna, ref_text(gone.ref))
        with pytest.raises(UserError, match="there is no post 12345"):
            await exported(anna, "12345")

    in_neighbourhood(tmp_path, scenario)
