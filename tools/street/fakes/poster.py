"""The web in memory: who answers at which place."""

import asyncio
from collections.abc import Awaitable, Callable

from swarmfeed.core.net.web import WebPlace
from swarmfeed.errors import RetryError
from swarmfeed.ports.poster import WebReply

Answer = Callable[[bytes], Awaitable[WebReply]]


class FakeWeb:
    """Whoever answers posts, by place."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.posted: list[tuple[str, bytes]] = []
        """All that was posted, in order."""


class FakePoster:
    """Implements ``ports.Poster``."""

    def __init__(self, web: FakeWeb) -> None:
        self._web = web

    async def post(self, place: WebPlace, body: bytes) -> WebReply:
        self._web.posted.append((str(place), body))
        await asyncio.sleep(0)
        answer = self._web.answers.get(str(place))
        if answer is None:
            raise RetryError("it is not reached: nobody is there")
        return await answer(body)
