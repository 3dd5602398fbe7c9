"""What roles remember: all pages in one go, and nothing lost on a full disk."""

import asyncio
from collections.abc import Mapping

import pytest
from street.fakes.ledger import FakeLedger
from swarmfeed.errors import DamageError, PassingError, RetryError
from swarmfeed.node.ground.memory import Bookkeeper, Rows, readable


class Ledger(FakeLedger):
    """A ledger that notes what it is told in one go, and whose disk may be full."""

    def __init__(self) -> None:
        super().__init__()
        self.is_full = False
        self.written: list[dict[str, dict[bytes, bytes | None]]] = []

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        if self.is_full:
            raise PassingError("the disk is full", "full")
        self.written.append({page: dict(rows) for page, rows in changes.items()})
        super().write(changes)


class Part:
    """A part with a page of its own."""

    def __init__(self, page: str) -> None:
        self.loaded: dict[bytes, bytes] | None = None
        self.changed: dict[bytes, bytes | None] = {}
        self.rows = Rows(page=page, load=self.load, take_changes=self.take_changes)

    def load(self, page: Mapping[bytes, bytes]) -> None:
        self.loaded = dict(page)

    def take_changes(self) -> dict[bytes, bytes | None]:
        changed, self.changed = self.changed, {}
        return changed


class Rig:
    def __init__(self) -> None:
        self.ledger = Ledger()
        self.memory = Bookkeeper(self.ledger)
        self.one, self.other = Part("one"), Part("other")
        self.memory.connect([self.one.rows])
        self.memory.connect([self.other.rows])


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_what_changed_on_any_page_is_written_in_one_go(rig: Rig) -> None:
    rig.one.changed = {b"a": b"1", b"b": None}
    rig.other.changed = {b"c": b"3"}
    assert asyncio.run(rig.memory.save()) == "3 rows written"
    assert rig.ledger.written == [{"one": {b"a": b"1", b"b": None}, "other": {b"c": b"3"}}]


def test_a_page_without_changes_is_not_touched(rig: Rig) -> None:
    rig.other.changed = {b"c": b"3"}
    asyncio.run(rig.memory.save())
    assert rig.ledger.written == [{"other": {b"c": b"3"}}]
    assert asyncio.run(rig.memory.save()) == "0 rows written"


def test_what_a_full_disk_did_not_take_is_written_next_time(rig: Rig) -> None:
    rig.ledger.is_full = True
    rig.one.changed = {b"a": b"1", b"b": b"2"}
    with pytest.raises(RetryError, match="the disk is full"):
        asyncio.run(rig.memory.save())
    rig.one.changed, rig.other.changed = {b"a": None}, {b"c": b"3"}
    with pytest.raises(RetryError):
        asyncio.run(rig.memory.save())
    rig.ledger.is_full = False
    assert asyncio.run(rig.memory.save()) == "3 rows written"
    assert rig.ledger.written == [{"one": {b"a": None, b"b": b"2"}, "other": {b"c": b"3"}}]
    assert asyncio.run(rig.memory.save()) == "0 rows written"


def test_a_full_disk_does_not_keep_a_node_from_stopping(rig: Rig) -> None:
    rig.ledger.is_full = True
    rig.one.changed = {b"a": b"1"}
    asyncio.run(rig.memory.stop())


def test_each_part_takes_up_its_own_page_after_a_restart(rig: Rig) -> None:
    rig.one.changed, rig.other.changed = {b"b": b"2", b"a": b"1"}, {b"c": b"3"}
    asyncio.run(rig.memory.stop())
    rig.memory.write("other", {b"d": b"at once"})
    again = Rig()
    again.memory = Bookkeeper(rig.ledger)
    again.memory.connect([again.one.rows, again.other.rows])
    again.memory.recall()
    assert again.one.loaded == {b"a": b"1", b"b": b"2"}
    assert again.other.loaded == {b"c": b"3", b"d": b"at once"}


def test_a_page_has_one_writer(rig: Rig) -> None:
    with pytest.raises(ValueError, match="the page one has two writers"):
        rig.memory.connect([Part("one").rows])


def test_it_is_saved_every_minute_but_not_at_the_start(rig: Rig) -> None:
    job = rig.memory.job()
    assert (job.name, job.every_s, job.jitter_s, job.at_start) == ("ledger", 60, 0, False)


def test_a_damaged_row_is_as_if_it_had_never_been() -> None:
    def decode(row: bytes) -> int:
        if not row.isdigit():
            raise DamageError("no number")
        return int(row)

    page = {b"a": b"1", b"b": b"?", b"c": b"3"}
    assert dict(readable(page, decode)) == {b"a": 1, b"c": 3}
