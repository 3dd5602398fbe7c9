"""What a reader sees of media, made of what a post names: only a node knows both."""

from collections.abc import Iterable

from swarmfeed.core.asks.media import MediumView
from swarmfeed.core.feed.medium import Medium, encode_medium, is_whole


def view_of(medium: Medium) -> MediumView:
    return MediumView(
        id=medium.id,
        type=medium.type,
        size_bytes=medium.size_bytes,
        alt=medium.alt,
        width=medium.width,
        height=medium.height,
        file_name=medium.file_name,
        named=encode_medium(medium),
    )


def views_of(media: Iterable[Medium]) -> tuple[MediumView, ...]:
    """Return media as they are shown; one whose hashes do not fit is not."""
    return tuple(view_of(each) for each in media if is_whole(each))
