"""Parcels between two devices, whole: first contact, receipt, later letters, a group."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from _reference_forms import FEED, NOW_MS, author_id, bencode, public, sign
from _reference_parcels import Ratchet, close_up
from nacl.bindings import crypto_scalarmult_base as base

from vectors.letters import (
    EPHEMERAL,
    MLKEM_TEXT,
    OTHER_FEED,
    OTHER_SEED,
    SEED,
    name_of,
    privates,
    secret_of_first,
)
from vectors.sets import join

Case = tuple[str, dict[str, Any]]
Parcel = dict[str, Any]

BEN = sha256(b"ben").digest()
"""His author id."""
CARL = sha256(b"carl").digest()


def drawn(who: str, what: str, number: int) -> bytes:
    """What is random in life."""
    return sha256(f"{who} {what} {number}".encode()).digest()


@dataclass
class End:
    """One device, and what it draws by luck, in the order in which it is needed."""

    who: str
    author: bytes
    feed: bytes
    seed: bytes
    ratchet: Ratchet
    theirs: bytes = b""
    keys: list[bytes] = field(default_factory=list)
    nonces: list[bytes] = field(default_factory=list)

    def key(self) -> bytes:
        self.keys.append(drawn(self.who, "key", len(self.keys)))
        return self.keys[-1]

    def nonce(self) -> bytes:
        self.nonces.append(drawn(self.who, "nonce", len(self.nonces))[:24])
        return self.nonces[-1]

    def told(self) -> dict[str, Any]:
        return {
            "author": self.author.hex(),
            "feed": self.feed.hex(),
            "seed": self.seed.hex(),
            "keys": [each.hex() for each in self.keys],
            "nonces": [each.hex() for each in self.nonces],
        }


class Exchange:
    """What two devices seal and open, in order."""

    def __init__(self) -> None:
        secret, prekey = secret_of_first(), privates(OTHER_SEED)[1]
        self.anna = End("anna", author_id(), public(FEED), SEED, Ratchet(secret))
        self.ben = End("ben", BEN, OTHER_FEED, OTHER_SEED, Ratchet(secret, own=prekey))
        self.anna.keys.append(EPHEMERAL)
        self.anna.ratchet.step(base(prekey), self.anna.key())
        self.is_answered = False
        self.letters: list[Parcel] = []
        self.events: list[list[Any]] = []

    def seal(self, sender: End, content: dict[str, Any], **bent: bytes) -> bytes:
        """Returns the content, as it is named by its hash."""
        receiver = self.ben if sender is self.anna else self.anna
        encoded = bencode({"t": NOW_MS + len(self.letters), **content})
        context = b"swarmfeed letter 1" + sender.feed + receiver.feed
        inner: dict[str, Any] = {"f": sender.feed}
        inner |= sender.ratchet.seal(padded(encoded), context, sender.nonce())
        if sender is self.anna and not self.is_answered:
            inner["k"] = opening()
            # "1:z100:" stands before them: their number has three digits.
            room = -(len(bencode(inner)) + 7) % 512
            inner["z"] = bytes(room if room >= 100 else room + 512)
        outer = base(privates(receiver.seed)[2])
        rolled = drawn(sender.who, "outer", len(self.letters))
        plain = bencode({**inner, **bent})
        self.letters.append({
            "from": sender.who,
            "content": encoded.hex(),
            "id": id_of(sender.author, encoded).hex(),
            "inner": plain.hex(),
            "parcel": close_up(outer, plain, b"swarmfeed parcel 1", rolled).hex(),
        })  # fmt: skip
        self.events.append(["seal", len(self.letters) - 1])
        return encoded

    def open(self, receiver: End, *numbers: int) -> None:
        """They come, in that order."""
        self.is_answered |= receiver is self.anna
        sender = self.ben if receiver is self.anna else self.anna
        for number in numbers:
            theirs = base(sender.ratchet.own)
            if theirs != receiver.theirs:
                receiver.theirs = theirs
                receiver.ratchet.step(theirs, receiver.key())
            self.events.append(["open", number])

    def told(self) -> dict[str, Any]:
        return {
            "anna": self.anna.told(),
            "ben": self.ben.told(),
            "until_ms": NOW_MS,
            "mlkem_text": MLKEM_TEXT.hex(),
            "letters": self.letters,
            "events": self.events,
        }


def opening() -> dict[str, Any]:
    """What Anna begins with: who she is, and how Ben comes to the secret."""
    identity, _, outer, _ = map(base_or_seed, privates(SEED))
    said = {"f": public(FEED), "i": identity, "o": outer, "u": NOW_MS}
    who = {
        "i": identity,
        "l": [join(FEED)],
        "o": outer,
        "s": sign(FEED, b"swarmfeed letter identity 1\n" + bencode(said)),
        "u": NOW_MS,
    }
    return {
        "c": MLKEM_TEXT,
        "e": base(EPHEMERAL),
        "i": who,
        "q": name_of(OTHER_SEED),
        "v": 1,
    }


def base_or_seed(private: bytes) -> bytes:
    """The public half; the seed of ML-KEM is left as it is."""
    return base(private) if len(private) == 32 else private


def padded(content: bytes) -> bytes:
    whole, length = len(content).to_bytes(4, "big") + content, 256
    while length < len(whole):
        length *= 2
    return whole.ljust(length, b"\0")


def id_of(author: bytes, content: bytes) -> bytes:
    return sha256(b"swarmfeed letter 1" + author + content).digest()[:16]


def text(words: str, to: bytes, *after: bytes) -> dict[str, Any]:
    fields = {"b": bencode({"x": words.encode()}), "k": b"text", "to": to}
    return {**fields, "a": [*after]} if after else fields


def parcel_cases() -> Iterator[Case]:
    yield "parcel/exchange", exchange().told()
    first = Exchange()
    first.seal(first.anna, text("hello", BEN))
    first.open(first.ben, 0)
    told = first.told()
    whole = bytes.fromhex(told["letters"][0]["parcel"])
    for name, bent in {
        "changed": whole[:-1] + bytes([whole[-1] ^ 1]),
        "changed-outer-key": bytes([whole[0] ^ 1]) + whole[1:],
        "cut-short": whole[:40],
    }.items():
        yield f"parcel/bad-{name}", opened_alone(told, bent, name)
    for name, fields in {
        "padded-with-something": {"z": b"\0" * 99 + b"\1"},
        "number-of-three-bytes": {"n": bytes(3)},
        "of-another-sender": {"f": OTHER_FEED},
    }.items():
        other = Exchange()
        other.seal(other.anna, text("hello", BEN), **fields)
        bent = bytes.fromhex(other.letters[0]["parcel"])
        yield f"parcel/bad-{name}", opened_alone(told, bent, name)


def opened_alone(told: dict[str, Any], parcel: bytes, why: str) -> dict[str, Any]:
    """Ben gets one parcel, and it is none."""
    letter = {**told["letters"][0], "parcel": parcel.hex()}
    return {**told, "letters": [letter], "events": [["open", 0]], "error": why}


def exchange() -> Exchange:
    """Two first letters, their receipt, a group whose first words overtake its beginning."""
    it = Exchange()
    anna, ben = it.anna, it.ben
    first = it.seal(anna, text("hello", BEN))
    name = id_of(anna.author, first)
    second = it.seal(anna, text("hé", BEN, name))
    it.open(ben, 0, 1)
    names = [name, id_of(anna.author, second)]
    got = {"b": bencode({"g": names}), "k": b"got", "n": public(FEED), "to": anna.author}
    it.seal(ben, got)
    it.open(anna, 2)
    it.seal(anna, text("later, and longer than what fits the shortest length " * 4, BEN))
    people = bencode({"n": b"us", "p": [BEN, CARL]})
    made = it.seal(anna, {"b": people, "k": b"group", "to": bytes(32)})
    group = sha256(b"swarmfeed group 1" + anna.author + made).digest()
    it.seal(anna, text("to all", group, id_of(anna.author, made)))
    it.open(ben, 3, 5, 4)
    it.seal(ben, text("from all", group))
    it.open(anna, 6)
    return it
