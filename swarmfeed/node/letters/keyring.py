"""This device's own keys for letters: made, published every two weeks, erased in time."""

from msgspec.structs import replace

from swarmfeed.core.asks import letter_sentences as sentences
from swarmfeed.core.base.boxes import MLKEM_PUBLIC_BYTES
from swarmfeed.core.base.limits import KEY_BYTES
from swarmfeed.core.letters.limits import (
    PREKEYS_ERASED_AFTER_MS,
    PREKEYS_EVERY_MS,
    PREKEYS_KEPT_MAX,
)
from swarmfeed.core.letters.prekeys import (
    SelfIntroduction,
    expand_prekeys,
    hash_prekeys,
    identity_statement,
    introducing,
    public_prekeys,
)
from swarmfeed.core.letters.rows import OwnPrekeys
from swarmfeed.errors import PassingError, UserError
from swarmfeed.node.feeds.writer import Writer
from swarmfeed.node.ground.fairness import off_loop
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.letters.book import Edits, LetterBook


class PrekeyRing:
    """Belongs to the node's loop."""

    def __init__(self, ground: Ground, writer: Writer, book: LetterBook) -> None:
        self._ground = ground
        self._identity = ground.identity
        self._clock = ground.shells.clock
        self._writer = writer
        self._book = book

    def trouble(self) -> str:
        """Why no letters can be sealed here; empty when they can."""
        return self._ground.shells.boxes.trouble()

    def newest(self) -> OwnPrekeys | None:
        """The keys that others are to seal to."""
        return max(self._book.keys.values(), key=lambda each: each.made_ms, default=None)

    async def look(self) -> str:
        """Make and publish new keys when it is time, and erase old ones."""
        if self.trouble() or self._ground.pen.trouble():
            return ""
        try:
            await self.publish()
        except (PassingError, UserError) as error:
            return str(error)  # somebody may have ended this feed in our name: no bug
        return await self._erase()

    async def publish(self) -> OwnPrekeys:
        """Return keys that stand in the log, and are not too old.

        Raises:
            UserError: None can be made here, or nothing may be signed.
            PassingError: Not now.
        """
        await self._book.open()
        async with self._book.lock:
            newest = self.newest()
            if newest is None or self._clock.now_ms() >= newest.body.until_ms:
                if trouble := self.trouble() or self._ground.pen.trouble():
                    raise UserError(trouble)
                newest = await self._make()
            if newest.published:
                return newest
            # First on our disk: a key that others seal to and nobody has would lose letters.
            await self._writer.publish(newest.body)
            published = replace(newest, published=True)
            name = hash_prekeys(published.body)
            await self._book.save(Edits(keys={name: published}), self._clock.now_ms())
        self._ground.mail.receive()
        return published

    async def _make(self) -> OwnPrekeys:
        now_ms, seed = self._clock.now_ms(), self._ground.shells.dice(KEY_BYTES)
        privates = expand_prekeys(seed)
        mlkem = await off_loop(
            lambda: self._ground.shells.envelopes.mlkem_public(privates.mlkem_seed)
        )
        assert len(mlkem) == MLKEM_PUBLIC_BYTES
        body = public_prekeys(privates, mlkem, now_ms + PREKEYS_EVERY_MS)
        statement = identity_statement(
            self._identity.feed_id, body.identity, body.outer, body.until_ms
        )
        made = OwnPrekeys(
            body=body,
            made_ms=now_ms,
            published=False,
            seed=seed,
            signature=self._identity.feed_key.sign(statement),
        )
        await self._book.save(Edits(keys={hash_prekeys(body): made}), now_ms)
        return made

    async def _erase(self) -> str:
        """Erase what would open letters that nobody sends any more."""
        now_ms = self._clock.now_ms()
        async with self._book.lock:
            by_age = sorted(self._book.keys.items(), key=lambda each: -each[1].made_ms)
            old = [
                name
                for place, (name, each) in enumerate(by_age)
                if place >= PREKEYS_KEPT_MAX
                or (place and now_ms >= each.body.until_ms + PREKEYS_ERASED_AFTER_MS)
            ]
            if not old:
                return ""
            await self._book.save(Edits(keys=dict.fromkeys(old)), now_ms)
        return sentences.KEYS_ERASED(count=len(old))

    def introduction(self, keys: OwnPrekeys) -> SelfIntroduction:
        """Who we are, to somebody who may not know our log."""
        shelf, identity = self._ground.shelf, self._identity
        certificates = shelf.certificates(identity.author_id)
        return SelfIntroduction(
            identity=keys.body.identity,
            outer=keys.body.outer,
            until_ms=keys.body.until_ms,
            signature=keys.signature,
            certificates=introducing(identity.feed_id, certificates),
        )
