"""Pictures and files in posts, as tests of media write and look at them."""

from pathlib import Path

from msgspec.structs import replace
from street.neighbour import Neighbour
from street.neighbourhood import Neighbourhood
from swarmfeed.core.asks.media import (
    Attached,
    HowIsMedia,
    MediaStatus,
    MediumFile,
    MediumView,
    ShowMedium,
    Upload,
)
from swarmfeed.core.asks.posts import PostView, ShowPost
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.media.limits import FETCHED_BY_ITSELF_BYTES
from swarmfeed.node.media.settings import MediaSettings

PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 300 + b"story of where it was taken"
SONG = b"fLaC" + b"la" * 40_000


async def hand_over(by: Neighbour, content: bytes) -> str:
    answer = by.running.ground.answering.answer
    first = await answer(Upload(data=content[:50_000]))
    await answer(Upload(data=content[50_000:], upload=first.upload))
    return first.upload


async def post(by: Neighbour, *contents: bytes, text: str = "Look!", to: str = "") -> PostView:
    attached = [
        Attached(upload=await hand_over(by, each), alt="A bee.", file_name="a/bee.flac")
        for each in contents
    ]
    return await by.running.ground.answering.answer(
        WritePost(text=text, media=tuple(attached), to=to)
    )


async def seen(by: Neighbour, ref: str) -> PostView:
    return (await by.running.ground.answering.answer(ShowPost(ref=ref))).post


async def states(by: Neighbour, ref: str) -> list[str]:
    return [each.state for each in (await seen(by, ref)).media]


async def shown(by: Neighbour, medium: MediumView, form: str = "whole") -> bytes:
    file: MediumFile = await by.running.ground.answering.answer(
        ShowMedium(id=medium.id, form=form)
    )
    return file.data or Path(file.path).read_bytes()


async def status(of: Neighbour) -> MediaStatus:
    return await of.running.ground.answering.answer(HowIsMedia())


def files(of: Neighbour) -> list[Path]:
    return sorted((of.disk.folder / "media" / "files").glob("*.medium"))


async def followed(
    street: Neighbourhood, *, fetched: int = FETCHED_BY_ITSELF_BYTES, disk: int = 10**7
) -> tuple[Neighbour, Neighbour]:
    """Somebody, and who follows them."""
    anna, ben = await street.move_in(), await street.move_in(on=False)
    chosen = MediaSettings(fetched_bytes=fetched, disk_bytes=disk)
    ben.settings = replace(ben.settings, others=(*ben.settings.others, chosen))
    await ben.start()
    await ben.follow(anna)
    await street.pass_time(5)
    return anna, ben
