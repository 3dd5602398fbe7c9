"""What a measured node does with photographs: publishes them, and sees those of others."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from swarmfeed.core.asks.media import SMALL, Attached, ShowMedium, Upload
from swarmfeed.core.asks.writing import WritePost
from swarmfeed.core.base.types import Hash
from swarmfeed.core.media.limits import UPLOAD_PART_BYTES
from swarmfeed.node.node import Node

Answer = dict[str, Any]
ACTION: Final = "media"
"""A change that a page is told of."""


class Illustrating:
    """Actions of a member; times as in ``member``."""

    def __init__(self, node: Node) -> None:
        self._ask = node.ground.answering.answer
        self._changes = node.ground.changes
        self.actions: dict[str, Callable[..., Awaitable[Answer]]] = {
            "illustrate": self.illustrate,
            "see": self.see,
        }

    async def illustrate(self, photo: str) -> Answer:
        """Publish a photograph as a page does, part by part."""
        started, upload = time.monotonic_ns(), ""
        content = Path(photo).read_bytes()
        for at in range(0, len(content), UPLOAD_PART_BYTES):
            part = Upload(data=content[at : at + UPLOAD_PART_BYTES], upload=upload)
            upload = (await self._ask(part)).upload
        post = WritePost(text="Look!", media=(Attached(upload=upload, alt="A sea."),))
        (medium,) = (await self._ask(post)).media
        ended = time.monotonic_ns()
        return {"started": started, "ended": ended, "bytes": medium.size_bytes}

    async def see(self) -> Answer:
        """Wait until a picture came and was made anew, as a page that is open does."""
        async for change in self._changes.listen():
            if change.name == ACTION:
                medium_id = Hash(bytes.fromhex(str(change.fields["id"])))
                came = time.monotonic_ns()
                await self._ask(ShowMedium(id=medium_id, form=SMALL))
                return {"came": came, "seen": time.monotonic_ns()}
        raise AssertionError("a node tells of changes as long as it runs")
