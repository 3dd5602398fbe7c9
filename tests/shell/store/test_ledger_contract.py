"""What a ledger does, in memory and on disk alike."""

from collections.abc import Callable
from pathlib import Path

import pytest
from street.fakes.ledger import FakeLedger
from swarmfeed.ports import Ledger
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
    ledger.write({"rates": {b"b": b"2", b"a": b"1"}, "choices": {b"a": b"other"}})
    assert list(ledger.read("rates").items()) == [(b"a", b"1"), (b"b", b"2")]
    assert ledger.read("choices") == {b"a": b"other"}
    assert ledger.read("notices") == {}
    ledger.close()


def test_a_newer_value_takes_the_place_and_none_deletes(open_again: Open) -> None:
    ledger = open_again()
    ledger.write({"rates": {b"a": b"1", b"b": b"2"}})
    ledger.write({"rates": {b"a": b"3", b"b": None, b"never": None}})
    assert ledger.read("rates") == {b"a": b"3"}
    ledger.close()


def test_it_is_there_after_a_restart(open_again: Open) -> None:
    ledger = open_again()
    ledger.write({"custodies": {b"feed": bytes(range(256))}})
    ledger.close()
    ledger = open_again()
    assert ledger.read("custodies") == {b"feed": bytes(range(256))}
    ledger.close()
