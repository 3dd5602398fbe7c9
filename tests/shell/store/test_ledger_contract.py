"""What a ledger does, in memory and on disk alike."""

from collections.abc import Callable
from pathlib import Path

import pytest
from street.fakes.ledger import FakeLedger
from swarmfeed.ports import Ledger, Page
from swarmfeed.shell.store.ledger import SqliteLedger

Open = Callable[[], Ledger]


@pytest.fixture(params=["fake", "sqlite"])
def open_again(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """Opens the same ledger as often as it is called."""
    if request.param == "sqlite":
        return lambda: SqliteLedger(tmp_path / "ledger.db")
    fake = FakeLedger()
    return lambda: fake


def test_what_was_written_is_read_by_key_in_order(open_again: Open) -> None:
    ledger = open_again()
    ledger.write({Page.RATES: {b"b": b"2", b"a": b"1"}, Page.CHOICES: {b"a": b"other"}})
    assert list(ledger.read(Page.RATES).items()) == [(b"a", b"1"), (b"b", b"2")]
    assert ledger.read(Page.CHOICES) == {b"a": b"other"}
    assert ledger.read(Page.NOTICES) == {}
    ledger.close()


def test_a_newer_value_takes_the_place_and_none_deletes(open_again: Open) -> None:
    ledger = open_again()
    ledger.write({Page.RATES: {b"a": b"1", b"b": b"2"}})
    ledger.write({Page.RATES: {b"a": b"3", b"b": None, b"never": None}})
    assert ledger.read(Page.RATES) == {b"a": b"3"}
    ledger.close()


def test_it_is_there_after_a_restart(open_again: Open) -> None:
    ledger = open_again()
    ledger.write({Page.CUSTODIES: {b"feed": bytes(range(256))}})
    ledger.close()
    ledger = open_again()
    assert ledger.read(Page.CUSTODIES) == {b"feed": bytes(range(256))}
    ledger.close()
