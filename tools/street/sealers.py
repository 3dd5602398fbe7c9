"""Devices that seal for each other without a node around them: real keys and ratchets."""

from dataclasses import dataclass, field
from secrets import token_bytes

from swarmfeed.core.base.keys import SigningKey
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.feed.certificate import sign_join
from swarmfeed.core.feed.sealed_kinds import PrekeysBody
from swarmfeed.core.letters.limits import PREKEYS_EVERY_MS
from swarmfeed.core.letters.parcel import parcel_id
from swarmfeed.core.letters.prekeys import (
    SelfIntroduction,
    expand_prekeys,
    hash_prekeys,
    identity_statement,
    open_introduction,
    public_prekeys,
)
from swarmfeed.core.letters.rows import LetterDevice, OwnPrekeys
from swarmfeed.node.letters.sealing import Sealing, UnopenedError
from swarmfeed.shell.boxes import HpkeEnvelopes
from swarmfeed.shell.ratchets import DoubleRatchets

from street.authors import author_of

ENVELOPES = HpkeEnvelopes()


@dataclass
class Published:
    """What everybody can read: the newest keys of each device."""

    keys: dict[FeedId, PrekeysBody] = field(default_factory=dict)

    def keys_of(self, feed_id: FeedId) -> PrekeysBody | None:
        return self.keys.get(feed_id)

    def is_ended(self, feed_id: FeedId, author_id: AuthorId) -> bool:
        return False

    def author_of(self, feed_id: FeedId, said: SelfIntroduction) -> AuthorId:
        return open_introduction(feed_id, said)


class SealingDevice:
    """One device: what it has on disk, and what it opened."""

    def __init__(self, number: int, published: Published, person: int | None = None) -> None:
        """``person`` has it; left out: somebody of their own."""
        self._key = SigningKey(number.to_bytes(2, "big") * 16)
        self.feed_id = FeedId(self._key.public)
        who = (number if person is None else person) + 10_000
        author = author_of(who.to_bytes(2, "big") * 16)
        self.author_id = author.author_id
        self._join = sign_join(author, self._key, from_ms=1, is_first=True)
        self.published = published
        ratchets = DoubleRatchets(token_bytes)
        self.sealing = Sealing(self.feed_id, ENVELOPES, ratchets, token_bytes, published)
        self.keys: dict[bytes, OwnPrekeys] = {}
        self.devices: dict[FeedId, LetterDevice] = {}
        self.seen: set[bytes] = set()
        self.opened: list[bytes] = []
        self.publish()

    def publish(self) -> None:
        """Make new keys, and let everybody read them."""
        seed, until_ms = token_bytes(32), len(self.keys) * PREKEYS_EVERY_MS
        privates = expand_prekeys(seed)
        body = public_prekeys(privates, ENVELOPES.mlkem_public(privates.mlkem_seed), until_ms)
        statement = identity_statement(self.feed_id, body.identity, body.outer, until_ms)
        self.newest = OwnPrekeys(
            body=body,
            made_ms=until_ms,
            published=True,
            seed=seed,
            signature=self._key.sign(statement),
        )
        self.keys[hash_prekeys(body)] = self.newest
        self.published.keys[self.feed_id] = body

    def introduction(self) -> SelfIntroduction:
        body = self.newest.body
        return SelfIntroduction(
            identity=body.identity,
            outer=body.outer,
            until_ms=body.until_ms,
            signature=self.newest.signature,
            certificates=(self._join,),
        )

    def seal(self, other: "SealingDevice", content: bytes) -> bytes:
        return self.seal_to(other.feed_id, other.author_id, content)

    def seal_to(self, feed_id: FeedId, author_id: AuthorId, content: bytes) -> bytes:
        """Seal for a device whose keys are published."""
        before = self.devices.get(feed_id) or LetterDevice(author_id=author_id)
        row, parcel = self.sealing.seal(
            feed_id, before, content, self.newest, self.introduction()
        )
        self.devices[feed_id] = row
        return parcel

    def open(self, parcel: bytes) -> FeedId | None:
        """Take a parcel in; returns whom to ask for a new session, if it did not open.

        Raises:
            RemoteError: It is not for this device.
        """
        if parcel_id(parcel) in self.seen:
            return None
        try:
            opened = self.sealing.open(parcel, self.keys, self.devices)
        except UnopenedError as error:
            return error.feed_id
        self.seen.add(parcel_id(parcel))
        self.devices[opened.feed_id] = opened.device
        self.opened.append(opened.content)
        return None

    def forget(self) -> None:
        """Lose the sessions, and what was seen; keys are kept."""
        self.devices.clear()
        self.seen.clear()


def pair() -> tuple[SealingDevice, SealingDevice]:
    published = Published()
    return SealingDevice(1, published), SealingDevice(2, published)
