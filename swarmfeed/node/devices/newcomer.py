"""Becoming a device: the other side of a pairing, on a machine that has no home yet.

It waits at a place of its own, on which nothing but a pairing is understood, for whoever has
the link.  Others are sent away, and may not use the link up; but once somebody showed to have
it, the link is good for nothing any more, however that ends.
"""

import asyncio
from collections.abc import Awaitable, Callable

from swarmfeed.core.asks import device_sentences as sentences
from swarmfeed.core.talk.limits import PAIR_ANSWER_S
from swarmfeed.core.talk.pairing import PairAsk, PairDone, PairingReason, PairJoin, PairWho
from swarmfeed.core.talk.pairing_sides import Joined, NewSide, Proposal, Unseal
from swarmfeed.errors import (
    PairingError,
    RemoteError,
    RetryError,
    SwarmfeedError,
    UserError,
)
from swarmfeed.node.devices.talking import end, next_message, tell_end
from swarmfeed.ports import Peer


class Newcomer:
    """Waits for the one who has the link, and does what they say."""

    def __init__(
        self,
        side: NewSide,
        unseal: Unseal,
        show: Callable[[Proposal], None],
        make: Callable[[Joined], Awaitable[None]],
    ) -> None:
        """Take what becomes of it.

        Args:
            show: Shows the code to the person.
            make: Makes the home; it is told to nobody before that is on disk.
        """
        self._side = side
        self._unseal = unseal
        self._show = show
        self._make = make
        self._outcome: asyncio.Future[Joined] = asyncio.get_running_loop().create_future()

    async def outcome(self, within_s: float) -> Joined:
        """Wait until this machine is a device.

        Raises:
            UserError: Nothing came of it, and why.
        """
        try:
            async with asyncio.timeout(within_s):
                return await self._outcome
        except TimeoutError as error:
            raise UserError(sentences.NOT_IN_TIME()) from error

    async def on_peer(self, peer: Peer) -> None:
        """Talk with somebody who came."""
        messages = peer.messages()
        try:
            ask = await next_message(PairAsk, messages, PAIR_ANSWER_S)
            key = self._side.answer(peer.hello.node_id, ask)
        except PairingError as error:
            await tell_end(peer, error.reason)
            return
        try:
            await peer.send(key)
            who = await next_message(PairWho, messages, PAIR_ANSWER_S)
            self._show(self._side.learn(who, self._unseal))
            # A person looks at two screens now; how long, the link's own time decides.
            join = await next_message(PairJoin, messages, None)
            await self._become(peer, self._side.join(join, self._unseal))
        except (RemoteError, RetryError) as error:
            self._fail(await end(peer, error))

    async def _become(self, peer: Peer, joined: Joined) -> None:
        try:
            await self._make(joined)
        except SwarmfeedError as error:
            await tell_end(peer, PairingReason.BROKEN.value)
            self._fail(error)
            return
        try:
            await peer.send(PairDone(joined.certificate))
            await peer.close("this is a device now")
        except (RemoteError, RetryError):
            pass  # It is one all the same; the others hear of it from here.
        if not self._outcome.done():
            self._outcome.set_result(joined)

    def _fail(self, error: SwarmfeedError) -> None:
        if not self._outcome.done():
            self._outcome.set_exception(error)
