"""Several files that are put in place together."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from swarmfeed.errors import UserError
from swarmfeed.shell.disk.durable import (
    write_files,
)

from tests.shell.disk.test_durable import system_calls

__all__ = ["system_calls"]  # fixture


def test_several_files_are_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"old")
    with ThreadPoolExecutor(2) as threads:
        write_files(tmp_path, {"one": b"1", "two": b"2"}, threads)
    found = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert found == {"one": b"1", "two": b"2"}
    assert (tmp_path / "two").stat().st_mode & 0o777 == 0o600


def test_of_several_files_all_are_synced_before_their_names(
    tmp_path: Path, system_calls: list[str]
) -> None:
    files = {str(number): b"x" for number in range(9)}
    with ThreadPoolExecutor(4) as threads:
        write_files(tmp_path, files, threads)
    assert system_calls.count("fsync file") == system_calls.count("replace") == len(files)
    assert system_calls[-1] == "fsync folder"
    assert system_calls.count("fsync folder") == 1


@pytest.mark.parametrize("name", ["first", "last"])
def test_where_one_of_several_files_is_refused_all_others_are_waited_for(
    tmp_path: Path, system_calls: list[str], name: str
) -> None:
    (tmp_path / name).mkdir()
    files = {"first": b"1", "second": b"2", "last": b"3"}
    with ThreadPoolExecutor(2) as threads, pytest.raises(UserError):
        write_files(tmp_path, files, threads)
    written = {each: (tmp_path / each).read_bytes() for each in files if each != name}
    assert written == {each: files[each] for each in written}
    assert {each.name for each in tmp_path.iterdir()} == files.keys()
    assert "fsync folder" not in system_calls
