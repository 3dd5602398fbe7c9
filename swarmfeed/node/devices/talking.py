"""What both sides of a pairing do alike: hear the next message, and end it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final, TypeVar

from swarmfeed.core.asks import device_sentences as sentences
from swarmfeed.core.base.texts import Text
from swarmfeed.core.talk.message import Message
from swarmfeed.core.talk.pairing import PairEnd, PairingReason
from swarmfeed.errors import PairingError, RemoteError, RetryError, UserError
from swarmfeed.ports import Peer

M = TypeVar("M", bound=Message)

SAID_OF: Final[dict[str, Text]] = {
    PairingReason.NOT_THE_LINK.value: sentences.NOT_THE_LINK,
    PairingReason.OTHER_MACHINE.value: sentences.OTHER_MACHINE,
    PairingReason.USED.value: sentences.USED,
    PairingReason.CANCELLED.value: sentences.CANCELLED,
}
"""What a person is told; of any other reason ``BROKEN``."""


async def next_message(
    kind: type[M], messages: AsyncIterator[Message], timeout_s: float | None
) -> M:
    """Return the next message, which has to be of a kind.

    Raises:
        PairingError: The other end said that it is over, or something else.
        RetryError: The link is gone, or nothing came in time.
        RemoteError: It broke the rules of the link.
    """
    try:
        async with asyncio.timeout(timeout_s):
            message = await anext(messages, None)
    except TimeoutError as error:
        raise RetryError("nothing came in time") from error
    if message is None:
        raise RetryError("the link is gone")
    if isinstance(message, kind):
        return message
    raise PairingError(
        message.reason if isinstance(message, PairEnd) else PairingReason.BROKEN.value
    )


async def end(peer: Peer, error: Exception) -> UserError:
    """Close a link on which nothing came of it; returns what a person is told."""
    if isinstance(error, PairingError):
        await tell_end(peer, error.reason)
        return UserError(SAID_OF.get(error.reason, sentences.BROKEN)())
    await peer.close("nothing came of it")
    is_broken = isinstance(error, RemoteError)
    return UserError((sentences.BROKEN if is_broken else sentences.BROKE_OFF)())


async def tell_end(peer: Peer, reason: str) -> None:
    """Say why it is over, if somebody still listens, and close the link."""
    with suppress(RetryError, RemoteError):
        await peer.send(PairEnd(reason))
    await peer.close("nothing came of it")
