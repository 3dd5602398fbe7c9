"""What a reader knows of how new a feed is: the newest head that witnesses signed.

Of witnesses that are strangers nothing is kept: anybody can be a thousand of them.  Who calls
says whom it knows, and in which network each is.
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from swarmfeed.core.base.bencoding import Encodable, decode_fields, encode
from swarmfeed.core.base.limits import (
    COSIGNATURE_BYTES_MAX,
    FEED_ENTRIES_MAX,
    HASH_BYTES,
    HEAD_BYTES_MAX,
)
from swarmfeed.core.base.types import Hash, NodeId
from swarmfeed.core.witness.cosignature import Cosignature, witness_of
from swarmfeed.core.witness.limits import COSIGNATURES_MAX, STEP_BACK_S
from swarmfeed.errors import DamageError, RemoteError

NetworkOf = Callable[[NodeId], str | None]
"""Network of a witness; None: it is a stranger."""

ROW_BYTES_MAX = HEAD_BYTES_MAX + COSIGNATURES_MAX * (COSIGNATURE_BYTES_MAX + 8) + 128


class Newest(Struct, frozen=True, kw_only=True):
    """The newest head of a feed that witnesses signed, and who did."""

    signed_head: bytes
    size: int
    root: Hash
    words: Mapping[NodeId, Cosignature] = field(default_factory=dict)
    """Their last word each, on this head."""

    @property
    def lines(self) -> tuple[bytes, ...]:
        """As they are told others, the latest first."""
        ordered = sorted(self.words.values(), key=lambda word: -word.time_s)
        return tuple(word.line for word in ordered)

    @property
    def last_s(self) -> int:
        """When the last one signed."""
        return max(word.time_s for word in self.words.values())


class OutsideWord(Struct, frozen=True, kw_only=True):
    """What a witness on the web that the person chose signed last."""

    size: int
    root: Hash
    network: str
    """Where it is, as far as that is known: its name."""
    time_s: int


class SeenBy(Struct, frozen=True, kw_only=True):
    """How new a feed is, as far as witnesses tell."""

    as_of_s: int
    """Two said so at this time or later; one, where only one did."""
    networks: int
    """In how many networks they are."""


def heed(known: Newest | None, told: Newest) -> Newest:
    """Return what is known after witnesses told something, each word verified.

    With a larger head the words on the smaller one go; of each witness the latest counts.
    """
    if known is None or told.size > known.size:
        return told
    if told.size < known.size or told.root != known.root:
        return known
    if told.signed_head != known.signed_head:
        # Of one head there may be two texts; a line is told with the one that it signs.
        return told if told.last_s > known.last_s else known
    words = dict(known.words)
    for witness, word in told.words.items():
        before = words.get(witness)
        if before is None or before.time_s < word.time_s:
            words[witness] = word
    latest = sorted(words.values(), key=lambda word: -word.time_s)[:COSIGNATURES_MAX]
    return replace(known, words={word.witness: word for word in latest})


def stepped_back(known: Newest | None, told: Newest) -> NodeId | None:
    """Return the witness that signed a smaller head after a larger one, if one did.

    No honest one does: what it signs is never older than what it signed before.
    """
    if known is None or told.size >= known.size:
        return None
    for witness, word in told.words.items():
        before = known.words.get(witness)
        if before is not None and word.time_s >= before.time_s + STEP_BACK_S:
            return witness
    return None


def see(
    newest: Newest | None, network_of: NetworkOf, outside: Iterable[OutsideWord] = ()
) -> SeenBy | None:
    """Count whose word is known, one of each network; None when there is none.

    Of words outside those count that are on this head; where none of ours is known, those on
    the largest head.
    """
    words = list(outside)
    size = newest.size if newest is not None else max((each.size for each in words), default=0)
    told = [(each.network, each.time_s) for each in words if each.size == size]
    for word in newest.words.values() if newest is not None else ():
        network = network_of(word.witness)
        if network is not None:
            told.append((network, word.time_s))
    latest: dict[str, int] = {}
    for network, time_s in told:
        latest[network] = max(time_s, latest.get(network, 0))
    if not latest:
        return None
    times = sorted(latest.values(), reverse=True)
    return SeenBy(as_of_s=times[:2][-1], networks=len(times))


def encode_newest(newest: Newest) -> bytes:
    """Return a row of the ledger."""
    row: dict[str, Encodable] = {
        "c": [[word.line, word.time_s] for word in newest.words.values()],
        "g": newest.signed_head,
        "n": newest.size,
        "r": newest.root,
    }
    return encode(row)


def decode_newest(row: bytes) -> Newest:
    """Read a row of the ledger; its signatures were verified when it came.

    Raises:
        DamageError: It is none.
    """
    try:
        fields = decode_fields(row, "newest head", limit_bytes=ROW_BYTES_MAX)
        words = _read_words(fields.take_list(b"c", count_max=COSIGNATURES_MAX))
        return Newest(
            signed_head=fields.take_bytes(b"g", bytes_max=HEAD_BYTES_MAX),
            size=fields.take_int(b"n", 1, FEED_ENTRIES_MAX),
            root=Hash(fields.take_bytes(b"r", length=HASH_BYTES)),
            words={word.witness: word for word in words},
        )
    except RemoteError as error:
        raise DamageError(f"a newest head is damaged: {error}") from error


def _read_words(rows: Iterable[object]) -> list[Cosignature]:
    found = []
    for row in rows:
        match row:
            case [bytes() as line, int() as time_s]:
                found.append(Cosignature(witness_of(line), time_s, line))
    if not found:
        raise DamageError("a newest head that nobody signed")
    return found
