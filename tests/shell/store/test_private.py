"""Private state on disk: whole after a restart, and unreadable without this device's seed."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from street.fakes.private import FakePrivateFile
from structlog.testing import capture_logs
from swarmfeed.core.state.rows import PrivateRow
from swarmfeed.ports import PrivateFile
from swarmfeed.shell.store.private import open_private, seal_anew

from tests.core.state.scene import FEEDS, row

SEED, OTHER = bytes(range(32)), bytes(range(32, 64))
CANARY = b"nobody shall read this canary"


def by_name(rows: list[PrivateRow]) -> list[PrivateRow]:
    return sorted(rows, key=lambda each: each.name)


@pytest.fixture(params=["real", "fake"])
def reopened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], PrivateFile]:
    """Opens what there is, again and again."""
    if request.param == "fake":
        fake = FakePrivateFile()
        return lambda: fake
    return lambda: open_private(tmp_path / "private.db", SEED)


def test_what_was_written_is_there_after_a_restart(reopened: Callable[[], PrivateFile]) -> None:
    rows = [row(key=bytes([n]), value=bytes(n)) for n in range(200)]
    with closing(reopened()) as file:
        file.write(rows)
        file.write([row(key=b"\0", value=b"later")], [("mute", b"\1")])
    with closing(reopened()) as file:
        assert by_name(file.read()) == [row(key=b"\0", value=b"later"), *rows[2:]]
        assert not file.was_lost()


def test_the_same_key_in_two_scopes_is_two_rows(reopened: Callable[[], PrivateFile]) -> None:
    with closing(reopened()) as file:
        file.write([row("ab", b"c"), row("a", b"bc"), row("a", b"b\0c")])
        assert len(file.read()) == 3
        file.write((), [("a", b"bc")])
        assert by_name(file.read()) == [row("a", b"b\0c"), row("ab", b"c")]


@pytest.mark.attack("A90")
def test_neither_names_nor_values_stand_in_the_file(tmp_path: Path) -> None:
    with closing(open_private(tmp_path / "private.db", SEED)) as file:
        for number in range(50):
            file.write([row("canaryscope", CANARY, CANARY * 20, number)])
            held = b"".join(each.read_bytes() for each in tmp_path.iterdir())
            assert CANARY not in held and b"canaryscope" not in held
            assert FEEDS[0] not in held
    assert {each.name for each in tmp_path.iterdir()} == {"private.db"}
    assert (tmp_path / "private.db").stat().st_mode & 0o777 == 0o600


def test_short_values_are_all_of_one_length(tmp_path: Path) -> None:
    def sealed(value: bytes) -> int:
        path = tmp_path / f"{len(value)}.db"
        with closing(open_private(path, SEED)) as file:
            file.write([row(value=value)])
            ((_, content),) = file._ledger.read("rows").items()
        return len(content)

    assert sealed(b"") == sealed(b"1") == sealed(b"a dozen chars")
    assert sealed(bytes(100)) > sealed(b"1")


def test_with_another_seed_nothing_opens_and_nothing_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "private.db"
    with closing(open_private(path, SEED)) as file:
        file.write([row()])
    with capture_logs() as logs, closing(open_private(path, OTHER)) as file:
        assert file.read() == []
        file.write([row(key=b"other")])
    assert [each["rows"] for each in logs] == [1]
    with closing(open_private(path, SEED)) as file:
        assert file.read() == [row()]


def test_a_home_that_goes_on_as_another_device_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "private.db"
    with closing(open_private(path, SEED)) as file:
        file.write([row(), row(key=b"ben")])
    seal_anew(path, SEED, OTHER)
    with closing(open_private(path, OTHER)) as file:
        assert by_name(file.read()) == [row(), row(key=b"ben")]


def test_a_row_put_under_another_name_is_passed_over(tmp_path: Path) -> None:
    with closing(open_private(tmp_path / "private.db", SEED)) as file:
        file.write([row(), row(key=b"ben")])
        (first, one), (second, two) = file._ledger.read("rows").items()
        file._ledger.write({"rows": {first: two, second: one, b"short": b""}})
        assert file.read() == []


def test_a_damaged_file_is_set_aside_and_told(tmp_path: Path) -> None:
    path = tmp_path / "private.db"
    path.write_bytes(b"no database" * 100)
    with capture_logs() as logs, closing(open_private(path, SEED)) as file:
        assert file.read() == [] and file.was_lost()
        file.write([row()])
    assert "private.db.damaged" in logs[0]["event"]
    assert path.with_name("private.db.damaged").read_bytes()[:11] == b"no database"
