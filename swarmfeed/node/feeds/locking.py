"""Locks the key of the own feed away, and takes it back."""

import asyncio

import structlog

from swarmfeed.core.asks import recovery_sentences as sentences
from swarmfeed.core.asks.locking import IsLocked, LockKeys, LockState, UnlockKeys
from swarmfeed.core.base.lockable import LockableKey
from swarmfeed.errors import UserError
from swarmfeed.node.ground.desk import Answers, in_loop

logger = structlog.get_logger()


class Locking:
    """What people say about the lock."""

    def __init__(self, key: LockableKey) -> None:
        self._key = key

    def rows(self) -> tuple[Answers, ...]:
        return (
            in_loop(IsLocked, self.state),
            in_loop(LockKeys, self.lock),
            in_loop(UnlockKeys, self.unlock),
        )

    async def state(self, _: IsLocked) -> LockState:
        return self._state(await self._is_protected())

    async def lock(self, _: LockKeys) -> LockState:
        if not await self._is_protected():
            raise UserError(sentences.NOTHING_TO_LOCK())
        self._key.lock()
        logger.info("locked")
        return self._state(has_passphrase=True)

    async def unlock(self, ask: UnlockKeys) -> LockState:
        """Opening the key file takes half a second, also where the passphrase is wrong."""
        keyhole = self._key.keyhole
        if keyhole is not None:
            key = await asyncio.to_thread(keyhole.feed_key, ask.passphrase)
            if key.public != self._key.public:
                raise UserError(sentences.OTHER_KEYS())
            self._key.unlock(key)
            logger.info("unlocked")
        return self._state(await self._is_protected())

    async def _is_protected(self) -> bool:
        keyhole = self._key.keyhole
        return keyhole is not None and await asyncio.to_thread(keyhole.is_protected)

    def _state(self, has_passphrase: bool) -> LockState:
        locked = self._key.is_locked
        if locked:
            sentence = sentences.LOCKED()
        else:
            sentence = (sentences.UNLOCKED if has_passphrase else sentences.NEVER_LOCKED)()
        return LockState(locked=locked, has_passphrase=has_passphrase, sentence=sentence)
