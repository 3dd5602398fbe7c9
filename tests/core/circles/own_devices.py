"""Two devices of one author, with what each knows of their circle and wrote into its log."""

from dataclasses import dataclass, field

from swarmfeed.core.base.types import AuthorId, FeedId
from swarmfeed.core.circles.rekey import open_epoch, seal_epoch
from swarmfeed.core.circles.rows import (
    EPOCH,
    NAME,
    SCOPE,
    TREE,
    EpochRow,
    NameRow,
    OwnCircle,
    TreeRow,
    encode_row,
    epoch_key,
    name_key,
    read_circles,
    tree_key,
    with_people,
    with_removed,
)
from swarmfeed.core.circles.tree import path_keys
from swarmfeed.core.feed.sealed_kinds import RekeyBody
from swarmfeed.core.state.rows import PrivateRow, PrivateTable

from tests.core.circles.scene import dice

CIRCLE = b"c" * 16


@dataclass
class Device:
    """One of the author's devices, with what it knows and what it wrote into its log."""

    name: str
    table: PrivateTable = field(default_factory=PrivateTable)
    log: list[tuple[FeedId, RekeyBody]] = field(default_factory=list)
    now_ms: int = 1

    def __post_init__(self) -> None:
        self.feed_id = FeedId(self.name.encode().ljust(32, b"d"))
        self.tree_id = self.name.encode().ljust(8, b"t")[:8]
        self.dice = dice(self.name)
        row = TreeRow(device=self.feed_id, seed=self.dice(32), ended=0)
        self.set({tree_key(CIRCLE, self.tree_id): encode_row(TREE, row)})

    def set(self, rows: dict[bytes, bytes]) -> None:
        self.now_ms += 1
        named = {(SCOPE, key): value for key, value in rows.items()}
        self.table.take(self.table.make(named, now_ms=self.now_ms, device=self.feed_id))

    @property
    def circle(self) -> OwnCircle:
        (circle,) = read_circles(self.table.all(SCOPE))
        return circle

    def let_in(self, who: AuthorId) -> None:
        circle = self.circle
        (tree,) = (each for each in circle.live if each.tree_id == self.tree_id)
        self.set(with_people(tree, CIRCLE, [who]))

    def remove(self, who: AuthorId) -> None:
        leaves = list(self.circle.leaves_of(who))
        self.set(with_removed(self.table.all(SCOPE), CIRCLE, leaves, self.feed_id))

    def rekey(self) -> bytes:
        circle, key = self.circle, self.dice(32)
        epoch = circle.next_epoch()
        bodies = seal_epoch(
            self.feed_id, epoch, key, circle.node_keys(), before=None, dice=self.dice
        )
        self.log += [(self.feed_id, body) for body in bodies]
        row = EpochRow(
            epoch=epoch, key=key, removed=circle.removed_digest(), time_ms=self.now_ms
        )
        self.set({epoch_key(CIRCLE, self.feed_id): encode_row(EPOCH, row)})
        return key

    def hear(self, rows: list[PrivateRow]) -> None:
        self.table.merge(rows, self.feed_id)


def devices() -> tuple[Device, Device]:
    desk, phone = Device("desk"), Device("phone")
    desk.set({name_key(CIRCLE): encode_row(NAME, NameRow(name="Friends"))})
    phone.hear(desk.table.rows())
    desk.hear(phone.table.rows())
    return desk, phone


def can_read(devices: tuple[Device, ...], who: AuthorId, key: bytes) -> bool:
    """Whether somebody with all the keys they were ever given finds a key in any log."""
    given = [
        node
        for device in devices
        for tree in device.circle.trees
        for leaf, each in enumerate(tree.people)
        if each == who
        for node in path_keys(tree.row.seed, leaf)
    ]
    entries = [entry for device in devices for entry in device.log]
    return any(open_epoch(body, feed_id, given) == key for feed_id, body in entries)
