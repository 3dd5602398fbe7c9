"""A start verifies what no start before it did, and remembers that."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

import pytest
from street.fakes.ledger import FakeLedger
from swarmfeed.core.asks.troubles import FAILING, FULL
from swarmfeed.core.base import proved
from swarmfeed.core.base.address import format_address
from swarmfeed.core.base.keys import verify_signature
from swarmfeed.errors import DamageError, FatalError, PassingError
from swarmfeed.node.ground.events import Events
from swarmfeed.node.ground.proved_before import PAGE, ProvedBefore
from swarmfeed.node.ground.shelf import Shelf
from swarmfeed.shell.disk.logs import FileLogs

from tests.node.rig import OWN, Scribe

AUTHORS = 3
SIGNATURES = 3 * AUTHORS
"""Two under each join, one under each head."""


class Ledger(FakeLedger):
    """One that counts, and may refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.written = 0
        self.refuses: Exception | None = None

    def write(self, changes: Mapping[str, Mapping[bytes, bytes | None]]) -> None:
        if self.refuses:
            raise self.refuses
        self.written += 1
        super().write(changes)


class Home:
    """Feeds of some authors on a disk, and a ledger."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.ledger = folder / "feeds", Ledger()
        self.curve = 0
        monkeypatch.setattr(proved, "verify_signature", self._verify)
        shelf = Shelf(FileLogs(self.folder), Events())
        self.scribes = [Scribe(1 + number) for number in range(AUTHORS)]
        for scribe in self.scribes:
            scribe.grow_to(10)
            shelf.accept_offer(scribe.offer())

    def _verify(self, public: bytes, message: bytes, signature: bytes) -> None:
        self.curve += 1
        verify_signature(public, message, signature)

    def start(self) -> tuple[int, int]:
        """How many signatures a start verified with the curve, and how many feeds it found."""
        asked, before = self.curve, ProvedBefore(self.ledger, OWN)
        shelf = Shelf(FileLogs(self.folder), Events())
        shelf.load(before.verify)
        asyncio.run(before.save())
        return self.curve - asked, len(shelf.feed_ids())


@pytest.fixture(name="home")
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return Home(tmp_path, monkeypatch)


def test_the_next_start_verifies_nothing_again(home: Home) -> None:
    assert home.start() == (SIGNATURES, AUTHORS)
    assert home.start() == (0, AUTHORS)
    assert home.ledger.written == 1, "what stays as it is is not written again"


def test_what_grew_since_is_verified_and_remembered(home: Home) -> None:
    home.start()
    shelf = Shelf(FileLogs(home.folder), Events())
    shelf.load()
    home.scribes[0].grow_to(20)
    shelf.accept_offer(home.scribes[0].offer(10))
    assert home.start() == (1, AUTHORS)
    assert home.start() == (0, AUTHORS)


@pytest.mark.attack("A29")
def test_a_head_that_somebody_put_in_its_place_is_found_false(home: Home) -> None:
    home.start()
    victim, thief = home.scribes[:2]
    theirs, forged = (
        home.folder / format_address(each.feed_id) / "journal" for each in (victim, thief)
    )
    theirs.write_bytes(forged.read_bytes())
    assert home.start()[1] == AUTHORS - 1


@pytest.mark.parametrize("row", [b"", b"short", bytes(16), bytes(1_000_003)], ids=len)
def test_marks_of_nobody_know_nothing(home: Home, row: bytes) -> None:
    home.ledger.write({PAGE: {b"marks": row}})
    assert home.start() == (SIGNATURES, AUTHORS)


@pytest.mark.parametrize(
    "refusal", [PassingError("fails", FAILING.name), DamageError("no checksums")]
)
def test_a_ledger_that_cannot_be_read_costs_time_alone(
    home: Home, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    home.start()

    def read(_: str) -> dict[bytes, bytes]:
        raise refusal

    monkeypatch.setattr(home.ledger, "read", read)
    assert home.start() == (SIGNATURES, AUTHORS)


@pytest.mark.parametrize("refusal", [PassingError("full", FULL.name), FatalError("gone")])
def test_a_ledger_that_takes_nothing_costs_time_alone(home: Home, refusal: Exception) -> None:
    home.ledger.refuses = refusal
    assert home.start() == (SIGNATURES, AUTHORS)
    assert home.start() == (SIGNATURES, AUTHORS)
