"""Parts of files: only of files, only where they belong, and never by way of a link."""

import os
from pathlib import Path

import pytest
from swarmfeed.errors import DamageError, PassingError, UserError
from swarmfeed.shell.disk.fileparts import read_part, write_part


def test_parts_are_read_up_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(100)))
    assert read_part(path, 10, 5) == bytes(range(10, 15))
    assert read_part(path, 95, 10) == bytes(range(95, 100))
    assert read_part(path, 100, 10) == b""
    assert read_part(path, 10**9, 10) == b""


def test_parts_are_written_where_they_belong_in_any_order(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_part(path, 4, b"5678")
    assert path.read_bytes() == bytes(4) + b"5678"
    write_part(path, 0, b"1234")
    write_part(path, 8, b"")
    assert path.read_bytes() == b"12345678"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_part(tmp_path / "file", 0, 1)
    with pytest.raises(UserError):
        write_part(tmp_path / "folder" / "file", 0, b"x")


@pytest.mark.attack("A151")
def test_what_is_no_file_is_left_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    link, pipe = tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(secret)
    os.mkfifo(pipe)
    for path in (link, pipe):
        with pytest.raises((DamageError, UserError, PassingError)):
            read_part(path, 0, 1)
        with pytest.raises((DamageError, UserError, PassingError)):
            write_part(path, 0, b"x")
    assert secret.read_bytes() == b"secret"
