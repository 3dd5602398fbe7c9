"""Witnesses on the web that the person chose: they see our own feed, and say what is newest.

    head grew, or five minutes went by --> post --409--> post with the proof --200--> its word

What they say counts as the word of one more witness.  It never counts as that somebody holds
anything, and nobody else is told: others do not know their keys.
"""

import asyncio

import structlog
from msgspec import Struct

from swarmfeed.core.feed.replica import Replica
from swarmfeed.core.witness import sentences
from swarmfeed.core.witness.limits import (
    AHEAD_S,
    OUTSIDE_AFTER_S,
    OUTSIDE_EVERY_S,
    OUTSIDE_TURNS,
)
from swarmfeed.core.witness.newest import OutsideWord
from swarmfeed.core.witness.outside import (
    HasSize,
    OutsideWitness,
    Saw,
    read_reply,
    write_request,
)
from swarmfeed.errors import DamageError, RemoteError, RetryError
from swarmfeed.node.ground.ground import Ground
from swarmfeed.node.witness.settings import WitnessSettings

logger = structlog.get_logger()


class _Asked(Struct, eq=False):
    """One witness, and what is known of it."""

    witness: OutsideWitness
    size: int = 0
    """Of the newest head that it has, by its own word."""
    asked_ms: int | None = None
    shown_size: int = 0
    """Of the head that it was asked about last."""
    word: OutsideWord | None = None
    trouble: str = ""
    """Why its last answer was none; for people."""


class OutsideWitnesses:
    """Asks them, and remembers what they said, until the node ends."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._clock = ground.shells.clock
        self._own = ground.identity.feed_id
        chosen = ground.settings.of(WitnessSettings).outside()
        self._asked = [_Asked(each) for each in chosen]

    @property
    def is_asked(self) -> bool:
        """Whether there are any."""
        return bool(self._asked)

    def words(self) -> list[OutsideWord]:
        """What they signed last, of the own feed."""
        return [each.word for each in self._asked if each.word is not None]

    def told(self) -> list[tuple[str, OutsideWord | None, str]]:
        """Of each where it is, its last word, and a sentence on how it stands."""
        return [(str(a.witness.place), a.word, self._sentence(a)) for a in self._asked]

    async def look(self) -> str:
        """Ask those whose turn it is; a round of 5 s."""
        replica = self._ground.shelf.replica(self._own)
        due = [each for each in self._asked if self._is_due(each, replica)]
        if replica is not None:
            await asyncio.gather(*(self._ask(each, replica) for each in due))
        return sentences.ASKED_OUTSIDE(witnesses=len(due))

    # --- inside ---

    def _is_due(self, one: _Asked, replica: Replica | None) -> bool:
        if replica is None or not replica.size:
            return False
        if one.asked_ms is None:
            return True
        passed_s = (self._clock.monotonic_ms() - one.asked_ms) / 1000
        is_news = one.shown_size != replica.size
        return passed_s >= (OUTSIDE_AFTER_S if is_news else OUTSIDE_EVERY_S)

    async def _ask(self, one: _Asked, replica: Replica) -> None:
        one.asked_ms, one.shown_size = self._clock.monotonic_ms(), replica.size
        try:
            one.word = await self._converse(one, replica)
            one.trouble = ""
        except (DamageError, RemoteError, RetryError) as error:
            one.trouble = str(error)
            logger.info("a witness gave no word", at=str(one.witness.place), reason=str(error))

    async def _converse(self, one: _Asked, replica: Replica) -> OutsideWord:
        """Post until it signs.  RemoteError or RetryError says why it does not."""
        known = min(one.size, replica.size)
        for _ in range(OUTSIDE_TURNS):
            reply = await self._post(one, replica, known)
            if isinstance(reply, Saw):
                one.size = replica.size
                return self._word(one, replica, reply)
            if reply.size > replica.size:
                raise RemoteError(sentences.HAS_MORE(entries=reply.size, here=replica.size))
            if reply.size == known:  # it has what we said that it has, and another root there
                why = sentences.HAS_ANOTHER if known else sentences.NO_ANSWER
                raise RemoteError(why())
            known = one.size = reply.size
        raise RetryError(sentences.NO_ANSWER())

    async def _post(self, one: _Asked, replica: Replica, known: int) -> HasSize | Saw:
        proof = await self._ground.prover.consistency(replica, known)
        body = write_request(known, replica.size, proof, replica.signed_head)
        posted = await self._ground.shells.web.poster.post(one.witness.place, body)
        return read_reply(one.witness, posted.status, posted.body, replica.signed_head)

    def _word(self, one: _Asked, replica: Replica, saw: Saw) -> OutsideWord:
        if abs(saw.time_s - self._clock.now_ms() // 1000) > AHEAD_S:
            raise RemoteError(sentences.FROM_THE_FUTURE())
        return OutsideWord(
            size=replica.size,
            root=replica.head.root,
            network=one.witness.place.host,
            time_s=saw.time_s,
        )

    def _sentence(self, one: _Asked) -> str:
        url = str(one.witness.place)
        if one.trouble:
            return sentences.FAILED_THERE(url=url, why=one.trouble)
        if one.word is None:
            return sentences.NOT_ASKED_YET(url=url)
        ago = sentences.ago(self._clock.now_ms() // 1000 - one.word.time_s)
        return sentences.SAW_ALL(url=url, entries=one.word.size, ago=ago)
