"""Letters by way of three boxes, away 30 % of the time, between two who never meet."""

import random
from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace
from swarmfeed.core.base.types import AuthorId, FeedId, NodeId
from swarmfeed.core.letters.rows import LetterTarget
from swarmfeed.core.letters.schedule import is_due, refused, taken
from swarmfeed.core.mailboxes.box import Box, Lease
from swarmfeed.core.mailboxes.ids import box_of, hash_token, parcel_id
from swarmfeed.core.mailboxes.words import MailAnswer, MailPut

HOUR_MS = 3_600_000
UP = 0.7
TOKEN = b"t" * 16
ANNA, BEN = FeedId(b"a" * 32), FeedId(b"b" * 32)
ANNAS_NODE = NodeId(b"n" * 32)


@dataclass
class Holder:
    """A machine that keeps a box for somebody, and is not always there."""

    node_id: NodeId
    owner: FeedId
    is_up: bool = True
    is_gone: bool = False
    inside: dict[bytes, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        lease = Lease(
            box=box_of(self.owner, self.node_id),
            feed_id=self.owner,
            token_hash=hash_token(TOKEN),
            bytes_max=2**21,
            until_s=2**40,
        )
        self.box = Box(lease=lease)

    def put(self, parcel: bytes, now_ms: int) -> bool:
        if not self.is_up:
            return False
        if parcel_id(parcel) in self.inside:
            return True
        said = self.box.take(
            MailPut(box=self.box.lease.box, parcel=parcel, token=TOKEN),
            ANNAS_NODE,
            now_ms // 1000,
        )
        if said.answer is MailAnswer.KEPT:
            self.inside[parcel_id(parcel)] = parcel
        return said.answer is MailAnswer.KEPT

    def show(self) -> list[bytes]:
        """What the owner is shown, and has let go."""
        found = [*self.inside.values()] if self.is_up else []
        for each in found:
            self.box.give_back(len(each), is_stranger=False)
            del self.inside[parcel_id(each)]
        return found


class Liar(Holder):
    """Shows a half of what it keeps, some of it twice, in any order, and lets nothing go."""

    def show(self) -> list[bytes]:
        dice = random.Random(len(self.inside))
        shown = [each for each in self.inside.values() if dice.random() < 0.5]
        dice.shuffle(shown)
        return [*shown, *shown[:3]] if self.is_up else []


class Writer:
    """Has parcels brought to somebody's boxes, as their rows say."""

    def __init__(self, to: FeedId, second: type[Holder] = Holder) -> None:
        kinds = (Holder, second, Holder)
        self.holders = [
            kind(NodeId(bytes([n]) * 32), to) for n, kind in enumerate(kinds, start=1)
        ]
        self.rows: dict[bytes, LetterTarget] = {}
        self.to = to
        self.puts = 0

    def write(self, parcel: bytes) -> None:
        self.rows.setdefault(
            parcel, LetterTarget(feed_id=self.to, author_id=AuthorId(b"w" * 32))
        )

    def be_there(self, now_ms: int, *, is_confirmed: bool) -> None:
        for parcel, row in [*self.rows.items()]:
            if not is_due(row, now_ms):
                continue
            kept = [each.node_id for each in self.holders if each.put(parcel, now_ms)]
            self.puts += len(kept)
            self.rows[parcel] = taken(row, now_ms, kept) if kept else refused(row, now_ms)
            if kept and not is_confirmed:
                del self.rows[parcel]  # a receipt: nobody confirms it


def live(seed: int, second: type[Holder] = Holder, gone_at: int | None = None) -> float:
    """Let Anna write 50 letters and 30 days pass; returns puts a letter."""
    dice, letters, receipts = random.Random(seed), Writer(BEN, second), Writer(ANNA, second)
    holders, came = (*letters.holders, *receipts.holders), set[bytes]()
    for hour in range(30 * 24):
        now_ms = hour * HOUR_MS
        for each in holders:
            each.is_up = dice.random() < UP and not each.is_gone
        for each in (letters.holders[2], receipts.holders[2]):
            each.is_gone = hour == gone_at or each.is_gone
        if hour % 2 == 0:  # anna is there, and ben is not
            for got in (one for each in receipts.holders for one in each.show()):
                letters.rows[got] = replace(letters.rows[got], got=True)
            if hour < 100:
                letters.write(b"letter %d" % hour + bytes(400))
            letters.be_there(now_ms, is_confirmed=True)
        else:
            brought = [one for each in letters.holders for one in each.show()]
            for parcel in brought:
                receipts.write(parcel)
            came.update(brought)
            receipts.be_there(now_ms, is_confirmed=False)
    assert came == {*letters.rows} and len(came) == 50
    assert all(each.got for each in letters.rows.values()), "and anna knows it"
    return letters.puts / len(came)


@pytest.mark.parametrize("seed", range(3))
def test_all_arrive_and_each_was_put_about_twice(seed: int) -> None:
    assert 1.9 < live(seed) < 2.5


@pytest.mark.slow
@pytest.mark.attack("A53")
def test_all_arrive_where_one_of_three_lies_and_one_leaves_for_good() -> None:
    for seed in range(20):
        assert live(seed, Liar, gone_at=40) < 6
