"""Letters on disk: found again, whole, and unreadable without this device's keys."""

from contextlib import closing
from pathlib import Path
from secrets import token_bytes

from structlog.testing import capture_logs
from swarmfeed.shell.store.letters import open_letters
from swarmfeed.shell.store.sealed_ledger import SealedLedger

SEED, OTHER = bytes(32), bytes([1]) * 32
WORDS = b"nobody else reads these words"


def opened(folder: Path, seed: bytes = SEED) -> SealedLedger:
    return open_letters(folder / "letters.db", seed, token_bytes)


def test_what_is_written_is_there_after_a_restart(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as file:
        file.write({"talks": {b"ben": WORDS, b"cleo": b""}, "keys": {b"1": b"x" * 5_000}})
        file.write({"talks": {b"cleo": None}})
    with closing(opened(tmp_path)) as file:
        assert file.read("talks") == {b"ben": WORDS}
        assert file.read("keys") == {b"1": b"x" * 5_000}
        assert file.read("nothing") == {}


def test_nothing_of_it_can_be_read_in_the_file_or_its_log(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as file:
        file.write({f"talk-{WORDS.hex()}": {WORDS: WORDS}})
        file.write({"talks": {WORDS: WORDS * 100}})
        found = b"".join(each.read_bytes() for each in tmp_path.iterdir())
    assert (tmp_path / "letters.db").stat().st_mode & 0o777 == 0o600
    for said in (WORDS, WORDS.hex().encode(), b"talk-", b"talks"):
        assert said not in found


def test_equal_rows_look_different_and_lengths_fall_into_steps(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as file:
        file.write({"talks": {bytes([n]): b"x" * n for n in range(60)}})
        values = list(file._ledger.read(file._page("talks")).values())
    assert len({*values}) == len(values)
    assert len({len(each) for each in values}) <= 2


def test_another_device_s_rows_are_passed_over(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as file:
        file.write({"talks": {b"ben": WORDS}})
    with closing(opened(tmp_path, OTHER)) as file:
        assert file.read("talks") == {}
        file.write({"talks": {b"ben": b"mine"}})
    with closing(opened(tmp_path)) as file:
        assert file.read("talks") == {b"ben": WORDS}


def test_a_row_in_another_s_place_is_passed_over(tmp_path: Path) -> None:
    with closing(opened(tmp_path)) as file:
        file.write({"talks": {b"ben": WORDS, b"cleo": b"other"}})
        page = file._page("talks")
        (one, value), (other, _) = file._ledger.read(page).items()
        file._ledger.write({page: {other: value}})
        with capture_logs() as logs:
            assert len(file.read("talks")) == 1
        assert logs[0]["rows"] == 1 and one != other


def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path) -> None:
    (tmp_path / "letters.db").write_bytes(b"no database" * 500)
    with capture_logs() as logs, closing(opened(tmp_path)) as file:
        assert file.read("talks") == {}
        assert file.was_lost()
    assert "letters.db.damaged" in logs[0]["event"]
