"""A person's own circles, as rows of the private state: how they are spelled, and put together.

    scope "circle", keys begin with a letter and the circle's id (16):
    c                       {"h": 1 if newcomers read back, "n": name}
    t  tree id (8)          {"d": device, "l": own devices ended then, "r"?: 1, "s": seed}
    p  tree id, page (2)    author ids in the order of their leaves, 240 in a page
    r  tree id, device      leaves taken back, 2 bytes each, as that device did it
    w  tree id              {"n": how many leaves were welcomed, "o"?: but for these}
    l  author id (32)       {"n": how many devices of a person in it had ended}
    m  device               {"d": who was removed, "e": epoch, "k": its key, "t": when}

Each device writes only rows that no other one writes, but for names: so no two of them can undo
what the other did, and what was removed stays removed in whatever order rows arrive.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Annotated, Any, Final

from msgspec import Struct

from swarmfeed.core.base.bencoding import decode_fields, encode
from swarmfeed.core.base.codec import Codec, codec_of
from swarmfeed.core.base.limits import FEEDS_PER_AUTHOR_MAX, KEY_BYTES, TIME_MS_MAX
from swarmfeed.core.base.marks import OPTIONAL, At, Between, UpTo
from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.circles.limits import (
    CIRCLE_ID_BYTES,
    LEAVES_MAX,
    NAME_CHARS_MAX,
    OWED_MAX,
    PEOPLE_PER_ROW,
    TREE_ID_BYTES,
)
from swarmfeed.core.circles.tree import OWN_NODE, SEED_BYTES, cover, node_key
from swarmfeed.core.feed.limits import EPOCHS_MAX
from swarmfeed.errors import BadEncodingError

SCOPE: Final = "circle"

_LEAF_BYTES: Final = 2
_ROW_BYTES_MAX: Final = 8_192


class NameRow(Struct, frozen=True, kw_only=True):
    """What a circle is called."""

    name: Annotated[str, At("n"), Between(1, NAME_CHARS_MAX)]
    reads_back: Annotated[bool, At("h"), OPTIONAL] = False
    """Whether a newcomer may read what was posted before."""


class TreeRow(Struct, frozen=True, kw_only=True):
    """A tree of one device."""

    device: Annotated[FeedId, At("d")]
    seed: Annotated[bytes, At("s"), UpTo(SEED_BYTES)]
    ended: Annotated[int, At("l"), Between(0, FEEDS_PER_AUTHOR_MAX)]
    """Devices of the author that had ended when it was made: a later one knew its seed."""
    retired: Annotated[bool, At("r"), OPTIONAL] = False
    """Whether another took its place."""


class WelcomedRow(Struct, frozen=True, kw_only=True):
    """How far the people of a tree were sent their keys."""

    count: Annotated[int, At("n"), Between(0, LEAVES_MAX)]
    owed: Annotated[bytes, At("o"), UpTo(OWED_MAX * 2), OPTIONAL] = b""
    """Leaves before that whose people could not be written to yet, 2 bytes each."""


class LeftRow(Struct, frozen=True, kw_only=True):
    """How many devices of a person had ended when they were given their leaf."""

    count: Annotated[int, At("n"), Between(0, FEEDS_PER_AUTHOR_MAX)]


class EpochRow(Struct, frozen=True, kw_only=True):
    """The newest epoch that a device began."""

    epoch: Annotated[int, At("e"), Between(0, EPOCHS_MAX)]
    key: Annotated[bytes, At("k"), UpTo(KEY_BYTES)]
    removed: Annotated[bytes, At("d"), UpTo(32)]
    """Digest of who was removed by then."""
    time_ms: Annotated[int, At("t"), Between(0, TIME_MS_MAX)]


NAME: Final = codec_of(NameRow)
TREE: Final = codec_of(TreeRow)
WELCOMED: Final = codec_of(WelcomedRow)
LEFT: Final = codec_of(LeftRow)
EPOCH: Final = codec_of(EpochRow)


class Tree(Struct, frozen=True, kw_only=True):
    """A tree with its people."""

    tree_id: bytes
    row: TreeRow
    people: tuple[AuthorId, ...] = ()
    """By their leaves."""
    removed: frozenset[int] = frozenset()
    welcomed: int = 0
    """Leaves below this were sent their keys, but for those that are ``owed``."""
    owed: frozenset[int] = frozenset()

    def leaves(self) -> Iterator[tuple[int, AuthorId]]:
        """Leaves that were not taken back, and whose they are."""
        return ((n, who) for n, who in enumerate(self.people) if n not in self.removed)

    def covered(self) -> list[bytes]:
        """Keys that all its people have one of, and nobody who was removed."""
        nodes = cover(len(self.people), self.removed)
        return [node_key(self.row.seed, node) for node in nodes]


class OwnCircle(Struct, frozen=True, kw_only=True):
    """One circle of the person here, as all their devices made it."""

    circle_id: bytes
    name: str
    reads_back: bool
    trees: tuple[Tree, ...] = ()
    epochs: Mapping[FeedId, EpochRow]
    """By the device that began them."""
    left: Mapping[AuthorId, int]
    """Of people in it, how many of their devices had ended; others: none."""

    @property
    def live(self) -> tuple[Tree, ...]:
        return tuple(tree for tree in self.trees if not tree.row.retired)

    def members(self) -> dict[AuthorId, None]:
        """Who may read, in the order in which they came."""
        return dict.fromkeys(who for tree in self.live for _, who in tree.leaves())

    def leaves_of(self, author_id: AuthorId) -> Iterator[tuple[Tree, int]]:
        """Every leaf that somebody has."""
        for tree in self.live:
            yield from ((tree, n) for n, who in tree.leaves() if who == author_id)

    def node_keys(self) -> list[bytes]:
        """Under which a new key is wrapped: for everybody in it, and our own devices."""
        people = [key for tree in self.live for key in tree.covered()]
        return [*people, *(node_key(tree.row.seed, OWN_NODE) for tree in self.live)]

    def removed_digest(self) -> bytes:
        """Changes with everybody who is removed, on whichever device."""
        gone = [
            tree.tree_id + bytes([tree.row.retired]) + _pack(sorted(tree.removed))
            for tree in sorted(self.trees, key=lambda each: each.tree_id)
        ]
        return sha256(b"".join(sha256(each).digest() for each in gone)).digest()

    def newest(self) -> EpochRow | None:
        """The newest epoch that nobody reads who was removed; None: one has to be begun."""
        digest = self.removed_digest()
        sound = [each for each in self.epochs.values() if each.removed == digest]
        return max(sound, key=lambda each: (each.epoch, each.key), default=None)

    def next_epoch(self) -> int:
        return max((each.epoch + 1 for each in self.epochs.values()), default=0)


# --- names of rows ------------------------------------------------------------------------


def name_key(circle_id: bytes) -> bytes:
    return b"c" + circle_id


def tree_key(circle_id: bytes, tree_id: bytes) -> bytes:
    return b"t" + circle_id + tree_id


def page_key(circle_id: bytes, tree_id: bytes, page: int) -> bytes:
    return b"p" + circle_id + tree_id + page.to_bytes(2, "big")


def removed_key(circle_id: bytes, tree_id: bytes, device: FeedId) -> bytes:
    return b"r" + circle_id + tree_id + device


def welcomed_key(circle_id: bytes, tree_id: bytes) -> bytes:
    return b"w" + circle_id + tree_id


def left_key(circle_id: bytes, author_id: AuthorId) -> bytes:
    return b"l" + circle_id + author_id


def epoch_key(circle_id: bytes, device: FeedId) -> bytes:
    return b"m" + circle_id + device


# --- changes ------------------------------------------------------------------------------


def encode_row(codec: Codec[Any], row: object) -> bytes:
    return encode(codec.write(row))


def with_people(tree: Tree, circle_id: bytes, new: Sequence[AuthorId]) -> dict[bytes, bytes]:
    """Return the rows that change when people get the next leaves of a tree."""
    people = [*tree.people, *new]
    first = len(tree.people) // PEOPLE_PER_ROW
    last = -(-len(people) // PEOPLE_PER_ROW)
    return {
        page_key(circle_id, tree.tree_id, page): b"".join(
            people[page * PEOPLE_PER_ROW : (page + 1) * PEOPLE_PER_ROW]
        )
        for page in range(first, last)
    }


def with_removed(
    rows: Mapping[bytes, bytes],
    circle_id: bytes,
    leaves: Iterable[tuple[Tree, int]],
    device: FeedId,
) -> dict[bytes, bytes]:
    """Return the rows that change when ``device`` takes leaves back."""
    changes: dict[bytes, bytes] = {}
    for tree, leaf in leaves:
        key = removed_key(circle_id, tree.tree_id, device)
        known = {*_unpack(changes.get(key, rows.get(key, b"")))}
        changes[key] = _pack(sorted(known | {leaf}))
    return changes


def welcomed_row(count: int, owed: Iterable[int]) -> bytes:
    """Return the row that says whose letters were sent; of too many owed the first stay."""
    row = WelcomedRow(count=count, owed=_pack(sorted(owed)[:OWED_MAX]))
    return encode_row(WELCOMED, row)


# --- putting together ---------------------------------------------------------------------


def read_circles(rows: Mapping[bytes, bytes]) -> list[OwnCircle]:
    """Put the rows of the scope together; what does not read is passed over."""
    found = []
    for key in sorted(key for key in rows if key[:1] == b"c"):
        named = _read(NAME, rows[key])
        if named is not None and len(key) == 1 + CIRCLE_ID_BYTES:
            found.append(_circle(key[1:], named, rows))
    return sorted(found, key=lambda each: (each.name.casefold(), each.circle_id))


def _circle(circle_id: bytes, named: NameRow, rows: Mapping[bytes, bytes]) -> OwnCircle:
    return OwnCircle(
        circle_id=circle_id,
        name=named.name,
        reads_back=named.reads_back,
        trees=tuple(
            _tree(circle_id, tree_id, row, rows)
            for tree_id, value in _under(rows, b"t" + circle_id)
            if (row := _read(TREE, value)) is not None and len(tree_id) == TREE_ID_BYTES
        ),
        epochs={
            FeedId(device): row
            for device, value in _under(rows, b"m" + circle_id)
            if (row := _read(EPOCH, value)) is not None
        },
        left={
            AuthorId(who): row.count
            for who, value in _under(rows, b"l" + circle_id)
            if (row := _read(LEFT, value)) is not None
        },
    )


def _tree(circle_id: bytes, tree_id: bytes, row: TreeRow, rows: Mapping[bytes, bytes]) -> Tree:
    pages = b"".join(value for _, value in _under(rows, b"p" + circle_id + tree_id))
    people = tuple(
        AuthorId(pages[at : at + KEY_BYTES]) for at in range(0, len(pages), KEY_BYTES)
    )[:LEAVES_MAX]
    gone = (leaf for _, v in _under(rows, b"r" + circle_id + tree_id) for leaf in _unpack(v))
    told = _read(WELCOMED, rows.get(welcomed_key(circle_id, tree_id), b""))
    return Tree(
        tree_id=tree_id,
        row=row,
        people=people,
        removed=frozenset(leaf for leaf in gone if leaf < len(people)),
        welcomed=min(told.count, len(people)) if told else 0,
        owed=frozenset(leaf for leaf in _unpack(told.owed) if leaf < len(people))
        if told
        else frozenset(),
    )


def _under(rows: Mapping[bytes, bytes], start: bytes) -> list[tuple[bytes, bytes]]:
    return sorted(
        (key[len(start) :], value) for key, value in rows.items() if key.startswith(start)
    )


def _read(codec: Codec[Any], value: bytes) -> Any:
    if not value:
        return None
    try:
        return codec.read(decode_fields(value, "circle", limit_bytes=_ROW_BYTES_MAX))
    except BadEncodingError:
        return None


def _pack(leaves: Iterable[int]) -> bytes:
    return b"".join(leaf.to_bytes(_LEAF_BYTES, "big") for leaf in leaves)


def _unpack(value: bytes) -> Iterator[int]:
    return (
        int.from_bytes(value[at : at + _LEAF_BYTES], "big")
        for at in range(0, len(value), _LEAF_BYTES)
    )
