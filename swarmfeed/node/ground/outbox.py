"""What is still to be said to one peer.

Handlers and the publishing author only note what is due; a task of the session says it, as
fast as the peer takes it.  So a slow peer holds up nobody else, and two peers with much to
say never wait for each other to read first.  Each thing stands here once, in its newest form:
however slow a peer is, what waits for it stays as small as the list of what it asked for.

What nobody waits for is said a little later, with all that came up until then: a receipt of
each of a thousand small feeds is a message of its own else, and costs as much as the feed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

from swarmfeed.core.talk.limits import SAID_SOON_S
from swarmfeed.node.ground.fairness import breathe

Saying = Callable[[], Awaitable[object]]
"""Makes and sends what is due, from how things are when its turn comes."""


class Outbox:
    """Things to say, oldest first."""

    def __init__(self) -> None:
        # A plain dict takes longer to find its first key the more were taken out before it.
        self._due: OrderedDict[Hashable, Saying] = OrderedDict()
        self._soon: dict[Hashable, Saying] = {}
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._due) + len(self._soon)

    def put(self, key: Hashable, saying: Saying) -> None:
        """Say something, in place of what waits under the same key."""
        self._due[key] = saying
        self._changed.set()

    def put_soon(self, key: Hashable, saying: Saying) -> None:
        """Say something within SAID_SOON_S, with what else comes up until then."""
        if not self._soon:
            asyncio.get_running_loop().call_later(SAID_SOON_S, self.hurry)
        self._soon[key] = saying

    def hurry(self) -> None:
        """Say at once what was to be said soon."""
        self._due.update(self._soon)
        self._soon.clear()
        self._changed.set()

    async def run(self, pause: Saying) -> None:
        """Say one thing after the other, until cancelled.

        ``pause`` is called whenever all is said, for now.
        """
        while True:
            while self._due:
                _, saying = self._due.popitem(last=False)
                await saying()
                # A peer that reads as fast as we write never has us wait.
                await breathe()
            await pause()
            if self._due:
                continue  # it came up meanwhile
            self._changed.clear()
            await self._changed.wait()
