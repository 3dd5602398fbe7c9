"""How much a node keeps of pictures and files of others, as told at its start."""

from typing import Annotated

from msgspec import Struct

from swarmfeed.core.media.limits import FETCHED_BY_ITSELF_BYTES, MEDIA_DISK_BYTES
from swarmfeed.node.ground.settings import Setting, Size


class MediaSettings(Struct, frozen=True, kw_only=True):
    """Choices of one start."""

    disk_bytes: Annotated[
        Size,
        Setting(
            "--media-disk",
            "Disk for pictures and files of others, beside what they wrote; 1 GB if left out."
            " With --history also for those whose history is held; 0: none is kept for others.",
            stays=True,
            restart=False,
        ),
    ] = MEDIA_DISK_BYTES

    fetched_bytes: Annotated[
        Size,
        Setting(
            "--media-fetch",
            "Pictures and files of people you follow come by themselves up to this size; 2 MB"
            " if left out, 0: only when you ask for them.",
            stays=True,
            restart=False,
        ),
    ] = FETCHED_BY_ITSELF_BYTES
