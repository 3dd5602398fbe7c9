"""How the code is asked about whole parcels: it seals the same, and opens what it did not seal.

The vectors' Double Ratchet and HPKE are written by hand, the program's come from libraries:
each is an oracle of the other.
"""

from collections.abc import Iterator
from pathlib import Path

from street.sealers import Published
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.letters.content import decode_content, letter_id
from swarmfeed.core.letters.groups import begin_group, group_id_of
from swarmfeed.core.letters.parcel import PARCEL_INFO, decode_inner
from swarmfeed.core.letters.prekeys import SelfIntroduction, expand_prekeys, hash_prekeys
from swarmfeed.core.letters.rows import LetterDevice, OwnPrekeys
from swarmfeed.node.letters.sealing import Sealing
from swarmfeed.shell.boxes import HpkeEnvelopes
from swarmfeed.shell.ratchets import DoubleRatchets

from tests.vector_feeds import Vector, unhex
from tests.vector_letters import published


class WithoutLuck(HpkeEnvelopes):
    """Encapsulates to what the vector says, which the receiver's seed opens."""

    def __init__(self, receiver_seed: bytes, text: bytes) -> None:
        self._seed, self._text = receiver_seed, text

    def encapsulate(self, public: bytes) -> tuple[bytes, bytes]:
        assert public == self.mlkem_public(self._seed)
        return self.decapsulate(self._seed, self._text), self._text


class ScriptedDevice:
    """A device of a vector, which draws what the vector says."""

    def __init__(self, told: Vector, logs: Published, envelopes: HpkeEnvelopes, until_ms: int):
        self.feed_id, self.author_id = (
            FeedId(unhex(told["feed"])),
            AuthorId(unhex(told["author"])),
        )
        self.seed = unhex(told["seed"])
        draws: dict[int, Iterator[str]] = {32: iter(told["keys"]), 24: iter(told["nonces"])}

        def dice(length: int) -> bytes:
            return unhex(next(draws[length]))

        ratchets = DoubleRatchets(dice)
        self.sealing = Sealing(self.feed_id, envelopes, ratchets, dice, logs)
        body = published(self.seed, until_ms)
        self.keys = OwnPrekeys(
            body=body, made_ms=0, published=True, seed=self.seed, signature=bytes(64)
        )
        logs.keys[self.feed_id] = body
        self.devices: dict[FeedId, LetterDevice] = {}

    def seal(self, to: "ScriptedDevice", content: bytes, who: SelfIntroduction) -> bytes:
        row = self.devices.get(to.feed_id) or LetterDevice(author_id=to.author_id)
        row, parcel = self.sealing.seal(to.feed_id, row, content, self.keys, who)
        self.devices[to.feed_id] = row
        return parcel

    def open(self, parcel: bytes) -> bytes:
        opened = self.sealing.open(
            parcel, {hash_prekeys(self.keys.body): self.keys}, self.devices
        )
        self.devices[opened.feed_id] = opened.device
        return opened.content

    def inside(self, parcel: bytes) -> bytes:
        outer = expand_prekeys(self.seed).outer
        return HpkeEnvelopes().open_up(outer, parcel, PARCEL_INFO)


def introduction(vector: Vector) -> SelfIntroduction:
    opening = decode_inner(unhex(vector["letters"][0]["inner"])).opening
    assert opening is not None
    return opening.who


def check_parcel(vector: Vector, _: Path) -> None:
    logs, until_ms = Published(), vector["until_ms"]
    mlkem_seed = expand_prekeys(unhex(vector["ben"]["seed"])).mlkem_seed
    envelopes = WithoutLuck(mlkem_seed, unhex(vector["mlkem_text"]))
    devices = {
        name: ScriptedDevice(vector[name], logs, envelopes, until_ms)
        for name in ("anna", "ben")
    }
    for what, number in vector["events"]:
        letter = vector["letters"][number]
        sender = devices[letter["from"]]
        receiver = devices["ben" if letter["from"] == "anna" else "anna"]
        content = unhex(letter["content"])
        if what == "open":
            assert receiver.open(unhex(letter["parcel"])) == content
            assert letter_id(sender.author_id, content) == unhex(letter["id"])
        else:
            parcel = sender.seal(receiver, content, introduction(vector))
            assert receiver.inside(parcel) == unhex(letter["inner"])
            assert len(parcel) == len(unhex(letter["parcel"]))
    check_the_group(vector)


def check_the_group(vector: Vector) -> None:
    """What its letters are to is what its beginning is called."""
    said = [
        (each["from"], decode_content(unhex(each["content"]))) for each in vector["letters"]
    ]
    for number, (who, content) in enumerate(said):
        if content.kind == "group":
            author_id = AuthorId(unhex(vector[who]["author"]))
            made = unhex(vector["letters"][number]["content"])
            begin_group(author_id, made)
            group = group_id_of(author_id, made)
            assert [each.to for _, each in said[number + 1 :]] == [group, group]
